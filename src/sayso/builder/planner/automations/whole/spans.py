"""Lengths of time in words: `2 days`, `a week`, `half an hour`, as seconds."""

import re

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30, "half an": 0.5, "a couple of": 2, "another": 1, "the next": 1,
}  # fmt: skip
_UNITS = {
    "second": 1,
    "sec": 1,
    "minute": 60,
    "min": 60,
    "hour": 3_600,
    "hr": 3_600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
}
COUNT = (
    r"(?:\d{1,4}|half\s+an|a\s+couple\s+of|another|an?|one|two|three|four|five|six|seven|eight|ten|twelve|fifteen|twenty|thirty)"
)
UNIT = r"(?:business\s+|working\s+)?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?)"
SPAN = rf"(?P<count>{COUNT})\s+(?P<unit>{UNIT})"
SECONDS_MAX = 366 * 86_400


def seconds(count: str, unit: str) -> int:
    """Bounded by what a step may wait."""
    plain = " ".join(count.split())
    number = _NUMBERS.get(plain) or float(plain if plain.isdigit() else 1)
    word = unit.split()[-1].rstrip("s")
    return max(1, min(int(number * _UNITS.get(word, 86_400)), SECONDS_MAX))


def found(text: str) -> int | None:
    """The first length of time in a text."""
    m = re.search(rf"\b{SPAN}\b", text)
    return seconds(m["count"], m["unit"]) if m else None


def spoken(amount: int) -> str:
    """`172800` is `2 days`."""
    for name, size in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if amount >= size and amount % size == 0:
            count = amount // size
            return f"{count} {name}{'s' if count != 1 else ''}"
    return f"{amount} seconds"
