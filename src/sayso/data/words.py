"""What search reads of a row: one narrow column of lower-case text, kept by a trigger so that no writer can forget it.

Without extensions there is no substring index in PostgreSQL; one column of ready-folded text is read by parallel workers at
about ten million rows a second, an index would take a hundred times the room and slow every import down.
"""

from collections.abc import Iterable

from sayso.data.physical import is_stored
from sayso.spec.fields import AnyField, Autonumber, Money
from sayso.spec.fields.money import digits
from sayso.spec.table import Table

KINDS = frozenset({"text", "long_text", "email", "phone", "url", "ai", "number", "money", "autonumber"})
"""Kinds whose values are found by their own text; choices, people and linked rows are found by their names as they are now."""
BETWEEN = "chr(10)"
"""Values are parted by a line end, which no search holds, so that nothing is found across two values."""


def trigger(schema: str, number: int, table: Table, numbers: dict[str, int]) -> tuple[str, ...]:
    """Statements that make, or make anew, the trigger of one table: run them whenever its stored fields change.

    Only numbers of the catalogue and a field's prefix as an escaped literal get into the text.
    """
    pieces = [_piece(f, f"new.c_{numbers[f.id]}") for f in searched(table)]
    value = f"lower(concat_ws({BETWEEN}, {', '.join(pieces)}))" if pieces else "null"
    function, rows = f"{schema}.words_{number}", f"{schema}.t_{number}"
    return (
        f"create or replace function {function}() returns trigger language plpgsql as "
        f"$words$ begin new.words := {value}; return new; end $words$",
        f"create or replace trigger words before insert or update on {rows} for each row execute function {function}()",
    )


def searched(table: Table) -> Iterable[AnyField]:
    return (f for f in table.fields if f.kind in KINDS and is_stored(f))


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
