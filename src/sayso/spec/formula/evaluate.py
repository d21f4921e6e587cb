"""Works a typed formula out in Python: for previews, and as the measure that the SQL is held to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, DecimalException, localcontext
from typing import Any

from sayso.spec.formula.functions import FUNCTIONS
from sayso.spec.formula.functions.dates import moment
from sayso.spec.formula.typed import Typed
from sayso.spec.formula.written import as_text, bounded

_EXACT = Context(prec=200)


@dataclass(frozen=True, slots=True)
class Row:
    """`value` gives a field's value by its path of ids; `now` is the wall clock in the app's zone, without zone."""

    value: Callable[[tuple[str, ...]], Any]
    now: datetime


def evaluate(formula: Typed, row: Row) -> Any:
    """Decimal, str, bool, date, local datetime, a list of these, or None."""
    with localcontext(_EXACT):
        return bounded(_value(formula, row))


def _value(node: Typed, row: Row) -> Any:
    match node.kind:
        case "constant":
            return node.what
        case "field":
            return row.value(node.what)
        case _:
            return _called(node, row)


def _called(node: Typed, row: Row) -> Any:
    if node.what == "TODAY":
        return row.now.date()
    if node.what == "NOW":
        return row.now
    values = [_value(a, row) for a in node.arguments]
    try:
        if (operator := _OPERATORS.get(node.what)) is not None:
            return operator(*values)
        function = FUNCTIONS[node.what]
        if function.strict and any(v is None for v in values):
            return None
        return function.work(*values)
    except (DecimalException, OverflowError, ValueError):
        return None


def _as_boolean(value: Any) -> bool:
    return bool(value) if not isinstance(value, (date, datetime)) else True


def _sum(*values: Decimal | None) -> Decimal:
    """Blanks count as nothing, as in a spreadsheet."""
    return sum((v for v in values if v is not None), Decimal(0))


def _times(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else a * b


def _divided(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None or b == 0 else a / b


def _same(a: Any, b: Any) -> bool:
    return (a or None) == (b or None) if isinstance(a, str) or isinstance(b, str) else a == b


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda a, b: a is not None and b is not None and test(a, b)


_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": _sum, "*": _times, "/": _divided, "neg": lambda a: None if a is None else -a,
    "=": _same, "<>": lambda a, b: not _same(a, b),
    "<": _ordered(lambda a, b: a < b), "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b), ">=": _ordered(lambda a, b: a >= b),
    "as_text": as_text, "as_boolean": _as_boolean, "as_moment": lambda d: None if d is None else moment(d),
    "as_number": lambda b: Decimal(int(bool(b))),
}  # fmt: skip
