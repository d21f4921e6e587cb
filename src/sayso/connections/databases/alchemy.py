"""Any database that SQLAlchemy has a dialect for: BigQuery, Snowflake and others, when their driver is installed.

Such drivers open sockets of their own, past the egress door. So a dialect is used only where the operator says so
(`SAYSO_SQL_DIALECTS=bigquery,snowflake`); a host that the address names is checked all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.sqltypes import NullType

from sayso.connections.databases.database import Refused, Table, TableColumn, Way
from sayso.connections.databases.dbapi import COLUMNS_MAX, TABLES_MAX, Dbapi, fetched
from sayso.connections.opened import Opened
from sayso.errors import Forbidden, Invalid, Problem

OURS = ("postgresql", "mysql", "mariadb", "mssql", "sqlite")
"""These have kinds of their own, through the door."""


class Alchemy(Dbapi):
    takes_socket = False
    mark = ":v{}"

    @property
    def dialect(self) -> Dialect:
        raise NotImplementedError("each connection has its own")

    def place(self, opened: Opened) -> tuple[str, int] | None:
        url = url_of(opened)
        return (url.host, url.port or 443) if url.host and "." in url.host else None

    def connect(self, opened: Opened, way: Way, seconds: float) -> Any:
        url = url_of(opened)
        if url.get_backend_name() not in way.dialects:
            raise Forbidden(
                f"The operator lets no driver of {url.get_backend_name()} open connections: "
                f"SAYSO_SQL_DIALECTS={url.get_backend_name()}"
            )
        try:
            return create_engine(url, poolclass=NullPool).connect()
        except (NoSuchModuleError, ImportError) as error:
            raise Refused(f"The driver for {url.get_backend_name()} is not installed: {error}", reason="driver") from None

    def begin(self, connection: Connection, *, write: bool, seconds: float) -> None:
        with suppress(SQLAlchemyError, NotImplementedError):
            if not write and not connection.in_transaction():
                connection.execution_options(postgresql_readonly=True)

    def stream(self, connection: Connection, sql: str, values: Sequence[Any]) -> tuple[list[str], Iterator[Sequence[Any]], int]:
        done = connection.execution_options(stream_results=True).execute(text(sql), {f"v{n}": v for n, v in enumerate(values)})
        return (list(done.keys()), fetched(done), -1) if done.returns_rows else ([], iter(()), done.rowcount)

    def selected(self, connection: Connection, asked: Any) -> tuple[list[str], Iterator[Sequence[Any]], int]:
        done = connection.execution_options(stream_results=True).execute(asked)
        return (list(done.keys()), fetched(done), -1) if done.returns_rows else ([], iter(()), done.rowcount)

    def abort(self, connection: Connection) -> None:
        with suppress(Exception):
            connection.invalidate()

    def tables(self, connection: Connection) -> list[Table]:
        looked = inspect(connection)
        found = [Table("", name) for name in looked.get_table_names()] + [Table("", n, True) for n in looked.get_view_names()]
        return sorted(found, key=lambda t: t.name)[:TABLES_MAX]

    def columns(self, connection: Connection, schema: str, table: str) -> list[TableColumn]:
        looked = inspect(connection)
        try:
            keys = set(looked.get_pk_constraint(table, schema or None).get("constrained_columns") or ())
            found = looked.get_columns(table, schema or None)
        except NoSuchTableError:
            return []
        return [TableColumn(c["name"], _type(c["type"]), c["name"] in keys, bool(c.get("nullable", True))) for c in found][
            :COLUMNS_MAX
        ]

    def refused(self, error: BaseException, opened: Opened) -> Refused | None:
        if not isinstance(error, SQLAlchemyError):
            return None
        said = opened.masked(str(getattr(error, "orig", None) or error))
        return Refused(f"{opened.name} says: {said.splitlines()[0][:300] if said else 'no'}", detail=said)


def url_of(opened: Opened) -> URL:
    """Raises `Invalid`."""
    try:
        url = make_url(opened.secret("url"))
    except (ArgumentError, ValueError):
        raise Invalid(Problem("secrets/url", "is no address of a database", "bigquery://project/dataset")) from None
    if url.get_backend_name() in OURS:
        raise Invalid(Problem("secrets/url", f"{url.get_backend_name()} has a kind of connection of its own"))
    return url


def _type(kind: Any) -> str:
    return "any" if isinstance(kind, NullType) else str(kind).lower()
