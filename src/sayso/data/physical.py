"""Where an app's rows lie: PostgreSQL names, made of the catalogue's numbers and never of people's text."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, TableClause, Text, column, table
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION
from sqlalchemy.types import TypeEngine

from sayso.data.open_app import OpenApp
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.fields import AnyField, Link
from sayso.spec.fields.field import Storage
from sayso.spec.table import Table

TYPES: dict[Storage, TypeEngine[Any]] = {
    Storage.TEXT: Text(),
    Storage.INTEGER: BigInteger(),
    Storage.NUMERIC: Numeric(),
    Storage.BOOLEAN: Boolean(),
    Storage.DATE: Date(),
    Storage.TIMESTAMP: DateTime(timezone=True),
    Storage.TEXTS: ARRAY(Text()),
}
KEPT: dict[str, str] = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "created_by": "created_by",
    "updated_by": "updated_by",
}
"""Kinds of field that show what every row keeps anyway, and the column that holds it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One table's rows in PostgreSQL: `sql` has the kept columns and one `c_<n>` for every stored field, whoever looks; `table` is as they see it."""

    schema: str
    number: int
    table: Table
    sql: TableClause
    numbers: dict[str, int]

    def name(self, field: AnyField) -> str:
        return KEPT.get(field.kind) or f"c_{self.numbers[field.id]}"


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of a link field, seen from its end: `mine` is the column of its own rows, `theirs` of the other table's."""

    sql: TableClause
    mine: str
    theirs: str


def found(app: OpenApp, table_id: str) -> Table:
    table = app.spec.table(table_id)
    if table is None:
        raise NotFound(f"{app.spec.name} has no table {table_id!r}.")
    return table


def lives_here(table: Table) -> None:
    """Rows that are only read where they lie cannot be written or counted here. Raises `Invalid`."""
    if table.source is not None and table.source.mode == "live":
        raise Invalid(f"The rows of {table.name} live elsewhere and are only read. Sync the table to do this.")


def field_of(table: Table, field_id: str, path: str) -> AnyField:
    field = table.field(field_id)
    if field is None:
        some = ", ".join(f.id for f in table.fields[:8])
        raise Invalid(Problem(path, f"{table.name} has no field {field_id[:60]!r}; it has {some}"))
    return field


def schema_of(app: OpenApp) -> str:
    return f"app_{app.number}"


def rows_of(app: OpenApp, table: Table) -> Rows:
    numbers = app.columns.fields[table.id]
    number = app.columns.tables[table.id]
    whole = app.whole.table(table.id)
    fields = {f.id: f for one in (whole, table) if one is not None for f in one.fields}.values()
    stored = [column(f"c_{numbers[f.id]}", TYPES[f.storage]) for f in fields if is_stored(f) and f.id in numbers]
    return Rows(schema_of(app), number, table, table_clause(schema_of(app), number, *stored), numbers)


def table_clause(schema: str, number: int, *stored: Any) -> TableClause:
    at, words = DateTime(timezone=True), Text()
    return table(
        f"t_{number}",
        column("id", BigInteger()),
        column("version", Integer()),
        column("created_at", at),
        column("created_by", words),
        column("updated_at", at),
        column("updated_by", words),
        column("deleted_at", at),
        column("position", DOUBLE_PRECISION()),
        *stored,
        schema=schema,
    )


def words_clause(rows: Rows) -> TableClause:
    """What search reads: one lower-case text a row (see `words.py`)."""
    return table(f"w_{rows.number}", column("id", BigInteger()), column("words", Text()), schema=rows.schema)


def is_stored(field: AnyField) -> bool:
    return field.storage in TYPES


def is_written(field: AnyField) -> bool:
    """Whether a person may write it and a column holds it; links have pairs in place of a column."""
    return field.writable and is_stored(field)


def pairs_of(app: OpenApp, table: Table, field: Link) -> Pairs:
    number = app.columns.fields[table.id][field.id]
    sql = pairs_clause(schema_of(app), number)
    return Pairs(sql, "a", "b") if app.columns.ends[number] == (table.id, field.id) else Pairs(sql, "b", "a")


def pairs_clause(schema: str, number: int) -> TableClause:
    big = BigInteger()
    return table(f"l_{number}", column("a", big), column("b", big), column("position", DOUBLE_PRECISION()), schema=schema)
