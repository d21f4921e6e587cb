"""Every address of /v1, on one page. What OpenAI serves under the same address is the reference for each.

A handler takes the `Request` and gives the `Answer`, or raises `Refused`. `{}` in an address is one id, and `{*}` any rest of a path.
"""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from sayso.gateway.calls import Answer
from sayso.web.v1 import assistants, batches, calls, client_secrets, conversations, files, models, responses
from sayso.web.v1.request import Request

Handler = Callable[[Request], Awaitable[Answer]]


class Endpoint(NamedTuple):
    verb: str
    path: str
    handler: Handler


ENDPOINTS = (
    Endpoint("POST", "chat/completions", calls.create),
    Endpoint("POST", "completions", calls.create),
    Endpoint("POST", "responses", responses.create),
    Endpoint("POST", "responses/input_tokens", calls.create_unnamed),
    Endpoint("POST", "responses/compact", calls.create),
    Endpoint("GET", "responses/{}", responses.show),
    Endpoint("DELETE", "responses/{}", responses.remove),
    Endpoint("POST", "responses/{}/cancel", responses.cancel),
    Endpoint("GET", "responses/{}/input_items", responses.input_items),
    Endpoint("POST", "conversations", conversations.create),
    Endpoint("GET", "conversations/{}", conversations.show),
    Endpoint("POST", "conversations/{}", conversations.change),
    Endpoint("DELETE", "conversations/{}", conversations.remove),
    Endpoint("GET", "conversations/{}/items", conversations.items),
    Endpoint("POST", "conversations/{}/items", conversations.add_items),
    Endpoint("GET", "conversations/{}/items/{}", conversations.show_item),
    Endpoint("DELETE", "conversations/{}/items/{}", conversations.remove_item),
    Endpoint("GET", "files", files.listed),
    Endpoint("POST", "files", files.create),
    Endpoint("GET", "files/{}", files.show),
    Endpoint("DELETE", "files/{}", files.remove),
    Endpoint("GET", "files/{}/content", files.content),
    Endpoint("POST", "uploads", files.begin_upload),
    Endpoint("POST", "uploads/{}/parts", files.add_part),
    Endpoint("POST", "uploads/{}/complete", files.complete_upload),
    Endpoint("POST", "uploads/{}/cancel", files.cancel_upload),
    Endpoint("GET", "batches", batches.listed),
    Endpoint("POST", "batches", batches.create),
    Endpoint("GET", "batches/{}", batches.show),
    Endpoint("POST", "batches/{}/cancel", batches.cancel),
    Endpoint("POST", "embeddings", calls.create),
    Endpoint("POST", "moderations", calls.create_unnamed),
    Endpoint("POST", "images/generations", calls.create_unnamed),
    Endpoint("POST", "images/edits", calls.create_unnamed),
    Endpoint("POST", "images/variations", calls.create_unnamed),
    Endpoint("POST", "audio/speech", calls.create),
    Endpoint("POST", "audio/transcriptions", calls.create),
    Endpoint("POST", "audio/translations", calls.create),
    Endpoint("GET", "assistants", assistants.listed),
    Endpoint("POST", "assistants", assistants.create),
    Endpoint("GET", "assistants/{}", assistants.show),
    Endpoint("POST", "assistants/{}", assistants.change),
    Endpoint("DELETE", "assistants/{}", assistants.remove),
    Endpoint("POST", "threads", assistants.create_thread),
    Endpoint("POST", "threads/runs", assistants.create_thread_and_run),
    Endpoint("GET", "threads/{}", assistants.show_thread),
    Endpoint("POST", "threads/{}", assistants.change_thread),
    Endpoint("DELETE", "threads/{}", assistants.remove_thread),
    Endpoint("GET", "threads/{}/messages", assistants.messages),
    Endpoint("POST", "threads/{}/messages", assistants.create_message),
    Endpoint("GET", "threads/{}/messages/{}", assistants.show_message),
    Endpoint("POST", "threads/{}/messages/{}", assistants.change_message),
    Endpoint("DELETE", "threads/{}/messages/{}", assistants.remove_message),
    Endpoint("GET", "threads/{}/runs", assistants.runs),
    Endpoint("POST", "threads/{}/runs", assistants.create_run),
    Endpoint("GET", "threads/{}/runs/{}", assistants.show_run),
    Endpoint("POST", "threads/{}/runs/{}", assistants.change_run),
    Endpoint("POST", "threads/{}/runs/{}/cancel", assistants.cancel_run),
    Endpoint("POST", "threads/{}/runs/{}/submit_tool_outputs", assistants.submit),
    Endpoint("GET", "threads/{}/runs/{}/steps", assistants.steps),
    Endpoint("GET", "threads/{}/runs/{}/steps/{}", assistants.show_step),
    Endpoint("GET", "vector_stores", assistants.vector_stores),
    Endpoint("POST", "vector_stores", assistants.vector_stores),
    Endpoint("GET", "vector_stores/{*}", assistants.vector_stores),
    Endpoint("POST", "vector_stores/{*}", assistants.vector_stores),
    Endpoint("DELETE", "vector_stores/{*}", assistants.vector_stores),
    Endpoint("POST", "realtime/client_secrets", client_secrets.create),
    Endpoint("GET", "models", models.listed),
    Endpoint("GET", "models/{*}", models.show),
    Endpoint("DELETE", "models/{*}", calls.passed_through),
    Endpoint("GET", "fine_tuning/{*}", calls.passed_through),
    Endpoint("POST", "fine_tuning/{*}", calls.passed_through),
    Endpoint("DELETE", "fine_tuning/{*}", calls.passed_through),
)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace(r"\{\}", "([^/]+)").replace(r"\{\*\}", "(.+)"))


PLAIN: dict[tuple[str, str], Handler] = {(e.verb, e.path): e.handler for e in ENDPOINTS if "{" not in e.path}
OPEN: tuple[tuple[str, re.Pattern[str], Handler], ...] = tuple(
    (e.verb, _pattern(e.path), e.handler) for e in ENDPOINTS if "{" in e.path
)


def found(verb: str, endpoint: str) -> tuple[Handler, tuple[str, ...]] | None:
    """Who answers this address, and the ids in it."""
    plain = PLAIN.get((verb, endpoint))
    if plain is not None:
        return plain, ()
    for of_verb, pattern, handler in OPEN:
        if of_verb == verb and (match := pattern.fullmatch(endpoint)):
            return handler, match.groups()
    return None


def verbs(endpoint: str) -> list[str]:
    """What this address takes at all."""
    plain = {verb for verb, path in PLAIN if path == endpoint}
    return sorted(plain | {verb for verb, pattern, _ in OPEN if pattern.fullmatch(endpoint)})
