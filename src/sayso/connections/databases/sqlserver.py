"""Microsoft SQL Server, by python-tds, over a socket that the egress door has opened.

It has no read-only transactions: what only reads is rolled back in every case, and the user that the connection signs in with should be
one that may not write. docs/guides/connected-tables.md says so.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from importlib import import_module
from typing import Any

import certifi
from sqlalchemy.dialects.mssql.base import MSDialect
from sqlalchemy.engine.interfaces import Dialect

from sayso.connections.databases.database import Refused, Way
from sayso.connections.databases.dbapi import Dbapi
from sayso.connections.opened import Opened

PORT = 1433
PASSWORD, MISSING, COLUMN, RIGHTS, BUSY = (
    {18456, 4060},
    {208, 2812, 911},
    {207},
    {229, 230, 262, 297, 916},
    {1205, 1222, 10928, 10929},
)
"""Error numbers of SQL Server's own list (`sys.messages`)."""


class SqlServer(Dbapi):
    takes_socket = True
    needs = "sqlserver"

    @property
    def dialect(self) -> Dialect:
        return MSDialect(paramstyle="format")

    def place(self, opened: Opened) -> tuple[str, int] | None:
        return opened.text("host"), int(opened.settings.get("port") or PORT)

    def connect(self, opened: Opened, way: Way, seconds: float) -> Any:
        tls = opened.text("tls", "verify")
        connection = import_module("pytds").connect(
            server=way.host,
            port=way.port,
            database=opened.text("database") or None,
            user=opened.text("user"),
            password=opened.secret("password"),
            sock=way.socket,
            timeout=seconds,
            login_timeout=10,
            appname="Sayso",
            autocommit=False,
            cafile=None if tls == "off" else way.authorities or certifi.where(),
            validate_host=tls == "verify",
            disable_connect_retry=True,
        )
        connection.sayso_socket = way.socket
        return connection

    def begin(self, connection: Any, *, write: bool, seconds: float) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"set lock_timeout {int(seconds * 1000)}; set xact_abort on")

    def abort(self, connection: Any) -> None:
        with suppress(Exception):
            connection.sayso_socket.shutdown(socket.SHUT_RDWR)

    def refused(self, error: BaseException, opened: Opened) -> Refused | None:
        tds = import_module("pytds")
        if not isinstance(error, tds.Error):
            return None
        number = int(getattr(error, "msg_no", 0) or 0)
        said = opened.masked(str(error))
        detail = f"{number}: {said}"
        if number in PASSWORD or isinstance(error, tds.LoginError):
            return Refused(f"{opened.name} does not know this user or password.", reason="password", detail=detail)
        if number in MISSING:
            return Refused(f"There is no such table: {said}", reason="missing", detail=detail)
        if number in COLUMN:
            return Refused(f"There is no such column: {said}", reason="missing", detail=detail)
        if number in RIGHTS:
            return Refused(f"The user of {opened.name} may not do that: {said}", reason="rights", detail=detail)
        if number in BUSY:
            return Refused(f"{opened.name} is busy: {said}", reason="busy", again=True, detail=detail)
        if isinstance(error, tds.TimeoutError):
            return Refused(f"{opened.name} took too long and was stopped.", reason="timeout", detail=detail)
        if isinstance(error, tds.ClosedConnectionError):
            return Refused(f"{opened.name} cannot be reached.", reason="unreached", again=True, detail=detail)
        return Refused(f"{opened.name} says: {said}", detail=detail)
