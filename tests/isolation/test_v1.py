"""Every endpoint of /v1, asked for what another workspace keeps there."""

import re
from typing import Any

import httpx
import orjson
import pytest

from sayso.web.v1.routes import ENDPOINTS, Endpoint
from tests.isolation.conftest import Matrix
from tests.isolation.worlds import World, client

IDS = {
    "responses": ("response",), "conversations": ("conversation", "conversation.item"), "files": ("file",), "uploads": ("upload",),
    "batches": ("batch",), "assistants": ("assistant",), "vector_stores": ("file",), "models": ("alias",), "fine_tuning": ("file",),
    "threads": ("thread",), "threads/{}/messages": ("thread", "thread.message"), "threads/{}/runs": ("thread", "thread.run", "thread.run.step"),
}  # fmt: skip
"""By how an endpoint begins, which ids it takes, in their order."""
BODIES: dict[str, dict[str, Any]] = {
    "responses": {
        "model": "nobody/nothing",
        "input": "hello",
        "previous_response_id": "response",
        "conversation": "conversation",
    },
    "batches": {"input_file_id": "file", "endpoint": "/v1/embeddings", "completion_window": "24h"},
    "threads/{}/messages": {
        "role": "user",
        "content": "hello",
        "attachments": [{"file_id": "file", "tools": [{"type": "file_search"}]}],
    },
    "threads/{}/runs": {"assistant_id": "assistant"},
    "threads/runs": {"assistant_id": "assistant", "thread": {"messages": [{"role": "user", "content": "hello"}]}},
    "uploads/{}/complete": {"part_ids": ["upload"]},
    "conversations/{}/items": {
        "items": [{"type": "message", "role": "user", "content": [{"type": "input_file", "file_id": "file"}]}]
    },
    "threads/{}/runs/{}/submit_tool_outputs": {"tool_outputs": [{"tool_call_id": "thread.run.step", "output": "x"}]},
}
"""Bodies that name things; a string that is the name of a kind stands for theirs."""
PLAIN = {"model": "nobody/nothing", "messages": [{"role": "user", "content": "hello"}], "input": "hello", "prompt": "hello"}


def ids_of(endpoint: Endpoint, kept: dict[str, str]) -> list[str]:
    begins = max((name for name in IDS if endpoint.path.startswith(name)), key=len)
    count = endpoint.path.count("{")
    assert count <= len(IDS[begins]), f"{endpoint.path} takes more ids than IDS of tests/isolation/test_v1.py tells"
    return [kept[kind] for kind in IDS[begins][:count]]


def path_of(endpoint: Endpoint, kept: dict[str, str]) -> str:
    ids = iter(ids_of(endpoint, kept) if "{" in endpoint.path else ())
    return "/v1/" + re.sub(r"\{\*?\}", lambda _: next(ids), endpoint.path)


def body_of(endpoint: Endpoint, kept: dict[str, str]) -> Any:
    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: put(v) for k, v in value.items()}
        if isinstance(value, list):
            return [put(one) for one in value]
        return kept.get(value, value)

    return put(BODIES.get(endpoint.path, PLAIN))


def kept(w: World) -> dict[str, str]:
    return {**w.inside["v1"], "alias": w.ids["alias"]}


async def ask(caller: httpx.AsyncClient, endpoint: Endpoint, ids: dict[str, str], body: Any, **headers: str) -> httpx.Response:
    content = None if endpoint.verb == "GET" else orjson.dumps(body)
    sent = {"content-type": "application/json", **headers}
    return await caller.request(endpoint.verb, path_of(endpoint, ids), content=content, headers=sent)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.verb} {e.path}")
async def test_what_another_workspace_keeps_is_not_there(matrix: Matrix, before: dict[str, str], endpoint: Endpoint):
    theirs, ours = kept(matrix.theirs), kept(matrix.ours)
    key = client(matrix.ours.app, authorization=f"Bearer {matrix.ours.inside['gateway_key']}")
    everybody = [key, *(matrix.strangers[who] for who in ("anonymous", "share_link", "withdrawn_token", "viewer", "owner"))]
    bodies = [body_of(endpoint, theirs)] if endpoint.verb != "GET" else [None]
    for caller in everybody:
        for body in bodies:
            answer = await ask(caller, endpoint, theirs, body)
            lists = "{" not in endpoint.path and caller is key and (endpoint.verb == "GET" or endpoint.path in MAKES_OWN)
            assert answer.status_code < 500 and (answer.status_code >= 400 or lists), (answer.status_code, answer.text)
            assert not matrix.theirs.words.leaked(answer), answer.text
    if endpoint.verb != "GET" and endpoint.path in BODIES and "{" in endpoint.path:
        answer = await ask(key, endpoint, ours, bodies[0])
        assert 400 <= answer.status_code < 500 or endpoint.path in KEEPS_NAMES, (answer.status_code, answer.text)
        assert not matrix.theirs.words.leaked(answer), answer.text
    if endpoint.verb != "GET":
        await matrix.unchanged(before)


KEEPS_NAMES = {"conversations/{}/items", "threads/{}/messages"}
"""What is said is kept as it was sent; the file is looked for, among one's own, when a model is to read it."""
MAKES_OWN = {"conversations", "assistants", "threads", "realtime/client_secrets"}
"""These make something of one's own, and name nothing."""


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.verb == "GET" and e.path.count("{}") == 1], ids=lambda e: e.path)
async def test_what_is_ones_own_is_there(matrix: Matrix, endpoint: Endpoint):
    """The same with one's own ids, so that the above is not refused for another reason."""
    key = client(matrix.ours.app, authorization=f"Bearer {matrix.ours.inside['gateway_key']}")
    answer = await ask(key, endpoint, kept(matrix.ours), None)
    assert answer.status_code == 200 or endpoint.path == "files/{}/content", answer.text
