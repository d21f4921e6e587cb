"""A text with names in braces, taken apart: `Dear {Client}.{Name}, {ask: answer}`.

Braces around what can be no name stay as they are: JSON (`{"a": 1}`), styles (`{color: red;}`), several lines. `{{` and `}}` stand for
single braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sayso.spec.part import Frozen

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}\n\"';]+)\}(?:\.\{([^{}\n\"';]+)\})?")
TEMPLATES_REMEMBERED = 4_000


@dataclass(frozen=True, slots=True)
class Named:
    """One name: what stands in the braces, and behind a link what stands in the second ones."""

    name: str
    behind: str | None = None

    @property
    def written(self) -> str:
        return f"{{{self.name}}}" + (f".{{{self.behind}}}" if self.behind else "")

    @property
    def parts(self) -> tuple[str, str] | None:
        """Of the colon form: what is asked, and for what."""
        left, colon, right = self.name.partition(":")
        return (left.strip(), right.strip()) if colon and left.strip() and right.strip() else None


@lru_cache(TEMPLATES_REMEMBERED)
def pieces(template: str) -> tuple[str | Named, ...]:
    found: list[str | Named] = []
    end = 0
    for m in _PIECE.finditer(template):
        if m.start() > end:
            found.append(template[end : m.start()])
        found.append("{" if m[0] == "{{" else "}" if m[0] == "}}" else _named(m))
        end = m.end()
    if end < len(template):
        found.append(template[end:])
    return tuple(found)


def _named(m: re.Match[str]) -> str | Named:
    if not m[1].strip():
        return m[0]
    return Named(" ".join(m[1].split()), " ".join(m[2].split()) if m[2] else None)


def names_in(value: Any) -> Iterator[Named]:
    """All names in the texts of a step, or in any JSON; steps inside steps left out."""
    match value:
        case str():
            if "{" in value:
                yield from (piece for piece in pieces(value) if isinstance(piece, Named))
        case Frozen():
            for key in type(value).model_fields:
                if key not in ("then", "otherwise", "steps"):
                    yield from names_in(getattr(value, key))
        case dict():
            for one in value.values():
                yield from names_in(one)
        case list() | tuple():
            for one in value:
                yield from names_in(one)
        case _:
            return
