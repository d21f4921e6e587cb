"""The second net: what PostgreSQL gives when our own code forgets to ask for the workspace."""

import asyncio

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.db import net, tables
from sayso.team import people


@pytest.fixture(scope="module")
async def two(engine: AsyncEngine) -> tuple[str, str]:
    async with db.transaction(engine) as tx:
        return (await people.found(tx, name="North")).workspace, (await people.found(tx, name="South")).workspace


async def test_a_query_that_forgets_the_workspace_meets_only_ours(engine: AsyncEngine, two: tuple[str, str]):
    ours, theirs = two
    everything = select(tables.members.c.workspace_id)
    with db.within(ours):
        async with db.transaction(engine) as tx:
            assert set((await tx.execute(everything)).scalars()) == {ours}
            assert set((await tx.execute(select(tables.workspaces.c.id))).scalars()) == {ours}
            taken = update(tables.members).where(tables.members.c.workspace_id == theirs).values(role="viewer")
            assert (await tx.execute(taken)).rowcount == 0
    async with db.transaction(engine) as tx:
        assert {ours, theirs} <= set((await tx.execute(everything)).scalars()), "and nothing of it is left on the connection"


async def test_nothing_is_written_into_another_workspace(engine: AsyncEngine, two: tuple[str, str]):
    ours, theirs = two
    with db.within(ours), pytest.raises(DBAPIError, match="row-level security"):
        async with db.transaction(engine) as tx:
            await tx.execute(insert(tables.members).values(id="m_x", workspace_id=theirs, name="Eve", role="owner"))


async def test_tasks_that_are_begun_inside_stay_inside(engine: AsyncEngine, two: tuple[str, str]):
    async def seen() -> set[str]:
        async with engine.connect() as tx:
            return set((await tx.execute(select(tables.members.c.workspace_id))).scalars())

    with db.within(two[0]):
        task = asyncio.create_task(seen())
    assert await task == {two[0]}
    with db.within(two[0]), db.within(None):
        assert set(two) <= await seen()


async def test_every_system_table_with_a_workspace_is_in_the_net(engine: AsyncEngine):
    async with engine.connect() as tx:
        forced = text(
            "select relname from pg_class where relnamespace = to_regnamespace('sayso') and relrowsecurity and relforcerowsecurity"
        )
        under = set((await tx.execute(forced)).scalars())
        role = (await tx.execute(text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user"))).scalar()
    wanted = {table.name for table in tables.metadata.sorted_tables if "workspace_id" in table.c} | {"workspaces"}
    assert under == wanted and role is False, net.__doc__
