"""From cells to the text that PostgreSQL's COPY reads, by the rules of each field; what does not fit is refused with its reason."""

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import orjson
from pydantic import TypeAdapter

from sayso.data.imports import sources
from sayso.data.imports.sources import Source
from sayso.errors import Invalid
from sayso.spec.fields import AnyField, Link

BATCH_ROWS = 2_000
BATCH_CHARACTERS_MAX = 4_000_000
"""Rows of long texts go on their way sooner: whoever listens holds a batch whole."""
REMEMBERED_MAX = 50_000
"""How many different texts of one column are parsed once and remembered."""
NOTHING = "\\N"
_FIELD: TypeAdapter[AnyField] = TypeAdapter(AnyField)
_UNSAFE = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})

Taken = Callable[[Any], str]


class Refused(Exception):
    """Why one row cannot be taken."""


def frames(job: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """`job`: source, headed, width, base (the position before the first row), by, columns, constants, refused, links."""
    s = job["source"]
    source = Source(Path(job["path"]), s["form"], s["sheet"], s["encoding"], s["delimiter"])
    with Path(job["refused"]).open("w", encoding="utf-8-sig", newline="") as refused:
        yield from _frames(job, source, refused)


def _frames(job: dict[str, Any], source: Source, refused: TextIO) -> Iterator[tuple[bytes, bytes]]:
    out, taker, width = csv.writer(refused), Taker(job), job["width"]
    lines: list[str] = []
    read = lost = size = 0
    try:
        for n, row in enumerate(sources.rows(source), 1):
            if n == 1 and job["source"]["headed"]:
                out.writerow(["Line", "Reason", *row])
                continue
            read += 1
            try:
                if len(row) > width and any(c not in (None, "") for c in row[width:]):
                    raise Refused(f"has {len(row)} cells, and there are {width} columns")
                lines.append(taker.line(row))
                size += len(lines[-1])
            except Refused as why:
                lost += 1
                out.writerow([n, str(why), *row])
            if len(lines) >= BATCH_ROWS or size > BATCH_CHARACTERS_MAX:
                yield b"d", "".join(lines).encode("utf-8", "replace")
                lines.clear()
                size = 0
            if read % BATCH_ROWS == 0:
                yield b"p", orjson.dumps({"read": read, "refused": lost})
    finally:
        taker.close()
    if lines:
        yield b"d", "".join(lines).encode("utf-8", "replace")
    yield b"p", orjson.dumps({"read": read, "refused": lost, "end": True})


class Taker:
    """Turns one row of cells into one line for COPY, and notes its links beside."""

    def __init__(self, job: dict[str, Any]) -> None:
        by = _escaped(job["by"])
        self.constants = "".join(f"\t{text}" for text in job["constants"]) + f"\t{by}\t{by}\n"
        self.place: int = job["base"]
        self.columns: list[tuple[int, Taken]] = []
        self.links: list[tuple[int, LinkTaker]] = []
        for column in job["columns"]:
            field = _FIELD.validate_python(column["field"])
            if isinstance(field, Link):
                self.links.append((column["index"], LinkTaker(field, column)))
            else:
                self.columns.append((column["index"], taken(field, column.get("existing"), column.get("people"))))

    def line(self, row: list[Any]) -> str:
        wide = len(row)
        cells = [take(row[i] if i < wide else None) for i, take in self.columns]
        linked = [(link, link.ids(row[i] if i < wide else None)) for i, link in self.links]
        self.place += 1
        for link, ids in linked:
            link.note(self.place, ids)
        return f"{self.place}\t" + "\t".join(cells) + self.constants if cells else f"{self.place}{self.constants}"

    def close(self) -> None:
        for _, link in self.links:
            link.file.close()


class LinkTaker:
    """Rows of another table by their titles, whatever the case."""

    def __init__(self, field: Link, column: dict[str, Any]) -> None:
        self.field = field
        self.titles: dict[str, int] = orjson.loads(Path(column["titles"]).read_bytes())
        self.file = Path(column["pairs"]).open("w", encoding="utf-8")  # noqa: SIM115  closed with the taker

    def ids(self, cell: Any) -> list[int]:
        if cell is None or not str(cell).strip():
            if self.field.required:
                raise Refused(f"{self.field.name} is needed")
            return []
        whole = " ".join(str(cell).split())
        names = (
            [whole]
            if whole.casefold() in self.titles or not self.field.many
            else [n.strip() for n in whole.replace(";", ",").split(",")]
        )
        ids = [self.titles.get(name.casefold()) for name in names if name]
        if None in ids:
            raise Refused(f"{self.field.name}: no row is called {names[ids.index(None)][:60]!r}")
        return [i for i in dict.fromkeys(ids) if i is not None]

    def note(self, place: int, ids: list[int]) -> None:
        for id in ids:
            self.file.write(f"{place}\t{id}\n")


def taken(field: AnyField, existing: str | None, people: dict[str, str] | None) -> Taken:
    """How a cell of this field becomes COPY text. `existing` names a file of the values that are there, when they must differ.

    `people` are the ids of whoever may be named, by what they are called.
    """
    known: dict[str, str] = {}
    seen: set[str] | None = set(orjson.loads(Path(existing).read_bytes())) if existing else set() if field.unique else None

    def take(cell: Any) -> str:
        text = known.get(cell) if type(cell) is str else None
        if text is None:
            text = _parsed(field, cell, people)
            if type(cell) is str and len(known) < REMEMBERED_MAX:
                known[cell] = text
        if seen is not None and text != NOTHING:
            if text in seen:
                raise Refused(f"{field.name} must be different in every row, and {str(cell)[:60]!r} is there already")
            seen.add(text)
        return text

    return take


def _parsed(field: AnyField, cell: Any, people: dict[str, str] | None) -> str:
    try:
        value = field.parse(cell)
    except Invalid as wrong:
        raise Refused("; ".join(p.reason for p in wrong.problems)) from None
    except (ValueError, OverflowError, TypeError, ArithmeticError):
        raise Refused(f"{field.name} cannot be read") from None
    if value is None or value == []:
        if field.required:
            raise Refused(f"{field.name} is needed")
        return NOTHING
    if people is not None and isinstance(value, list):
        value = _members(field, [str(said) for said in value], people)
    if isinstance(value, (date, datetime)) and not 1 < value.year < 9999:
        raise Refused(f"{field.name} is outside the calendar")
    return copied(value)


def _members(field: AnyField, said: list[str], people: dict[str, str]) -> list[str]:
    if unknown := next((one for one in said if one.casefold() not in people), None):
        raise Refused(f"{field.name}: nobody here is called {unknown[:60]!r}")
    return list(dict.fromkeys(people[one.casefold()] for one in said))


def copied(value: Any) -> str:
    """A stored value as COPY reads it."""
    match value:
        case None:
            return NOTHING
        case str():
            return _escaped(value)
        case bool():
            return "t" if value else "f"
        case Decimal():
            return f"{value:f}"
        case list() | tuple():
            items = ",".join('"' + str(v).replace("\\", "\\\\").replace('"', '\\"') + '"' for v in value)
            return _escaped("{" + items + "}")
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


def _escaped(text: str) -> str:
    return text.translate(_UNSAFE) if not text.isalnum() else text
