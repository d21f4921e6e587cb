"""Rows in the desk's tables, written past the rows engine: what a change does to them is what is tested here."""

# ruff: noqa: S608  numbers of the catalogue

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.open_app import OpenApp


async def put(tx: AsyncConnection, app: OpenApp, table: str, **values: Any) -> int:
    """One row with stored values by field id; its id."""
    numbers = app.columns.fields[table]
    names = [f"c_{numbers[f]}" for f in values]
    params = {f"p{i}": v for i, v in enumerate(values.values())}
    columns = ", ".join([*names, "position"])
    binds = ", ".join([*(f":p{i}" for i in range(len(names))), "0"])
    rows = f"app_{app.number}.t_{app.columns.tables[table]}"
    return (await tx.execute(text(f"insert into {rows} ({columns}) values ({binds}) returning id"), params)).scalar_one()


async def link(tx: AsyncConnection, app: OpenApp, table: str, field: str, row: int, *to: int) -> None:
    number = app.columns.fields[table][field]
    mine, theirs = ("a", "b") if app.columns.ends[number] == (table, field) else ("b", "a")
    for position, other in enumerate(to):
        pairs = f"app_{app.number}.l_{number} ({mine}, {theirs}, position)"
        await tx.execute(text(f"insert into {pairs} values (:a, :b, :p)"), {"a": row, "b": other, "p": position})


async def values(tx: AsyncConnection, app: OpenApp, table: str, field: str) -> list[Any]:
    """What is stored, row by row; of a link, ids of rows."""
    number = app.columns.fields[table][field]
    rows = f"app_{app.number}.t_{app.columns.tables[table]}"
    spec = app.spec.table(table)
    assert spec is not None
    found = spec.field(field)
    assert found is not None
    if found.kind == "link":
        mine, theirs = ("a", "b") if app.columns.ends[number] == (table, field) else ("b", "a")
        pairs = f"select array_agg(l.{theirs} order by l.position) from app_{app.number}.l_{number} as l where l.{mine} = t.id"
        return list((await tx.execute(text(f"select ({pairs}) from {rows} as t order by id"))).scalars())
    return list((await tx.execute(text(f"select c_{number} from {rows} order by id"))).scalars())


async def set_value(tx: AsyncConnection, app: OpenApp, table: str, field: str, row: int, value: Any) -> None:
    rows = f"app_{app.number}.t_{app.columns.tables[table]}"
    number = app.columns.fields[table][field]
    await tx.execute(text(f"update {rows} set c_{number} = :v where id = :id"), {"v": value, "id": row})


async def whole(tx: AsyncConnection, app: OpenApp) -> dict[str, Any]:
    """Everything that the app's live columns hold, to compare before with after."""
    state: dict[str, Any] = {}
    for table in app.spec.tables:
        for field in table.fields:
            if field.id in app.columns.fields[table.id]:
                state[f"{table.id}/{field.id}"] = await values(tx, app, table.id, field.id)
    return state
