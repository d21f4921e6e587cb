"""The language of SCIM's filters (RFC 7644, 3.4.2.2), read into a value and asked of documents."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sayso.team.scim.errors import Scim
from sayso.team.scim.names import ENTERPRISE, EXACT, found, parted

FILTER_CHARACTERS_MAX = 2_000
DEPTH_MAX = 20
_TOKEN = re.compile(r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<sign>[()\[\]])|(?P<word>[^\s()\[\]"]+))')
_NAME = re.compile(r"[A-Za-z$][\w$-]*")


@dataclass(frozen=True, slots=True)
class Path:
    """`schema` is an extension's; `of` comes before the dot, as in `name.givenName`."""

    schema: str | None
    attribute: str
    sub: str | None = None

    @classmethod
    def read(cls, text: str) -> "Path":
        schema, rest = parted(text)
        attribute, _, sub = rest.partition(".")
        if not _NAME.fullmatch(attribute) or (sub and not _NAME.fullmatch(sub)) or rest.endswith("."):
            raise Scim(400, f"{text[:100]} is no attribute.", "invalidFilter")
        return cls(schema if schema == ENTERPRISE else None, attribute, sub or None)


@dataclass(frozen=True, slots=True)
class Compare:
    path: Path
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Both:
    left: "Filter"
    right: "Filter"
    op: str


@dataclass(frozen=True, slots=True)
class Not:
    of: "Filter"


@dataclass(frozen=True, slots=True)
class Any_:
    """`emails[type eq "work"]`: one of several values meets the filter."""

    path: Path
    of: "Filter"


Filter = Compare | Both | Not | Any_
OPS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "co": lambda a, b: isinstance(a, str) and isinstance(b, str) and b in a,
    "sw": lambda a, b: isinstance(a, str) and isinstance(b, str) and a.startswith(b),
    "ew": lambda a, b: isinstance(a, str) and isinstance(b, str) and a.endswith(b),
    "gt": lambda a, b: _ordered(a, b) and a > b,
    "ge": lambda a, b: _ordered(a, b) and a >= b,
    "lt": lambda a, b: _ordered(a, b) and a < b,
    "le": lambda a, b: _ordered(a, b) and a <= b,
}


def read(text: str) -> Filter:
    """Raises `Scim` (400, invalidFilter)."""
    if len(text) > FILTER_CHARACTERS_MAX:
        raise Scim(400, f"A filter has at most {FILTER_CHARACTERS_MAX:,} characters.", "invalidFilter")
    reading = _Reading(_tokens(text))
    made = reading.either(0)
    if reading.left:
        raise reading.wrong()
    return made


def meets(document: Mapping[str, Any], asked: Filter) -> bool:
    match asked:
        case Both(left, right, "and"):
            return meets(document, left) and meets(document, right)
        case Both(left, right, _):
            return meets(document, left) or meets(document, right)
        case Not(of):
            return not meets(document, of)
        case Any_(path, of):
            return any(isinstance(one, dict) and meets(one, of) for one in values(document, path))
        case Compare(path, op, value):
            return _compares(document, path, op, value)


def values(document: Mapping[str, Any], path: Path) -> list[Any]:
    """What stands at a path, several values one by one."""
    whole: Any = document
    if path.schema is not None:
        whole = document.get(path.schema) or {}
    key = found(whole, path.attribute)
    value = None if key is None else whole[key]
    several = value if isinstance(value, list) else [] if value is None else [value]
    if path.sub is None:
        return several
    return [one[key] for one in several if isinstance(one, dict) and (key := found(one, path.sub)) is not None]


def equal_to(asked: Filter, attribute: str) -> str | None:
    """The text of a filter that asks for nothing but `attribute eq "…"`: what directories ask most."""
    if isinstance(asked, Compare) and asked.op == "eq" and asked.path == Path(None, asked.path.attribute):
        return asked.value if asked.path.attribute.lower() == attribute.lower() and isinstance(asked.value, str) else None
    return None


