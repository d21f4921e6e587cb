"""Connected databases: one statement, its values bound, at most so many rows, bytes and seconds.

    rows = await sql.query(connections, opened, "select * from orders where id = {Order}", {"{Order}": 7})
    async with sql.session(connections, opened) as session: …        several statements of one transaction

It only reads unless `write`, and then the database itself sees to that: a transaction that is read-only (PostgreSQL, MySQL, MariaDB),
a file opened to be read (SQLite). SQL Server has neither; what only reads is rolled back there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import Executable

from sayso.connections.databases import DATABASES
from sayso.connections.databases.database import SECONDS_MAX, Database, Refused, Table, TableColumn, Way
from sayso.connections.databases.statement import parsed
from sayso.connections.databases.values import bound, jsonable, size
from sayso.connections.egress import NotReached
from sayso.connections.opened import Opened
from sayso.errors import Forbidden, Invalid, Problem

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

ROWS_MAX = 10_000
ROWS_USUAL = 1_000
BYTES_MAX = 10_000_000
SECONDS_USUAL = 30.0
THREADS_MAX = 16
"""Statements under way at once in one process."""
LEAVING_SECONDS_MAX = 5.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """`rows` as JSON, by column. `cut`: there were more than were asked for. `changed` is how many a statement wrote, -1 when it reads."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    changed: int = -1
    cut: bool = False


async def query(
    connections: Connections,
    opened: Opened,
    sql: str,
    values: Mapping[str, Any] | None = None,
    *,
    write: bool = False,
    rows_max: int = ROWS_USUAL,
    seconds_max: float = SECONDS_USUAL,
) -> Rows:
    """`values` by what the statement names: `:name` by `name` or `:name`, braces by the braces with what stands in them.

    Raises `Refused`, `NotReached`, `NotLetOut`, `Forbidden`, `Invalid`.
    """
    given = dict(values or {})
    statement = parsed(sql, [name.removeprefix(":") for name in given if not name.startswith("{")])
    by_template = given | {f":{name}": value for name, value in given.items() if not name.startswith((":", "{"))}
    ordered = [bound(value) for value in statement.values(by_template)]
    async with session(connections, opened, write=write, seconds_max=seconds_max) as begun:
        return await begun.run(statement.rendered(begun.mark), ordered, rows_max=min(rows_max, ROWS_MAX))


class Session:
    """One connection and its transaction. Every method waits in a thread; when who waits is cancelled, the database is told."""

    def __init__(self, database: Database, opened: Opened, seconds: float) -> None:
        self._database, self._opened, self._seconds = database, opened, seconds
        self._connection: Any = None

    @property
    def mark(self) -> str:
        return getattr(self._database, "mark", "%s")

    async def open(self, way: Way, *, write: bool) -> None:
        def opening() -> None:
            self._connection = self._database.connect(self._opened, way, self._seconds)
            self._database.begin(self._connection, write=write, seconds=self._seconds)

        await self._waited(opening)

    async def run(self, sql: str, values: Sequence[Any] = (), *, rows_max: int = ROWS_USUAL) -> Rows:
        return await self._waited(lambda: _taken(*self._database.stream(self._connection, sql, values), rows_max))

    async def select(self, asked: Executable, *, rows_max: int = ROWS_USUAL) -> Rows:
        """A statement of SQLAlchemy's, in the database's own dialect."""

        def selecting() -> Rows:
            if (direct := getattr(self._database, "selected", None)) is not None:
                names, rows, changed = direct(self._connection, asked)
                return _taken(names, rows, changed, rows_max)
            made = cast(Any, asked).compile(dialect=self._database.dialect, compile_kwargs={"render_postcompile": True})
            values = [made.params[name] for name in made.positiontup or ()]
            return _taken(*self._database.stream(self._connection, str(made), values), rows_max)

        return await self._waited(selecting)

    async def tables(self) -> list[Table]:
        return await self._waited(lambda: self._database.tables(self._connection))

    async def columns(self, schema: str, table: str) -> list[TableColumn]:
        return await self._waited(lambda: self._database.columns(self._connection, schema, table))

    async def close(self, *, keep: bool) -> None:
        if self._connection is None:
            return
        try:
            await self._waited(lambda: self._database.finish(self._connection, keep=keep))
        finally:
            with suppress(Exception):
                await asyncio.wrap_future(_threads().submit(self._database.close, self._connection))

    async def _waited(self, work: Callable[[], T]) -> T:
        doing = asyncio.wrap_future(_threads().submit(work))
        try:
            async with asyncio.timeout(self._seconds + LEAVING_SECONDS_MAX):
                return await asyncio.shield(doing)
        except (asyncio.CancelledError, TimeoutError) as error:
            await self._abandoned(doing)
            if isinstance(error, TimeoutError):
                raise Refused(f"{self._opened.name} took too long and was stopped.", reason="timeout") from None
            raise
        except Exception as error:
            refused = self._database.refused(error, self._opened)
            if refused is not None:
                raise refused from None
            if isinstance(error, OSError):
                raise Refused(
                    f"{self._opened.name} cannot be reached: {error.strerror or error}", reason="unreached", again=True
                ) from None
            raise

    async def _abandoned(self, doing: asyncio.Future[Any]) -> None:
        """Nobody waits any more: what the thread is at ends, and what it says is heard by nobody."""
        doing.add_done_callback(lambda done: done.cancelled() or done.exception())
        if self._connection is not None:
            with suppress(Exception):
                await asyncio.to_thread(self._database.abort, self._connection)


