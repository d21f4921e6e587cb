"""Two fields said in one breath: `start/end`, `check-in and check-out dates`, `planned start and end`, `first and last name`."""

import re

from sayso.builder.planner.inflect import singular

_OPPOSITES = (
    ("start", "end"), ("start", "finish"), ("start", "stop"), ("begin", "end"), ("from", "to"), ("from", "until"), ("from", "till"), ("in", "out"), ("out", "in"),
    ("check in", "check out"), ("check-in", "check-out"), ("checkin", "checkout"), ("opened", "closed"), ("opening", "closing"), ("open", "close"),
    ("arrival", "departure"), ("departure", "arrival"), ("pickup", "dropoff"), ("pick-up", "drop-off"), ("pick up", "drop off"), ("collection", "delivery"),
    ("first", "last"), ("first", "second"), ("given", "family"), ("min", "max"), ("minimum", "maximum"), ("before", "after"), ("planned", "actual"), ("expected", "actual"),
    ("estimated", "actual"), ("scheduled", "actual"), ("old", "new"), ("home", "work"), ("home", "away"), ("buy", "sell"), ("buying", "selling"), ("purchase", "sale"),
    ("height", "width"), ("width", "height"), ("length", "width"), ("billing", "shipping"), ("pros", "cons"), ("systolic", "diastolic"), ("mother", "father"),
)  # fmt: skip
"""What is said together and kept apart."""
_WORDS = sorted({w for pair in _OPPOSITES for w in pair}, key=len, reverse=True)
_BOTH = re.compile(
    rf"^(?P<lead>(?:[\w'-]+\s+){{0,3}}?)(?P<a>{'|'.join(_WORDS)})\s*(?:/|\+|&|\band\b|,)\s*(?P<b>{'|'.join(_WORDS)})(?P<tail>(?:\s+[\w'-]+){{0,2}})$"
)
_SPLIT_AFTER = re.compile(rf"(?:^|\s)(?P<a>{'|'.join(_WORDS)})$")
_BETWEEN = re.compile(r"\s*(?:/|\+|&|and)\s*(?:the\s+|an?\s+)?$")
_NAMES_ALONE = frozenset("first last given family min max minimum maximum old new billing shipping".split())
"""What is no name of a field by itself: it needs what its neighbour is said to be."""


def _opposite(a: str, b: str) -> bool:
    return (a, b) in _OPPOSITES


def both(words: str) -> tuple[str, str] | None:
    """The two names in words that say two fields; None when they say one."""
    m = _BOTH.match(" ".join(words.lower().split()))
    if m is None or not _opposite(m["a"], m["b"]):
        return None
    tail = " ".join(singular(w) for w in m["tail"].split())
    lead = re.sub(r"^(?:(?:an?|the|its|their|his|her|our|my)\s+)+", "", m["lead"])
    first, second = (f"{lead}{side} {tail}".strip() for side in (m["a"], m["b"]))
    return first, second


def completed(words: str, before: tuple[str, str], after: tuple[str, str]) -> str:
    """`end` in `planned start and end` is a planned end; `first` in `first and last name` is a first name.

    `before` and `after` are the words between a field and its neighbour, and the neighbour's own: the one said before it, and the one said after.
    """
    gap, other = before
    if (
        _BETWEEN.fullmatch(gap)
        and (m := _SPLIT_AFTER.search(other))
        and _opposite(m["a"], words)
        and (lead := other[: m.start()].strip())
    ):
        return f"{lead} {words}"
    gap, other = after
    if words in _NAMES_ALONE and _BETWEEN.fullmatch(gap):
        first, _, rest = other.partition(" ")
        if rest and _opposite(words, first):
            return f"{words} {rest.split()[0]}"
    return words
