import asyncio
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import migrate, open_engine, tables, transaction

VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"
"""Each file begins with its number."""


def _newest() -> str:
    """The revision that the last file names."""
    last = max(VERSIONS.glob("0*.py")).read_text()
    return last.split('revision = "')[1].split('"')[0]


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, parents: kind != "schema" or name == tables.SCHEMA,
            "version_table_schema": tables.SCHEMA,
        },
    )
    return compare_metadata(context, tables.metadata)


async def test_migrations_end_where_the_tables_say(engine: AsyncEngine):
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_many_at_once_migrate_once(engine: AsyncEngine):
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("create database empty_one"))
    fresh = open_engine(make_url(engine.url).set(database="empty_one").render_as_string(hide_password=False))
    await asyncio.gather(*(migrate(fresh) for _ in range(4)))
    async with transaction(fresh) as tx:
        assert (await tx.execute(text("select version_num from sayso.alembic_version"))).scalars().all() == [_newest()]
    await fresh.dispose()
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("drop database empty_one"))


async def test_every_system_row_carries_its_workspace():
    without = {name for name, table in tables.metadata.tables.items() if "workspace_id" not in table.c}
    parts_of_what_does = {
        "sayso.gateway_batch_lines",
        "sayso.ai_fill_lines",
        "sayso.trial_cases",
        "sayso.trial_answers",
        "sayso.trial_votes",
        "sayso.automation_steps",
        "sayso.source_rows",
    }
    places = {"sayso.ai_follow", "sayso.automation_follow", "sayso.automation_workers", "sayso.gateway_processes"}
    of_people = {
        f"sayso.{name}"
        for name in (
            "passwords",
            "passkeys",
            "totps",
            "recovery_codes",
            "devices",
            "mailed_secrets",
            "half_sign_ins",
            "challenges",
        )
    }
    of_people |= {"sayso.sign_in_invitations", "sayso.sign_in_tries"}
    assert without == {"sayso.workspaces", "sayso.people"} | of_people | places | parts_of_what_does
