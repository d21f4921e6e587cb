"""What a parsed formula is made of. `at` is the place in the source: first character and one past the last."""

from dataclasses import dataclass
from decimal import Decimal

NODES_MAX = 200
DEPTH_MAX = 30
"""Chains of + and & count as one level."""
TEXT_CHARACTERS_MAX = 64_000

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, true, false or blank."""

    value: Decimal | str | bool | None
    at: Place


@dataclass(frozen=True, slots=True)
class Reference:
    """`{Qty}`, or `{Client}.{City}` through a link; names as people wrote them."""

    names: tuple[str, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or an operator under its sign: `+ - * / ^ & = <> < <= > >=`, with `neg` for a leading minus."""

    name: str
    arguments: "tuple[Node, ...]"
    at: Place
    nodes: int
    depth: int


Node = Constant | Reference | Call


_CHAINED = {"+", "-", "&"}


def call(name: str, arguments: tuple[Node, ...], at: Place) -> Call:
    sizes = [(a.nodes, a.depth) if isinstance(a, Call) else (1, 1) for a in arguments]
    depth = 1 + max((d for _, d in sizes), default=0)
    first = arguments[0] if arguments else None
    if isinstance(first, Call) and {name, first.name} <= _CHAINED:
        depth = max(first.depth, *(1 + d for _, d in sizes[1:]))
    return Call(name, arguments, at, 1 + sum(n for n, _ in sizes), depth)
