"""The figures of a public chart: told as a table that needs no script, and as a value that the workspace's own drawing reads."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.groups import Figure
from sayso.data.publishing import public_rows, said
from sayso.data.publishing.opening import Opened
from sayso.errors import NotFound
from sayso.spec.fields import AnyField
from sayso.spec.shape import shape_of
from sayso.spec.view import Chart

BARS_MAX = 60
SERIES = 6
NUMERIC = frozenset({"number", "money", "percent", "rating", "duration", "autonumber"})


@dataclass(frozen=True, slots=True)
class Bar:
    """`width` is from 0 to 100."""

    name: str
    split: str
    series: int
    said: str
    width: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """`told` is for the script that draws it; without one the bars are all there is. A `number` is one figure and has no bars."""

    name: str
    number: bool
    bars: list[Bar]
    total: str
    what: str
    by: str
    split: bool
    cut: int
    told: dict[str, Any]


async def drawn(tx: AsyncConnection, opened: Opened) -> Drawing:
    view = opened.view
    if not isinstance(view, Chart):
        raise NotFound(opened.share.not_open)
    number = view.shape == "number" or view.by is None
    found, total = await public_rows.figures(tx, opened, whole=number)
    field = opened.table.field(view.measure.field) if view.measure.field else None
    by, split = (opened.table.field(id) if id else None for id in (view.by, view.split))
    write, what = said.writer(view.measure, field), said.called(view.measure, field)
    label = f"{what} by {by.name}" if by and not number else what
    split = None if view.shape in ("pie", "donut") else split
    additive = view.measure.summary in ("count", "sum", "filled", "empty")
    return Drawing(
        label, number, _bars(found, by, split, write), write(total) if additive or number else "", what, by.name if by else "", split is not None,
        max(0, len(found) - BARS_MAX), _told(opened, view, found, total, by, split, field, label),
    )  # fmt: skip


def _bars(found: list[Figure], by: AnyField | None, split: AnyField | None, write: Any) -> list[Bar]:
    values = [float(said.amount(one.value) or 0) for one in found]
    most = max((abs(v) for v in values), default=0) or 1
    names = list(dict.fromkeys(_named(split, one.split, one.split_name) for one in found))
    return [
        Bar(_named(by, one.key, one.name), _named(split, one.split, one.split_name) if split else "",
            names.index(_named(split, one.split, one.split_name)) % SERIES + 1, write(one.value), round(max(0.0, v) / most * 100, 2))
        for one, v in zip(found[:BARS_MAX], values, strict=False)
    ]  # fmt: skip


def _named(field: AnyField | None, key: Any, name: str | None) -> str:
    """As the workspace calls a group."""
    if field is None:
        return ""
    if field.kind == "checkbox":
        return field.name if key else f"Not {field.name.lower()}"
    return f"No {field.name.lower()}" if key is None or key == "" else name or str(key)


def _told(
    opened: Opened, view: Chart, found: list[Figure], total: Any, by: AnyField | None, split: AnyField | None, measured: AnyField | None, label: str
) -> dict[str, Any]:  # fmt: skip
    """Names, days and numbers; ids of people, rows and choices stay here."""
    dated = by is not None and shape_of(opened.app.spec, opened.table, by) in ("day", "moment")
    numeric = by is not None and said.shown_as(by) in NUMERIC
    keys: dict[str, int] = {}
    groups = [
        {
            "key": one.key if dated or numeric else _place(keys, one.key),
            "name": _named(by, one.key, one.name),
            "split": _place(keys, one.split) if split else None,
            "split_name": _named(split, one.split, one.split_name) if split else None,
            "value": one.value,
        }
        for one in found
    ]
    return {
        "label": label,
        "shape": view.shape if view.by else "number",
        "measure": {"summary": view.measure.summary, "field": "measured" if measured else None},
        "measured": _field("measured", measured),
        "by": _field("by", by),
        "split": _field("split", split),
        "bucket": (view.bucket or "month") if dated else None,
        "groups": groups,
        "total": total,
    }


def _place(keys: dict[str, int], key: Any) -> str | None:
    """The same for the same key, and nothing that tells the key."""
    return None if key is None or key == "" else f"k{keys.setdefault(repr(key), len(keys))}"


def _field(id: str, one: AnyField | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"id": id, "name": one.name, "kind": one.kind, "shown_as": said.shown_as(one), "currency": said.currency_of(one)}
