"""Who leads where both read the same words: the rules, when they understood the wish as a whole, else the marks.

Rules that understood read to the letter (formulas, choices, several things in one sentence); where they understood a part they mislead.
"""

from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.marks.learned import Row, likely
from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.marks.spans import Spans
from sayso.builder.planner.marks.tables import table_for, table_noun
from sayso.builder.planner.sketch import Sketch

FEATURES = (
    "bias", "rules' tables marked", "marked tables in the rules", "rules' fields marked", "marked fields in the rules", "other marks in the rules", "clauses used",
    "words", "all", "unused clauses with marks", "sure", "tables",
)  # fmt: skip


def rules_lead(rules: Sketch, marks: list[Mark], pieces: list[Clause]) -> bool:
    return bool(rules.tables) and likely("lead", FEATURES, row(rules, marks, pieces))


def row(rules: Sketch, marks: list[Mark], pieces: list[Clause]) -> Row:
    """How far the two agree, and how much of the wish the rules used."""
    nouns = [n for m in marks if m.tag == "T" and (n := table_noun(m.text))]
    links = [m for m in marks if m.tag == "L"]
    tables = [t for t in rules.tables if not t.topic and not t.assumed]
    known = Sketch()
    for noun in nouns:
        known.add(noun)
    linked = Spans(m.span for m in links)
    ruled = _share([table_for(t.key, known) is not None or linked.touch(t.span) for t in tables])
    marked = _share([table_for(n, rules) is not None for n in nouns])
    spans = [f.span for t in rules.tables for f in t.fields if f.span and not f.assumed]
    said = [m for m in marks if m.tag in "FLXO"]
    hit = Spans(m.span for m in said)
    fields = _share([hit.touch(s) for s in spans])
    found = Spans(spans)
    touched = _share([found.touch(m.span) for m in said])
    parts = Spans(p.span for p in (*rules.views, *rules.automations, *rules.roles, *rules.ai) if p.span)
    others = [m for m in marks if m.tag in "VWSDAR"]
    read = _share([parts.touch(m.span) for m in others])
    used = [c.start in rules.used for c in pieces]
    lost = _share(
        [not any(m.start >= c.start and m.end <= c.end for m in marks) for c, u in zip(pieces, used, strict=True) if not u]
    )
    return (
        1.0, ruled, marked, fields, touched, read, _share(used), min(sum(len(c.text.split()) for c in pieces), 150) / 150, ruled * marked * fields * touched * read,
        1 - lost, sum(m.sure for m in marks) / max(len(marks), 1), min(len(tables), 6) / 6,
    )  # fmt: skip


def _share(each: list[bool]) -> float:
    return sum(each) / len(each) if each else 1.0
