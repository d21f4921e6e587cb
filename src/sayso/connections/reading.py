"""What lies behind a connection and can become a table: named, described, and read in batches from where one stopped."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

import orjson

from sayso.connections.opened import Opened
from sayso.errors import SaysoError

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

PlaceKind = Literal["table", "view", "sheet", "database", "feed", "files", "list"]
Mode = Literal["synced", "live"]
Row = dict[str, Any]
SAMPLE_ROWS = 5
BATCH_ROWS = 500
PLACES_MAX = 2_000
COLUMNS_MAX = 500
WHOLE_BYTES_MAX = 32 * 2**20
"""Of a source that is read in one piece (a CSV file, a feed)."""


class SourceFailed(SaysoError):
    """The source could not be read: a plain sentence for the table. `again` when another try may help."""

    status, slug, title = 502, "source-failed", "The source could not be read"

    def __init__(self, message: str, *, again: bool = False, detail: str = "") -> None:
        super().__init__(message)
        self.again, self.detail = again, detail[:1_000]


@dataclass(frozen=True, slots=True)
class Column:
    """`type` in the source's own words; `kind` is the kind of field that it suits."""

    name: str
    type: str = ""
    kind: str = "text"
    key: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that can be connected. Without `columns` it is only named."""

    what: str
    name: str
    kind: PlaceKind
    detail: str = ""
    rows: int | None = None
    key: tuple[str, ...] = ()
    cursors: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ("synced",)
    writable: bool = False
    columns: tuple[Column, ...] = ()
    sample: tuple[Row, ...] = ()
    problem: str = ""

    def with_sample(self, rows: Sequence[Row]) -> Place:
        """With columns as far as rows show them, where the source itself names none."""
        columns = self.columns or columns_of(rows, self.key)
        names = {c.name for c in columns}
        sample = tuple({k: v for k, v in row.items() if k in names} for row in rows[:SAMPLE_ROWS])
        return replace(self, columns=columns, sample=sample)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read: `since` is how far its cursor was read, `mark` what the source said of itself then, `after` where a reading
    that was interrupted goes on. Without `since` all is read."""

    what: str
    key: tuple[str, ...]
    columns: tuple[str, ...] = ()
    cursor: str | None = None
    since: Any = None
    mark: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Batch:
    """`after` is where one goes on behind it (None: only from the beginning). The first batch may say `since` and `mark`, to be kept
    when all has been read. `unchanged`: nothing has happened there since `mark`, and nothing was read."""

    rows: tuple[Row, ...] = ()
    after: Any = None
    since: Any = None
    mark: Any = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A row to be changed at the source."""

    key: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Reader(Protocol):
    """Of one kind of connection. All raise `SaysoError`s in plain words. One with a `partial` shows only what is newest: what it does not
    show any more is not gone."""

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]: ...

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        """Whole: with columns and a sample."""
        ...

    def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]: ...


class Writer(Protocol):
    """A reader whose rows can be changed as well; by key, so that doing it twice is doing it once."""

    async def write(self, connections: Connections, opened: Opened, what: str, changes: Sequence[Written]) -> None: ...


def columns_of(rows: Sequence[Row], key: Sequence[str] = ()) -> tuple[Column, ...]:
    """In the order in which rows name them, with the kind that all their values suit."""
    names = dict.fromkeys(name for row in rows for name in row)
    found: list[Column] = []
    for name in list(names)[:COLUMNS_MAX]:
        values = [row[name] for row in rows if row.get(name) not in (None, "", [])]
        found.append(Column(name, "", kind_of(values), name in key))
    return tuple(found)


def kind_of(values: Sequence[Any]) -> str:
    """Of JSON values. Text is text: what it might mean is for whoever connects it to say."""
    if values and all(isinstance(v, bool) for v in values):
        return "checkbox"
    if values and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return "number"
    if values and all(isinstance(v, str) and len(v) >= 19 and v[4:5] == "-" and v[10:11] in ("T", " ") for v in values):
        return "datetime"
    if values and all(isinstance(v, str) and len(v) == 10 and v[4:5] == v[7:8] == "-" for v in values):
        return "date"
    if values and all(isinstance(v, str) and v.startswith(("https://", "http://")) and " " not in v for v in values):
        return "url"
    if any(isinstance(v, str) and (len(v) > 200 or "\n" in v) for v in values):
        return "long_text"
    return "text"


def flat(value: Any, path: str = "", most: int = COLUMNS_MAX) -> Row:
    """A JSON object as one row: what lies deeper is named `author.name`, lists become text."""
    row: Row = {}
    waiting = [(path, value)]
    while waiting and len(row) < most:
        name, one = waiting.pop(0)
        if isinstance(one, dict) and one:
            waiting[:0] = [(f"{name}.{k}" if name else str(k), v) for k, v in one.items()]
        elif isinstance(one, list):
            plain = all(isinstance(v, str | int | float) for v in one)
            row[name or "value"] = ", ".join(map(str, one)) if plain else orjson.dumps(one).decode()
        else:
            row[name or "value"] = None if one == {} else one
    return row


def chunked(rows: Sequence[Row], **first: Any) -> list[Batch]:
    """All rows at hand, in batches; there is always one."""
    batches = [Batch(tuple(rows[n : n + BATCH_ROWS])) for n in range(0, len(rows), BATCH_ROWS)] or [Batch()]
    return [replace(batches[0], **first), *batches[1:]]
