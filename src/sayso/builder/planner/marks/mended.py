"""Marks that the build of a sentence puts right: choices between slashes, what is asked with `whether`, a sum said before its name.

Choices split among several marks become one list, `whether …` one field to its end, `a x b = c` one worked-out value. Everything else stays.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from sayso.builder.planner import lexicon
from sayso.builder.planner.marks.mark import Mark, Tag
from sayso.builder.planner.normalise import lowered

_PIECE = re.compile(r"[^,;:()\n.]+")
_SLASHED = re.compile(r"[\w'-]+(?:\s[\w'-]+)?(?:\s?/\s?[\w'-]+(?:\s[\w'-]+){0,2}){2,}$")
_WHETHER = re.compile(
    r"(?P<flag>\b(?:a\s+|an\s+)?(?:flag|tick(?:\s?box)?|check\s?box|marker)\s+(?:for|saying|showing|that\s+(?:says|shows|tells)|to\s+(?:say|show|mark))\s+)?"
    r"\bwhether\s+(?:or\s+not\s+)?(?P<x>[^,;:()\n.]{3,60}?)(?=\s*(?:[,;:()\n.]|$|\band\s+(?:an?|the|who|whom|when|where|how|what|which|whether|if|its|their|any)\b))"
)
_OFFERS = re.compile(r"\s*(?::|=|\(|-|–|—|\bof\b|\blike\b|\bsuch\s+as\b|\bfield\s+with\b|\bfrom\b)\s*")
_NEXT = re.compile(r"\s*,\s*(?:or\s+|and\s+)?|\s+(?:or|and)\s+")
_ASKED = re.compile(r"(?:who|whom|when|where|what|which|how|why|whether|if)\b")
HALF_HEARD, CHOICE_LAST, GUESSED = 0.8, 0.95, 0.66
"""A field that is heard less surely may be a choice; the last before a full stop even when it is heard better; a list of such by their mean."""
CHOICE_WORDS_MAX = 3
_SMALL = frozenset("for in on at by to not of with no".split())
_NOTED = re.compile(r"(?:[,:;(]|\b(?:and|or|plus|with|has|have|note|notes|record|log|store|also|know|say|says))\s*$")
_BACKWARDS = re.compile(
    r"(?:^|(?<=[.;\n]))\s*(?P<all>[a-z][a-z' -]{1,30}?\s*(?:[×*+]|\s(?:x|times|plus|minus)\s)\s*[a-z][a-z' -]{1,30}?\s*=\s*[a-z][a-z' -]{1,30}?)\s*(?=[.,;\n]|$)"
)


def mended(marks: Sequence[Mark], text: str) -> list[Mark]:
    """The marks of a text, in order and without overlap."""
    low = lowered(text)
    made = list(marks)
    for mend in (_slashes, _listed, _whether, _backwards):
        made = mend(made, text, low)
    return made


def _inside(marks: Sequence[Mark], start: int, end: int) -> list[Mark]:
    return [m for m in marks if m.start < end and m.end > start]


def _put(marks: list[Mark], away: list[Mark], start: int, end: int, tag: Tag, text: str) -> list[Mark]:
    """One mark in the place of others; it keeps the opinions that were heard of the first."""
    one = replace(away[0], start=start, end=end, tag=tag, raw=text[start:end], text=lowered(text[start:end]))
    return sorted([*[m for m in marks if m not in away], one], key=lambda m: m.start)


def _slashes(marks: list[Mark], text: str, low: str) -> list[Mark]:
    """`fuel petrol/diesel/electric`: three things between slashes are choices of the field before them, or of one without a name."""
    for piece in _PIECE.finditer(low):
        if piece[0].count("/") < 2:
            continue
        inside = _inside(marks, *piece.span())
        if inside and inside[0].tag == "F" and " " in inside[0].text and low[inside[0].end :].lstrip().startswith("/"):
            name = inside[0].text.rpartition(" ")[0]
            if name.split()[-1] not in _SMALL:
                first = replace(inside[0], end=inside[0].start + len(name), raw=inside[0].raw[: len(name)], text=name)
                marks = [first if m is inside[0] else m for m in marks]
                inside = [first, *inside[1:]]
        if len(inside) < 2 or any(m.tag not in "FO" for m in inside) or any("/" in m.text for m in inside if m.tag == "F"):
            continue
        slash = low.index("/", piece.start())
        head = inside[0] if inside[0].end < slash and low[inside[0].end] == " " and inside[0].tag == "F" else None
        end = piece.start() + len(piece[0].rstrip())
        start = head.end + 1 if head is not None else piece.start() + len(piece[0]) - len(piece[0].lstrip())
        split = [m for m in inside if m is not head]
        while split and split[-1].tag == "F" and not low[: split[-1].start].rstrip().endswith("/"):
            end = split.pop().start  # `new/paid/sent status`: the name of the choices follows them
        end = piece.start() + len(low[piece.start() : end].rstrip())
        names = re.split(r"\s*/\s*", low[start:end])
        known = sum(lexicon.kind_of(n)[1] == 1.0 for n in names)
        if split and _SLASHED.match(low[start:end]) and (head is not None or known * 2 < len(names)):
            marks = _put(marks, split, start, end, "O", text)
    return marks


def _listed(marks: list[Mark], text: str, low: str) -> list[Mark]:
    """`stage: cut, sewn, packed`, `kind such as tea, coffee and juice`: what was only half heard as choices is, to the end of the list."""
    for n, head in enumerate(marks):
        first = marks[n + 1] if n + 1 < len(marks) else None
        if head.tag != "F" or first is None or first.tag not in "OF" or not _OFFERS.fullmatch(low[head.end : first.start]):
            continue
        chain = [first]
        for mark in marks[n + 2 :]:
            if (
                mark.tag not in "OF"
                or not _NEXT.fullmatch(low[chain[-1].end : mark.start])
                or len(mark.text.split()) > CHOICE_WORDS_MAX
                or _ASKED.match(mark.text)
            ):
                break
            closes = (
                mark.sure < CHOICE_LAST and any(m.tag == "O" for m in chain) and low[mark.end : mark.end + 1] in (".", ")", "")
            )
            if mark.tag == "F" and mark.sure >= HALF_HEARD and not closes:
                break
            chain.append(mark)
        heard = [m for m in chain if m.tag == "F"]
        sure = any(m.tag == "O" for m in chain) and heard
        guessed = len(chain) >= 3 and sum(m.sure for m in chain) / len(chain) < GUESSED
        if heard and first.sure < HALF_HEARD and (sure or guessed):
            return _listed(_put(marks, chain, chain[0].start, chain[-1].end, "O", text), text, low)
    return marks


def _whether(marks: list[Mark], text: str, low: str) -> list[Mark]:
    """`status and whether it stops work`, `a flag for whether …`: a yes or no, to the end of what is asked."""
    for asked in _WHETHER.finditer(low):
        start, end = asked.start("x"), asked.end()
        start = low.index("whether", asked.start())
        inside = _inside(marks, asked.start(), end)
        before = next((m for m in reversed(marks) if m.end <= asked.start()), None)
        listed = (
            before is not None
            and before.tag in "FLOX"
            and "." not in low[before.end : start]
            and _NOTED.search(low[: asked.start()])
        )
        if not inside or any(m.tag not in "FLC" for m in inside) or not (listed or asked["flag"]):
            continue
        whole = len(inside) == 1 and inside[0].tag == "F" and not asked["flag"] and inside[0].end >= end - 12
        if not whole:
            marks = _put(marks, inside, start, end, "F", text)
    return marks


def _backwards(marks: list[Mark], text: str, low: str) -> list[Mark]:
    """`height x width = area` is one worked-out value."""
    for said in _BACKWARDS.finditer(low):
        inside = _inside(marks, *said.span("all"))
        if inside and not any(m.tag in "TVWSDA" for m in inside) and not (len(inside) == 1 and inside[0].tag == "X"):
            marks = _put(marks, inside, *said.span("all"), "X", text)
    return marks
