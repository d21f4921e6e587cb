"""A SQLite file in the folder that the operator names (`SAYSO_SQLITE_FOLDER`), and nowhere else. Never written to: it is opened read-only,
and nothing may be attached to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect

from sayso.connections.databases.database import Refused, Table, TableColumn, Way
from sayso.connections.databases.dbapi import TABLES_MAX, Dbapi
from sayso.connections.opened import Opened
from sayso.errors import Forbidden, NotFound

STEPS_BETWEEN_LOOKS = 10_000
VALUE_BYTES_MAX = 10_000_000
READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
}
PRAGMAS = {"table_info", "table_xinfo", "query_only"}


class Sqlite(Dbapi):
    takes_socket = False
    mark = "?"

    @property
    def dialect(self) -> Dialect:
        return SQLiteDialect_pysqlite(paramstyle="qmark")

    def place(self, opened: Opened) -> tuple[str, int] | None:
        return None

    def connect(self, opened: Opened, way: Way, seconds: float) -> Any:
        file = file_of(opened.text("file"), way.folder)
        connection = sqlite3.connect(
            f"file:{quote(str(file))}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=seconds
        )
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX)
        connection.execute("pragma query_only = on")
        connection.set_authorizer(_reads_only)
        return connection

    def begin(self, connection: Any, *, write: bool, seconds: float) -> None:
        if write:
            raise Forbidden("A SQLite file is only read.")
        ends = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > ends, STEPS_BETWEEN_LOOKS)
        connection.execute("begin")

    def abort(self, connection: Any) -> None:
        with suppress(Exception):
            connection.interrupt()

    def tables(self, connection: Any) -> list[Table]:
        asked = "select name, type from sqlite_master where type in ('table', 'view') and name not like 'sqlite!_%' escape '!' order by 1"
        return [Table("", str(name), kind == "view") for name, kind in self.asked(connection, asked)[:TABLES_MAX]]

    def columns(self, connection: Any, schema: str, table: str) -> list[TableColumn]:
        rows: list[Sequence[Any]] = self.asked(
            connection, f"pragma table_info({self.dialect.identifier_preparer.quote_identifier(table)})"
        )
        found = [TableColumn(str(n), str(t or "any").lower(), bool(pk), not notnull) for _, n, t, notnull, _, pk in rows]
        if found and not any(c.key for c in found) and any(t.name == table and not t.view for t in self.tables(connection)):
            return [TableColumn("rowid", "integer", True, False), *found]
        return found

    def refused(self, error: BaseException, opened: Opened) -> Refused | None:
        if not isinstance(error, sqlite3.Error | sqlite3.Warning):
            return None
        said = str(error)
        if "no such table" in said:
            return Refused(f"There is no such table: {said}", reason="missing", detail=said)
        if "no such column" in said:
            return Refused(f"There is no such column: {said}", reason="missing", detail=said)
        if "readonly" in said or "not authorized" in said or "prohibited" in said:
            return Refused(f"This only reads, and SQLite refused to do more: {said}", reason="read_only", detail=said)
        if "interrupted" in said:
            return Refused(f"{opened.name} took too long and was stopped.", reason="timeout", detail=said)
        if "not a database" in said or "malformed" in said:
            return Refused(f"{opened.name} is no SQLite file, or a damaged one.", reason="file", detail=said)
        if "locked" in said or "busy" in said:
            return Refused(f"{opened.name} is being written to.", reason="busy", again=True, detail=said)
        return Refused(f"{opened.name} says: {said}", detail=said)


def file_of(name: str, folder: Path | None) -> Path:
    """The file of this name in the operator's folder, wherever links lead. Raises `Forbidden`, `NotFound`."""
    if folder is None:
        raise Forbidden("SQLite files are read only from a folder that the operator names: SAYSO_SQLITE_FOLDER=/srv/databases")
    root = folder.resolve()
    if not name or "\0" in name:
        raise NotFound("Say which file.")
    file = (root / name).resolve()
    if not file.is_relative_to(root) or file == root:
        raise Forbidden(f"{name[:200]} lies outside of the folder that the operator names.")
    if not file.is_file():
        raise NotFound(f"There is no file {name[:200]} in the folder that the operator names.")
    return file


def _reads_only(action: int, first: str | None, second: str | None, *_: Any) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if first in PRAGMAS else sqlite3.SQLITE_DENY
    if (
        action == sqlite3.SQLITE_FUNCTION
        and second
        and second.lower() in ("load_extension", "writefile", "readfile", "edit", "fts3_tokenizer")
    ):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in READS else sqlite3.SQLITE_DENY
