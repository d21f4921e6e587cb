"""The tables that marks name: mentions of one table are one, whether singular, plural, shortened or by a usual other word."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.nouns import noun_of
from sayso.builder.planner.sketch import Sketch, TableSketch

_LEAD = re.compile(
    r"^(?:(?:the|an?|my|our|your|their|his|her|its|each|every|all|any|some|these|those|this|that|single|individual|several|many|multiple|existing|own|of|one|both|"
    r"current|list|lists|log|register|record|records|database|table|tables|new(?=\s+\w+s\b))\s+)+(?=\w)"
)
_TAIL = re.compile(r"\s+(?:table|tables|tab|master|data|database|sheet|section|info|information|details)$")
_SAME = (
    frozenset({"client", "customer"}), frozenset({"employee", "staff", "staff member", "team member", "worker", "colleague", "crew member"}),
    frozenset({"supplier", "vendor"}), frozenset({"student", "pupil"}), frozenset({"booking", "reservation"}), frozenset({"company", "organisation", "organization"}),
    frozenset({"vehicle", "car", "van"}), frozenset({"teacher", "tutor", "instructor"}), frozenset({"child", "kid"}), frozenset({"person", "people"}),
)  # fmt: skip
"""Words that mean one table when a wish uses both, and neither has anything of its own that says otherwise."""


_PARTS = frozenset({"line", "step", "row", "entry"})
"""Words that alone mean the part that was said in full before: `order lines … the lines`."""


def table_noun(words: str) -> str:
    """What a marked table is called while it is read: `our Purchase orders` gives `purchase order`."""
    text = re.sub(r"[^\w' &/-]", " ", words.lower()).replace("'s", "")
    text = " ".join(text.split()).strip(" -'&/")
    text = _LEAD.sub("", text) or text
    if lemma(text) not in lexicon.tables():
        text = _TAIL.sub("", text)
    words_of = text.split()
    if len(words_of) > 4:
        return noun_of(text) or lemma(" ".join(words_of[-3:]))
    return lemma(text)


def table_for(noun: str, sketch: Sketch) -> TableSketch | None:
    """The table that a noun means: by its words, its head, or a usual other word."""
    if not noun:
        return None
    if (known := sketch.table(noun)) is not None:
        return known
    for group in _SAME:
        if noun in group:
            return next((t for t in sketch.tables if t.key in group), None)
    parts = [t for t in sketch.tables if len(t.key.split()) > 1 and t.key.split()[-1] == noun]
    if noun in _PARTS and len(parts) == 1:
        return parts[0]
    head = singular(noun.split()[-1])
    close = [
        t
        for t in sketch.tables
        if t.key.split()[0] == noun
        and len(t.key.split()) == 2
        and t.key.split()[1] in ("order", "record", "item", "entry", "log", "request")
    ]
    if len(close) == 1 and head == noun:
        return close[0]
    return None


def mentioned(marks: list[Mark], sketch: Sketch) -> dict[int, TableSketch]:
    """The table of every `T` mark, by the place where it starts. A longer name that comes later names a table that was said shortly."""
    found: dict[int, TableSketch] = {}
    for mark in marks:
        if mark.tag != "T":
            continue
        noun = table_noun(mark.text)
        if not noun:
            continue
        table = table_for(noun, sketch)
        if table is None:
            table = sketch.add(noun, mark.span)
        table.weight += 1
        found[mark.start] = table
    return found
