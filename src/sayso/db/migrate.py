"""Brings the system tables up to date. Alembic, run in code: no ini file, no env.py, nothing to call by hand."""

import hashlib
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import (
    ai_tables,
    audit_tables,
    automation_tables,
    catalogue_tables,
    connection_tables,
    coworker_schedule_tables,
    coworker_tables,
    endpoint_tables,
    file_tables,
    fill_tables,
    gateway_tables,
    invitation_tables,
    net,
    notification_tables,
    oauth_tables,
    people_tables,
    signin_tables,
    source_tables,
    sso_tables,
    together_tables,
    trial_tables,
    trigger_tables,
)
from sayso.db.tables import SCHEMA, metadata

OTHERS = (
    ai_tables,
    audit_tables,
    automation_tables,
    catalogue_tables,
    connection_tables,
    coworker_schedule_tables,
    coworker_tables,
    endpoint_tables,
    file_tables,
    fill_tables,
    gateway_tables,
    invitation_tables,
    notification_tables,
    source_tables,
    oauth_tables,
    signin_tables,
    people_tables,
    sso_tables,
    together_tables,
    trial_tables,
    trigger_tables,
)
assert all(tables.metadata is metadata for tables in OTHERS)  # their tables are part of the whole

MIGRATIONS = Path(__file__).parent / "migrations"
FORMULAS = Path(__file__).parent / "formulas.sql"
"""Functions that formulas call; replaced when they differ, since they are code and hold nothing."""
ONE_AT_A_TIME = 0x5A150
"""The advisory lock that lets one process migrate while others wait."""


async def migrate(engine: AsyncEngine) -> None:
    """Creates or updates the schema `sayso`, whole or not at all. Does nothing when it is up to date."""
    async with engine.begin() as tx:
        await tx.run_sync(_migrate)


def _migrate(connection: Connection) -> None:
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    connection.execute(text(f"create schema if not exists {SCHEMA}"))
    scripts = _scripts()
    environment = EnvironmentContext(
        Config(), scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision), destination_rev="head"
    )
    environment.configure(connection=connection, target_metadata=metadata, version_table_schema=SCHEMA)
    environment.run_migrations()
    _bring_formulas(connection)
    net.knot(connection, metadata)


def knows(revision: str) -> bool:
    """Whether this release can bring a database of that revision up to date."""
    return any(script.revision == revision for script in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS / "versions")])


def _bring_formulas(connection: Connection) -> None:
    """The functions that formulas stand on, when they are not these already: the schema's comment says which are there."""
    script = FORMULAS.read_text("utf-8")
    wanted = f"formulas {hashlib.sha256(script.encode()).hexdigest()}"
    there = connection.execute(
        text("select obj_description(to_regnamespace(:schema), 'pg_namespace')"), {"schema": SCHEMA}
    ).scalar()
    if there != wanted:
        connection.exec_driver_sql(script.replace("%", "%%"))
        connection.exec_driver_sql(f"comment on schema {SCHEMA} is '{wanted}'")
