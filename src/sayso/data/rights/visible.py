"""Which of some rows somebody sees, for whatever is told about rows elsewhere."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.scope import Scope
from sayso.spec.filter import Filter


async def visible(tx: AsyncConnection, app: OpenApp, table_id: str, ids: Iterable[int], *, trashed: bool = False) -> set[int]:
    """Those of the rows that `app.by` sees; with `trashed` also those in the trash. None of a table that they do not see."""
    wanted = sorted(set(ids))
    table = app.spec.table(table_id)
    if not wanted or table is None or table_id not in app.columns.tables:
        return set()
    scope = Scope.of(app, table, Clock.of(app.spec.zone))
    if trashed and scope.rule is None:
        return set(wanted)
    seen = scope.rule if trashed else scope.alive
    return await _among(tx, scope, wanted, *([] if seen is None else [seen]))


async def meeting(tx: AsyncConnection, app: OpenApp, table_id: str, ids: Iterable[int], rows: Filter | None) -> set[int]:
    """Those of the rows that a rule of rights lets through, whether they are in the trash or not; all when there is none."""
    wanted, table = sorted(set(ids)), app.spec.table(table_id)
    if rows is None or not wanted or table is None:
        return set(wanted)
    scope = Scope.of(app, table, Clock.of(app.spec.zone))
    return await _among(tx, scope, wanted, scope.meeting(rows))


async def _among(tx: AsyncConnection, scope: Scope, ids: list[int], *seen: ColumnElement[bool]) -> set[int]:
    asked = select(scope.t.c.id).where(scope.t.c.id == func.any(cast(ids, ARRAY(BigInteger))), *seen)
    return set((await tx.execute(asked)).scalars())
