"""Opens a CSV or a workbook as rows of cells, whatever is wrong with it, and tells what is."""

import codecs
import csv
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from charset_normalizer import from_bytes
from python_calamine import CalamineError, CalamineWorkbook

from sayso.errors import Invalid, Problem

SAMPLE_BYTES = 1_000_000
SAMPLE_LINES = 60
CELL_CHARACTERS_MAX = 1_000_000
COLUMNS_MAX = 500
UNFOLDED_BYTES_MAX = 1_500_000_000
UNFOLDED_RATIO_MAX = 200
MEMBERS_MAX = 2_000
DELIMITERS = ",;\t|"

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Source:
    """How to read a file: kept with an import, so that the run reads exactly what the preview saw."""

    path: Path
    form: str
    """`csv` or `book`."""
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    sheets: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def opened(path: Path, sheet: str | None = None) -> Source:
    """Raises `Invalid` for what cannot be read at all."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    if not head.strip(b"\x00\xef\xbb\xbf \r\n\t"):
        raise Invalid(Problem("file", "is empty", "a heading line, then one line for each row"))
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _book(path, head, sheet)
    return _csv(path, head)


# ── workbooks ─────────────────────────────────────────────


def _book(path: Path, head: bytes, sheet: str | None) -> Source:
    if head.startswith(b"PK"):
        _no_bomb(path)
    try:
        names = CalamineWorkbook.from_path(str(path)).sheet_names
    except (CalamineError, OSError, ValueError) as error:
        raise Invalid(
            Problem("file", f"cannot be read as a spreadsheet ({_short(error)}); save it again as .xlsx or .csv")
        ) from None
    if not names:
        raise Invalid(Problem("file", "has no sheet"))
    if sheet is not None and sheet not in names:
        raise Invalid(Problem("sheet", f"There is no sheet {sheet[:60]!r}", names[0]))
    return Source(path, "book", sheet or names[0], sheets=tuple(names))


def _no_bomb(path: Path) -> None:
    """What an archive says it unfolds to, before anything of it is unfolded."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Invalid(Problem("file", "is a broken archive; save the spreadsheet again, or send CSV")) from None
    total, packed = sum(m.file_size for m in members), max(1, path.stat().st_size)
    if len(members) > MEMBERS_MAX or total > UNFOLDED_BYTES_MAX or (total > 50_000_000 and total / packed > UNFOLDED_RATIO_MAX):
        raise Invalid(Problem("file", f"unfolds to {total // 1_000_000:,} MB, which is more than is safe; send it as CSV"))


def _cell(value: Any) -> Cell:
    match value:
        case "" | None:
            return None
        case float() if value.is_integer() and abs(value) < 1e15:
            return int(value)
        case time():
            return value.strftime("%H:%M:%S") if value.second else value.strftime("%H:%M")
        case timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date()
        case _:
            return value


# ── CSV ───────────────────────────────────────────────────


def _csv(path: Path, head: bytes) -> Source:
    encoding, problems = _encoding(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head).replace("\x00", "")
    if b"\x00" in head and not encoding.startswith("utf-16"):
        problems.append(Problem("file", "holds NUL characters, which were left out"))
    return Source(path, "csv", encoding=encoding, delimiter=_delimiter(text), problems=tuple(problems))


def _encoding(head: bytes) -> tuple[str, list[Problem]]:
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return name, []
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        best = from_bytes(head[:200_000]).best()
        name = best.encoding if best else "cp1252"
        return name, [Problem("file", f"is not UTF-8; it was read as {name}. Look whether accents and signs are right")]
    return "utf-8", []


def _delimiter(text: str) -> str:
    """The sign that parts the lines most evenly into most columns."""
    lines = text.splitlines(keepends=True)[:SAMPLE_LINES]

    def evenness(sign: str) -> tuple[float, int]:
        try:
            widths = [len(r) for r in csv.reader(lines[:-1] or lines, delimiter=sign) if r]
        except csv.Error:
            return (0, 0)
        if not widths:
            return (0, 0)
        width, times = Counter(widths).most_common(1)[0]
        return (times / len(widths) if width > 1 else 0, width)

    return max(DELIMITERS, key=evenness)


def rows(source: Source) -> Iterator[list[Cell]]:
    """Every row, the heading included. Raises `Invalid` with the line where reading cannot go on."""
    if source.form == "book":
        yield from _book_rows(source)
        return
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    with source.path.open(encoding=source.encoding, errors="replace", newline="") as file:
        reader = csv.reader(_without_nul(file), delimiter=source.delimiter)
        try:
            for row in reader:
                if row:
                    yield row  # pyright: ignore[reportReturnType]
        except csv.Error as error:
            reason = "a quotation mark is opened and not closed" if "field larger" in str(error) else _short(error)
            raise Invalid(Problem(f"line {reader.line_num}", f"cannot be read: {reason}")) from None


def _without_nul(file: TextIO) -> Iterator[str]:
    for line in file:
        yield line.replace("\x00", "") if "\x00" in line else line


def _book_rows(source: Source) -> Iterator[list[Cell]]:
    try:
        sheet = CalamineWorkbook.from_path(str(source.path)).get_sheet_by_name(source.sheet or "")
        for row in sheet.iter_rows():
            cells = [_cell(c) for c in row]
            if any(c is not None for c in cells):
                yield cells
    except (CalamineError, OSError, ValueError) as error:
        raise Invalid(Problem("file", f"cannot be read as a spreadsheet: {_short(error)}")) from None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def first(source: Source, count: int) -> list[list[Cell]]:
    return list(islice(rows(source), count))
