"""The log of what people and programs do: added to and nothing else, and it can tell when it was touched."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tests.conftest import Northlight

from sayso.db import transaction
from sayso.errors import Forbidden, Invalid
from sayso.team import audit, people
from sayso.team.actor import Actor
from sayso.team.audit import chain, keeping
from sayso.team.secret import new_token

KEEPER = text("select set_config('sayso.audit_keeper', pg_current_xact_id()::text, true)")


@pytest.fixture
async def zoe(engine: AsyncEngine) -> Actor:
    """Somebody with a fresh workspace, and ten entries in it."""
    async with transaction(engine) as tx:
        zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    before = await count(engine, zoe)
    for n in range(10 - before):
        async with transaction(engine) as tx:
            await audit.write(tx, "thing.done", f"did thing {n}", by=zoe, subject=str(n), before={"n": n}, after={"n": n + 1})
    return zoe


async def count(engine: AsyncEngine, by: Actor) -> int:
    async with transaction(engine) as tx:
        return len(await audit.listed(tx, by=by))


async def verified(engine: AsyncEngine, by: Actor) -> chain.Verification:
    async with transaction(engine) as tx:
        return await chain.verify(tx, by=by)


async def quietly(engine: AsyncEngine, command: str, **given: object) -> None:
    """As whoever has the database in their hands would do it: past the guard."""
    async with transaction(engine) as tx:
        await tx.execute(text("alter table sayso.audit disable trigger audit_kept"))
        await tx.execute(text(command), given)
        await tx.execute(text("alter table sayso.audit enable trigger audit_kept"))


async def test_entries_say_who_what_from_where_before_and_after(tx: AsyncConnection, northlight: Northlight):
    ana = replace(northlight.ana, address="192.0.2.7", agent="Firefox", session="se_1")
    await audit.write(
        tx,
        "role.changed",
        "made Ben an owner",
        by=ana,
        subject="m_1",
        app="crm",
        before={"role": "builder"},
        after={"role": "owner"},
    )
    one, *_ = await audit.listed(tx, by=northlight.ana)
    assert (one.kind, one.subject, one.app, one.by, one.by_name, one.by_kind) == (
        "role.changed",
        "m_1",
        "crm",
        ana.member,
        "Ana Prado",
        "member",
    )
    assert (one.address, one.agent, one.session, one.before, one.after) == (
        "192.0.2.7",
        "Firefox",
        "se_1",
        {"role": "builder"},
        {"role": "owner"},
    )


async def test_only_who_manages_reads_it_and_nobody_elsewhere(tx: AsyncConnection, northlight: Northlight):
    await audit.write(tx, "thing.done", "did a thing", by=northlight.ana)
    for by in (northlight.ben, northlight.mia, northlight.cleo):
        with pytest.raises(Forbidden):
            await audit.listed(tx, by=by)
        with pytest.raises(Forbidden):
            await chain.verify(tx, by=by)
    zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    assert "did a thing" not in [one.sentence for one in await audit.listed(tx, by=zoe)]


async def test_it_is_narrowed_by_everything_that_an_owner_looks_for(tx: AsyncConnection, northlight: Northlight):
    ana = replace(northlight.ana, address="192.0.2.7")
    await audit.write(tx, "share.made", "made a view public", by=ana, subject="v_1", app="crm")
    await audit.write(tx, "shareholder.told", "told somebody", by=northlight.ben, detail={"what": "100 % done"})
    cases: list[tuple[audit.Wanted, list[str]]] = [
        (audit.Wanted(kind="share"), ["share.made"]),
        (audit.Wanted(kind="share.made"), ["share.made"]),
        (audit.Wanted(by=northlight.ben.member), ["shareholder.told"]),
        (audit.Wanted(subject="v_1"), ["share.made"]),
        (audit.Wanted(app="crm"), ["share.made"]),
        (audit.Wanted(address="192.0.2.7"), ["share.made"]),
        (audit.Wanted(text="PUBLIC"), ["share.made"]),
        (audit.Wanted(text="0 % d"), ["shareholder.told"]),
        (audit.Wanted(kind="share%"), []),
        (audit.Wanted(until=datetime.now(UTC) - timedelta(days=1)), []),
    ]
    for wanted, kinds in cases:
        assert [one.kind for one in await audit.listed(tx, by=northlight.ana, wanted=wanted)] == kinds, wanted
        assert [one.kind async for one in audit.streamed(tx, by=northlight.ana, wanted=wanted)] == kinds


async def test_secrets_are_never_written_down(tx: AsyncConnection, northlight: Northlight):
    token = new_token()
    after = {
        "password": "hunter22",
        "secrets": {"key": "canary"},
        "has_secret": True,
        "nested": [{"api_key": "canary"}],
        "told": f"use {token}",
    }
    await audit.write(tx, "thing.changed", f"changed it to {token}", by=northlight.ana, after=after, detail={"token": "canary"})
    one, *_ = await audit.listed(tx, by=northlight.ana)
    assert "canary" not in str(one) and "hunter22" not in str(one) and token not in str(one)
    assert one.after["has_secret"] is True and one.after["password"] == "•••"


async def test_what_is_too_long_is_told_by_its_length(tx: AsyncConnection, northlight: Northlight):
    await audit.write(tx, "thing.changed", "x" * 5_000, by=northlight.ana, after={"text": "x" * 100_000})
    one, *_ = await audit.listed(tx, by=northlight.ana)
    assert one.after == {"too_long": 100_011} and len(one.sentence) == 1_000


async def test_nothing_is_changed_taken_away_or_emptied(engine: AsyncEngine, zoe: Actor):
    for command in (
        "update sayso.audit set sentence = 'nothing'",
        "update sayso.audit set n = n + 100, hash = hash",
        "delete from sayso.audit",
        "truncate sayso.audit",
    ):
        with pytest.raises(DBAPIError, match="only added to"):
            async with transaction(engine) as tx:
                await tx.execute(text(command))
    assert await count(engine, zoe) == 10


async def test_every_entry_has_its_place_in_the_chain_however_many_write_at_once(engine: AsyncEngine, zoe: Actor):
    async def act(n: int) -> None:
        async with transaction(engine) as tx:
            await audit.write(tx, "thing.done", f"did another thing {n}", by=zoe)

    await asyncio.gather(*(act(n) for n in range(40)))
    found = await verified(engine, zoe)
    assert (found.ok, found.entries, found.n) == (True, 50, 50)


async def test_what_is_rolled_back_leaves_no_gap(engine: AsyncEngine, zoe: Actor):
    with pytest.raises(ZeroDivisionError):
        async with transaction(engine) as tx:
            await audit.write(tx, "thing.done", "did what was not done", by=zoe)
            raise ZeroDivisionError
    async with transaction(engine) as tx:
        await audit.write(tx, "thing.done", "did the next thing", by=zoe)
    found = await verified(engine, zoe)
    assert (found.ok, found.n) == (True, 11)


@pytest.mark.parametrize(
    "change",
    [
        "sentence = 'did nothing'",
        "by = 'm_somebody'",
        "by_name = 'Somebody'",
        "at = at + interval '1 second'",
        """after = '{"n": 7}'""",
        "before = null",
        "address = '192.0.2.1'",
        "kind = 'thing.undone'",
        "subject = null",
        "detail = '{\"a\": 1}'",
        "token = 'k_1'",
    ],
)
async def test_the_entry_that_was_changed_is_named(engine: AsyncEngine, zoe: Actor, change: str):
    await quietly(engine, f"update sayso.audit set {change} where workspace_id = :w and n = 5", w=zoe.workspace)  # noqa: S608 (ours)
    found = await verified(engine, zoe)
    assert [(one.n, one.id is not None) for one in found.broken] == [(5, True)]


async def test_entries_that_are_gone_are_named(engine: AsyncEngine, zoe: Actor):
    await quietly(engine, "delete from sayso.audit where workspace_id = :w and n in (4, 5)", w=zoe.workspace)
    assert [one.why for one in (await verified(engine, zoe)).broken] == ["Entries 4 to 5 are missing."]


async def test_an_end_that_was_cut_off_is_named(engine: AsyncEngine, zoe: Actor):
    await quietly(engine, "delete from sayso.audit where workspace_id = :w and n > 8", w=zoe.workspace)
    assert [one.why for one in (await verified(engine, zoe)).broken] == ["Entries 9 to 10 are missing."]


async def test_an_entry_past_the_chain_is_named(engine: AsyncEngine, zoe: Actor):
    async with transaction(engine) as tx:
        await tx.execute(text("alter table sayso.audit disable trigger audit_chained"))
        await audit.write(tx, "thing.done", "slipped in", by=zoe)
        await tx.execute(text("alter table sayso.audit enable trigger audit_chained"))
    assert [one.why for one in (await verified(engine, zoe)).broken] == ["It was written past the chain."]


async def test_who_writes_one_entry_anew_with_its_hash_breaks_the_next(engine: AsyncEngine, zoe: Actor):
    await quietly(engine, "update sayso.audit set sentence = 'did nothing' where workspace_id = :w and n = 5", w=zoe.workspace)
    await quietly(
        engine,
        "update sayso.audit a set hash = sha256((select hash from sayso.audit p where p.workspace_id = :w and p.n = 4)"
        " || convert_to(sayso.audit_text(a, 5), 'UTF8')) where workspace_id = :w and n = 5",
        w=zoe.workspace,
    )
    assert [one.n for one in (await verified(engine, zoe)).broken] == [6]


async def test_it_is_kept_for_ever_unless_owners_say_how_long(engine: AsyncEngine, zoe: Actor):
    later = datetime.now(UTC) + timedelta(days=100)
    async with transaction(engine) as tx:
        assert await keeping.sweep(tx, later) == 0
        with pytest.raises(Invalid):
            await keeping.keep(tx, 7, by=zoe)
        await keeping.keep(tx, 90, by=zoe)
        assert await keeping.days(tx, by=zoe) == 90


async def test_the_chain_outlives_what_was_thrown_away(engine: AsyncEngine, zoe: Actor):
    await quietly(
        engine, "update sayso.audit set at = at - interval '200 days' where workspace_id = :w and n <= 4", w=zoe.workspace
    )
    async with transaction(engine) as tx:
        await keeping.keep(tx, 90, by=zoe)
    async with transaction(engine) as tx:
        assert await keeping.sweep(tx) == 4
    found = await verified(engine, zoe)
    assert (found.ok, found.first, found.entries) == (True, 5, 8)
    async with transaction(engine) as tx:
        newest, *_ = await audit.listed(tx, by=zoe)
        assert newest.kind == "audit.shortened" and (newest.detail["first"], newest.detail["last"]) == (1, 4)
        await tx.execute(text("select 1"))
    await quietly(engine, "update sayso.audit set sentence = '' where workspace_id = :w and n = 5", w=zoe.workspace)
    assert [one.n for one in (await verified(engine, zoe)).broken] == [5]


async def test_the_guard_opens_for_one_transaction_only(engine: AsyncEngine, zoe: Actor):
    async with engine.connect() as connection:
        async with connection.begin():
            await connection.execute(KEEPER)
        with pytest.raises(DBAPIError, match="only added to"):
            async with connection.begin():
                await connection.execute(text("delete from sayso.audit where workspace_id = :w"), {"w": zoe.workspace})


async def test_a_workspace_that_is_deleted_takes_its_log_along(engine: AsyncEngine, zoe: Actor):
    async with transaction(engine) as tx:
        await keeping.forget(tx, zoe.workspace)
    assert await count(engine, zoe) == 0
