"""A digest of everything that a workspace has in the database."""

from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

OWN_CLOCK = {
    "tokens": "used_at: the owner's own calls are noted once a minute",
    "gateway_keys": "used_at, likewise",
    "gateway_leases": "slices of budgets that the running server holds",
    "share_visits": "how often a public page was opened, counted beside the answer",
    "automation_follow": "how far events were heard",
    "ai_follow": "how far events were heard",
    "audit_chains": "the head of the chain, which moves with what was refused",
    "coworker_chunks": "what was read beforehand, when the server gets round to it",
}
"""Tables that the server itself writes in its own time, and why."""


async def digest(engine: AsyncEngine, workspace: str) -> dict[str, str]:
    """By table, of all its rows: so that what has changed can be named."""
    async with engine.connect() as tx:
        if not _statements.get(workspace):
            _statements[workspace] = await _statement(tx, workspace)
        found = await tx.execute(text(_statements[workspace]), {"workspace": workspace})
        return {name: sha256((told or "").encode()).hexdigest() for name, told in found}


_statements: dict[str, str] = {}


async def _statement(tx, workspace: str) -> str:  # type: ignore[no-untyped-def]
    named = await tx.execute(
        text(
            "select table_name from information_schema.columns where table_schema = 'sayso' and column_name = 'workspace_id'"
            " and table_name in (select tablename from pg_tables where schemaname = 'sayso') order by 1"
        )
    )
    here = "where x.workspace_id = :workspace"
    but = {"audit": f"{here} and x.kind not like 'access.refused%'"}  # that somebody tried is written down, and nothing else
    parts = [_of(f"sayso.{name}", but.get(name, here)) for name in named.scalars() if name not in OWN_CLOCK]
    numbers = await tx.execute(text("select number from sayso.apps where workspace_id = :w"), {"w": workspace})
    for number in numbers.scalars():
        tables = await tx.execute(
            text("select tablename from pg_tables where schemaname = :s order by 1"), {"s": f"app_{number}"}
        )
        parts += [_of(f"app_{number}.{name}") for name in tables.scalars()]
    return " union all ".join(parts)


def _of(table: str, where: str = "") -> str:
    return f"select '{table}', (select string_agg(md5(x::text), ',' order by md5(x::text)) from {table} x {where})"  # noqa: S608  names of our own
