"""Finding a model by what a person types: dashes, dots, spaces and case do not matter, nor does one slip of a finger."""

from difflib import get_close_matches
from typing import Any, Protocol, TypeVar

from sayso.models import naming

WORDS_MAX = 8
CHARACTERS_MAX = 80
CLOSE_SHARE = 0.8
CLOSE_MAX = 8


class Findable(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def flagship(self) -> bool: ...
    @property
    def status(self) -> Any: ...


F = TypeVar("F", bound=Findable)


def found(rows: list[F], text: str) -> list[F]:
    """The rows in whose names every word occurs, the closest first; when there are none, those written alike."""
    words = [word for part in text[:CHARACTERS_MAX].lower().split() if (word := naming.OTHER.sub("", part))][:WORDS_MAX]
    if not words:
        return []
    together = "".join(words)
    hits = [row for row in rows if together in row.key or all(word in row.key for word in words)]
    if not hits:
        by_key = {naming.key(row.id): row for row in rows}
        return [by_key[key] for key in get_close_matches(together, by_key, CLOSE_MAX, CLOSE_SHARE)]
    return sorted(hits, key=lambda row: _rank(row, together))


def _rank(row: Findable, together: str) -> tuple[Any, ...]:
    own = naming.OTHER.sub("", row.id)
    return (
        own != together,
        not own.startswith(together),
        together not in row.key,
        not row.flagship,
        row.status == "retired",
        len(own),
        row.id,
    )
