"""Runs what was asked, within the rights of whoever asks, and tells it in a sentence with the rows behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.candidates import Candidates
from sayso.ai.questions.asked import Asked
from sayso.ai.questions.reading import Reading
from sayso.ai.told import text_of
from sayso.data import groups
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.query import Query, page
from sayso.spec.fields import AnyField, Link, MultiSelect, Select
from sayso.spec.filter import Condition, Filter
from sayso.spec.formula import type_of
from sayso.spec.span import days_of
from sayso.spec.table import Table
from sayso.spec.view import Measure

GROUPS_TOLD_MAX = 50
GROUPS_IN_SENTENCE_MAX = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is the figure (None for rows and groups), `groups` figures by name, `rows` those behind it (the first of `total`)."""

    sentence: str
    asked: Asked
    value: Any
    groups: tuple[tuple[str, Any], ...]
    rows: list[dict[str, Any]]
    total: int
    fields: tuple[str, ...]


async def answered(
    tx: AsyncConnection, app: OpenApp, table_id: str, reading: Reading, *, names: dict[str, dict[int, str]]
) -> Answer:
    """Raises `Invalid` for a query that cannot be asked, `NotFound` for the table."""
    app.must("read")
    table, asked = found(app, table_id), reading.asked
    measure = Measure(summary=asked.summary, field=asked.of)
    shown = _fields(table, asked)
    query = Query(filter=asked.filter, search=asked.search, sorts=asked.sorts, fields=shown, limit=asked.limit)
    rows = await page(tx, app, table_id, query)
    value, told = None, tuple[tuple[str, Any], ...]()
    if asked.show != "rows":
        figures, total = await groups.aggregated(
            tx, app, table_id, by=asked.by, measure=measure, filter=asked.filter, search=asked.search
        )
        value = total if asked.show == "figure" else None
        told = _ordered(app, table, asked, [(f.name, f.value) for f in figures]) if asked.show == "groups" else ()
    sentence = _sentence(app, table, asked, value, told, rows.total, names)
    return Answer(sentence, asked, value, told[:GROUPS_TOLD_MAX], orjson.loads(rows.rows), rows.total, shown)


