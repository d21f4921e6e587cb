"""Words and phrases that carry sentiment or urgency in English, with negation, degree and what comes after "but".

By themselves they are right on texts like those that their author had in mind and far less often on others; `mood.py` weighs them
together with the meaning. They also are the evidence that is shown.
"""

import re
from importlib import resources
from typing import Literal

REACH_WORDS = 3
"""How far a "not" reaches."""


def _read(name: str) -> list[tuple[re.Pattern[str], float]]:
    """Lines `weight<TAB>words or phrases, comma between them`; `*` stands for any ending, `_` for up to two words."""
    found: list[tuple[re.Pattern[str], float]] = []
    for line in resources.files("sayso.gateway.builtin.reader").joinpath(name).read_text("utf-8").splitlines():
        weight, tab, phrases = line.partition("\t")
        if tab and not line.startswith("#"):
            found += [(_pattern(p.strip()), float(weight)) for p in phrases.split(",")]
    return found


def _pattern(phrase: str) -> re.Pattern[str]:
    escaped = (
        re.escape(phrase)
        .replace(r"\*", r"\w*")
        .replace("'", "['’]?")
        .replace(r"\ _\ ", r"\s(?:\w+\s){0,2}")
        .replace("_", r"(?:\w+\s){0,2}")
        .replace(r"\ ", r"\s+")
    )
    return re.compile(rf"(?<!\w){escaped}(?!\w)", re.I)


class _Lists:
    """Read when first used."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lists: list[tuple[re.Pattern[str], float]] | None = None

    def __call__(self) -> list[tuple[re.Pattern[str], float]]:
        if self.lists is None:
            self.lists = _read(self.name)
        return self.lists


_NEGATION = re.compile(
    r"\b(?:not|never|no|nothing|nobody|none|neither|nor|hardly|barely|without|cannot|\w+n['’]t|cant|wont|dont|didnt|isnt|wasnt)\b(?!\s+only)",
    re.I,
)
_DEGREE = re.compile(r"\b(?:very|really|extremely|so|too|absolutely|completely|totally|utterly|incredibly)\s+$", re.I)
_TURN = re.compile(r"\b(?:but|however|although|though)\b", re.I)


Which = Literal["sentiment", "urgency"]
LISTS: dict[Which, _Lists] = {"sentiment": _Lists("sentiment.tsv"), "urgency": _Lists("urgency.tsv")}


def weights(text: str, which: Which) -> tuple[list[float], tuple[str, ...]]:
    """The weights found in a text, and their words. A longer phrase hides the shorter ones inside it; what comes after "but" counts more."""
    lists, negates = LISTS[which](), which == "sentiment"
    hits = [(m.start(), m.end(), weight) for pattern, weight in lists for m in pattern.finditer(text)]
    hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
    kept: list[tuple[int, int, float]] = []
    for hit in hits:
        if not any(hit[0] < stop and start < hit[1] for start, stop, _ in kept):
            kept.append(hit)
    turns = [m.start() for m in _TURN.finditer(text)]
    found: list[float] = []
    said: list[str] = []
    for start, stop, weight in sorted(kept):
        before = _before(text, start)
        if negates and _NEGATION.search(before):
            weight *= -0.7 if weight > 0 else -0.5
        if _DEGREE.search(before):
            weight *= 1.4
        if turns:
            weight *= 1.3 if start > turns[-1] else 0.7
        found.append(weight)
        said.append(text[start:stop])
    return found, tuple(said)


def _before(text: str, start: int) -> str:
    """The few words before a place, in the same clause."""
    clause = re.split(r"[.,;:!?\n]", text[max(0, start - 60) : start])[-1]
    return " ".join(clause.split()[-REACH_WORDS:]) + " "
