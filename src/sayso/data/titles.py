"""What rows are called."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.scope import Scope
from sayso.data.worth import title

TITLE_CHARACTERS_MAX = 200


async def titles(tx: AsyncConnection, app: OpenApp, table_id: str, ids: Sequence[int]) -> dict[int, str]:
    """By row; rows that are in the trash have their names too, rows that are not seen have none. Raises `NotFound` for a table that is gone."""
    app.must("read")
    there = Scope.of(app, found(app, table_id), Clock.of(app.spec.zone))
    seen = () if there.rule is None else (there.rule,)
    named: Any = await tx.execute(select(there.t.c.id, title(there)).where(there.t.c.id.in_(ids), *seen))
    return {id: str(name)[:TITLE_CHARACTERS_MAX] for id, name in named}
