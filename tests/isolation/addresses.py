"""The addresses of the OpenAPI file, with a good body for each."""

from typing import Any

import httpx
import orjson

from sayso.web.routes import API, Address
from tests.isolation.worlds import World, parameters
from tests.web.conftest import Caller
from tests.web.test_every_address import BODIES, MINE, QUERIES, SPREADSHEET

UPLOADS = {"POST /api/files", "POST /api/imports"}
"""What takes a file and no JSON."""
BY_ID = tuple(address for address in API if address.path not in MINE)
"""Addresses that name something of a workspace."""


def name(address: Address) -> str:
    return f"{address.verb} {address.path}"


async def ask(caller: Caller, address: Address, path: str, body: Any = None, **also: Any) -> httpx.Response:
    """Asks as the example does, or with this body."""
    query = {**QUERIES.get(name(address), {}), **also.pop("query", {})}
    if name(address) in UPLOADS:
        return await caller.request(address.verb, path, params=query, files={"file": SPREADSHEET}, **also)
    body = BODIES.get(name(address)) if body is None else body
    if address.verb in ("GET", "DELETE") and body is None:
        return await caller.request(address.verb, path, params=query, **also)
    assert body is not None, f"{name(address)} has no example in BODIES of tests/web/test_every_address.py"
    headers = {"content-type": "application/json", **also.pop("headers", {})}
    return await caller.request(address.verb, path, params=query, content=orjson.dumps(body), headers=headers, **also)


def about(body: Any, w: World) -> Any:
    """The example with the things of this workspace in it, wherever it names one."""
    return _replaced(body, w, "")


def _replaced(value: Any, w: World, key: str) -> Any:
    if isinstance(value, dict):
        return {k: _replaced(v, w, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_replaced(one, w, key) for one in value]
    known = NAMED.get(key)
    return value if known is None or not isinstance(value, str) else w.ids.get(known, value)


NAMED = {
    "app": "app", "table": "table", "view": "view", "field": "field", "file": "file", "files": "file", "connection": "connection",
    "import": "imports", "draft": "drafts", "automation": "automation", "coworker": "coworker", "run": "run",
    "trial": "trials", "provider": "provider", "key": "key", "webhook": "webhook", "sync": "sync", "conversation": "conversation",
}  # fmt: skip
"""Under which key of a body what kind of thing is named."""


def mixed(address: Address, ours: World, theirs: World) -> list[dict[str, str]]:
    """Ids for the path: ours, but for one that is theirs; for each parameter where the two differ."""
    names = sorted(set(parameters(address.path).values()))
    different = [n for n in names if ours.ids.get(n) != theirs.ids.get(n)]
    return [{**ours.ids, n: theirs.ids[n]} for n in different] if len(names) > 1 else []