def _ordered(app: OpenApp, table: Table, asked: Asked, figures: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    """By size, but days in their order."""
    by = table.field(asked.by.field) if asked.by else None
    if by is not None and asked.by is not None and asked.by.bucket is not None:
        return tuple(figures)
    return tuple(sorted(figures, key=lambda pair: -float(pair[1]) if _is_number(pair[1]) else 0.0))


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _fields(table: Table, asked: Asked) -> tuple[str, ...]:
    """What the rows behind an answer show: what they are called by, what was asked about, then what there is room for."""
    title = table.title_field
    about = [c.field for c in _conditions(asked.filter)] + ([asked.of] if asked.of else []) + [s.field for s in asked.sorts]
    about += [asked.by.field] if asked.by else []
    rest = [f.id for f in table.fields if f.kind not in ("long_text", "ai", "file", "image")]
    ids: dict[str, None] = dict.fromkeys([*([title.id] if title else []), *about, *rest])
    return tuple(ids)[: max(6, len(set(about)) + 1)]


def _conditions(filter: Filter) -> list[Condition]:
    return [c for one in filter.of for c in ([one] if isinstance(one, Condition) else _conditions(one))]


def _sentence(
    app: OpenApp,
    table: Table,
    asked: Asked,
    value: Any,
    told: tuple[tuple[str, Any], ...],
    total: int,
    names: dict[str, dict[int, str]],
) -> str:
    where = spoken(app, table, asked, names)
    of = table.field(asked.of) if asked.of else None
    rows = f"{total:,} row{'' if total == 1 else 's'} of {table.name}{where}"
    if asked.show == "rows":
        return f"{rows}." if total <= asked.limit else f"{rows}; the first {asked.limit} are shown."
    figure = "The number of rows" if of is None else f"The {asked.summary} of {of.name}"
    if asked.show == "figure":
        return f"{rows}." if of is None else f"{figure} over {rows} is {_figure(app, table, of, value)}."
    if not told:
        return f"There is no row of {table.name}{where}."
    first = ", ".join(f"{name}: {_figure(app, table, of, number)}" for name, number in told[:GROUPS_IN_SENTENCE_MAX])
    more = f" and {len(told) - GROUPS_IN_SENTENCE_MAX} more" if len(told) > GROUPS_IN_SENTENCE_MAX else ""
    by = table.field(asked.by.field) if asked.by else None
    return (
        f"{figure} of {table.name}{where} by {by.name if by else ''}: {first}{more}."
        if of is None
        else f"{figure}{where} by {by.name if by else ''}: {first}{more}."
    )


def _figure(app: OpenApp, table: Table, field: AnyField | None, value: Any) -> str:
    if value is None:
        return "nothing"
    if field is not None and field.kind == "money" and isinstance(value, str):
        return text_of(field, value)
    if field is not None and type_of(field, table, app.spec).base.value == "number" and isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def spoken(app: OpenApp, table: Table, asked: Asked, names: dict[str, dict[int, str]]) -> str:
    """` where Stage is Won and Due is within last month (1 to 31 October 2026)`; empty for every row."""
    today = Clock.of(app.spec.zone, None).today
    parts = [_condition(table, c, names, today) for c in _conditions(asked.filter)]
    if asked.search:
        parts.append(f"“{asked.search}” stands somewhere")
    joined = f" {'or' if asked.filter.match == 'any' else 'and'} ".join(parts)
    return f" where {joined}" if parts else ""


_SAID = {
    "is": "is", "is_not": "is not", "contains": "contains", "not_contains": "does not contain", "starts_with": "starts with",
    "ends_with": "ends with", "empty": "is empty", "not_empty": "is not empty", "gt": "is over", "gte": "is at least", "lt": "is under",
    "lte": "is at most", "any_of": "is", "none_of": "is not", "all_of": "has", "within": "is",
}  # fmt: skip
_SAID_OF_DAYS = {"gt": "is after", "gte": "is from", "lt": "is before", "lte": "is until"}


def _condition(table: Table, c: Condition, names: dict[str, dict[int, str]], today: date) -> str:
    field = table.field(c.field)
    name = field.name if field else c.field
    if c.op in ("empty", "not_empty"):
        return f"{name} {_SAID[c.op]}"
    day = field is not None and field.kind in ("date", "datetime", "created_at", "updated_at")
    said = _SAID_OF_DAYS.get(c.op, _SAID[c.op]) if day else _SAID[c.op]
    if c.op == "within":
        return f"{name} {said} {_span(str(c.value), today)}"
    several = c.value if isinstance(c.value, (list, tuple)) else [c.value]
    return f"{name} {said} {' or '.join(_value(field, one, names) for one in several)}"


def _value(field: AnyField | None, value: Any, names: dict[str, dict[int, str]]) -> str:
    if isinstance(field, (Select, MultiSelect)):
        return field.named([str(value)])[0]
    if isinstance(field, Link) and isinstance(value, int):
        return names.get(field.id, {}).get(value, f"row {value}")
    if isinstance(value, bool):
        return "ticked" if value else "not ticked"
    return f"“{value}”" if isinstance(value, str) and not value[:4].isdigit() else str(value)


def _span(span: str, today: date) -> str:
    try:
        first, last = days_of(span, today)
    except ValueError:
        return span
    words = span.replace("_", " ")
    if first is None or last is None:
        return f"before {(last or today).isoformat()}" if first is None else f"from {first.isoformat()}"
    return f"{words} ({first.isoformat()}{'' if first == last else f' to {last.isoformat()}'})"


async def names_of(tx: AsyncConnection, app: OpenApp, table: Table) -> dict[str, dict[int, str]]:
    """What the rows are called that the links of a table may point to."""
    found: dict[str, dict[int, str]] = {}
    for field in table.fields:
        if isinstance(field, Link):
            found[field.id] = (await Candidates.of(tx, app, field)).names
    return found
