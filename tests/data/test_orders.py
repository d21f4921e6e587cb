"""Orders that are kept in a process are right after whatever other processes did: patched, read again, never stale."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.data import glimpse, orders, query, rows, undo
from sayso.data.kept import kept
from sayso.data.open_app import OpenApp
from sayso.data.query import Query
from sayso.data.rows import Edit
from sayso.db import open_engine, transaction
from sayso.errors import Conflict, NotFound
from sayso.spec.filter import Condition, Filter, Sort
from tests.conftest import Northlight
from tests.data.built import built
from tests.data.company import CRM

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OPEN = Filter(of=(Condition(field="stage", op="is", value="open"),))
ASKED = [
    Query(),
    Query(filter=OPEN),
    Query(sorts=(Sort(field="qty"),)),
    Query(sorts=(Sort(field="qty", descending=True), Sort(field="title")), filter=OPEN),
    Query(search="film"),
    Query(sorts=(Sort(field="client"),)),
    Query(filter=Filter(of=(Condition(field="town", op="is", value="oslo"),))),
    Query(sorts=(Sort(field="total", descending=True),)),
    Query(sorts=(Sort(field="touched"),)),
]


@pytest.fixture(scope="module")
async def crm(engine: AsyncEngine, northlight_kept: Northlight) -> OpenApp:
    async with transaction(engine) as tx:
        return await built(tx, CRM, northlight_kept.mia)


async def ids(engine: AsyncEngine, app: OpenApp, asked: Query) -> list[int]:
    async with transaction(engine) as tx:
        page = await query.page(tx, app, "deals", replace(asked, fields=("title",), limit=1000), now=NOW)
    found = [row["id"] for row in orjson.loads(page.rows)]
    assert len(found) == page.total
    return found


async def one_step(draw: random.Random, engine: AsyncEngine, app: OpenApp) -> None:
    """Something that somebody might do next."""
    mia, some = app.by, lambda: draw.randint(1, 60)
    async with transaction(engine) as tx:
        try:
            match draw.randint(0, 11):
                case 0 | 1:
                    await rows.create(
                        tx,
                        app,
                        "deals",
                        {"title": draw.choice(["Film", "Photo"]), "qty": draw.randint(0, 5), "client": draw.randint(1, 3)},
                        by=mia,
                    )
                case 2 | 3 | 4:
                    await rows.update(tx, app, "deals", some(), {"qty": draw.choice([None, 1, 2, 3])}, by=mia)
                case 5:
                    await rows.update(
                        tx,
                        app,
                        "deals",
                        some(),
                        {"stage": draw.choice(["open", "won"]), "title": draw.choice(["film noir", "Radio"])},
                        by=mia,
                    )
                case 6:
                    await rows.trash(tx, app, "deals", [some(), some()], by=mia)
                case 7:
                    await rows.restore(tx, app, "deals", [some(), some(), some()], by=mia)
                case 8:
                    await rows.move(tx, app, "deals", some(), before=draw.choice([None, some()]), by=mia)
                case 9:
                    await rows.update(
                        tx,
                        app,
                        "clients",
                        draw.randint(1, 3),
                        {"city": draw.choice(["oslo", "berlin"]), "name": draw.choice("ABC")},
                        by=mia,
                    )
                case 10:
                    await rows.update_many(
                        tx, app, "deals", [Edit(id, {"qty": draw.randint(0, 9)}) for id in draw.sample(range(1, 31), 20)], by=mia
                    )
                case _:
                    await undo.undo(tx, app, by=mia)
        except (NotFound, Conflict):
            await tx.rollback()


async def test_what_is_kept_is_what_would_be_read(engine: AsyncEngine, crm: OpenApp, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(orders, "PROBES", 4)
    draw = random.Random(11)
    async with transaction(engine) as tx:
        await rows.create_many(tx, crm, "clients", [{"name": n, "city": "oslo"} for n in "ABC"], by=crm.by)
        await rows.create_many(
            tx,
            crm,
            "deals",
            [{"title": f"Deal {n}", "qty": n % 4, "client": n % 3 + 1, "amount": n} for n in range(60)],
            by=crm.by,
        )
    other, fresh = (
        open_engine(str(engine.url.render_as_string(hide_password=False))),
        open_engine(engine.url.render_as_string(hide_password=False)),
    )
    patched = 0
    for _ in range(120):
        await one_step(draw, draw.choice([engine, other]), crm)
        for asked in draw.sample(ASKED, 3):
            kept(fresh).orders.values.clear()
            expected = await ids(fresh, crm, asked)
            before = len(kept(engine).orders.values)
            assert await ids(engine, crm, asked) == expected == await ids(other, crm, asked)
            patched += before > 0
    assert patched > 100
    await other.dispose()
    await fresh.dispose()


async def test_what_was_rolled_back_was_never_there(engine: AsyncEngine, crm: OpenApp):
    before = await ids(engine, crm, Query())
    async with engine.connect() as tx:
        await rows.create(tx, crm, "deals", {"title": "Ghost"}, by=crm.by)
        inside = await query.page(tx, crm, "deals", Query(limit=1000), now=NOW)
        assert inside.total == len(before) + 1 and b"Ghost" in inside.rows
        await tx.rollback()
    assert await ids(engine, crm, Query()) == before


async def test_a_commit_that_was_begun_before_the_order_was_read_is_seen(engine: AsyncEngine, crm: OpenApp):
    """The event of the slow writer has the lower id, and is committed after a later one has been seen."""
    async with engine.connect() as slow:
        made = await rows.create(slow, crm, "deals", {"title": "Slow"}, by=crm.by)
        async with transaction(engine) as fast:
            later = await rows.create(fast, crm, "deals", {"title": "Fast"}, by=crm.by)
        seen = await ids(engine, crm, Query())
        assert later["id"] in seen and made["id"] not in seen
        await slow.commit()
    assert made["id"] in await ids(engine, crm, Query())


async def test_two_people_change_the_same_row(engine: AsyncEngine, crm: OpenApp):
    async with transaction(engine) as tx:
        row = await rows.create(tx, crm, "deals", {"title": "Both", "qty": 0}, by=crm.by)

    async def edits(n: int) -> bool:
        try:
            async with transaction(engine) as tx:
                await rows.update(tx, crm, "deals", row["id"], {"qty": n}, version=1, by=crm.by)
        except Conflict:
            return False
        return True

    assert sorted(await asyncio.gather(*(edits(n) for n in range(1, 7)))) == [False] * 5 + [True]
    async with transaction(engine) as tx:
        assert (await rows.read(tx, crm, "deals", row["id"]))["version"] == 2


async def test_a_glimpse_shows_what_the_whole_order_shows(engine: AsyncEngine, crm: OpenApp, monkeypatch: pytest.MonkeyPatch):
    asked = Query(sorts=(Sort(field="title", descending=True), Sort(field="qty")), limit=7, fields=("title",))
    async with transaction(engine) as tx:
        whole = await query.page(tx, crm, "deals", asked, now=NOW)
    kept(engine).orders.values.clear()
    monkeypatch.setattr(glimpse, "LARGE_BYTES", 0)
    async with transaction(engine) as tx:
        first = await query.page(tx, crm, "deals", asked, now=NOW)
    await asyncio.gather(*kept(engine).tasks)
    assert len(kept(engine).orders.values) == 1, "the whole order was read beside"
    async with transaction(engine) as tx:
        second = await query.page(tx, crm, "deals", asked, now=NOW)
    assert first == whole == second
