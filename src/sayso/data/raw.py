"""Values as PostgreSQL holds them, by the field's number: what history keeps. Numbers stay exact."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import links
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, is_stored, pairs_of
from sayso.data.written import raw_object
from sayso.spec.fields import Datetime, Link

Raws = dict[int, Any]


def exactly(text: str | None) -> Raws:
    """From the JSON text of a `before` or `after`. The place of a moved row has no number and is left out."""
    loaded = json.loads(text, parse_float=Decimal) if text else {}
    return {int(n): value for n, value in loaded.items() if n.isdigit()}


def places(text: str | None) -> dict[int, dict[int, float]]:
    """By link number: the linked ids of a `before` or `after`, and where they stood."""
    loaded = json.loads(text) if text else {}
    return {int(n): dict(zip(ids, loaded[f"{n}p"], strict=True)) for n, ids in loaded.items() if f"{n}p" in loaded}


def position(text: str | None) -> float:
    return float(json.loads(text)["position"]) if text else 0.0


async def current(tx: AsyncConnection, app: OpenApp, rows: Rows, ids: Sequence[int], numbers: set[int]) -> dict[int, Raws]:
    """The values of these numbers now, of rows in the trash as well, for they may come back; locks the rows."""
    t = rows.sql
    stored = tuple(sorted(numbers & {rows.numbers[f.id] for f in rows.table.fields if is_stored(f)}))
    raw = cast(raw_object(t.c, stored), Text)
    found = select(t.c.id, raw).where(t.c.id.in_(ids)).order_by(t.c.id).with_for_update()
    values = {id: exactly(text) for id, text in (await tx.execute(found)).all()}
    for link in rows.table.fields:
        if isinstance(link, Link) and rows.numbers[link.id] in numbers:
            for id, linked in (await links.current(tx, pairs_of(app, rows.table, link), values)).items():
                values[id][rows.numbers[link.id]] = linked
    return values


def shown(field: Any, raw: Any) -> Any:
    """A raw value in the API's shape. Linked rows and files stay ids."""
    match raw:
        case None:
            return None if field.kind != "checkbox" else False
        case str() if isinstance(field, Datetime):
            return datetime.fromisoformat(raw).astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Decimal() | int() if not isinstance(raw, bool):
            return field.shown(Decimal(raw) if field.kind in ("number", "percent") else raw)
        case _:
            return raw
