"""Work is done by one process at a time, and by another when that one dies."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, Text, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import claims, transaction
from sayso.db.claims import Claims

jobs = Table("claimed_jobs", MetaData(), Column("id", Text, primary_key=True), Column("state", Text), *claims.columns())
JOBS = Claims(jobs, open=jobs.c.state == "open", first=(jobs.c.id,))


@pytest.fixture
async def three(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    async with transaction(engine) as tx:
        await tx.run_sync(lambda sync: jobs.metadata.create_all(sync))
        await tx.execute(
            jobs.insert(), [{"id": id, "state": state} for id, state in (("a", "open"), ("b", "open"), ("c", "done"))]
        )
    yield engine
    async with transaction(engine) as tx:
        await tx.execute(text("drop table claimed_jobs"))


async def _take(engine: AsyncEngine, process: str) -> str | None:
    async with transaction(engine) as tx:
        row: Any = await JOBS.take(tx, process)
        return row and row.id


async def test_each_piece_is_given_to_one_process_and_what_is_done_to_none(three: AsyncEngine):
    assert await _take(three, "first") == "a"
    assert await _take(three, "second") == "b"
    assert await _take(three, "third") is None


async def test_two_that_take_at_the_same_moment_get_different_pieces(three: AsyncEngine):
    async with three.connect() as one, three.connect() as two:
        first, second = await JOBS.take(one, "first"), await JOBS.take(two, "second")
        assert (first.id, second.id) == ("a", "b")


async def test_what_a_dead_process_held_is_taken_over_and_it_can_write_no_more(three: AsyncEngine):
    assert await _take(three, "first") == "a"
    async with transaction(three) as tx:
        await tx.execute(update(jobs).where(jobs.c.id == "a").values(seen_at=text("now() - interval '1 minute'")))
    assert await _take(three, "second") == "a"
    async with transaction(three) as tx:
        assert await JOBS.beat(tx, "a", "first") is None
        assert (await JOBS.beat(tx, "a", "second")).id == "a"


async def test_a_beat_keeps_it_and_one_that_was_called_off_beats_no_more(three: AsyncEngine):
    await _take(three, "first")
    async with transaction(three) as tx:
        await tx.execute(update(jobs).where(jobs.c.id == "a").values(state="cancelled"))
    async with transaction(three) as tx:
        assert await JOBS.beat(tx, "a", "first") is None


async def test_who_ends_in_order_leaves_it_to_the_next_at_once(three: AsyncEngine):
    await _take(three, "first")
    async with transaction(three) as tx:
        await JOBS.let_go_all(tx, "first")
    assert await _take(three, "second") == "a"
