"""Rows that steps pass on, as tables in letters: headings, texts, which columns hold figures, how many rows there are besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sayso.ai.told import text_of
from sayso.automations.names.readable import readable
from sayso.automations.papers import markup
from sayso.automations.papers.files import is_file
from sayso.spec.app import App
from sayso.spec.fields import AnyField

ROWS_MAX = 50
"""Rows of a table in a letter; how many more there are is told below it."""
COLUMNS_MAX = 8
_FIGURES = frozenset(("number", "money", "percent", "rating", "duration", "autonumber", "rollup"))

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    headings: list[str]
    rows: list[list[str]]
    figures: frozenset[int] = frozenset()
    more: int = 0

    @property
    def markdown(self) -> str:
        return (
            f"\n{markup.table(self.headings, self.rows, self.figures)}\n{f'*and {self.more:,} more*' if self.more > 0 else ''}\n"
        )

    @property
    def lines(self) -> str:
        """For messages."""
        said = ["• " + " · ".join(filter(None, row)) for row in self.rows]
        return "\n" + "\n".join([*said, *([f"and {self.more:,} more"] if self.more > 0 else [])]) + "\n"

    @property
    def told(self) -> str:
        """For models: each value with its heading."""
        said = ["; ".join(f"{h}: {c}" for h, c in zip(self.headings, row, strict=True) if c) for row in self.rows]
        return "\n".join([*said, *([f"and {self.more:,} more"] if self.more > 0 else [])])


def table_of(
    value: Any, app: App, people: Mapping[str, str], *, total: int | None = None, fields: Mapping[str, AnyField] | None = None
) -> Table | None:
    """None when the value is no list of rows. `fields` says how columns of figures are written, by key."""
    if not isinstance(value, list) or not value or not all(isinstance(one, Mapping) for one in value):
        return None
    rows: list[Row] = value
    of = app.table(str(rows[0].get("table") or "")) if "values" in rows[0] else None
    many = total if total is not None else len(rows)
    return _of_rows(of.fields, rows, people, many) if of is not None else _of_objects(rows, many, fields or {})


def _of_rows(fields: Sequence[AnyField], rows: list[Row], people: Mapping[str, str], total: int) -> Table:
    """The first fields that say something in any of the rows."""
    some = rows[:ROWS_MAX]
    told = [
        f
        for f in fields
        if f.kind not in ("image", "file") and any(r["values"].get(f.id) not in (None, "", [], False) for r in some)
    ]
    told = told[:COLUMNS_MAX] or list(fields[:1])
    cells = [[text_of(f, row["values"].get(f.id), people) for f in told] for row in some]
    return Table([f.name for f in told], cells, frozenset(n for n, f in enumerate(told) if f.kind in _FIGURES), total - len(some))


def _of_objects(rows: list[Row], total: int, fields: Mapping[str, AnyField]) -> Table | None:
    """Of what a database or a program gave, or of groups: whatever they have in common."""
    some = rows[:ROWS_MAX]
    columns = list(dict.fromkeys(key for row in some for key in row if key != "key" or "name" not in row))[:COLUMNS_MAX]
    if not columns or any(is_file(row) for row in some) or set(columns) <= {"id", "name"}:
        return None
    cells = [[text_of(fields[c], row.get(c)) if c in fields else readable(row.get(c)) for c in columns] for row in some]
    figures = [c in fields or all(isinstance(row.get(c), (int, float, type(None))) for row in some) for c in columns]
    headings = [c.replace("_", " ").capitalize() for c in columns]
    return Table(headings, cells, frozenset(n for n, one in enumerate(figures) if one), total - len(some))
