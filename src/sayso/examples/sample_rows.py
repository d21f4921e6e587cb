"""Sample rows: a table a list, its first line the names of the fields, every other line a row.

Days are written from today (`+3d`, `-2w`, `today`, `-1m 14:30` for a moment), links by what the other row is called,
and `someone` is a member of the workspace, when there are any to name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from sayso.examples.example import Example, text_of
from sayso.spec.app import App
from sayso.spec.fields import Date, Datetime, Link, Person
from sayso.spec.table import Table

DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_SPAN = re.compile(r"(?:(today)|([+-]\d+)([dwmy]))(?: (\d{2}):(\d{2}))?")

Values = dict[str, Any]


def rows(example: Example, today: date, people: Sequence[str] = ()) -> dict[str, list[Values]]:
    """Rows by table id, values by field id as the API takes them.

    A link holds `{"id": n, "name": …}`, where `n` counts the rows of the other table here from 1; whoever writes the rows
    puts the real ids in place. `people` are ids of members; without them nobody is named.
    """
    written: dict[str, list[list[Any]]] = yaml.safe_load(text_of(example.id, "rows.yaml"))
    app = example.spec
    tables = {name: table for name in written if (table := app.table_named(name)) is not None}
    called = {table.id: _called(table, written[name]) for name, table in tables.items()}
    return {table.id: _rows(app, table, written[name], called, today, people) for name, table in tables.items()}


def _called(table: Table, lines: list[list[Any]]) -> list[str]:
    """What the rows of a table are called, in order."""
    title = table.title_field
    at = next((i for i, name in enumerate(lines[0]) if title and table.named(str(name)) == title), 0)
    return [str(line[at]) for line in lines[1:]]


def _rows(
    app: App, table: Table, lines: list[list[Any]], called: dict[str, list[str]], today: date, people: Sequence[str]
) -> list[Values]:
    fields = [table.named(str(name)) for name in lines[0]]
    made: list[Values] = []
    for number, line in enumerate(lines[1:]):
        values: Values = {}
        for field, raw in zip(fields, line, strict=False):
            value = None if raw is None or field is None else _value(app, field, raw, called, today, people, number)
            if field is not None and value is not None:
                values[field.id] = value
        made.append(values)
    return made


def _value(app: App, field: Any, raw: Any, called: dict[str, list[str]], today: date, people: Sequence[str], row: int) -> Any:
    match field:
        case Link():
            names = [str(n) for n in raw] if isinstance(raw, list) else [str(raw)]
            return [{"id": called[field.to].index(name) + 1, "name": name} for name in names]
        case Person():
            return [people[(row + len(field.id)) % len(people)]] if people else None
        case Date():
            return day(str(raw), today).isoformat()
        case Datetime():
            return moment(str(raw), today, app.zone).isoformat().replace("+00:00", "Z")
        case _:
            return raw


def day(said: str, today: date) -> date:
    span = _SPAN.fullmatch(said)
    if span is None:
        return date.fromisoformat(said)
    return today if span[1] else today + timedelta(int(span[2]) * DAYS[span[3]])


def moment(said: str, today: date, zone: str) -> datetime:
    """At nine in the morning when no time is said; in UTC."""
    span = _SPAN.fullmatch(said)
    clock = time(int(span[4]), int(span[5])) if span and span[4] else time(9)
    return datetime.combine(day(said, today), clock, ZoneInfo(zone)).astimezone(UTC)
