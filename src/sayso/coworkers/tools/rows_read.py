"""Rows as they are told to the model, each with the number it is cited by."""

from collections.abc import Sequence
from typing import Any

import orjson

from sayso.coworkers import values
from sayso.coworkers.reach import Place
from sayso.coworkers.rendering import addresses_in
from sayso.coworkers.tools.tool import At
from sayso.coworkers.values import People

ROWS_TOLD_MAX = 25
RESULT_CHARACTERS_MAX = 16_000


def told(at: At, place: Place, rows: Sequence[dict[str, Any]], people: People, fields: Sequence[str] | None = None) -> list[Any]:
    """As many as fit. Where something comes from is remembered only for what is told."""
    shown: list[Any] = []
    size = 0
    for row in rows[:ROWS_TOLD_MAX]:
        value = values.row_told(place, row, people, fields)
        size += len(text := orjson.dumps(value))
        if shown and size > RESULT_CHARACTERS_MAX:
            break
        at.addresses |= addresses_in(text.decode())
        shown.append({"id": row["id"], "cite": cite(at, place, row, people), "values": value})
    return shown


def cite(at: At, place: Place, row: dict[str, Any], people: People) -> int | None:
    title = values.title_of(place.table, row, people)
    return at.sources.number("row", title, place.table.name, app=place.app.id, table=place.table.id, row=row["id"])


def counted(n: int, what: str = "row") -> str:
    return f"1 {what}" if n == 1 else f"{n:,} {what}s"
