"""Every address of /v1, on one page. What OpenAI serves under the same address is the reference for each.

A handler takes the `Request` and gives the `Answer`, or raises `Refused`. `{}` in an address is one id, and `{*}` any rest of a path.
"""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from sayso.gateway.calls import Answer
from sayso.web.v1 import calls, models
from sayso.web.v1.request import Request

Handler = Callable[[Request], Awaitable[Answer]]


class Endpoint(NamedTuple):
    verb: str
    path: str
    handler: Handler


ENDPOINTS = (
    Endpoint("POST", "chat/completions", calls.create),
    Endpoint("POST", "completions", calls.create),
    Endpoint("POST", "responses", calls.create),
    Endpoint("POST", "embeddings", calls.create),
    Endpoint("POST", "moderations", calls.create),
    Endpoint("POST", "images/generations", calls.create),
    Endpoint("POST", "images/edits", calls.create),
    Endpoint("POST", "images/variations", calls.create),
    Endpoint("POST", "audio/speech", calls.create),
    Endpoint("POST", "audio/transcriptions", calls.create),
    Endpoint("POST", "audio/translations", calls.create),
    Endpoint("GET", "models", models.listed),
    Endpoint("GET", "models/{*}", models.show),
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
