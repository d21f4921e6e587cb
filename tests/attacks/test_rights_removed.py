"""T17: a right that was taken away is gone within a second, at 25 doors: five ways to lose one × HTTP, a WebSocket, the address of a file,
an agent at work, an automation that waits. (Of a public link: its page, its form, its download, its file, an answer being sent.)

A second is a second of the clock by which what is remembered grows old; nothing here sleeps for it.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import websockets
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.team import keys, members, people, sessions
from sayso.web import callers, heard
from tests.isolation import worlds
from tests.isolation.test_mcp import called
from tests.isolation.worlds import World, made
from tests.web.conftest import URL, Caller, address
from tests.web.sharing import path_of, published, signed_in

__all__ = ["address"]

FOUND_SECONDS_MAX = 60
LATE = [
    {"kind": "wait", "id": "wait", "seconds": 3_600, "webhook": True},
    {"kind": "create_row", "id": "late", "table": "achests", "values": {"label": "Late"}},
]


@dataclass
class Vic:
    """A builder with a session, a token, an open tab of each, a file and an automation that waits."""

    world: World
    id: str
    actor: Any
    browser: Caller
    secret: str
    program: Caller
    token: str
    file: str
    run: str

    async def rows(self) -> str:
        return (await self.world.owner.get("/api/apps/avault/tables/achests/rows")).text


@pytest.fixture
async def vic(app: FastAPI, engine: AsyncEngine, world: World) -> AsyncIterator[Vic]:
    async with transaction(engine) as tx:
        actor = (await people.add(tx, f"Vic {time.monotonic_ns()}", role="builder", by=world.actors["owner"])).actor
        secret = await sessions.begin(tx, by=actor)
        key, token = await keys.create(tx, "Vic's", by=actor)
    browser, program = worlds.with_cookie(app, secret), worlds.client(app, authorization=f"Bearer {token}")
    where, id = "/api/apps/avault", f"late{time.monotonic_ns()}"
    automation = {"id": id, "name": f"Late {id}", "on": False, "trigger": {"kind": "called"}, "steps": LATE}
    version = (await program.get(where)).json()["version"]
    change = {"title": "", "steps": [{"do": "add", "part": "automation", "value": automation}]}
    made(await program.post(f"{where}/versions", json={"change": change, "base_version": version}))
    assert (await program.patch(f"{where}/automations/{id}", json={"on": True})).status_code == 200
    run = made(await program.post(f"{where}/automations/{id}/call", json={"inputs": {}}))["run"]
    await _until(world, run, {"sleeping"})
    yield Vic(world, actor.member or "", actor, browser, secret, program, key.id, world.ids["file"], run)


async def _until(world: World, run: str, states: set[str]) -> dict[str, Any]:
    async with asyncio.timeout(FOUND_SECONDS_MAX):
        while True:
            told = (await world.owner.get(f"/api/runs/{run}")).json()
            if told["state"] in states:
                return told
            await asyncio.sleep(0.05)


async def role(vic: Vic) -> None:
    async with transaction(vic.world.engine) as tx:
        await members.change_role(tx, vic.id, "guest", by=vic.world.actors["owner"])


async def suspended(vic: Vic) -> None:
    async with transaction(vic.world.engine) as tx:
        await members.suspend(tx, vic.id, by=vic.world.actors["owner"])


async def signed_out(vic: Vic) -> None:
    async with transaction(vic.world.engine) as tx:
        await sessions.end(tx, vic.secret)


async def rotated(vic: Vic) -> None:
    made(await vic.program.post(f"/api/tokens/{vic.token}/rotation", json={"overlap_hours": 0}))


Way = Callable[[Vic], Awaitable[None]]
WAYS: dict[str, tuple[Way, str]] = {
    "role": (role, "browser"),
    "suspended": (suspended, "browser"),
    "signed_out": (signed_out, "browser"),
    "rotated": (rotated, "program"),
}


async def over_http(vic: Vic, by: Caller, lose: Way, later: Callable[[], None], address: str) -> None:
    asked = "/api/apps/avault/tables/achests/rows"
    assert (await by.get(asked)).status_code == 200
    await lose(vic)
    later()
    assert (await by.get(asked)).status_code in (401, 403, 404)


async def at_a_file(vic: Vic, by: Caller, lose: Way, later: Callable[[], None], address: str) -> None:
    assert (await by.get(f"/api/files/{vic.file}")).status_code == 200
    await lose(vic)
    later()
    assert (await by.get(f"/api/files/{vic.file}")).status_code in (401, 403, 404)
    assert (await by.get(f"/api/files/{vic.file}/thumbnail")).status_code in (401, 403, 404)


async def on_a_socket(vic: Vic, by: Caller, lose: Way, later: Callable[[], None], address: str) -> None:
    headers = {name: by.headers[name] for name in ("authorization", "cookie", "origin", "sec-fetch-site") if name in by.headers}
    async with websockets.connect(f"ws://{address}/api/live", additional_headers=headers, proxy=None) as socket:
        await socket.send(json.dumps({"watch": {"app": "avault"}}))
        async with asyncio.timeout(FOUND_SECONDS_MAX):
            while json.loads(await socket.recv())["event"] != "people":
                pass
        await lose(vic)
        later()
        row = f"/api/apps/avault/tables/achests/rows/{vic.world.ids['row']}"
        made(await vic.world.owner.patch(row, json={"values": {"worth": time.monotonic_ns() % 10_000}}))
        heard: list[str] = []
        try:
            await socket.send(json.dumps({"watch": {"app": "avault"}}))
            async with asyncio.timeout(FOUND_SECONDS_MAX):
                while not heard or json.loads(heard[-1])["event"] != "problem":
                    heard.append(str(await socket.recv()))
        except websockets.ConnectionClosed as closed:
            assert closed.rcvd is not None and closed.rcvd.code == 4401
        assert not any(json.loads(one)["event"] == "rows" for one in heard), heard


async def by_an_agent(vic: Vic, by: Caller, lose: Way, later: Callable[[], None], address: str) -> None:
    """A program that acts for them over MCP; of a browser, a co-worker that is asked."""
    if by is vic.program or lose is not signed_out:
        arguments = {"app": "avault", "table": "achests"}
        assert "result" in (await called(vic.program, "find_rows", arguments))[1]
        await lose(vic)
        later()
        status, said, told = await called(vic.program, "find_rows", arguments)
        assert status == 401 or "error" in said or said["result"].get("isError"), told
        return
    talk = made(await by.post("/api/coworkers/ahelper/conversations", json={"title": "Hello"}))["id"]
    await lose(vic)
    later()
    assert (await by.post(f"/api/conversations/{talk}/messages", json={"text": "What is in the vault?"})).status_code == 401
    assert (await by.get(f"/api/conversations/{talk}/run")).status_code == 401


async def by_an_automation(vic: Vic, by: Caller, lose: Way, later: Callable[[], None], address: str) -> None:
    """One that waits, and wakes up when its owner has no right any more; of a session or token, what would start it."""
    before = (await vic.rows()).count("Late")
    run = (await vic.world.owner.get(f"/api/runs/{vic.run}")).json()
    await lose(vic)
    later()
    if lose in (signed_out, rotated):
        asked = f"/api/apps/avault/automations/{run['automation']}"
        assert (await by.post(f"{asked}/call", json={"inputs": {}})).status_code == 401
        assert (await by.post(f"/api/runs/{vic.run}/replay", json={})).status_code == 401
        return
    assert (await worlds.client(vic.world.app).post(run["steps"][0]["wait"]["url"].removeprefix(URL), json={})).status_code == 200
    told = await _until(vic.world, vic.run, {"failed", "done", "cancelled"})
    assert told["state"] == "failed", told["state"]
    assert (await vic.rows()).count("Late") == before


DOORS = (over_http, on_a_socket, at_a_file, by_an_agent, by_an_automation)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A second later, for all that is remembered."""

    def passes() -> None:
        clock = SimpleNamespace(monotonic=lambda: time.monotonic() + 1)
        monkeypatch.setattr(callers, "time", clock)
        monkeypatch.setattr(heard, "time", clock)

    return passes


