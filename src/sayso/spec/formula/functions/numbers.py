"""Functions of numbers. Results that are no number (a root of −1, a division by zero) are blank."""

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from sayso.spec.formula.function import function
from sayso.spec.formula.types import BOOLEAN, NUMBER, Type
from sayso.spec.formula.written import DECIMALS_MAX

DIGITS_MAX = 15
LOG_MAX = 69.0
"""A power or exponential above e^69 (about 1e30) is blank."""


def _places(n: Decimal) -> Decimal:
    return Decimal(1).scaleb(-max(-DIGITS_MAX, min(DIGITS_MAX, int(n))))


def rounding(how: str) -> Callable[..., Decimal]:
    def work(x: Decimal, n: Decimal = Decimal(0)) -> Decimal:
        step = _places(n)
        return (x / step).to_integral_value(how) * step

    return work


def _to_multiple(how: str) -> Callable[..., Decimal | None]:
    def work(x: Decimal, step: Decimal = Decimal(1)) -> Decimal | None:
        return None if step == 0 else (x / step).to_integral_value(how) * step

    return work


def modulo(x: Decimal, y: Decimal) -> Decimal | None:
    return None if y == 0 else x - y * (x / y).to_integral_value(ROUND_FLOOR)


def power(x: Decimal, y: Decimal) -> Decimal | None:
    if (x == 0 and y < 0) or (x < 0 and y != y.to_integral_value()) or abs(y) > 1000:
        return None
    if x != 0 and abs(float(y) * math.log(abs(float(x)))) > LOG_MAX:
        return None
    return Decimal(repr(math.pow(float(x), float(y))))


def _float(work: Callable[[float], float], allowed: Callable[[float], bool]) -> Callable[[Decimal], Decimal | None]:
    return lambda x: Decimal(repr(work(float(x)))) if allowed(float(x)) else None


def _log(x: Decimal, base: Decimal = Decimal(10)) -> Decimal | None:
    return (
        None
        if x <= 0 or base <= 0 or base == 1
        else Decimal(repr(round(math.log(float(x)) / math.log(float(base)), DECIMALS_MAX)))
    )


def _even(x: Decimal) -> Decimal:
    return (abs(x) / 2).to_integral_value(ROUND_CEILING) * 2 * (-1 if x < 0 else 1)


def _odd(x: Decimal) -> Decimal:
    return (((abs(x) - 1) / 2).to_integral_value(ROUND_CEILING) * 2 + 1) * (-1 if x < 0 else 1)


def _as_first(types: list[Type]) -> Type:
    return Type(NUMBER.base, currency=types[0].currency)


def _value(text: str) -> Decimal | None:
    cleaned = text.strip().replace(",", "")
    sign = cleaned[1:] if cleaned[:1] in "+-" else cleaned
    digits = sign.replace(".", "", 1)
    return Decimal(cleaned) if digits.isascii() and digits.isdigit() and len(digits) <= 30 else None


def _sign(x: Decimal) -> Decimal:
    return Decimal((x > 0) - (x < 0))


def _number(x: Any) -> Any:
    return Decimal(int(x)) if isinstance(x, bool) else x


FUNCTIONS = (
    function("ABS", "number", _as_first, "The number without its sign", "ABS(-3)", abs),
    function("ROUND", "number number?", _as_first, "Rounds to so many decimals, halves away from zero", "ROUND({Price} * 1.19, 2)", rounding(ROUND_HALF_UP)),
    function("ROUNDUP", "number number?", _as_first, "Rounds away from zero", "ROUNDUP(2.01)", rounding(ROUND_UP)),
    function("ROUNDDOWN", "number number?", _as_first, "Rounds towards zero", "ROUNDDOWN(2.99)", rounding(ROUND_DOWN)),
    function("CEILING", "number number?", _as_first, "Up to the next multiple", "CEILING({Minutes}, 15)", _to_multiple(ROUND_CEILING)),
    function("FLOOR", "number number?", _as_first, "Down to the next multiple", "FLOOR({Minutes}, 15)", _to_multiple(ROUND_FLOOR)),
    function("INT", "number", _as_first, "The whole number at or below", "INT(2.9)", lambda x: x.to_integral_value(ROUND_FLOOR)),
    function("MOD", "number number", NUMBER, "What is left after a division", "MOD(7, 3)", modulo),
    function("POWER", "number number", NUMBER, "One number raised to another", "POWER(2, 10)", power),
    function("SQRT", "number", NUMBER, "The square root", "SQRT(2)", _float(math.sqrt, lambda x: x >= 0)),
    function("EXP", "number", NUMBER, "e raised to the number", "EXP(1)", _float(math.exp, lambda x: abs(x) <= LOG_MAX)),
    function("LN", "number", NUMBER, "The natural logarithm", "LN(10)", _float(math.log, lambda x: x > 0)),
    function("LOG", "number number?", NUMBER, "The logarithm, to base 10 unless told", "LOG(8, 2)", _log),
    function("SIGN", "number", NUMBER, "1, 0 or −1", "SIGN({Balance})", _sign),
    function("EVEN", "number", NUMBER, "Away from zero to an even number", "EVEN(3)", _even),
    function("ODD", "number", NUMBER, "Away from zero to an odd number", "ODD(2)", _odd),
    function("VALUE", "text", NUMBER, "The number that a text holds", 'VALUE("12.50")', _value),
    function("NUMBER", "boolean", NUMBER, "1 for yes and 0 for no", "NUMBER({Paid})", _number),
    function("ISEVEN", "number", BOOLEAN, "Whether a whole number is even", "ISEVEN({Week})", lambda x: modulo(x, Decimal(2)) == 0),
    function("PI", "", NUMBER, "3.14159…", "PI()", lambda: Decimal(repr(math.pi))),
)  # fmt: skip
