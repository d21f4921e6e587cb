"""Functions of several values: arguments and lists alike. Blanks do not count."""

from collections.abc import Callable
from decimal import Decimal
from statistics import median
from typing import Any

from sayso.spec.formula.function import function
from sayso.spec.formula.functions.logic import common
from sayso.spec.formula.types import NUMBER, TEXT, Type
from sayso.spec.formula.written import as_text, cut


def _over(work: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def over(*values: Any) -> Any:
        flat = [v for value in values for v in (value if isinstance(value, list) else [value]) if v is not None and v != ""]
        return work(flat)

    return over


def _same(types: list[Type]) -> Type:
    return common([t.one() for t in types])


def _join(values: Any, between: str | None = ", ") -> str:
    texts = [t for v in (values if isinstance(values, list) else [values]) if (t := as_text(v))]
    return cut((between or "").join(texts))


def _unique(values: Any) -> Decimal:
    return Decimal(
        len({v for v in values if v is not None} if isinstance(values, list) else [values] if values is not None else [])
    )


FUNCTIONS = (
    function("SUM", "numbers*", _same, "The sum", "SUM({Orders}.{Total})", _over(lambda v: sum(v, Decimal(0))), strict=False),
    function("AVERAGE", "numbers*", _same, "The mean", "AVERAGE({A}, {B}, {C})", _over(lambda v: sum(v, Decimal(0)) / len(v) if v else None), strict=False),
    function("MEDIAN", "numbers*", _same, "The middle value", "MEDIAN({Orders}.{Total})", _over(lambda v: median(v) if v else None), strict=False),
    function("MIN", "same*", _same, "The smallest, or the earliest", "MIN({A}, {B})", _over(lambda v: min(v, default=None)), strict=False),
    function("MAX", "same*", _same, "The largest, or the latest", "MAX({Orders}.{Date})", _over(lambda v: max(v, default=None)), strict=False),
    function("COUNT", "any*", NUMBER, "How many values there are", "COUNT({Orders})", _over(lambda v: Decimal(len(v))), strict=False),
    function("COUNTUNIQUE", "list", NUMBER, "How many different values", "COUNTUNIQUE({Orders}.{City})", _unique, strict=False),
    function("ARRAYJOIN", "list text?", TEXT, "A list as one text", 'ARRAYJOIN({Tags}, ", ")', _join, strict=False),
)  # fmt: skip
