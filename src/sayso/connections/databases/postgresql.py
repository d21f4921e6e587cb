"""PostgreSQL, by psycopg. libpq opens the socket itself, to the address that the egress door has checked (`hostaddr`), and checks the
certificate against the host's name."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg.types.string import TextLoader
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import Dialect

from sayso.connections.databases.database import Refused, Table, TableColumn, Way
from sayso.connections.databases.dbapi import TABLES_MAX, Dbapi
from sayso.connections.opened import Opened

PORT = 5432
CONNECT_SECONDS_MAX = 10
AS_TEXT = ("date", "timestamp", "timestamptz", "time", "timetz", "interval", "json", "jsonb", "money")
"""Taken as PostgreSQL writes them: it knows days that Python does not (`infinity`, 44 BC)."""

TABLES = """select n.nspname, c.relname, c.relkind in ('v', 'm'), greatest(c.reltuples, -1)::bigint from pg_class c
join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'v', 'm', 'p', 'f')
and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%%'
and has_table_privilege(c.oid, 'select') order by 1, 2 limit {most}"""
COLUMNS = """select a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull,
coalesce(a.attnum = any((select i.indkey::int2[] from pg_index i where i.indrelid = c.oid and i.indisprimary)::int2[]), false)
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped order by a.attnum"""


class PostgreSql(Dbapi):
    takes_socket = False

    @property
    def dialect(self) -> Dialect:
        return PGDialect_psycopg(paramstyle="format")

    def place(self, opened: Opened) -> tuple[str, int] | None:
        return opened.text("host"), int(opened.settings.get("port") or PORT)

    def connect(self, opened: Opened, way: Way, seconds: float) -> Any:
        many = len(way.addresses)
        tls: dict[str, Any] = _tls(opened, way)
        connection = psycopg.connect(
            host=",".join([way.host] * many),
            hostaddr=",".join(way.addresses),
            port=",".join([str(way.port)] * many),
            dbname=opened.text("database", "postgres"),
            user=opened.text("user"),
            password=opened.secret("password"),
            connect_timeout=CONNECT_SECONDS_MAX,
            application_name="Sayso",
            passfile=os.devnull,
            channel_binding="prefer",
            gssencmode="disable",
            client_encoding="utf8",
            **tls,
        )
        for name in AS_TEXT:
            connection.adapters.register_loader(name, TextLoader)
        return connection

    def begin(self, connection: Any, *, write: bool, seconds: float) -> None:
        connection.read_only = not write
        settings = {"statement_timeout": f"{int(seconds * 1000)}", "TimeZone": "UTC", "DateStyle": "ISO, YMD"}
        for name, value in settings.items():
            connection.execute("select set_config(%s, %s, true)", (name, value))

    def stream(self, connection: Any, sql: str, values: Sequence[Any]) -> tuple[list[str], Iterator[Sequence[Any]], int]:
        cursor = connection.cursor()
        if not connection.read_only:
            cursor.execute(sql, tuple(values) or None, prepare=True)  # prepared, so that it is one statement
            names = [c.name for c in cursor.description or ()]
            return names, iter(cursor.fetchall() if names else ()), cursor.rowcount
        rows: Iterator[Any] = cursor.stream(sql, tuple(values) or None)
        try:
            first = next(rows, None)
        except psycopg.ProgrammingError as error:
            if "produce a result" in str(error):
                return [], iter(()), 0
            raise
        return [c.name for c in cursor.description or ()], _with(first, rows), -1

    def abort(self, connection: Any) -> None:
        with suppress(Exception):
            connection.cancel_safe(timeout=2)
        with suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as mine:
            mine.shutdown(socket.SHUT_RDWR)

    def tables(self, connection: Any) -> list[Table]:
        found = self.asked(connection, TABLES.format(most=TABLES_MAX).replace("%%", "%"))
        return [Table(s, n, view, rows if rows >= 0 else None) for s, n, view, rows in found]

    def columns(self, connection: Any, schema: str, table: str) -> list[TableColumn]:
        return [TableColumn(n, t, key, nullable) for n, t, nullable, key in self.asked(connection, COLUMNS, schema, table)]

    def refused(self, error: BaseException, opened: Opened) -> Refused | None:
        if not isinstance(error, psycopg.Error):
            return None
        detail = opened.masked(str(error).strip())
        first = detail.splitlines()[0] if detail else "no reason"
        match error:
            case errors.InvalidPassword() | errors.InvalidAuthorizationSpecification():
                return Refused(f"{opened.name} does not know this user or password.", reason="password", detail=detail)
            case errors.UndefinedTable() | errors.InvalidSchemaName():
                return Refused(f"There is no such table: {first}", reason="missing", detail=detail)
            case errors.UndefinedColumn():
                return Refused(f"There is no such column: {first}", reason="missing", detail=detail)
            case errors.ReadOnlySqlTransaction():
                return Refused(f"This only reads, and {opened.name} refused to write: {first}", reason="read_only", detail=detail)
            case errors.InsufficientPrivilege():
                return Refused(f"The user of {opened.name} may not do that: {first}", reason="rights", detail=detail)
            case errors.QueryCanceled():
                return Refused(f"{opened.name} took too long and was stopped.", reason="timeout", detail=detail)
            case errors.InvalidCatalogName():
                return Refused(f"There is no such database: {first}", reason="missing", detail=detail)
            case errors.DeadlockDetected() | errors.SerializationFailure() | errors.TooManyConnections() | errors.AdminShutdown():
                return Refused(f"{opened.name} is busy: {first}", reason="busy", again=True, detail=detail)
            case psycopg.OperationalError() if error.sqlstate is None:
                return _unreached(opened, detail)
            case _:
                return Refused(f"{opened.name} says: {first}", detail=detail)


def _tls(opened: Opened, way: Way) -> dict[str, str]:
    match opened.text("tls", "verify"):
        case "off":
            return {"sslmode": "disable"}
        case "encrypt":
            return {"sslmode": "require", "sslrootcert": os.devnull}
        case _:
            return {"sslmode": "verify-full", "sslrootcert": way.authorities or "system"}


def _unreached(opened: Opened, detail: str) -> Refused:
    if "password authentication failed" in detail or "no password supplied" in detail or "no pg_hba.conf entry" in detail:
        return Refused(f"{opened.name} does not know this user or password.", reason="password", detail=detail)
    if "does not exist" in detail and "database" in detail:
        return Refused(
            f"There is no database {opened.text('database', 'postgres')!r} at {opened.name}.", reason="missing", detail=detail
        )
    if "role" in detail and "does not exist" in detail:
        return Refused(f"{opened.name} does not know this user or password.", reason="password", detail=detail)
    if "SSL" in detail or "certificate" in detail:
        return Refused(f"{opened.name} cannot be reached safely: {detail.splitlines()[0]}", reason="tls", detail=detail)
    if "timeout" in detail:
        return Refused(f"{opened.name} did not answer in time.", reason="timeout", again=True, detail=detail)
    return Refused(f"{opened.name} cannot be reached.", reason="unreached", again=True, detail=detail)


def _with(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    if first is not None:
        yield first
    yield from rest
