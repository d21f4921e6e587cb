"""A text in sentences and clauses, each with its place."""

import re
from dataclasses import dataclass

PASSAGES_MAX = 2_000
"""Sentences of one text that are looked at."""

ABBREVIATION_CHARACTERS_MAX = 16

_NOT_AN_END = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|nr|vs|etc|approx|inc|ltd|co|e\.g|i\.e|z\.b|tel|fig|dept|jan|feb|aug|sept?|oct|nov|dec)|\b[A-Z]|\d)\.$",
    re.I,
)
_LAST = re.compile(r"\b(?:etc|inc|ltd|co|approx)\.$", re.I)
_END = re.compile(r"[.!?…。！？]+[\"')\]”’]*(?=\s|$)|(?<=[。！？])|\n\s*(?=\n|[-*•\d])|\n")
_CLAUSE_END = re.compile(r"[;,:](?=\s)|\s(?=(?:but|and|so|because|while)\s)|\s[–—-]\s")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text: `text[start:stop]`."""

    text: str
    start: int

    @property
    def stop(self) -> int:
        return self.start + len(self.text)


def sentences(text: str) -> list[Passage]:
    """Sentences and lines, without the white space around them. Abbreviations, initials and list numbers end none."""
    found: list[Passage] = []
    start = 0
    end = len(text.rstrip())
    for match in _END.finditer(text):
        if match[0] == "." and match.end() < end and _goes_on(text, start, match.end()):
            continue
        if len(found) == PASSAGES_MAX:
            return found
        _add(found, text, start, match.end())
        start = match.end()
    _add(found, text, start, len(text))
    return found[:PASSAGES_MAX]


def _goes_on(text: str, start: int, stop: int) -> bool:
    """Whether the point before `stop` belongs to an abbreviation, an initial or a number."""
    before = text[max(start, stop - ABBREVIATION_CHARACTERS_MAX) : stop]
    if not _NOT_AN_END.search(before):
        return False
    may_end = before[-2:-1].isdigit() or _LAST.search(before)
    return not (may_end and text[stop : stop + ABBREVIATION_CHARACTERS_MAX].lstrip()[:1].isupper())


def clauses(passage: Passage) -> list[Passage]:
    """The parts of a sentence between commas and conjunctions."""
    found: list[Passage] = []
    start = 0
    for match in _CLAUSE_END.finditer(passage.text):
        _add(found, passage.text, start, match.end())
        start = match.end()
    _add(found, passage.text, start, len(passage.text))
    return [Passage(one.text, one.start + passage.start) for one in found]


def _add(found: list[Passage], text: str, start: int, stop: int) -> None:
    part = text[start:stop]
    bare = part.strip()
    if bare:
        found.append(Passage(bare, start + len(part) - len(part.lstrip())))
