"""What happens reaches the webhooks that follow it: once each, with the rights of whoever added them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations.webhooks_out import LEFT, WebhooksOut
from sayso.connections import audit_streams, endpoints
from sayso.connections.connections import Connections
from sayso.connections.endpoints import Endpoint
from sayso.data import apps, events, rows
from sayso.db import transaction
from sayso.db.connection_tables import deliveries
from sayso.db.tables import members
from sayso.spec.app import App
from sayso.team import audit, people
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.connections.outside import LOOPBACK, Outside, outside
from tests.web.crm import CRM


@pytest.fixture(scope="module")
def connections(engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory) -> Connections:
    return Connections(engine, Path(tmp_path_factory.mktemp("home")), LOOPBACK, "https://sayso.northlight.example")


@pytest.fixture
async def out(connections: Connections, northlight_kept: Northlight) -> AsyncIterator[WebhooksOut]:
    """One that has heard all there was before the test."""
    one = WebhooksOut(connections)
    await one.caught_up()
    await one.deliveries.once()
    yield one


@pytest.fixture(scope="module")
async def crm(engine: AsyncEngine, northlight_kept: Northlight) -> str:
    async with transaction(engine) as tx:
        await apps.create(tx, App.model_validate(CRM), by=northlight_kept.ben)
        await apps.create(tx, App.model_validate({**CRM, "id": "other"}), by=northlight_kept.ben)
    return "crm"


async def followed(connections: Connections, by: Actor, url: str, *events: str, app: str | None = None) -> Endpoint:
    async with transaction(connections.engine) as tx:
        return await endpoints.create(tx, connections, by=by, url=url, events=list(events), app=app)


async def add_rows(engine: AsyncEngine, by: Actor, app: str, *names: str) -> list[int]:
    async with transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=by, to="write")
        return [row["id"] for row in await rows.create_many(tx, opened, "clients", [{"name": name} for name in names], by=by)]


async def told(engine: AsyncEngine, to: Endpoint) -> list[Any]:
    async with engine.connect() as tx:
        query = select(deliveries.c.body).where(deliveries.c.webhook == to.id).order_by(deliveries.c.position)
        return [json.loads(body) for body in (await tx.execute(query)).scalars()]


async def test_a_row_is_told_with_its_values(out: WebhooksOut, northlight_kept: Northlight, crm: str):
    async with outside() as there:
        mine = await followed(out.connections, northlight_kept.ben, f"{there.url}/mine", "row.created", app=crm)
        every = await followed(out.connections, northlight_kept.ana, f"{there.url}/all", "*")
        (id,) = await add_rows(out.engine, northlight_kept.mia, crm, "Otto")
        await add_rows(out.engine, northlight_kept.mia, "other", "Elsewhere")
        assert await out.caught_up() == 3
        assert await out.caught_up() == 0
        await out.deliveries.once()
        (message,) = await told(out.engine, mine)
        assert message["type"] == "row.created" and message["timestamp"].endswith("Z")
        data = message["data"]
        assert (data["app"], data["table"], data["count"], data["row_ids"]) == ("crm", "clients", 1, [id])
        assert (data["by"], data["by_name"]) == (northlight_kept.mia.member, "Mia Lindqvist")
        assert data["rows"][0]["values"]["name"] == "Otto" and data["url"].endswith("/a/crm")
        assert [one["data"]["app"] for one in await told(out.engine, every)] == ["crm", "other"]
        assert sorted(heard.target for heard in there.heard) == ["/all", "/all", "/mine"]


async def test_many_rows_are_told_by_their_ids(out: WebhooksOut, northlight_kept: Northlight, crm: str):
    mine = await followed(out.connections, northlight_kept.ben, "http://127.0.0.1:9999/many", "row.created", app=crm)
    await add_rows(out.engine, northlight_kept.mia, crm, *(f"Client {n}" for n in range(150)))
    await out.caught_up()
    (message,) = await told(out.engine, mine)
    assert len(message["data"]["row_ids"]) == 150 and "rows" not in message["data"]


async def test_what_was_rolled_back_is_not_told(out: WebhooksOut, northlight_kept: Northlight, crm: str):
    mine = await followed(out.connections, northlight_kept.ben, "http://127.0.0.1:9999/never", "*")
    with pytest.raises(RuntimeError):
        async with transaction(out.engine) as tx:
            opened = await apps.open_app(tx, crm, by=northlight_kept.mia, to="write")
            await rows.create(tx, opened, "clients", {"name": "Nobody"}, by=northlight_kept.mia)
            raise RuntimeError
    await out.caught_up()
    assert await told(out.engine, mine) == []


async def test_many_processes_tell_once(out: WebhooksOut, northlight_kept: Northlight, crm: str):
    mine = await followed(out.connections, northlight_kept.ben, "http://127.0.0.1:9999/once", "row.created")
    for n in range(5):
        await add_rows(out.engine, northlight_kept.mia, crm, f"Once {n}")
    await asyncio.gather(*(WebhooksOut(out.connections).caught_up() for _ in range(4)))
    await out.caught_up()
    assert len(await told(out.engine, mine)) == 5


async def test_whoever_has_left_is_told_nothing_more(out: WebhooksOut, northlight_kept: Northlight, crm: str):
    async with transaction(out.engine) as tx:
        nora = await people.add(tx, "Nora", role="builder", by=northlight_kept.ana)
    mine = await followed(out.connections, nora.actor, "http://127.0.0.1:9999/left", "row.created")
    async with transaction(out.engine) as tx:
        await tx.execute(members.update().where(members.c.id == nora.id).values(role="viewer"))
    await add_rows(out.engine, northlight_kept.mia, crm, "Secret")
    await out.caught_up()
    assert await told(out.engine, mine) == []
    async with transaction(out.engine) as tx:
        off = await endpoints.read(tx, out.connections, mine.id, by=northlight_kept.ana)
    assert (off.on, off.why) == (False, LEFT)


async def test_it_runs_by_itself(out: WebhooksOut, northlight_kept: Northlight, crm: str):
    async with outside() as there, out.running():
        await followed(out.connections, northlight_kept.ben, f"{there.url}/live", "row.created")
        await add_rows(out.engine, northlight_kept.mia, crm, "Live")
        async with asyncio.timeout(60):
            while not there.heard:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    heard: Outside = there
    assert heard.heard[0].target == "/live" and b"Live" in heard.heard[0].body


async def test_what_a_run_has_done_says_so(out: WebhooksOut, northlight_kept: Northlight, crm: str):
    """Told to an address of ours it would begin the same again: whoever takes it in counts."""
    mine = await followed(out.connections, northlight_kept.ben, "http://127.0.0.1:9999/hops", "row.created")
    with events.caused_by("r_first", 2):
        await add_rows(out.engine, northlight_kept.mia, crm, "By a run")
    await add_rows(out.engine, northlight_kept.mia, crm, "By hand")
    await out.caught_up()
    assert [message.get("hops", 0) for message in await told(out.engine, mine)] == [2, 0]


async def streamed(out: WebhooksOut, by: Actor, url: str, *kinds: str) -> Endpoint:
    async with transaction(out.engine) as tx:
        return await audit_streams.create(tx, out.connections, by=by, url=url, kinds=kinds)


async def act(out: WebhooksOut, by: Actor, kind: str, *sentences: str) -> None:
    for sentence in sentences:
        async with transaction(out.engine) as tx:
            await audit.write(tx, kind, sentence, by=by, before={"n": 1}, after={"n": 2})


async def test_the_audit_log_is_carried_entry_by_entry(out: WebhooksOut, northlight_kept: Northlight):
    async with outside() as there:
        mine = await streamed(out, northlight_kept.ana, f"{there.url}/log", "role")
        await act(out, northlight_kept.ana, "role.changed", "made Ben an owner", "made Ben a builder")
        await act(out, northlight_kept.ana, "roleplay.begun", "began to play")
        await out.caught_up()
        await out.caught_up()
        await out.deliveries.once()
        first, second = await told(out.engine, mine)
        assert (first["type"], first["data"]["sentence"], first["data"]["after"]) == (
            "audit.role.changed",
            "made Ben an owner",
            {"n": 2},
        )
        assert second["data"]["n"] > first["data"]["n"] and len(first["data"]["hash"]) == 64
        assert [heard.target for heard in there.heard] == ["/log", "/log"]


async def test_after_an_outage_nothing_of_it_is_missing(out: WebhooksOut, northlight_kept: Northlight):
    mine = await streamed(out, northlight_kept.ana, "http://127.0.0.1:9999/log", "outage")
    await act(out, northlight_kept.ana, "outage.noted", "before")
    await out.caught_up()
    async with transaction(out.engine) as tx:
        await endpoints.change(tx, out.connections, mine.id, {"on": False}, by=northlight_kept.ana)
    await act(out, northlight_kept.ana, "outage.noted", "while it was off")
    await out.caught_up()
    assert [one["data"]["sentence"] for one in await told(out.engine, mine)] == ["before"]
    async with outside() as there:
        async with transaction(out.engine) as tx:
            await endpoints.change(tx, out.connections, mine.id, {"on": True, "url": f"{there.url}/log"}, by=northlight_kept.ana)
        await out.caught_up()
        await out.deliveries.once()
        assert sorted(json.loads(heard.body)["data"]["sentence"] for heard in there.heard) == ["before", "while it was off"]


async def test_who_manages_no_more_is_told_nothing_more(out: WebhooksOut, northlight_kept: Northlight):
    async with transaction(out.engine) as tx:
        second = (await people.add(tx, "Second Owner", role="owner", by=northlight_kept.ana)).actor
    mine = await streamed(out, second, "http://127.0.0.1:9999/log", "leaving")
    async with transaction(out.engine) as tx:
        await tx.execute(members.update().where(members.c.id == second.member).values(role="builder"))
    await act(out, northlight_kept.ana, "leaving.noted", "after they left")
    await out.caught_up()
    assert await told(out.engine, mine) == []
    async with transaction(out.engine) as tx:
        found = await endpoints.read(tx, out.connections, mine.id, by=northlight_kept.ana)
    assert (found.on, found.why) == (False, audit_streams.LEFT)


async def test_all_events_do_not_hold_the_audit_log(out: WebhooksOut, northlight_kept: Northlight):
    mine = await followed(out.connections, northlight_kept.ben, "http://127.0.0.1:9999/all", "*")
    await act(out, northlight_kept.ana, "quiet.noted", "for owners only")
    await out.caught_up()
    assert "for owners only" not in str(await told(out.engine, mine))
