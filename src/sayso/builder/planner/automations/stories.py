"""A wish cut into stories: each tells one automation, from what starts it to the last thing that it does."""

import re
from dataclasses import dataclass

from sayso.builder.planner.automations.whole.pieces import DOES, masked
from sayso.builder.planner.clauses import sentences

_STARTS = re.compile(
    r"^(?:(?:and|also|then|please|plus|but|finally|secondly)\s*,?\s+)*(?:when(?:ever)?|as\s+soon\s+as|every\s+time|each\s+time|once\s+(?:an?|the)|every|each|on\s+(?:the|every|each|mon|tue|wed|thu|fri|sat|sun)|at\s+(?:the\s+end|\d)|daily|weekly|monthly|\d+\s+(?:days?|weeks?|months?)|(?:one|two|three|an?|the)\s+(?:days?|weeks?)\s+(?:before|after))\b"
)
_GOES_ON = re.compile(
    r"^(?:(?:and|but)\s+)?(?:then|after\s+(?:that|\d+|an?\s|one|two|three|five|seven|ten)|otherwise|else|also|finally|afterwards?|next|if|unless|once\s+(?:approved|it|they|he|she)|wait|until|in\s+(?:that|the\s+other)\s+case|only|for\s+(?:each|every)\s+(?:of|one)|attach|include|it\s+should\s+also|the\s+(?:e-?mail|message)\s+should)\b"
)
_BEGINS = re.compile(
    r"\b(?:when(?:ever)?|every|each|as\s+soon|once|daily|weekly|monthly|days?\s+(?:before|after)|webhook|new\s+\w+)\b"
)
_SECOND = re.compile(
    r"(?:\s*[,;]\s*(?:and\s+|but\s+|also\s+)*|\s+and\s+(?:also\s+)?)(?=(?:when(?:ever)?|every\s+(?:mon|tue|wed|thu|fri|sat|sun|day|week|month|morning|evening|night|hour|weekday)|each\s+(?:mon|tue|wed|thu|fri|sat|sun|day|week|month|morning)|\d+\s+days?\s+(?:before|after))\b)"
)
_ACTS = re.compile(rf"\b{DOES}\b")


@dataclass(frozen=True, slots=True)
class Story:
    text: str
    start: int
    end: int


def stories(text: str) -> list[Story]:
    """In order. A sentence that goes on with the one before belongs to it; one that starts twice is two."""
    spans: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        for start, end in sentences(text, at, at + len(line)):
            low = masked(text[start:end]).strip(" -*•\t")
            begun = bool(spans) and bool(_BEGINS.search(masked(text[slice(*spans[-1])])))
            if begun and _GOES_ON.match(low) and not _STARTS.match(low) and start - spans[-1][1] <= 4:
                spans[-1] = (spans[-1][0], end)
            else:
                spans += _parted(text, start, end)
        at += len(line) + 1
    return [Story(text[a:b], a, b) for a, b in spans if text[a:b].strip()]


def _parted(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """`when A, do X and when B, do Y`: cut where the second begins, when something is done before it."""
    low = masked(text[start:end])
    cuts = [0]
    for m in _SECOND.finditer(low):
        before = low[cuts[-1] : m.start()]
        if (_STARTS.search(before.strip()) and len(_ACTS.findall(re.sub(r"^[^,]*,", "", before))) >= 1 and "," in before) or (
            not _STARTS.search(before.strip()) and cuts == [0] and re.search(r"[:.;]|\bwith\b|\bhas\b", before)
        ):
            cuts.append(m.end())
    return [(start + a, start + b) for a, b in zip(cuts, [*cuts[1:], len(low)], strict=True)]