CASES = [(way, door) for way in WAYS for door in DOORS if (way, door) != ("role", by_an_automation)]
"""A run whose owner has another role by now is in `tests/automations/test_trouble.py`: `test_a_run_has_the_rights_that_its_owner_has_now`."""


@pytest.mark.parametrize(("way", "door"), CASES, ids=[f"{way}-{door.__name__}" for way, door in CASES])
async def test_what_was_taken_away_is_gone(vic: Vic, way: str, door: Any, later: Callable[[], None], address: str):
    lose, who = WAYS[way]
    await door(vic, vic.browser if who == "browser" else vic.program, lose, later, address)


@pytest.mark.parametrize("place", ["", "?q=x", "/rows.csv", "/files/{file}", "form"])
async def test_a_link_that_was_withdrawn_opens_nothing(app: FastAPI, engine: AsyncEngine, world: World, place: str):
    person = await signed_in(engine, world.builder._transport, world.actors["builder"])
    form = place == "form"
    rows: dict[str, Any] = {} if form else {"rows": {"search": True, "download": True}, "fields": ["label", "papers"]}
    share = await published(person, "avault", "ahello" if form else "aall", **rows)
    stranger, at = worlds.client(app), path_of(share) + ("" if form else place.format(file=world.ids["file"]))
    assert (await stranger.get(at)).status_code == 200, at
    assert (await person.delete(f"/api/shares/{share['id']}")).status_code < 300
    assert (await stranger.get(at)).status_code == 404
    if form:
        assert (await stranger.post(at, data={"label": "Too late"})).status_code == 404
        assert (await stranger.get(f"{at}/challenge")).status_code == 404
        assert "Too late" not in (await world.owner.get("/api/apps/avault/tables/achests/rows")).text
