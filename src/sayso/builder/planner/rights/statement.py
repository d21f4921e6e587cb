"""What one clause about rights says, before it is known which tables and fields it means."""

from dataclasses import dataclass
from typing import Literal

Deed = Literal["see", "add", "edit", "decide", "delete", "export", "comment"]
"""`decide` is an edit of the state that a row is in: approve, close, decline."""
DEEDS_OF_ALL: tuple[Deed, ...] = ("see", "add", "edit", "delete")

Kind = Literal["role", "others", "everyone", "nobody"]


@dataclass(frozen=True, slots=True)
class Who:
    """People of a clause. `others` are those of whom nothing else is said, `called` is how the words name a role's people."""

    kind: Kind
    key: str = ""
    called: str = ""


EVERYONE = Who("everyone")
OTHERS = Who("others")
NOBODY = Who("nobody")


@dataclass(frozen=True, slots=True)
class Statement:
    """`who` may (or may not) do `deeds` with `what`, which is still words.

    `only`: nobody else may. `just`: they may do no more than that. `strong`: said in a way that is about rights and nothing else,
    so that no table, field or rule is read into it.
    """

    who: tuple[Who, ...]
    deeds: tuple[Deed, ...]
    what: str
    span: tuple[int, int]
    words: str
    about: str = ""
    """What was spoken of before: what `them` and `it` are."""
    may: bool = True
    only: bool = False
    just: bool = False
    strong: bool = True
    looks: bool = False
    """`read-only`: no more than seeing."""
