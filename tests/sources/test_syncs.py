"""Connected tables, synced: what is there is here, what people did is respected, and nothing is written twice or lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections import reading
from sayso.connections.databases import reader
from sayso.data import acts, apps, rows
from sayso.db import tables as system
from sayso.db import transaction
from sayso.db.source_tables import source_syncs, sources
from sayso.sources import conflicts, making, previewing, run, stored
from sayso.sources.run import Run
from sayso.sources.source import Sync
from sayso.sources.work import Syncs
from sayso.spec.change import Change, Remove
from tests.conftest import Northlight
from tests.connections.databases import port_of
from tests.sources.shop import Shop, opened_shop

NAMES = count(1)
ORDERS = (
    "create table orders (id int primary key, title text, total numeric(10,2), at timestamptz, updated_at timestamptz default now())",
    "insert into orders values (1, 'Lamp', 12.50, '2026-11-20 10:00+00'), (2, 'Desk', 300, null), (3, 'Chair', 99.99, '2026-11-21 00:00+01')",
)


@pytest.fixture(scope="module")
async def port(fresh_url: str) -> AsyncIterator[int]:
    async with port_of(fresh_url) as port:
        yield port


@pytest.fixture
async def shop(engine: AsyncEngine, fresh_url: str, port: int, northlight_kept: Northlight, tmp_path: Path) -> Shop:
    return await opened_shop(engine, fresh_url, port, northlight_kept.ben, tmp_path, f"shop{next(NAMES)}", *ORDERS)


def counts(sync: Sync) -> dict[str, int]:
    return {
        name: n
        for name in ("created", "changed", "trashed", "same", "conflicts", "written", "refused")
        if (n := getattr(sync, name))
    }


async def test_what_is_there_is_here(shop: Shop):
    sync = await shop.synced(origin="first")
    assert (sync.state, sync.read, counts(sync)) == ("done", 3, {"created": 3})
    assert await shop.values("id", "title", "total", "at") == [
        (1, "Lamp", 12.5, "2026-11-20T10:00:00Z"),
        (2, "Desk", 300, None),
        (3, "Chair", 99.99, "2026-11-20T23:00:00Z"),
    ]
    again = await shop.synced()
    assert counts(again) == {"same": 3}
    assert [row["version"] for row in await shop.rows()] == [1, 1, 1]


async def test_a_row_that_is_written_by_a_sync_is_an_ordinary_row(shop: Shop):
    await shop.synced()
    async with shop.engine.connect() as tx:
        e = system.events.c
        told = (await tx.execute(select(e.kind, e.payload).where(e.app_id == shop.app, e.kind.like("row.%")))).all()
    assert [(t.kind, t.payload["table"], t.payload["rows"]) for t in told] == [("row.created", shop.table, 3)]
    assert {row["created_by"] for row in await shop.rows()} == {"system"}


async def test_what_changes_there_changes_here_and_nothing_else(shop: Shop):
    await shop.synced()
    await shop.there(
        "update orders set title = 'Big lamp' where id = 1",
        "delete from orders where id = 2",
        "insert into orders values (4, 'Rug')",
    )
    sync = await shop.synced()
    assert counts(sync) == {"created": 1, "changed": 1, "trashed": 1, "same": 1}
    assert await shop.values("id", "title") == [(1, "Big lamp"), (3, "Chair"), (4, "Rug")]
    assert [row["version"] for row in await shop.rows()] == [2, 1, 1]
    await shop.there("insert into orders values (2, 'Desk is back')")
    assert counts(await shop.synced()) == {"changed": 1, "same": 3}
    assert (await shop.values("id", "title"))[1] == (2, "Desk is back")


async def test_what_somebody_took_out_here_stays_out(shop: Shop):
    await shop.synced()
    lamp = (await shop.rows())[0]
    async with transaction(shop.engine) as tx:
        await rows.trash(tx, await shop.opened(tx), shop.table, [lamp["id"]], by=shop.by)
    await shop.there("update orders set title = 'Other' where id = 1")
    assert counts(await shop.synced()) == {"same": 3}
    assert [v for (v,) in await shop.values("id")] == [2, 3]


async def test_rows_that_are_gone_may_stay(shop: Shop):
    await shop.connected(gone="keep")
    await shop.synced()
    await shop.there("delete from orders where id = 2")
    assert counts(await shop.synced()) == {"same": 2}
    assert len(await shop.rows()) == 3


async def test_an_empty_source_empties_nothing_without_a_word(shop: Shop):
    await shop.synced()
    await shop.there("delete from orders")
    sync = await shop.synced()
    assert (sync.state, sync.may_force, sync.trashed) == ("failed", True, 0)
    assert "All rows are gone" in sync.why
    assert len(await shop.rows()) == 3
    forced = await shop.synced(force=True)
    assert (forced.state, forced.trashed) == ("done", 3)
    assert await shop.rows() == []
    async with transaction(shop.engine) as tx:
        assert (await stored.kept(tx, await shop.opened(tx), (await shop.opened(tx)).spec.tables[1])).problem == ""


@pytest.mark.parametrize(
    ("wins", "title", "expected"),
    [("source", "There", {"changed": 1, "same": 2}), ("ours", "Here", {"same": 3}), ("newest", "There", {"changed": 1, "same": 2}), ("ask", "Here", {"conflicts": 1, "same": 2})],
)  # fmt: skip
async def test_a_value_that_was_changed_on_both_sides(shop: Shop, wins: str, title: str, expected: dict[str, int]):
    await shop.connected(wins=wins)
    await shop.synced()
    await shop.edits(1, title="Here")
    await shop.there("update orders set title = 'There' where id = 1")
    assert counts(await shop.synced()) == expected
    assert (await shop.values("title"))[0] == (title,)
    assert (await shop.synced()).changed == 0
    assert (await shop.values("title"))[0] == (title,)


async def test_the_newer_change_wins_by_the_sources_own_clock(shop: Shop):
    await shop.connected(wins="newest", cursor="updated_at")
    await shop.synced()
    await shop.there("update orders set title = 'Old news', updated_at = now() - interval '1 hour' where id = 1")
    await shop.edits(1, title="Here")
    await shop.synced(full=True)
    assert (await shop.values("title"))[0] == ("Here",)


async def test_changes_to_different_values_of_a_row_do_not_meet(shop: Shop):
    await shop.connected(wins="ask")
    await shop.synced()
    await shop.edits(1, title="Here")
    await shop.there("update orders set total = 1 where id = 1")
    assert counts(await shop.synced()) == {"changed": 1, "same": 2}
    assert (await shop.values("title", "total"))[0] == ("Here", 1)


async def test_what_the_source_alone_decides_is_put_right(shop: Shop):
    await shop.synced()
    await shop.edits(1, title="Here")
    assert counts(await shop.synced()) == {"changed": 1, "same": 2}
    assert (await shop.values("title"))[0] == ("Lamp",)


@pytest.mark.parametrize(("keep", "title"), [("source", "There"), ("ours", "Here")])
async def test_a_conflict_waits_for_a_person(shop: Shop, keep: Any, title: str):
    await shop.connected(wins="ask")
    await shop.synced()
    await shop.edits(1, title="Here")
    await shop.there("update orders set title = 'There' where id = 1")
    await shop.synced()
    async with transaction(shop.engine) as tx:
        (waiting,) = await conflicts.listed(tx, await shop.opened(tx), shop.table)
        assert (waiting["name"], waiting["fields"]) == (
            "Here",
            [{"field": "title", "name": "Title", "ours": "Here", "theirs": "There"}],
        )
        assert await conflicts.settle(tx, await shop.opened(tx), shop.table, [waiting["row"]], keep, by=shop.by) == 1
        assert await conflicts.listed(tx, await shop.opened(tx), shop.table) == []
    assert counts(await shop.synced()) == {"same": 3}
    assert (await shop.values("title"))[0] == (title,)


async def test_what_people_change_here_is_written_back_once(shop: Shop):
    await shop.connected(writes=True)
    await shop.synced()
    await shop.edits(1, title="O'Brien's lamp", total=7.25)
    await shop.edits(3, at="2026-12-01T08:00:00Z")
    sync = await shop.synced()
    assert counts(sync) == {"same": 3, "written": 2}
    assert await shop.what_is_there("select title, total::text, at::text from orders where id in (1, 3) order by id") == [
        ("O'Brien's lamp", "7.25", "2026-11-20 10:00:00+00"),
        ("Chair", "99.99", "2026-12-01 08:00:00+00"),
    ]
    assert counts(await shop.synced()) == {"same": 3}
    assert [row["version"] for row in await shop.rows()] == [2, 1, 2]


async def test_values_that_do_not_fit_are_told_and_the_rest_comes(shop: Shop):
    await shop.there(
        "alter table orders alter column total type text",
        "update orders set total = 'free' where id = 2",
        "insert into orders values (4, 'Rug', '12')",
    )
    sync = await shop.synced()
    assert counts(sync) == {"created": 4, "refused": 1}
    assert sync.examples == [{"key": "2", "field": "total", "reason": "Total is a number, such as 12.5"}]
    assert (await shop.values("id", "total"))[1] == (2, None)


async def test_a_column_that_is_gone_is_told_on_the_table(shop: Shop):
    await shop.synced()
    await shop.there("alter table orders drop column total")
    sync = await shop.synced()
    assert sync.state == "failed"
    assert "no column total any more" in sync.why
    assert len(await shop.values("total")) == 3
    await shop.there("drop table orders")
    assert "no table" in (await shop.synced()).why


async def test_a_source_that_is_not_reached_is_told(shop: Shop):
    await shop.synced()
    async with transaction(shop.engine) as tx:
        await tx.execute(
            system.metadata.tables["sayso.connections"]
            .update()
            .values(settings={"host": "127.0.0.1", "port": 9, "tls": "off", "user": "x"})
        )
    sync = await shop.synced()
    assert sync.state == "failed"
    assert sync.why.endswith("cannot be reached.")
    assert len(await shop.rows()) == 3


async def test_who_connected_it_must_still_be_allowed_to(shop: Shop, northlight_kept: Northlight):
    async with transaction(shop.engine) as tx:
        c = system.metadata.tables["sayso.connections"]
        await tx.execute(
            c.update()
            .where(c.c.id == shop.connection)
            .values(use={"who": "members", "roles": [], "members": []}, owner=northlight_kept.ana.member)
        )
    sync = await shop.synced()
    assert sync.state == "failed"
    assert "may not use" in sync.why


async def test_only_what_is_new_is_read_where_a_column_grows(shop: Shop):
    await shop.connected(cursor="updated_at")
    assert (await shop.synced()).full
    await shop.there(
        "update orders set title = 'New', updated_at = now() + interval '1 second' where id = 3",
        "delete from orders where id = 1",
    )
    sync = await shop.synced()
    assert (sync.full, sync.changed, sync.trashed) == (False, 1, 0)
    assert sync.read <= 3
    again = await shop.synced()
    assert (again.read, counts(again)) == (1, {"same": 1})
    async with transaction(shop.engine) as tx:
        await tx.execute(
            update(sources).where(sources.c.app_id == shop.app).values(full_at=datetime.now(UTC) - timedelta(hours=25))
        )
    assert (await shop.synced()).trashed == 1


async def test_a_preview_does_nothing(shop: Shop):
    before = await shop.rows()
    done = await previewing.preview(shop.connections, shop.app, shop.table, None, by=shop.by)
    assert (done.read, done.whole, done.sentence) == (3, True, "Of 3 rows: 3 new.")
    assert [(s["name"], s["does"]) for s in done.sample] == [("Lamp", "creates"), ("Desk", "creates"), ("Chair", "creates")]
    assert await shop.rows() == before == []
    await shop.synced()
    await shop.there("update orders set total = 5 where id = 1", "delete from orders where id = 3")
    done = await previewing.preview(shop.connections, shop.app, shop.table, None, by=shop.by)
    assert done.sentence == "Of 2 rows: 1 changed, 1 to the trash, 1 as they are."
    assert done.sample[0]["fields"] == [{"field": "total", "name": "Total", "before": 12.5, "after": 5}]
    assert done.sample[1]["does"] == "trashes"
    assert (await shop.values("total"))[0] == (12.5,)


async def test_a_killed_sync_goes_on_where_it_was(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "BATCH_ROWS", 10)
    await shop.there("insert into orders (id, title) select n, 'Order ' || n from generate_series(4, 95) as n")
    sync = await shop.begun()
    taken = Run._taken
    left = 4

    async def dies(self: Run, one: reading.Batch) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise asyncio.CancelledError  # as good as kill -9: nobody tidies up after it
        await taken(self, one)

    monkeypatch.setattr(Run, "_taken", dies)
    with pytest.raises(asyncio.CancelledError):
        await Syncs(shop.connections).run_one(sync.id)
    half = await shop.sync(sync.id)
    assert (half.state, half.read, half.after) == ("running", 40, [40])
    monkeypatch.setattr(Run, "_taken", taken)
    async with transaction(shop.engine) as tx:
        await tx.execute(update(source_syncs).where(source_syncs.c.id == sync.id).values(process=None))
    await Syncs(shop.connections).run_one(sync.id)
    done = await shop.sync(sync.id)
    assert (done.state, done.read, done.created) == ("done", 95, 95)
    assert [v for (v,) in await shop.values("id")] == list(range(1, 96))


async def test_there_is_one_sync_at_a_time_and_it_can_be_called_off(shop: Shop):
    one, two = await shop.begun(), await shop.begun(full=True)
    assert one.id == two.id
    async with transaction(shop.engine) as tx:
        await stored.cancel(tx, await shop.opened(tx), shop.table, one.id, by=shop.by)
    await Syncs(shop.connections).run_one(one.id)
    assert (await shop.sync(one.id)).state == "cancelled"
    assert await shop.rows() == []


async def test_a_schedule_begins_each_slot_once_whichever_process_looks(shop: Shop):
    await shop.connected(cron="*/15 * * * *")
    async with transaction(shop.engine) as tx:
        mine = sources.c.app_id == shop.app
        assert (await tx.execute(select(sources.c.next_at).where(mine))).scalar_one() > datetime.now(UTC)
        await tx.execute(update(sources).where(mine).values(next_at=datetime.now(UTC) - timedelta(hours=5)))
    begun = await asyncio.gather(*(Syncs(shop.connections).due() for _ in range(3)))
    assert sum(begun) == 1
    async with transaction(shop.engine) as tx:
        (sync,), _ = await stored.listed(tx, await shop.opened(tx), shop.table)
        assert (sync.origin, sync.state) == ("schedule", "waiting")
        assert (await tx.execute(select(sources.c.next_at).where(sources.c.app_id == shop.app))).scalar_one() > datetime.now(UTC)


async def test_a_table_that_is_disconnected_keeps_its_rows_and_undo_connects_it_again(shop: Shop):
    await shop.synced()
    async with transaction(shop.engine) as tx:
        app = await shop.opened(tx)
        table = app.spec.table(shop.table)
        assert table
        await making.connect(tx, app, table, None, by=shop.by)
        assert (await tx.execute(select(sources).where(sources.c.app_id == shop.app))).all() == []
    assert len(await shop.rows()) == 3
    async with transaction(shop.engine) as tx:
        app = await shop.opened(tx)
        act = await acts.next_undo(tx, app)
        assert act
        await apps.undo_change(tx, app, act, by=shop.by)
    await Syncs(shop.connections).follow(datetime.fromtimestamp(0, UTC))
    async with transaction(shop.engine) as tx:
        (kept,) = (await tx.execute(select(sources).where(sources.c.app_id == shop.app))).all()
        assert kept.owner == shop.by.member


async def test_a_field_that_goes_takes_its_column_out_of_the_sync(shop: Shop):
    await shop.synced()
    async with transaction(shop.engine) as tx:
        change = Change(steps=(Remove(part="field", table=shop.table, id="total"),))
        await apps.change(tx, await shop.opened(tx), change, by=shop.by)
    await shop.there("update orders set title = 'X', total = 0 where id = 1")
    assert counts(await shop.synced()) == {"changed": 1, "same": 2}
    assert "total" not in (await shop.source()).fields


def test_more_than_half_at_once_needs_a_word():
    assert [run._too_many(g, t) for g, t in ((0, 0), (1, 1), (2, 2), (20, 30), (21, 100), (51, 100))] == [
        False,
        False,
        True,
        False,
        False,
        True,
    ]
