"""What a change took away is dropped for good once its time in the trash is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import ddl
from sayso.data.columns import Detached
from sayso.data.layout import purged
from sayso.data.losses import KEPT_DAYS
from sayso.data.open_app import OpenApp
from sayso.db import tables as t
from sayso.db.fill_tables import values
from sayso.team.actor import Actor


async def forget(tx: AsyncConnection, app: OpenApp, *, by: Actor, days: int = KEPT_DAYS) -> int:
    """Drops tables, columns and pairs that were taken away so many days ago; says how many. The app itself does not change."""
    app.must("build", by=by)
    before = (datetime.now(UTC).date() - timedelta(days)).isoformat()
    columns, gone = purged(app.columns, before)
    if columns == app.columns:
        return 0
    await ddl.patiently(tx)
    await ddl.run(tx, _dropped(ddl.schema(app.number), gone))
    numbers = [d.number for d in gone if d.part == "field"]
    await tx.execute(delete(values).where(values.c.app == app.number, values.c.field_no.in_(numbers)))
    await tx.execute(t.apps.update().where(t.apps.c.number == app.number).values(columns=columns.stored()))
    return len({d.number for d in gone})


def _dropped(schema: str, gone: tuple[Detached, ...]) -> Iterator[str]:
    tables = {d.number for d in gone if d.part == "table"}
    for number in sorted(tables):
        yield f"drop table if exists {schema}.t_{number}, {schema}.w_{number}"
        yield f"drop function if exists {schema}.words_added_{number}, {schema}.words_changed_{number}"
    fields = {d.number: d for d in gone if d.part == "field"}
    for number, one in sorted(fields.items()):
        if one.spec.get("kind") == "link":
            yield f"drop table if exists {schema}.l_{number}"
        elif one.table_no not in tables:
            yield f"alter table {schema}.t_{one.table_no} drop column if exists c_{number}"
