"""An app with a million rows of ten fields, written straight into PostgreSQL: what the figures of pages are measured on."""

from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.client import Connection
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.data.physical import rows_of
from sayso.db import open_engine, transaction
from sayso.db.embedded import postgres
from sayso.team import people

ROWS = 1_000_000
STAGES = ("lead", "talking", "offer", "won", "lost")
APP: dict[str, Any] = {
    "id": "million",
    "name": "A million clients",
    "tables": [
        {
            "id": "clients",
            "name": "Clients",
            "fields": [
                {"kind": "text", "id": "name", "name": "Name"},
                {"kind": "text", "id": "company", "name": "Company"},
                {"kind": "email", "id": "email", "name": "E-mail"},
                {"kind": "select", "id": "stage", "name": "Stage", "options": [{"id": s, "name": s.title()} for s in STAGES]},
                {"kind": "money", "id": "worth", "name": "Worth"},
                {"kind": "number", "id": "score", "name": "Score"},
                {"kind": "date", "id": "since", "name": "Since"},
                {"kind": "checkbox", "id": "active", "name": "Active"},
                {"kind": "text", "id": "city", "name": "City"},
                {"kind": "long_text", "id": "notes", "name": "Notes"},
            ],
        }
    ],
}
VALUES = {
    "name": "'Client ' || n",
    "company": "'Company ' || (n * 7919 % 50000)",
    "email": "'client' || n || '@example.com'",
    "stage": f"(array{list(STAGES)})[1 + n * 31 % 5]",
    "worth": "n * 7919 % 10000000",
    "score": "(n * 104729 % 1000003)::numeric / 10",
    "since": "date '2015-01-01' + (n * 13 % 4000)::int",
    "active": "n % 3 = 0",
    "city": "'City ' || (n * 17 % 900)",
    "notes": "'Called back about order ' || (n * 7 % 99991)",
}
"""By field, as SQL over the row's number `n`. Made up, and the same every time."""


async def filled(home: Path, c: Connection) -> str:
    """The address of the table, full. Takes about a minute."""
    app = (await c.json("POST", "/api/apps", {"spec": APP}))["id"]
    async with postgres(home) as url:
        engine = open_engine(url)
        async with transaction(engine) as tx:
            opened = await apps.open_app(tx, app, by=await people.first_owner(tx), to="write")
        await fill(engine, opened)
        await engine.dispose()
    return f"/api/apps/{app}/tables/clients"


async def fill(engine: AsyncEngine, app: OpenApp) -> None:
    table = app.spec.tables[0]
    rows = rows_of(app, table)
    columns = ", ".join(rows.name(f) for f in table.fields)
    values = ", ".join(VALUES[f.id] for f in table.fields)
    target = f"{rows.schema}.t_{rows.number}"
    async with transaction(engine) as tx:
        made = f"insert into {target} (position, {columns}) select n, {values} from generate_series(1::bigint, :rows) as n"  # noqa: S608
        await tx.execute(text(made), {"rows": ROWS})
    async with engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for name in (target, f"{rows.schema}.w_{rows.number}"):
            await alone.execute(text(f"vacuum analyze {name}"))
