"""The WebSockets: every message, told about another workspace's things; and what happens there, heard by nobody elsewhere."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
import websockets

from sayso.web.live import At, Said, Which
from tests.isolation.conftest import Matrix
from tests.isolation.worlds import World
from tests.web.conftest import Caller, address

__all__ = ["address"]

HEARS_SECONDS = 60


def messages(w: World) -> dict[str, Any]:
    """Every message that a tab can say, about the things of a workspace."""
    at = {
        "app": w.ids["app"],
        "view": w.ids["view"],
        "table": w.ids["table"],
        "row": int(w.ids["row"]),
        "field": w.ids["field"],
        "typing": True,
    }
    return {"watch": {"app": w.ids["app"]}, "unwatch": {"app": w.ids["app"]}, "at": at, "activity": True}


def test_every_message_has_a_row(matrix: Matrix):
    told = messages(matrix.theirs)
    assert set(Said.model_fields) == set(told)
    assert set(At.model_fields) == set(told["at"]) and set(Which.model_fields) == set(told["watch"])


def opened(address: str, caller: Caller, path: str = "/api/live") -> websockets.connect:
    headers = {
        name: caller.headers[name] for name in ("authorization", "cookie", "origin", "sec-fetch-site") if name in caller.headers
    }
    return websockets.connect(f"ws://{address}{path}", additional_headers=headers, proxy=None)


@pytest.mark.parametrize("who", ["anonymous", "share_link", "share_cookie", "withdrawn_token", "ended_session"])
@pytest.mark.parametrize("path", ["/api/live", "/v1/realtime?model=x"])
async def test_who_is_not_signed_in_hears_nothing(matrix: Matrix, address: str, who: str, path: str):
    told: list[str | bytes] = []
    with suppress(websockets.InvalidStatus, websockets.ConnectionClosed):
        async with asyncio.timeout(HEARS_SECONDS), opened(address, matrix.strangers[who], path) as socket:
            while True:
                told.append(await socket.recv())
    assert all("error" in str(one) for one in told), told


async def test_nobody_elsewhere_hears_what_happens(matrix: Matrix, address: str):
    """They say every message about it; and then a row is written, the app is changed, and somebody moves about in it."""
    theirs, words = matrix.theirs, matrix.theirs.words
    roles = ("viewer", "member", "builder", "owner")
    sockets = {who: await opened(address, matrix.strangers[who]).__aenter__() for who in roles}
    own = await opened(address, theirs.owner).__aenter__()
    await own.send(json.dumps({"watch": messages(theirs)["watch"]}))
    heard: dict[str, list[str]] = {who: [] for who in (*roles, "own")}
    for socket in sockets.values():
        for name, message in messages(theirs).items():
            await socket.send(json.dumps({name: message}))
        await socket.send(json.dumps({"watch": {"app": matrix.ours.ids["app"]}}))
    row = f"/api/apps/{theirs.ids['app']}/tables/{theirs.ids['table']}/rows/{theirs.ids['row']}"
    assert (await theirs.builder.patch(row, json={"values": {"notes": theirs.says("a third note")}})).status_code == 200
    await own.send(json.dumps({"at": messages(theirs)["at"]}))
    async with asyncio.timeout(HEARS_SECONDS):
        while not {"rows", "people"} <= {json.loads(one)["event"] for one in heard["own"]}:
            heard["own"].append(str(await own.recv()))
    ours = f"/api/apps/{matrix.ours.ids['app']}/tables/{matrix.ours.ids['table']}/rows/{matrix.ours.ids['row']}"
    assert (await matrix.ours.builder.patch(ours, json={"values": {"notes": "ours"}})).status_code == 200
    for who, socket in sockets.items():
        async with asyncio.timeout(HEARS_SECONDS):
            while not any('"rows"' in one for one in heard[who]):
                heard[who].append(str(await socket.recv()))
        told = [json.loads(one) for one in heard[who]]
        assert next(one["status"] for one in told if one["event"] == "problem") == 404, told
        assert not any(one.get("app") == theirs.ids["app"] for one in told), told
        assert not words.leaked("".join(heard[who])), told
    for socket in (*sockets.values(), own):
        await socket.close()
    await matrix.settled()
