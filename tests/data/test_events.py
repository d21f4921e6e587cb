"""Events are written with what they tell of, and wake whoever listens."""

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.data import events
from sayso.db import transaction
from tests.conftest import Northlight


async def test_listeners_hear_of_what_was_committed_and_of_nothing_else(engine: AsyncEngine, northlight_kept: Northlight):
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
        await listener.execute(f"listen {events.CHANNEL}")
        async with engine.connect() as tx:
            await events.write(tx, "row.created", by=northlight_kept.mia, app="crm", table="clients", table_no=1, rows=[7])
            await tx.rollback()
        async with transaction(engine) as tx:
            await events.write(tx, "row.changed", by=northlight_kept.mia, app="crm", table="clients", table_no=1, rows=[7, 8])
        heard = [n.payload async for n in listener.notifies(timeout=60, stop_after=1)]
        found = await listener.execute("select id, kind, row_ids, payload ->> 'table', by_actor from sayso.events")
        rows = await found.fetchall()
    assert rows == [(int(heard[0]), "row.changed", [7, 8], "clients", northlight_kept.mia.member)]


async def test_an_event_of_very_many_rows_names_none(tx, northlight: Northlight):
    await events.write(tx, "row.imported", by=northlight.mia, app="crm", table="clients", rows=range(5_000))
    row = (await tx.exec_driver_sql("select row_ids, payload ->> 'rows' from sayso.events")).one()
    assert row == ([], "5000")
