"""Works a typed formula out in Python: for previews, and as the measure that the SQL is held to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, localcontext
from typing import Any

from sayso.spec.formula.functions import FUNCTIONS
from sayso.spec.formula.functions.dates import moment
from sayso.spec.formula.functions.texts import cut
from sayso.spec.formula.typed import Typed

NUMBER_MAX = Decimal("1e30")
"""A result of this size or more is blank."""
DECIMALS_MAX = 12
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


def bounded(value: Any) -> Any:
    if isinstance(value, Decimal):
        return None if abs(value) >= NUMBER_MAX else value.quantize(Decimal(1).scaleb(-DECIMALS_MAX), ROUND_HALF_UP).normalize()
    return value


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


def as_text(value: Any) -> str | None:
    """How a value stands inside text: numbers without trailing zeros, `2026-11-27`, `2026-11-27 07:30`, `yes`/`no`."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case Decimal():
            short = bounded(value)
            return None if short is None else f"{short:f}" if short else "0"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M") if value.year > 999 else f"{value.year:04}{value.strftime('-%m-%d %H:%M')}"
        case date():
            return value.isoformat()
        case list():
            return cut(", ".join(t for v in value if (t := as_text(v)))) or None
        case _:
            return str(value)


def _as_boolean(value: Any) -> bool:
    return bool(value) if not isinstance(value, (date, datetime)) else True


def _plus(sign: int) -> Callable[[Any, Any], Any]:
    def plus(a: Decimal | None, b: Decimal | None) -> Decimal | None:
        return None if a is None and b is None else (a or Decimal(0)) + sign * (b or Decimal(0))

    return plus


def _times(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else a * b


def _divided(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None or b == 0 else a / b


def _same(a: Any, b: Any) -> bool:
    return (a or None) == (b or None) if isinstance(a, str) or isinstance(b, str) else a == b


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda a, b: a is not None and b is not None and test(a, b)


_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": _plus(1), "-": _plus(-1), "*": _times, "/": _divided, "neg": lambda a: None if a is None else -a,
    "=": _same, "<>": lambda a, b: not _same(a, b),
    "<": _ordered(lambda a, b: a < b), "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b), ">=": _ordered(lambda a, b: a >= b),
    "as_text": as_text, "as_boolean": _as_boolean, "as_moment": lambda d: None if d is None else moment(d),
    "as_number": lambda b: Decimal(int(bool(b))),
}  # fmt: skip
