"""What a formula, rollup or lookup says in each row, for a field that is to hold it from now on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.clock import Clock
from sayso.data.formulas_sql.sql import as_text
from sayso.data.layout import Fill
from sayso.data.open_app import OpenApp
from sayso.data.scope import Scope
from sayso.data.worth import worth
from sayso.errors import Invalid
from sayso.spec.fields import Datetime
from sayso.spec.formula import Base, Type, type_of

Sql = Any


async def words(tx: AsyncConnection, app: OpenApp, fill: Fill) -> dict[int, str]:
    """By row, as text; `app` is the app before the change, which still knows how to work it out. A field that cannot be
    worked out says nothing."""
    table = app.spec.table(fill.table.id)
    if table is None:
        return {}
    scope = Scope.of(app, table, Clock.of(app.spec.zone))
    try:
        said = _said(scope, worth(scope, fill.old), type_of(fill.old, table, app.spec), fill.new)
    except Invalid:
        return {}
    rows = (await tx.execute(select(scope.t.c.id, said).where(said.is_not(None)))).all()
    return {id: text for id, text in rows if text}


def _said(scope: Scope, value: Sql, kind: Type, new: Any) -> Sql:
    if kind.many:
        return func.array_to_string(cast(value, ARRAY(Text)), ", ")
    if kind.base is Base.DATETIME and isinstance(new, Datetime):
        utc = func.timezone("UTC", func.timezone(scope.clock.zone, value))
        return func.to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    return as_text(value, kind.base)
