"""Decisions, and what is blank."""

from typing import Any

from sayso.spec.formula.function import function
from sayso.spec.formula.types import BLANK, BOOLEAN, TEXT, Base, Type


def common(types: list[Type]) -> Type:
    """The one type that all can be read as: the same, a moment for days and moments, else text."""
    known = [t for t in types if t.base is not Base.BLANK]
    if not known:
        return BLANK
    if any(t.many for t in known):
        return TEXT
    bases = {t.base for t in known}
    if len(bases) == 1:
        currencies = {t.currency for t in known}
        return Type(known[0].base, currency=currencies.pop() if len(currencies) == 1 else None)
    return Type(Base.DATETIME) if bases == {Base.DATE, Base.DATETIME} else TEXT


def _if(test: bool | None, then: Any, otherwise: Any = None) -> Any:
    return then if test else otherwise


def _ifs(*pairs: Any) -> Any:
    return next((v for test, v in zip(pairs[::2], pairs[1::2], strict=False) if test), pairs[-1] if len(pairs) % 2 else None)


def _switch(value: Any, *rest: Any) -> Any:
    pairs = zip(rest[::2], rest[1::2], strict=False)
    return next((v for case, v in pairs if case is not None and case == value), rest[-1] if len(rest) % 2 else None)


def _coalesce(*values: Any) -> Any:
    return next((v for v in values if v is not None and v != ""), None)


def results(name: str, types: list[Type]) -> list[Type]:
    """Which arguments of IF, IFS and SWITCH are answers."""
    match name:
        case "IF":
            return types[1:]
        case "IFS":
            return [t for i, t in enumerate(types) if i % 2 == 1 or (i == len(types) - 1 and len(types) % 2 == 1)]
        case _:
            rest = types[1:]
            return [t for i, t in enumerate(rest) if i % 2 == 1 or (i == len(rest) - 1 and len(rest) % 2 == 1)]


FUNCTIONS = (
    function("IF", "boolean any any?", lambda t: common(results("IF", t)), "One value or another", 'IF({Paid}, "Paid", "Open")', _if, strict=False),
    function("IFS", "any*", lambda t: common(results("IFS", t)), "The first value whose test holds", 'IFS({Score} > 8, "Good", {Score} > 4, "Fair", "Poor")', _ifs, strict=False),
    function("SWITCH", "any any*", lambda t: common(results("SWITCH", t)), "A value for each case", 'SWITCH({Size}, "S", 1, "M", 2, 0)', _switch, strict=False),
    function("AND", "boolean*", BOOLEAN, "Whether all hold", "AND({Paid}, {Sent})", lambda *b: all(b), strict=False),
    function("OR", "boolean*", BOOLEAN, "Whether one holds", "OR({Late}, {Lost})", lambda *b: any(b), strict=False),
    function("NOT", "boolean", BOOLEAN, "The opposite", "NOT({Paid})", lambda b: not b, strict=False),
    function("XOR", "boolean*", BOOLEAN, "Whether an odd number of them hold", "XOR({A}, {B})", lambda *b: sum(map(bool, b)) % 2 == 1, strict=False),
    function("ISBLANK", "any", BOOLEAN, "Whether there is no value", "ISBLANK({Due})", lambda v: v is None or v == "" or v == [], strict=False),
    function("IFERROR", "any any", common, "The second value when the first has none", "IFERROR({Total} / {Count}, 0)", _coalesce, strict=False),
    function("COALESCE", "any*", common, "The first value that is not blank", "COALESCE({Nickname}, {Name})", _coalesce, strict=False),
)  # fmt: skip
