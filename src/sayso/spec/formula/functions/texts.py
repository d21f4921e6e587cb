"""Functions of text. Places count from 1; a text longer than the limit is cut."""

import re
from decimal import Decimal
from typing import Any

from sayso.spec.formula.function import function
from sayso.spec.formula.types import BOOLEAN, NUMBER, TEXT
from sayso.spec.formula.written import cut

REPEATS_MAX = 1_000


def whole(n: Decimal, low: int = -1_000_000, high: int = 1_000_000) -> int:
    return max(low, min(high, int(n)))


def _left(text: str, n: Decimal = Decimal(1)) -> str:
    return text[: whole(n, 0)]


def _right(text: str, n: Decimal = Decimal(1)) -> str:
    n_whole = whole(n, 0)
    return text[-n_whole:] if n_whole else ""


def _mid(text: str, start: Decimal, n: Decimal) -> str:
    first = whole(start, 1) - 1
    return text[first : first + whole(n, 0)]


def _find(what: str, text: str, start: Decimal = Decimal(1)) -> Decimal:
    return Decimal(text.find(what, whole(start, 1) - 1) + 1)


def _search(what: str, text: str, start: Decimal = Decimal(1)) -> Decimal:
    return _find(what.lower(), text.lower(), start)


def _replace(text: str, start: Decimal, n: Decimal, new: str) -> str:
    first = whole(start, 1) - 1
    return cut(text[:first] + new + text[first + whole(n, 0) :])


def _substitute(text: str, old: str, new: str) -> str:
    return cut(text.replace(old, new)) if old else text


def _proper(text: str) -> str:
    return re.sub(r"[^\W_]+", lambda m: m[0][0].upper() + m[0][1:].lower(), text)


def _concatenate(*texts: Any) -> str:
    return cut("".join(t or "" for t in texts))


def _trim(text: str) -> str:
    return re.sub(r"[ \t\n\r]+", " ", text).strip(" ")


FUNCTIONS = (
    function("CONCATENATE", "text*", TEXT, "Joins texts", 'CONCATENATE({First name}, " ", {Last name})', _concatenate, strict=False),
    function("LEFT", "text number?", TEXT, "The first characters", "LEFT({Code}, 3)", _left),
    function("RIGHT", "text number?", TEXT, "The last characters", "RIGHT({Code}, 2)", _right),
    function("MID", "text number number", TEXT, "Characters from a place on", "MID({Code}, 4, 2)", _mid),
    function("LEN", "text", NUMBER, "How many characters", "LEN({Notes})", lambda t: Decimal(len(t))),
    function("LOWER", "text", TEXT, "In small letters", "LOWER({E-mail})", str.lower),
    function("UPPER", "text", TEXT, "In capitals", "UPPER({Code})", str.upper),
    function("PROPER", "text", TEXT, "Each word with a capital", "PROPER({Name})", _proper),
    function("TRIM", "text", TEXT, "Without spaces at both ends, single ones between", "TRIM({Name})", _trim),
    function("SUBSTITUTE", "text text text", TEXT, "Puts one text in place of another", 'SUBSTITUTE({Phone}, " ", "")', _substitute),
    function("REPLACE", "text number number text", TEXT, "Puts a text in a place", 'REPLACE("abc", 2, 1, "-")', _replace),
    function("FIND", "text text number?", NUMBER, "Where a text begins inside another, 0 when it does not", 'FIND("-", {Code})', _find),
    function("SEARCH", "text text number?", NUMBER, "As FIND, whatever the case", 'SEARCH("vip", {Notes})', _search),
    function("CONTAINS", "text text", BOOLEAN, "Whether a text holds another, whatever the case", 'CONTAINS({Notes}, "urgent")', lambda t, w: w.lower() in t.lower()),
    function("STARTSWITH", "text text", BOOLEAN, "Whether a text begins so", 'STARTSWITH({Code}, "A-")', lambda t, w: t.startswith(w)),
    function("ENDSWITH", "text text", BOOLEAN, "Whether a text ends so", 'ENDSWITH({E-mail}, ".org")', lambda t, w: t.endswith(w)),
    function("EXACT", "text text", BOOLEAN, "Whether two texts are the same, case included", "EXACT({A}, {B})", lambda a, b: a == b),
    function("REPT", "text number", TEXT, f"Repeats a text, {REPEATS_MAX:,} times at most", 'REPT("★", {Rating})', lambda t, n: cut(t * whole(n, 0, REPEATS_MAX))),
    function("T", "text", TEXT, "Any value as text", "T({Amount})", lambda t: t),
)  # fmt: skip
