"""MySQL and MariaDB, by PyMySQL, over a socket that the egress door has opened."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from importlib import import_module
from typing import Any

from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.engine.interfaces import Dialect

from sayso.connections.databases.database import Refused, Table, Way
from sayso.connections.databases.dbapi import TABLES_MAX, Dbapi
from sayso.connections.opened import Opened

PORT = 3306
PASSWORD, MISSING_TABLE, MISSING_COLUMN = {1045, 1698, 1044}, {1146, 1049}, {1054}
READ_ONLY, TIMEOUT, RIGHTS, BUSY = {1792}, {1969, 3024, 1317}, {1142, 1143, 1227, 1370}, {1205, 1213, 1040, 1203}
GONE = {2003, 2006, 2013, 2014, 2055}
"""Error numbers of MySQL's and MariaDB's manuals."""

TABLES = """select table_schema, table_name, table_type, table_rows from information_schema.tables
where table_schema not in ('information_schema', 'mysql', 'performance_schema', 'sys') order by table_schema, table_name limit {most}"""


class MySql(Dbapi):
    takes_socket = True

    @property
    def dialect(self) -> Dialect:
        return MySQLDialect_pymysql(paramstyle="format")

    def place(self, opened: Opened) -> tuple[str, int] | None:
        return opened.text("host"), int(opened.settings.get("port") or PORT)

    def connect(self, opened: Opened, way: Way, seconds: float) -> Any:
        pymysql = import_module("pymysql")
        tls = _tls(opened, way)
        connection = pymysql.connections.Connection(
            host=way.host,
            port=way.port,
            user=opened.text("user"),
            password=opened.secret("password").encode(),
            database=opened.text("database") or None,
            charset="utf8mb4",
            read_timeout=seconds + 5,
            write_timeout=seconds + 5,
            ssl=tls,
            ssl_disabled=tls is None,
            local_infile=False,
            autocommit=None,
            defer_connect=True,
        )
        connection.connect(way.socket)
        return connection

    def begin(self, connection: Any, *, write: bool, seconds: float) -> None:
        maria = "mariadb" in str(connection.get_server_info()).lower()
        cap = (
            f"set session max_statement_time = {seconds:.3f}"
            if maria
            else f"set session max_execution_time = {int(seconds * 1000)}"
        )
        with connection.cursor() as cursor:
            with suppress(Exception):
                cursor.execute(cap)
            cursor.execute("set session time_zone = '+00:00'")
            if not write:
                cursor.execute("set session transaction read only")
            cursor.execute("start transaction" if write else "start transaction read only")

    def cursor(self, connection: Any) -> Any:
        return connection.cursor(import_module("pymysql.cursors").SSCursor)

    def tables(self, connection: Any) -> list[Table]:
        found = self.asked(connection, TABLES.format(most=TABLES_MAX))
        return [Table(s, n, "VIEW" in kind, None if rows is None else int(rows)) for s, n, kind, rows in found]

    def abort(self, connection: Any) -> None:
        with suppress(Exception):
            connection._sock.shutdown(socket.SHUT_RDWR)

    def close(self, connection: Any) -> None:
        """Not politely: rows that nobody wants any more are not read to their end."""
        with suppress(Exception):
            connection._force_close()

    def refused(self, error: BaseException, opened: Opened) -> Refused | None:
        pymysql = import_module("pymysql")
        if not isinstance(error, pymysql.MySQLError):
            return None
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        said = opened.masked(str(error.args[1] if len(error.args) > 1 else error))
        detail = f"{number}: {said}"
        if number in PASSWORD:
            return Refused(f"{opened.name} does not know this user or password.", reason="password", detail=detail)
        if number in MISSING_TABLE:
            return Refused(f"There is no such table: {said}", reason="missing", detail=detail)
        if number in MISSING_COLUMN:
            return Refused(f"There is no such column: {said}", reason="missing", detail=detail)
        if number in READ_ONLY:
            return Refused(f"This only reads, and {opened.name} refused to write: {said}", reason="read_only", detail=detail)
        if number in RIGHTS:
            return Refused(f"The user of {opened.name} may not do that: {said}", reason="rights", detail=detail)
        if number in TIMEOUT:
            return Refused(f"{opened.name} took too long and was stopped.", reason="timeout", detail=detail)
        if number in BUSY:
            return Refused(f"{opened.name} is busy: {said}", reason="busy", again=True, detail=detail)
        if number in GONE or (not number and isinstance(error, pymysql.err.OperationalError)):
            return Refused(f"{opened.name} cannot be reached.", reason="unreached", again=True, detail=detail)
        return Refused(f"{opened.name} says: {said}", detail=detail)


def _tls(opened: Opened, way: Way) -> ssl.SSLContext | None:
    match opened.text("tls", "verify"):
        case "off":
            return None
        case "encrypt":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            return context
        case _:
            context = ssl.create_default_context()
            if way.authorities:
                context.load_verify_locations(way.authorities)
            return context