@asynccontextmanager
async def session(
    connections: Connections, opened: Opened, *, write: bool = False, seconds_max: float = SECONDS_USUAL
) -> AsyncGenerator[Session]:
    """A transaction, kept at the end of the block when it may write and nothing failed."""
    database = DATABASES.get(opened.kind)
    if database is None:
        raise Invalid(Problem("connection", f"{opened.name} is no database"))
    if write and not opened.settings.get("writes"):
        raise Forbidden(f"{opened.name} is only read: whoever manages it has not allowed writing.")
    seconds = max(0.1, min(seconds_max, SECONDS_MAX))
    begun = Session(database, opened, seconds)
    way = await _way(connections, database, opened)
    try:
        try:
            await begun.open(way, write=write)
        except ModuleNotFoundError as error:
            raise Refused(
                f"The driver for {opened.name} is not installed: pip install 'sayso[{database.needs}]'",
                reason="driver",
                detail=str(error),
            ) from None
        yield begun
    except BaseException:
        with suppress(Exception):
            await begun.close(keep=False)
        if way.socket is not None:
            way.socket.close()
        raise
    await begun.close(keep=write)


async def _way(connections: Connections, database: Database, opened: Opened) -> Way:
    """Through the door, before any driver hears of the host."""
    place = database.place(opened)
    if place is None:
        return Way(folder=connections.sqlite_folder, dialects=connections.sql_dialects)
    host, port = place
    if not host:
        raise Invalid(Problem("settings/host", "is needed", "db.example.com"))
    try:
        if database.takes_socket:
            return Way(host, port, socket=await connections.door.socket(host, port), authorities=connections.door.authorities)
        addresses = await connections.door.addresses(host, port)
    except NotReached as error:
        raise Refused(f"{opened.name} cannot be reached: {error}", reason=error.reason, again=True) from None
    return Way(host, port, tuple(map(str, addresses)), None, connections.door.authorities, dialects=connections.sql_dialects)


def _taken(names: list[str], rows: Any, changed: int, rows_max: int) -> Rows:
    """At most so many rows and bytes; the rest is never fetched."""
    columns = _distinct(names)
    taken: list[dict[str, Any]] = []
    left = BYTES_MAX
    try:
        for row in rows:
            if len(taken) >= rows_max:
                return Rows(columns, tuple(taken), changed, cut=True)
            values = [jsonable(value) for value in row]
            left -= sum(map(size, values))
            if left < 0:
                raise Refused(
                    f"The answer is larger than {BYTES_MAX // 1_000_000} MB; ask for fewer rows or columns.", reason="large"
                )
            taken.append(dict(zip(columns, values, strict=True)))
    finally:
        if (leave := getattr(rows, "close", None)) is not None:
            leave()
    return Rows(columns, tuple(taken), changed)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """`id, id` becomes `id, id_2`."""
    seen: dict[str, int] = {}
    told: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(told)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="sayso database")
