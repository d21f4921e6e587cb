"""T17: a right that was taken away is gone within a second, at 25 doors: five ways to lose one × HTTP, a WebSocket, the address of a file,
an agent at work, an automation that waits. (Of a public link: its page, its form, its download, its file, an answer being sent.)

A second is a second of the clock by which what is remembered grows old; nothing here sleeps for it.
`SAYSO_DELAYS=1 python -m pytest tests/attacks/test_rights_removed.py -s` lets that clock be, asks until it is refused, and tells how long each took.
"""

import asyncio
import json
import os
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
MEASURED = bool(os.environ.get("SAYSO_DELAYS"))
DELAY_SECONDS_MAX = 1.0
DELAYS: dict[str, float] = {}
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
    change = {"title": "", "steps": [{"do": "add", "part": "automation", "value": automation}]}
    for _ in range(5):  # automations of who lost the app before are being switched off meanwhile
        version = (await program.get(where)).json()["version"]
        added = await program.post(f"{where}/versions", json={"change": change, "base_version": version})
        if added.status_code != 409:
            break
    made(added)
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


Refused = Callable[[], Awaitable[bool]]
Gone = Callable[[Awaitable[None], Refused], Awaitable[None]]


async def over_http(vic: Vic, by: Caller, lose: Way, gone: Gone, address: str) -> None:
    asked = "/api/apps/avault/tables/achests/rows"
    assert (await by.get(asked)).status_code == 200

    async def refused() -> bool:
        return (await by.get(asked)).status_code in (401, 403, 404)

    await gone(lose(vic), refused)


async def at_a_file(vic: Vic, by: Caller, lose: Way, gone: Gone, address: str) -> None:
    file = f"/api/files/{vic.file}"
    assert (await by.get(file)).status_code == 200

    async def refused() -> bool:
        told = {(await by.get(at)).status_code for at in (file, f"{file}/thumbnail")}
        return told <= {401, 403, 404}

    await gone(lose(vic), refused)


async def on_a_socket(vic: Vic, by: Caller, lose: Way, gone: Gone, address: str) -> None:
    headers = {name: by.headers[name] for name in ("authorization", "cookie", "origin", "sec-fetch-site") if name in by.headers}
    async with websockets.connect(f"ws://{address}/api/live", additional_headers=headers, proxy=None) as socket:
        await socket.send(json.dumps({"watch": {"app": "avault"}}))
        async with asyncio.timeout(FOUND_SECONDS_MAX):
            while json.loads(await socket.recv())["event"] != "people":
                pass

        async def refused() -> bool:
            """A row is changed; nothing of it is heard, and whoever asks to watch again is told no or is cut off."""
            row = f"/api/apps/avault/tables/achests/rows/{vic.world.ids['row']}"
            made(await vic.world.owner.patch(row, json={"values": {"worth": time.monotonic_ns() % 10_000}}))
            try:
                await socket.send(json.dumps({"watch": {"app": "avault"}}))
                async with asyncio.timeout(FOUND_SECONDS_MAX):
                    while (event := json.loads(await socket.recv())["event"]) not in ("problem", "rows"):
                        pass
            except websockets.ConnectionClosed as closed:
                return closed.rcvd is not None and closed.rcvd.code == 4401
            return event == "problem"

        await gone(lose(vic), refused)


async def by_an_agent(vic: Vic, by: Caller, lose: Way, gone: Gone, address: str) -> None:
    """A program that acts for them over MCP; of a browser, a co-worker that is asked."""
    if by is vic.program or lose is not signed_out:
        arguments = {"app": "avault", "table": "achests"}
        assert "result" in (await called(vic.program, "find_rows", arguments))[1]

        async def refused() -> bool:
            status, said, _ = await called(vic.program, "find_rows", arguments)
            return status == 401 or "error" in said or bool(said["result"].get("isError"))
    else:
        talk = made(await by.post("/api/coworkers/ahelper/conversations", json={"title": "Hello"}))["id"]

        async def refused() -> bool:
            asked = await by.post(
                f"/api/conversations/{talk}/messages", json={"text": "" if MEASURED else "What is in the vault?"}
            )
            return asked.status_code == 401 and (await by.get(f"/api/conversations/{talk}/run")).status_code == 401

    await gone(lose(vic), refused)


