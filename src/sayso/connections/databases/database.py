"""What a database must be able to do, whichever it is."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.engine.interfaces import Dialect

from sayso.connections.opened import Opened
from sayso.errors import SaysoError

SECONDS_MAX = 60
"""The longest that any statement may take, whatever a step asks for."""


class Refused(SaysoError):
    """The database said no: a plain sentence, `detail` in its own words. `again` when another try may help."""

    status, slug, title = 502, "database-refused", "The database said no"

    def __init__(self, message: str, *, reason: str = "query", again: bool = False, detail: str = "") -> None:
        super().__init__(message)
        self.reason, self.again, self.detail = reason, again, detail[:1_000]


@dataclass(frozen=True, slots=True)
class Way:
    """How to get there: what the egress door has let through. `socket` is open already, for drivers that take one; `addresses` are for
    those that open their own to the very address."""

    host: str = ""
    port: int = 0
    addresses: tuple[str, ...] = ()
    socket: socket.socket | None = None
    authorities: str | None = None
    """A file of certificate authorities that the operator trusts beside the system's."""
    folder: Path | None = None
    """Where files of databases may lie."""
    dialects: tuple[str, ...] = ()
    """SQLAlchemy dialects whose drivers the operator lets open their own sockets."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view, as the database's own catalogue names it."""

    schema: str
    name: str
    view: bool = False
    rows: int | None = None
    """About how many, when the database knows without counting."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    name: str
    type: str
    """In the database's own words."""
    key: bool = False
    nullable: bool = True


class Database(Protocol):
    """All of these block. `connection` is the driver's own."""

    needs: str
    """What to install when the driver is missing: an extra of Sayso, or nothing."""

    @property
    def dialect(self) -> Dialect: ...

    def place(self, opened: Opened) -> tuple[str, int] | None:
        """Host and port to let out to; None when it is no matter of the network."""
        ...

    @property
    def takes_socket(self) -> bool: ...

    def connect(self, opened: Opened, way: Way, seconds: float) -> Any: ...

    def begin(self, connection: Any, *, write: bool, seconds: float) -> None:
        """Begins a transaction that the database itself keeps from writing, unless `write`."""
        ...

    def stream(self, connection: Any, sql: str, values: Sequence[Any]) -> tuple[list[str], Iterator[Sequence[Any]], int]:
        """One statement: names of its columns, its rows as they come, and how many it changed (-1: unknown). `sql` has the mark of
        `mark` for each value, in order."""
        ...

    def finish(self, connection: Any, *, keep: bool) -> None: ...

    def abort(self, connection: Any) -> None:
        """From another thread: whatever it is at ends soon."""
        ...

    def close(self, connection: Any) -> None: ...

    def refused(self, error: BaseException, opened: Opened) -> Refused | None:
        """What an error of the driver means; None when it is none of the driver's."""
        ...

    def tables(self, connection: Any) -> list[Table]: ...

    def columns(self, connection: Any, schema: str, table: str) -> list[TableColumn]: ...
