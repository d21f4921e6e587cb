"""What drivers after PEP 249 have in common, and the catalogue that the SQL standard asks databases for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from sayso.connections.databases.database import Table, TableColumn

FETCHED_AT_ONCE = 200
TABLES_MAX = 2_000
COLUMNS_MAX = 1_000

TABLES = """select table_schema, table_name, table_type from information_schema.tables
where table_schema not in ('information_schema', 'pg_catalog', 'mysql', 'performance_schema', 'sys', 'INFORMATION_SCHEMA')
order by table_schema, table_name"""
COLUMNS = """select column_name, data_type, is_nullable from information_schema.columns
where table_schema = {mark} and table_name = {mark} order by ordinal_position"""
KEYS = """select k.column_name from information_schema.table_constraints c
join information_schema.key_column_usage k on k.constraint_name = c.constraint_name
and k.table_schema = c.table_schema and k.table_name = c.table_name
where c.constraint_type = 'PRIMARY KEY' and c.table_schema = {mark} and c.table_name = {mark} order by k.ordinal_position"""


class Dbapi:
    """Most of a database whose driver keeps to PEP 249."""

    mark = "%s"
    needs = ""

    def cursor(self, connection: Any) -> Any:
        """One that does not fetch everything at once."""
        return connection.cursor()

    def stream(self, connection: Any, sql: str, values: Sequence[Any]) -> tuple[list[str], Iterator[Sequence[Any]], int]:
        cursor = self.cursor(connection)
        cursor.execute(sql, tuple(values)) if values else cursor.execute(sql)
        if cursor.description is None:
            return [], iter(()), cursor.rowcount
        return [str(c[0]) for c in cursor.description], fetched(cursor), -1

    def finish(self, connection: Any, *, keep: bool) -> None:
        if keep:
            connection.commit()
        else:
            with suppress(Exception):
                connection.rollback()

    def close(self, connection: Any) -> None:
        with suppress(Exception):
            connection.close()

    def asked(self, connection: Any, sql: str, *values: Any) -> list[Sequence[Any]]:
        """All rows of a question to the catalogue."""
        return list(self.stream(connection, sql.format(mark=self.mark) if values else sql, values)[1])

    def tables(self, connection: Any) -> list[Table]:
        return [Table(str(s), str(n), "VIEW" in str(kind).upper()) for s, n, kind in self.asked(connection, TABLES)[:TABLES_MAX]]

    def columns(self, connection: Any, schema: str, table: str) -> list[TableColumn]:
        keys = {str(row[0]) for row in self.asked(connection, KEYS, schema, table)}
        found = self.asked(connection, COLUMNS, schema, table)[:COLUMNS_MAX]
        return [TableColumn(str(n), str(t), str(n) in keys, str(nullable).upper() == "YES") for n, t, nullable in found]


def fetched(cursor: Any) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(FETCHED_AT_ONCE):
        yield from rows