async def by_an_automation(vic: Vic, by: Caller, lose: Way, gone: Gone, address: str) -> None:
    """One that waits, and wakes up when its owner has no right any more; of a session or token, what would start it."""
    before = (await vic.rows()).count("Late")
    run = (await vic.world.owner.get(f"/api/runs/{vic.run}")).json()

    async def refused() -> bool:
        if lose in (signed_out, rotated):
            asked = f"/api/apps/avault/automations/{run['automation']}"
            called = (await by.post(f"{asked}/call", json={"inputs": {}})).status_code
            return called == 401 and (await by.post(f"/api/runs/{vic.run}/replay", json={})).status_code == 401
        waiting = run["steps"][0]["wait"]["url"].removeprefix(URL)
        assert (await worlds.client(vic.world.app).post(waiting, json={})).status_code == 200
        told = await _until(vic.world, vic.run, {"failed", "done", "cancelled"})
        assert told["state"] == "failed", told
        return (await vic.rows()).count("Late") == before

    await gone(lose(vic), refused)


DOORS = (over_http, on_a_socket, at_a_file, by_an_agent, by_an_automation)


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Gone:
    """Takes a right away, and asks: a second later by what is remembered; or, where it is measured, until it is refused."""

    async def passes(lost: Awaitable[None], refused: Refused) -> None:
        await lost
        if not MEASURED:
            clock = SimpleNamespace(monotonic=lambda: time.monotonic() + 1)
            monkeypatch.setattr(callers, "time", clock)
            monkeypatch.setattr(heard, "time", clock)
            assert await refused()
            return
        began = asked = time.perf_counter()
        async with asyncio.timeout(FOUND_SECONDS_MAX):
            while not await refused():
                await asyncio.sleep(0.01)
                asked = time.perf_counter()
        DELAYS[request.node.callspec.id] = asked - began
        assert asked - began <= DELAY_SECONDS_MAX, f"{asked - began:.2f} s"

    return passes


CASES = [(way, door) for way in WAYS for door in DOORS]


@pytest.mark.parametrize(("way", "door"), CASES, ids=[f"{way}-{door.__name__}" for way, door in CASES])
async def test_what_was_taken_away_is_gone(vic: Vic, way: str, door: Any, gone: Gone, address: str):
    lose, who = WAYS[way]
    await door(vic, vic.browser if who == "browser" else vic.program, lose, gone, address)


LINKS = ("", "?q=x", "/rows.csv", "/files/{file}", "form")


@pytest.mark.parametrize("place", LINKS)
async def test_a_link_that_was_withdrawn_opens_nothing(app: FastAPI, engine: AsyncEngine, world: World, place: str, gone: Gone):
    person = await signed_in(engine, world.builder._transport, world.actors["builder"])
    form = place == "form"
    rows: dict[str, Any] = {} if form else {"rows": {"search": True, "download": True}, "fields": ["label", "papers"]}
    share = await published(person, "avault", "ahello" if form else "aall", **rows)
    stranger, at = worlds.client(app), path_of(share) + ("" if form else place.format(file=world.ids["file"]))
    assert (await stranger.get(at)).status_code == 200, at

    async def stopped() -> None:
        assert (await person.delete(f"/api/shares/{share['id']}")).status_code < 300

    async def refused() -> bool:
        told = {(await stranger.get(at)).status_code}
        if form:
            told |= {(await stranger.post(at, data={"label": "Too late"})).status_code}
            told |= {(await stranger.get(f"{at}/challenge")).status_code}
            assert "Too late" not in (await world.owner.get("/api/apps/avault/tables/achests/rows")).text
        return told == {404}

    await gone(stopped(), refused)


def test_there_are_twenty_five_ways():
    if MEASURED:
        print("delays in ms:", {name: round(seconds * 1000, 1) for name, seconds in DELAYS.items()})  # noqa: T201
    assert len(CASES) + len(LINKS) == 25
