"""Small pieces of SQL that many formulas are made of. Numbers are `numeric`, moments `timestamp` on the app's wall clock."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from sayso.spec.formula.types import Base
from sayso.spec.formula.written import DECIMALS_MAX, NUMBER_MAX

Sql = sa.ColumnElement[Any]

NUMERIC, TEXT, DATE, BOOLEAN = sa.Numeric(), sa.Text(), sa.Date(), sa.Boolean()
MOMENT, INTEGER, DOUBLE = sa.DateTime(timezone=False), sa.Integer(), sa.Double()
TYPES: dict[Base, sa.types.TypeEngine[Any]] = {
    Base.NUMBER: NUMERIC, Base.TEXT: TEXT, Base.DATE: DATE, Base.DATETIME: MOMENT, Base.BOOLEAN: BOOLEAN, Base.BLANK: TEXT,
}  # fmt: skip

YEAR_ONE = sa.text("date '0001-01-01'")


def number(value: Decimal | int) -> Sql:
    return sa.cast(sa.literal(Decimal(value), NUMERIC), NUMERIC)


def text(value: str) -> Sql:
    return sa.cast(sa.literal(value, TEXT), TEXT)


def null(kind: sa.types.TypeEngine[Any]) -> Sql:
    return sa.cast(sa.null(), kind)


def when(test: Any, then: Any, otherwise: Any = None) -> Sql:
    return sa.case((test, then), else_=otherwise)


@dataclass(frozen=True, slots=True)
class Stored:
    """A function kept in PostgreSQL (`sayso.f_mod`), for what would name an argument more than once.

    Written out in place, such arguments would double with each nesting: twenty nested calls would make a million copies.
    `stored.py` lists them all and writes `db/formulas.sql`.
    """

    name: str
    takes: dict[str, sa.types.TypeEngine[Any]]
    gives: sa.types.TypeEngine[Any]
    body: Callable[..., Sql]
    left_out: tuple[Sql, ...] = ()
    """What stands in for arguments that may be left out, from the last backwards."""

    def __call__(self, *arguments: Sql) -> Sql:
        missing = len(self.takes) - len(arguments)
        values = (*arguments, *self.left_out[len(self.left_out) - missing :]) if missing else arguments
        return getattr(sa.func.sayso, self.name)(*values, type_=self.gives)

    def statement(self) -> str:
        parameters = {name: sa.literal_column(name, kind) for name, kind in self.takes.items()}
        written = self.body(*parameters.values()).compile(dialect=pg.dialect(), compile_kwargs={"literal_binds": True})
        body = str(written).replace("%%", "%")
        takes = ", ".join(f"{name} {kind.compile(pg.dialect())}" for name, kind in self.takes.items())
        return (
            f"CREATE OR REPLACE FUNCTION sayso.{self.name}({takes}) RETURNS {self.gives.compile(pg.dialect())}\n"
            f"LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CAST({body} AS {self.gives.compile(pg.dialect())});\n"
        )


def whole(n: Sql, low: int = -1_000_000, high: int = 1_000_000) -> Sql:
    """The number without its decimals, within bounds, as an integer."""
    return sa.cast(sa.case((n < number(low), number(low)), (n > number(high), number(high)), else_=sa.func.trunc(n)), INTEGER)


def double(n: Sql) -> Sql:
    """As a double; blank where it would not fit."""
    return when(sa.func.abs(n) <= number(Decimal("1e100")), sa.cast(n, DOUBLE))


def _bounded(n: Sql) -> Sql:
    return when(sa.func.abs(n) < number(NUMBER_MAX), sa.func.trim_scale(sa.func.round(n, DECIMALS_MAX)))


bounded = Stored("f_bounded", {"n": NUMERIC}, NUMERIC, _bounded)
"""As `spec.formula.written.bounded`: too large is blank, the rest has so many decimals."""


def as_text(value: Sql, base: Base) -> Sql:
    match base:
        case Base.NUMBER:
            return sa.cast(bounded(value), TEXT)
        case Base.BOOLEAN:
            return sa.case({True: text("yes"), False: text("no")}, value=value)
        case Base.DATE:
            return sa.func.to_char(sa.cast(value, MOMENT), "YYYY-MM-DD")
        case Base.DATETIME:
            return sa.func.to_char(value, "YYYY-MM-DD HH24:MI")
        case _:
            return value


def items(array: Sql, base: Base) -> Any:
    """A list's values as something to select from."""
    return sa.func.unnest(array, type_=TYPES[base]).column_valued()


def over(array: Sql, base: Base, summary: Any) -> Sql:
    """`summary` of a list's values, blanks left out."""
    item = items(array, base)
    rows = sa.select(summary(item)).where(item.is_not(None))
    return (rows.where(item != "") if base is Base.TEXT else rows).scalar_subquery()


def array_of(parts: list[tuple[Sql, bool]], base: Base) -> Sql:
    """One array from single values and lists."""
    kind = pg.ARRAY(TYPES[base])
    singles = [value for value, many in parts if not many]
    arrays = [sa.cast(pg.array(singles), kind)] if singles else []
    arrays += [sa.func.coalesce(value, sa.cast(pg.array([], type_=TYPES[base]), kind)) for value, many in parts if many]
    joined = arrays[0]
    for other in arrays[1:]:
        joined = sa.func.array_cat(joined, other, type_=kind)
    return joined
