"""From source text to nodes, and renaming inside a source without touching the rest of it."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from sayso.errors import Invalid, Problem
from sayso.spec.fields.formula import FORMULA_CHARACTERS_MAX
from sayso.spec.formula.nodes import DEPTH_MAX, NODES_MAX, Call, Constant, Node, Reference, call

EXAMPLE = "IF({Qty} > 10, {Qty} * {Unit price}, 0)"
_SIGNS = {"==": "=", "!=": "<>", "≠": "<>", "≤": "<=", "≥": ">=", "−": "-", "×": "*", "·": "*", "÷": "/"}
_CONSTANTS = {"TRUE": True, "FALSE": False, "BLANK": None}


def parse(source: str) -> Node:
    """The nodes of a formula. Raises `Invalid` with the place, the reason and an example."""
    source = source.strip().removeprefix("=")
    if not source.strip():
        raise Invalid(Problem("", "The formula is empty", EXAMPLE))
    if len(source) > FORMULA_CHARACTERS_MAX:
        raise Invalid(Problem("", f"A formula holds at most {FORMULA_CHARACTERS_MAX:,} characters; this has {len(source):,}"))
    try:
        node = cast(Node, _lark().parse(source))
    except UnexpectedCharacters as error:
        raise _wrong(source, error.pos_in_stream, _unexpected(source, error.pos_in_stream)) from None
    except UnexpectedToken as error:
        token: Token = error.token
        at = token.start_pos if token.start_pos is not None else len(source)
        reason = _ends_too_soon(source) if token.type == "$END" else f"{str(token)!r} does not fit here"
        raise _wrong(source, len(source) if token.type == "$END" else at, reason) from None
    except UnexpectedEOF:
        raise _wrong(source, len(source), _ends_too_soon(source)) from None
    if isinstance(node, Call) and (node.nodes > NODES_MAX or node.depth > DEPTH_MAX):
        raise Invalid(
            Problem(
                "", f"This formula is too large: at most {NODES_MAX} pieces, nested {DEPTH_MAX} deep. Split it into two fields"
            )
        )
    return node


def references(node: Node) -> Iterable[Reference]:
    match node:
        case Reference():
            yield node
        case Call(arguments=arguments):
            for argument in arguments:
                yield from references(argument)
        case Constant():
            return


def names_in(source: str) -> set[tuple[str, ...]]:
    """Every field that a source names: `("Qty",)`, or `("Client", "City")` for one read through a link."""
    return {r.names for r in references(parse(source))}


_FIELDS = re.compile(r"""("(?:[^"\\]|\\.|"")*"|'(?:[^'\\]|\\.|'')*'|“[^”]*”)|\{([^{}]+)\}(?:(\s*\.\s*)\{([^{}]+)\})?""")


def renamed(source: str, old: str, new: str, *, link: str | None = None) -> str:
    """The same source after the field `old` has become `new`; with `link`, the field behind that link field."""

    def same(a: str, b: str | None) -> bool:
        return b is not None and _name(a) == _name(b)

    def swap(m: re.Match[str]) -> str:
        text, first, dot, second = m.groups()
        if text is not None:
            return text
        if link is None:
            first = new if same(first, old) else first
        elif second is not None and same(first, link) and same(second, old):
            second = new
        return f"{{{first}}}" + (f"{dot}{{{second}}}" if second is not None else "")

    return _FIELDS.sub(swap, source)


def _name(raw: str) -> str:
    return " ".join(raw.split()).casefold()


def _wrong(source: str, at: int, reason: str) -> Invalid:
    before = source[max(0, at - 18) : at]
    near = f" after “{before.strip()}”" if before.strip() else " at the start"
    return Invalid(Problem(f"character {min(at, len(source)) + 1}", f"{reason}{near}", EXAMPLE))


def _unexpected(source: str, at: int) -> str:
    sign = source[at]
    match sign:
        case "{" | "}":
            return "A field's name stands between { and }, and this one is not closed"
        case '"' | "'" | "“":
            return "This text is not closed with a quotation mark"
        case "[" | "]":
            return "Field names stand in braces { }, not in brackets"
        case ";":
            return "Values are parted by commas, not semicolons,"
        case _:
            return f"{sign!r} has no meaning in a formula,"


def _ends_too_soon(source: str) -> str:
    missing = source.count("(") - source.count(")")
    return f"{missing} closing bracket{'s are' if missing > 1 else ' is'} missing" if missing > 0 else "The formula ends too soon"


class _Nodes(Transformer[Token, Node]):
    """Called by the parser as each piece is complete, so no recursion depends on the input."""

    def number(self, c: list[Any]) -> Node:
        return Constant(Decimal(str(c[0])), _span(c[0]))

    def text(self, c: list[Any]) -> Node:
        raw = str(c[0])
        quote, inner = raw[0], raw[1:-1]
        if quote != "“":
            inner = re.sub(
                r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), inner.replace(quote * 2, quote), flags=re.S
            )
        return Constant(inner, _span(c[0]))

    def field(self, c: list[Any]) -> Node:
        names = tuple(" ".join(str(t)[1:-1].split()) for t in c if t is not None)
        return Reference(names, (c[0].start_pos, c[len(names) - 1].end_pos))

    def word(self, c: list[Any]) -> Node:
        name = str(c[0]).upper()
        if name in _CONSTANTS:
            return Constant(_CONSTANTS[name], _span(c[0]))
        raise Invalid(
            Problem(
                f"character {_span(c[0])[0] + 1}",
                f"{c[0]!s} stands alone; a field is written {{{c[0]!s}}}, a text “{c[0]!s}”",
                EXAMPLE,
            )
        )

    def call(self, c: list[Any]) -> Node:
        arguments = tuple(a for a in c[1:] if a is not None)
        name, start = str(c[0]).upper(), _span(c[0])
        if name in _CONSTANTS and not arguments:
            return Constant(_CONSTANTS[name], start)
        return call(name, arguments, (start[0], arguments[-1].at[1] if arguments else start[1]))

    def binary(self, c: list[Any]) -> Node:
        left, sign, right = c
        return call(_SIGNS.get(str(sign), str(sign)), (left, right), (left.at[0], right.at[1]))

    def join(self, c: list[Any]) -> Node:
        return call("&", (c[0], c[1]), (c[0].at[0], c[1].at[1]))

    def raised(self, c: list[Any]) -> Node:
        return call("^", (c[0], c[1]), (c[0].at[0], c[1].at[1]))

    def signed(self, c: list[Any]) -> Node:
        sign, value = c
        return value if str(sign) == "+" else call("neg", (value,), (sign.start_pos, value.at[1]))

    def percent(self, c: list[Any]) -> Node:
        return call("/", (c[0], Constant(Decimal(100), c[0].at)), c[0].at)


def _span(token: Token) -> tuple[int, int]:
    return (token.start_pos or 0, token.end_pos or 0)


@lru_cache(1)
def _lark() -> Lark:
    grammar = files("sayso.spec.formula").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Nodes(), maybe_placeholders=True)
