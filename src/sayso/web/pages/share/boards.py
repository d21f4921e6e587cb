"""The columns of a public board, with their cards."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.publishing import public_rows
from sayso.data.publishing.cells import Chip
from sayso.data.publishing.opening import Opened
from sayso.data.publishing.public_rows import Asked, PublicRow
from sayso.spec.fields import Select
from sayso.spec.view import Board

CARDS_MAX = 500


@dataclass(frozen=True, slots=True)
class Lane:
    chip: Chip
    rows: list[PublicRow]


@dataclass(frozen=True, slots=True)
class Drawn:
    """`by` is the place of the field that the columns stand for, among the fields; `cut` says that there are more cards than are shown."""

    lanes: list[Lane]
    by: int
    total: int
    cut: bool


async def drawn(tx: AsyncConnection, opened: Opened, search: str) -> Drawn:
    view = opened.view
    assert isinstance(view, Board)
    rows, total = await public_rows.rows(tx, opened, Asked(search=search, limit=CARDS_MAX))
    place = next((n for n, f in enumerate(opened.fields) if f.id == view.by), 0)
    field = opened.fields[place]
    lanes: dict[str, Lane] = {}
    if isinstance(field, Select):
        lanes = {o.id: Lane(Chip(o.name, o.hue), []) for o in field.options}
    for row in rows:
        chip = _chip(row, place)
        lanes.setdefault(_key(row.values.get(view.by)), Lane(chip, [])).rows.append(row)
    none = lanes.pop("", None)
    return Drawn([*lanes.values(), *([none] if none else [])], place, total, total > len(rows))


def _chip(row: PublicRow, place: int) -> Chip:
    cell = row.cells[place]
    return cell.chips[0] if cell.chips else Chip(cell.text or "No value")


def _key(value: Any) -> str:
    match value:
        case None | []:
            return ""
        case [first, *_]:
            return _key(first)
        case {"id": id}:
            return str(id)
        case _:
            return str(value)
