"""Chance that is no chance: the same seed gives the same draw, on every machine."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Draws for one place (`crm/clients/worth/3`), independent of how many others there are."""

    def __init__(self, *place: object) -> None:
        self.place = "/".join(map(str, place))

    def number(self, low: int, high: int, what: str = "") -> int:
        digest = blake2b(f"{self.place}:{what}".encode(), digest_size=8).digest()
        return low + int.from_bytes(digest, "big") % (high - low + 1)

    def one(self, choices: Sequence[T], what: str = "") -> T:
        return choices[self.number(0, len(choices) - 1, what)]

    def chance(self, percent: int, what: str = "") -> bool:
        return self.number(1, 100, what) <= percent
