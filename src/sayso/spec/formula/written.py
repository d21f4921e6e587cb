"""How values stand inside text, and the bounds of what a formula may give."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sayso.spec.formula.nodes import TEXT_CHARACTERS_MAX

NUMBER_MAX = Decimal("1e30")
"""A result of this size or more is blank."""
DECIMALS_MAX = 12


def cut(text: str) -> str:
    return text[:TEXT_CHARACTERS_MAX]


def bounded(value: Any) -> Any:
    if isinstance(value, Decimal):
        return None if abs(value) >= NUMBER_MAX else value.quantize(Decimal(1).scaleb(-DECIMALS_MAX), ROUND_HALF_UP).normalize()
    return value


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