def _compares(document: Mapping[str, Any], path: Path, op: str, value: Any) -> bool:
    there = [_plain(one) for one in values(document, path)]
    there = [one for one in there if one not in (None, "", [], {})]
    if op == "pr":
        return bool(there)
    if value is None:
        return bool(there) if op == "ne" else op == "eq" and not there
    if op == "ne":
        return not any(_same(one, value, path) for one in there)
    exact = path.attribute.lower() in EXACT or (path.sub or "").lower() in EXACT
    fold: Callable[[Any], Any] = lambda one: one.casefold() if isinstance(one, str) and not exact else one  # noqa: E731
    return any(OPS[op](fold(one), fold(value)) for one in there)


def _same(one: Any, value: Any, path: Path) -> bool:
    exact = path.attribute.lower() in EXACT or (path.sub or "").lower() in EXACT
    return one == value if exact or not (isinstance(one, str) and isinstance(value, str)) else one.casefold() == value.casefold()


def _plain(value: Any) -> Any:
    """Of a complex value among several, what it stands for (RFC 7643, 2.4: `value`)."""
    return value.get("value") if isinstance(value, dict) else value


def _ordered(a: Any, b: Any) -> bool:
    number = lambda one: isinstance(one, int | float) and not isinstance(one, bool)  # noqa: E731
    return (isinstance(a, str) and isinstance(b, str)) or (number(a) and number(b))


def _tokens(text: str) -> list[tuple[str, str]]:
    made: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise Scim(400, "The filter cannot be read: a quotation mark is missing.", "invalidFilter")
        made.append((match.lastgroup or "", match[match.lastgroup or 0]))
        at = match.end()
    return made


class _Reading:
    """Recursive descent: `or` binds least, then `and`, then `not`."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.left = tokens

    def either(self, depth: int) -> Filter:
        made = self.both(depth)
        while self.next("or"):
            made = Both(made, self.both(depth), "or")
        return made

    def both(self, depth: int) -> Filter:
        made = self.one(depth)
        while self.next("and"):
            made = Both(made, self.one(depth), "and")
        return made

    def one(self, depth: int) -> Filter:
        if depth > DEPTH_MAX:
            raise Scim(400, f"A filter is nested at most {DEPTH_MAX} deep.", "invalidFilter")
        if self.next("not"):
            self.must("(")
            inner = self.either(depth + 1)
            self.must(")")
            return Not(inner)
        if self.next("("):
            inner = self.either(depth + 1)
            self.must(")")
            return inner
        path = Path.read(self.word())
        if self.next("["):
            inner = self.either(depth + 1)
            self.must("]")
            return Any_(path, inner)
        op = self.word().lower()
        if op == "pr":
            return Compare(path, "pr")
        if op not in OPS:
            raise Scim(400, f"{op[:20]} is none of eq, ne, co, sw, ew, gt, ge, lt, le and pr.", "invalidFilter")
        return Compare(path, op, self.value())

    def next(self, what: str) -> bool:
        if self.left and self.left[0][0] != "text" and self.left[0][1].lower() == what:
            self.left = self.left[1:]
            return True
        return False

    def must(self, what: str) -> None:
        if not self.next(what):
            raise self.wrong()

    def word(self) -> str:
        if not self.left or self.left[0][0] != "word":
            raise self.wrong()
        word, self.left = self.left[0][1], self.left[1:]
        return word

    def value(self) -> Any:
        if not self.left or self.left[0][0] == "sign":
            raise self.wrong()
        (kind, text), self.left = self.left[0], self.left[1:]
        try:
            return orjson.loads(text if kind == "text" else text.lower() if text.lower() in ("true", "false", "null") else text)
        except orjson.JSONDecodeError:
            raise Scim(400, f"{text[:50]} is no value; texts stand in quotation marks.", "invalidFilter") from None

    def wrong(self) -> Scim:
        where = f" at {self.left[0][1][:50]}" if self.left else ": it ends too early"
        return Scim(400, f"The filter cannot be read{where}.", "invalidFilter")
