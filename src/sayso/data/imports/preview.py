"""Reads a whole file once and tells what is in it, and what is wrong with it."""

import time
from pathlib import Path
from typing import Any

import orjson

from sayso.data.imports import sources
from sayso.data.imports.guessing import Column, headings
from sayso.data.imports.sources import COLUMNS_MAX, Cell, Source
from sayso.errors import Invalid, Problem

SAMPLE_ROWS = 20
SECONDS_MAX = 40
"""After so long the rest of a very large file is judged by what was seen."""
PROBLEMS_MAX = 50
SHOWN_CHARACTERS_MAX = 500
"""Of one cell of the sample: the longest that a file may hold would fill the server's memory twenty times."""


def of(path: Path, sheet: str | None) -> dict[str, Any]:
    """JSON-ready: how to read the file (`source`), its columns, sample rows, problems and the number of rows."""
    source = sources.opened(path, sheet)
    problems = list(source.problems)
    start = sources.first(source, 2)
    if not start:
        raise Invalid(Problem("file", "has no rows", "a heading line, then one line for each row"))
    names = headings(start[0], start[1] if len(start) > 1 else None)
    width = min(COLUMNS_MAX, max(len(r) for r in start))
    if max(len(r) for r in start) > COLUMNS_MAX:
        problems.append(
            Problem(
                "columns", f"There are {max(len(r) for r in start):,}; a table holds {COLUMNS_MAX}, so the others are left out"
            )
        )
    columns = [Column(name) for name in _named(names, width, problems)]
    sample, count, complete = _read(source, names is not None, columns, problems)
    return _told(source, names is not None, columns, sample, count, complete, problems)


def _named(names: list[str] | None, width: int, problems: list[Problem]) -> list[str]:
    if names is None:
        problems.append(Problem("heading", "The first line is no heading, so the columns were numbered"))
    named: list[str] = []
    for n in range(width):
        name = " ".join((names[n] if names and n < len(names) else "").replace("{", "(").replace("}", ")").split())[:110]
        if not name:
            name = f"Column {n + 1}"
            if names is not None:
                problems.append(Problem(f"column {n + 1}", f"has no heading; it was called {name}"))
        fresh, again = name, 2
        while fresh.casefold() in {k.casefold() for k in named}:
            fresh, again = f"{name} {again}", again + 1
        if fresh != name:
            problems.append(Problem(f"column {n + 1}", f"There are two columns {name!r}; this one was called {fresh!r}"))
        named.append(fresh)
    return named


def _read(source: Source, headed: bool, columns: list[Column], problems: list[Problem]) -> tuple[list[list[Cell]], int, bool]:
    sample: list[list[Cell]] = []
    count, wide, wide_at, until = 0, 0, 0, time.monotonic() + SECONDS_MAX
    width, complete = len(columns), True
    try:
        for n, row in enumerate(sources.rows(source), 1):
            if headed and n == 1:
                continue
            count += 1
            if len(row) > width and any(c not in (None, "") for c in row[width:]):
                wide, wide_at = wide + 1, wide_at or n
            for column, cell in zip(columns, row, strict=False):
                column.see(cell)
            if len(sample) < SAMPLE_ROWS:
                sample.append([_shown(cell) for cell in (row + [None] * (width - len(row)))[:width]])
            if count % 5_000 == 0 and time.monotonic() > until:
                complete = False
                break
    except Invalid as wrong:
        problems.extend(wrong.problems)
    if wide and width < COLUMNS_MAX:
        problems.append(
            Problem(f"row {wide_at}", f"{wide:,} rows have more cells than there are headings; they would be refused")
        )
    if not count:
        problems.append(Problem("file", "has a heading and no rows"))
    return sample, count, complete


def _shown(cell: Cell) -> Cell:
    return cell[:SHOWN_CHARACTERS_MAX] if isinstance(cell, str) else cell


def _told(
    source: Source,
    headed: bool,
    columns: list[Column],
    sample: list[list[Cell]],
    count: int,
    complete: bool,
    problems: list[Problem],
) -> dict[str, Any]:
    taken: set[str] = set()
    told: list[dict[str, Any]] = []
    for column in columns:
        field = column.field(taken)
        taken.add(field["id"])
        told.append({
            "name": column.name, "kind": field["kind"], "examples": column.examples(), "options": field.get("options", []),
            "field": field, "filled": column.filled, "values": list(column.distinct)[:1_000] if field["kind"] in ("text", "select") and not column.many else [],
        })  # fmt: skip
    return {
        "source": {
            "form": source.form,
            "sheet": source.sheet,
            "encoding": source.encoding,
            "delimiter": source.delimiter,
            "headed": headed,
        },
        "sheets": list(source.sheets),
        "columns": told,
        "sample": orjson.loads(orjson.dumps(sample, default=str)),
        "rows": count if complete else None,
        "problems": [{"path": p.path, "reason": p.reason, "example": p.example} for p in problems[:PROBLEMS_MAX]],
    }
