"""One SQL statement as a person wrote it: where values belong is found, and nothing is ever spliced into it.

A value is named by `:name`, or by a name in braces. Around braces quotes may stand, as people write them: `where name = '{Name}'`
and `like '%{Name}%'` become one bound value each, the quotes included. What stands in comments and in other texts is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sayso.errors import Invalid, Problem

CHARACTERS_MAX = 100_000
BINDS_MAX = 500

PIECES = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?\*/|/\*.*\Z)
  | (?P<text>'(?:[^'\\]|''|\\.)*')
  | (?P<quoted>"(?:[^"]|"")*"|`[^`]*`|\[[^\]\n]*\])
  | (?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
  | (?P<cast>::)
  | (?P<named>:[A-Za-z_][A-Za-z0-9_]*)
  | (?P<braced>\{[^{}]*\})
    """,
    re.X | re.S,
)
NAME = re.compile(r"\{\s*[^\s{}\"'\[\],][^{}\"']*\}")
"""What may be a name in braces; the braces of JSON in a text are none."""


@dataclass(frozen=True, slots=True)
class Bind:
    """A place for a value: `template` is `:name`, `{Name}` alone, or words with names in them."""

    template: str
    words: bool = False
    """Words around names, which become one text."""


@dataclass(frozen=True, slots=True)
class Statement:
    parts: tuple[str | Bind, ...]

    @property
    def binds(self) -> tuple[Bind, ...]:
        return tuple(dict.fromkeys(p for p in self.parts if isinstance(p, Bind)))

    def rendered(self, mark: str) -> str:
        """With the driver's mark (`%s`, `?`, `:v0`) at the place of every value."""
        n, said = 0, list[str]()
        for part in self.parts:
            if isinstance(part, Bind):
                said.append(mark.format(n))
                n += 1
            else:
                said.append(part.replace("%", "%%") if mark == "%s" and self.binds else part)
        return "".join(said)

    def values(self, by_template: Mapping[str, Any]) -> list[Any]:
        """In the order of the marks. Raises `Invalid` for a value that is not there."""
        wanted = [p.template for p in self.parts if isinstance(p, Bind)]
        missing = [t for t in dict.fromkeys(wanted) if t not in by_template]
        if missing:
            raise Invalid.of(Problem(f"values/{t.strip(':{}')}", "has no value") for t in missing)
        return [by_template[t] for t in wanted]


def parsed(sql: str, named: Iterable[str] = ()) -> Statement:
    """`named` are the values that `:name` may stand for; any other colon is SQL's own. Raises `Invalid`."""
    sql = sql.strip().rstrip(";").strip()
    if not sql:
        raise Invalid(Problem("query", "is empty", "select * from orders where id = {Order}"))
    if len(sql) > CHARACTERS_MAX or "\0" in sql:
        raise Invalid(Problem("query", f"is text of at most {CHARACTERS_MAX:,} characters"))
    known, parts, end = set(named), list[str | Bind](), 0
    for piece in PIECES.finditer(sql):
        bind = _bind(piece, known)
        if bind is not None:
            parts += [sql[end : piece.start()], bind]
            end = piece.end()
    parts.append(sql[end:])
    statement = Statement(tuple(p for p in parts if p))
    if sum(isinstance(p, Bind) for p in statement.parts) > BINDS_MAX:
        raise Invalid(Problem("query", f"names more than {BINDS_MAX} values"))
    return statement


def _bind(piece: re.Match[str], known: set[str]) -> Bind | None:
    said = piece[0]
    match piece.lastgroup:
        case "named" if said[1:] in known:
            return Bind(said)
        case "braced":
            return Bind(said)
        case "text" if NAME.search(said):
            inner = said[1:-1].replace("''", "'")
            return Bind(inner, words=not NAME.fullmatch(inner))
        case _:
            return None
