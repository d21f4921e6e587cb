"""Values on their way into a column: a table that lives as long as the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from psycopg import AsyncConnection as Psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_NUMBERS = count(1)


async def staged(tx: AsyncConnection, kinds: tuple[str, str], rows: Iterable[tuple[Any, Any]]) -> str:
    """A temporary table `(old, new)` of these PostgreSQL types, filled; its name."""
    name = f"staged_{next(_NUMBERS)}"
    await tx.execute(text(f"create temporary table {name} (old {kinds[0]}, new {kinds[1]}) on commit drop"))
    await add(tx, name, kinds, rows)
    return name


async def add(tx: AsyncConnection, name: str, kinds: tuple[str, str], rows: Iterable[tuple[Any, Any]]) -> None:
    raw = await tx.get_raw_connection()
    connection = raw.driver_connection
    assert isinstance(connection, Psycopg)
    copying = sql.SQL("copy {} (old, new) from stdin").format(sql.Identifier(name))
    async with connection.cursor() as cursor, cursor.copy(copying) as copy:
        copy.set_types(kinds)
        for row in rows:
            await copy.write_row(row)
