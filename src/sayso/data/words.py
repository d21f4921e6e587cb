"""What search reads of rows: a narrow table beside each table, with one lower-case text a row, kept by triggers.

Without extensions PostgreSQL has no substring index. Ready-folded text in a table of its own is read by parallel workers at
some fifteen million rows a second, costs an insert nothing worth naming, and leaves the rows themselves narrow.
"""

# ruff: noqa: S608  names in statements are numbers of the catalogue
from collections.abc import Iterable, Iterator, Mapping

from sayso.data.physical import is_stored
from sayso.spec.fields import AnyField, Autonumber, Money
from sayso.spec.fields.money import digits
from sayso.spec.table import Table

KINDS = frozenset({"text", "long_text", "email", "phone", "url", "ai", "number", "money", "autonumber"})
"""Kinds whose values are found by their own text; choices, people and linked rows are found by their names as they are now."""
ARGUMENTS_MAX = 90
"""PostgreSQL passes no more than 100 arguments to a function (`FUNC_MAX_ARGS`); a spreadsheet has more columns than that."""
BETWEEN = "chr(10)"
"""Values are parted by a line end, which no search holds, so that nothing is found across two values."""


def table(schema: str, number: int) -> str:
    return f"create table {schema}.w_{number} (id bigint primary key, words text)"


def triggers(schema: str, number: int, table: Table, numbers: Mapping[str, int]) -> Iterator[str]:
    """Statements that make, or make anew, what keeps the words of one table: run them whenever its stored fields change.

    New rows are taken together, changed ones each. Only numbers of the catalogue and a field's prefix get into the text.
    """
    rows, words = f"{schema}.t_{number}", f"{schema}.w_{number}"
    added, changed = f"{schema}.words_added_{number}", f"{schema}.words_changed_{number}"
    yield (
        f"create or replace function {added}() returns trigger language plpgsql as $words$ begin"
        f" insert into {words} (id, words) select id, {written(table, numbers, 'fresh')} from fresh; return null; end $words$"
    )
    yield (
        f"create or replace trigger words_added after insert on {rows} referencing new table as fresh"
        f" for each statement execute function {added}()"
    )
    columns = [f"c_{numbers[f.id]}" for f in searched(table)]
    if not columns:
        yield f"drop trigger if exists words_changed on {rows}"
        return
    value = written(table, numbers, "new")
    yield (
        f"create or replace function {changed}() returns trigger language plpgsql as $words$ begin"
        f" update {words} set words = {value} where id = new.id and words is distinct from {value}; return null; end $words$"
    )
    yield (
        f"create or replace trigger words_changed after update of {', '.join(columns)} on {rows}"
        f" for each row execute function {changed}()"
    )


def refilled(
    schema: str, number: int, was: tuple[Table, Mapping[str, int]], now: tuple[Table, Mapping[str, int]]
) -> Iterator[str]:
    """Words anew where a field went, came back or is written otherwise now; the rows themselves are not touched."""
    then, after = _pieces(*was, "t"), _pieces(*now, "t")
    touched = sorted({column for _, column in then.items() ^ after.items()})
    if touched:
        rows, words = f"{schema}.t_{number}", f"{schema}.w_{number}"
        filled = " or ".join(f"t.{column} is not null" for column in touched)
        yield f"update {words} as w set words = {written(*now, 't')} from {rows} as t where t.id = w.id and ({filled})"


def searched(table: Table) -> Iterable[AnyField]:
    return (f for f in table.fields if f.kind in KINDS and is_stored(f))


def written(table: Table, numbers: Mapping[str, int], row: str) -> str:
    """The words of a row as SQL, from the columns of `row`. Only what `table` has: it may be a table as somebody sees it."""
    pieces = list(_pieces(table, numbers, row))
    return f"lower({_joined(pieces)})" if pieces else "null::text"


def _joined(pieces: list[str]) -> str:
    if len(pieces) <= ARGUMENTS_MAX:
        return f"concat_ws({BETWEEN}, {', '.join(pieces)})"
    parts = [pieces[n : n + ARGUMENTS_MAX] for n in range(0, len(pieces), ARGUMENTS_MAX)]
    return _joined([f"nullif({_joined(part)}, '')" for part in parts])


def _pieces(table: Table, numbers: Mapping[str, int], row: str) -> dict[str, str]:
    """How each value is written, with the column that it lies in."""
    return {_piece(f, f"{row}.c_{numbers[f.id]}"): f"c_{numbers[f.id]}" for f in searched(table) if f.id in numbers}


def _piece(field: AnyField, column: str) -> str:
    match field:
        case Money(currency=currency):
            return f"({column}::numeric / {10 ** digits(currency)})::numeric(40, {digits(currency)})"
        case Autonumber(prefix=prefix) if prefix:
            return f"'{_quoted(prefix)}' || {column}"
        case _:
            return f"trim_scale({column})" if field.kind == "number" else column


def _quoted(text: str) -> str:
    """For a literal in a dollar-quoted body: letters, digits and plain signs only."""
    return "".join(c for c in text if c.isalnum() or c in " -_/.#")
