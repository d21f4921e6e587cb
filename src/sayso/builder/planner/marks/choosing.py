"""Which nouns of the wish are tables: what the tagger marked, what links lead to and what the rules found, weighed together."""

import re
from dataclasses import dataclass

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import is_plural, lemma, plural, singular
from sayso.builder.planner.marks import links
from sayso.builder.planner.marks.learned import Row, likely
from sayso.builder.planner.marks.mark import Heard, Mark
from sayso.builder.planner.marks.outright import outright
from sayso.builder.planner.marks.tables import table_for, table_noun
from sayso.builder.planner.normalise import lowered
from sayso.builder.planner.sketch import Sketch, TableSketch
from sayso.builder.planner.spelling import Text

FEATURES = (
    "bias", "marked", "mentions", "most sure", "support", "support best", "links to it", "in the rules", "rules: fields", "rules: weight", "rules: topic", "rules: assumed",
    "rules: linked", "known noun", "known exactly", "known as a field", "verb", "many", "occurs", "words", "rules agree", "marks agree", "in the rules and rules agree",
    "marked and marks agree", "nothing else", "sure and known", "capital inside", "only in the rules", "only a link", "sums: fields near",
)  # fmt: skip
OCCURRENCES_MAX = 20
_WORD = re.compile(r"[^\W\d_]{2}")
SURE = 0.9
"""What the tagger is so sure of is a table."""
LINK_SURE = 0.6
"""A link leads to a table, or it is none: where the tagger is so sure of the link, its table is there."""
LEAST_SURE = 0.5


@dataclass(slots=True)
class Noun:
    """A noun that may be a table: its marks, the links that lead to it, the table of the rules, and where it stands."""

    key: str
    marks: list[Mark]
    links: list[Mark]
    table: TableSketch | None
    places: list[tuple[int, int]]
    row: Row = ()


def nouns(rules: Sketch, marks: list[Mark], heard: Heard, text: Text) -> list[Noun]:
    """Every noun that anything takes for a table, with what speaks for it."""
    known = Sketch()
    found: dict[int, Noun] = {}

    def noun_for(key: str) -> Noun:
        table = table_for(key, known) or known.add(key)
        return found.setdefault(id(table), Noun(table.key, [], [], None, []))

    for mark in marks:
        if mark.tag == "T" and (key := table_noun(mark.text)) and _WORD.search(key):
            noun_for(key).marks.append(mark)
    for mark in marks:
        if mark.tag == "L":
            table = links.target(mark.text, None, known)
            key = table.key if table is not None else links.noun_of_target(mark.text)
            if key:
                noun_for(key).links.append(mark)
    for table in rules.tables:
        one = noun_for(table.key)
        one.table = one.table or table
    low = lowered(text.text)
    made = list(found.values())
    for one in made:
        one.places = _places(one, low)
    agree = _agreement(made)
    for one in made:
        one.row = _row(one, heard, text, low, rules, marks, agree)
    return made


def chosen(rules: Sketch, marks: list[Mark], heard: Heard, text: Text) -> list[Mark]:
    """The marks without those of nouns that are no tables, and with marks for tables that only the rules found."""
    heads = {table_noun(m.text).split()[-1] for m in marks if m.tag == "T" and _WORD.search(table_noun(m.text))}
    marks = outright(marks, lowered(text.text))
    heads -= {table_noun(m.text).split()[-1] for m in marks if m.tag in "TL" and _WORD.search(table_noun(m.text))}
    dropped: set[int] = set()
    plain: set[int] = set()
    added: list[Mark] = []
    asked = nouns(rules, marks, heard, text)
    verdicts = [
        (n, _certain(n) or (likely("noun", FEATURES, n.row) and (bool(n.marks) or n.key.split()[-1] not in heads))) for n in asked
    ]
    if asked and not any(yes for _, yes in verdicts):
        best = max(asked, key=lambda n: (len(n.marks), n.row[FEATURES.index("support best")]))
        verdicts = [(n, n is best and _meant(n, marks)) for n in asked]
    for noun, yes in verdicts:
        if not yes:
            dropped |= {m.place for m in noun.marks}
            plain |= {m.place for m in noun.links}
        elif not noun.marks and noun.table is not None:
            taken = [(m.start, m.end) for m in marks]
            free = [p for p in noun.places if not any(a < p[1] and p[0] < b for a, b in taken)]
            added += [Mark(a, b, "T", text.text[a:b], lowered(text.text[a:b]), 0.5, -1 - len(added)) for a, b in free]
    kept = [_plain(m) if m.place in plain and m.tag == "L" else m for m in marks if m.place not in dropped]
    return sorted([*kept, *added], key=lambda m: m.start)


def _meant(noun: Noun, marks: list[Mark]) -> bool:
    """Whether the likeliest noun is taken for a table although it is unlikely: something is said of it, or the rules describe it."""
    return any(m.tag in "FLX" and m.sure >= LEAST_SURE for m in marks) or bool(noun.table is not None and noun.table.fields)


def _certain(noun: Noun) -> bool:
    return any(m.sure >= SURE for m in noun.marks) or any(m.sure >= LINK_SURE for m in noun.links)


def _plain(mark: Mark) -> Mark:
    """A link that leads nowhere is a plain field."""
    return Mark(mark.start, mark.end, "F", mark.raw, mark.text, mark.sure, mark.place)


def _places(noun: Noun, low: str) -> list[tuple[int, int]]:
    words = noun.key.split()
    if not words:
        return []
    found: set[tuple[int, int]] = set()
    for last in {words[-1], plural(words[-1])}:
        name = " ".join([*words[:-1], last])
        at = low.find(name)
        while at >= 0:
            if not (_inside_word(low, at - 1) or _inside_word(low, at + len(name))):
                found.add((at, at + len(name)))
            at = low.find(name, at + 1)
    return sorted(found)[:OCCURRENCES_MAX]


def _inside_word(low: str, at: int) -> bool:
    """Whether the character there belongs to a word. No pattern: a long wish has a hundred nouns, and each pattern would have to be compiled."""
    return 0 <= at < len(low) and (low[at].isalnum() or low[at] in "_-")


def _agreement(asked: list[Noun]) -> tuple[float, float]:
    """Which share of the tables of the rules the tagger marked too, and of the marked ones the rules found too."""
    ruled = [n for n in asked if n.table is not None and not n.table.topic]
    marked = [n for n in asked if n.marks]
    both = sum(bool(n.marks or n.links) for n in ruled)
    return both / max(len(ruled), 1), sum(n.table is not None for n in marked) / max(len(marked), 1)


def _row(noun: Noun, heard: Heard, text: Text, low: str, rules: Sketch, marks: list[Mark], agree: tuple[float, float]) -> Row:
    table = noun.table
    supports = [heard.support(*text.span(a, b), "T") for a, b in noun.places] or [0.0]
    sure = max((m.sure for m in noun.marks), default=0.0)
    head = noun.key.split()[-1] if noun.key else ""
    kind, certain = lexicon.kind_of(noun.key)
    near = sum(any(0 < f.start - m.end < 40 for m in noun.marks) for f in marks if f.tag in "FL")
    return (
        1.0,
        float(bool(noun.marks)),
        min(len(noun.marks), 4) / 4,
        sure,
        sum(supports) / len(supports),
        max(supports),
        min(len(noun.links), 3) / 3,
        float(table is not None),
        min(len(table.fields), 8) / 8 if table else 0.0,
        min(table.weight, 4) / 4 if table else 0.0,
        float(table.topic) if table else 0.0,
        float(bool(table.assumed)) if table else 0.0,
        float(any(f.link is table for t in rules.tables for f in t.fields)) if table else 0.0,
        float(lexicon.is_table_noun(noun.key)),
        float(noun.key in lexicon.tables()),
        float(kind is not None and certain == 1.0),
        float(head in lexicon.verbs() or head.endswith("ed")),
        float(any(is_plural(low[a:b].split()[-1]) for a, b in noun.places)),
        min(len(noun.places), 6) / 6,
        min(len(noun.key.split()), 4) / 4,
        agree[0],
        agree[1],
        float(table is not None) * agree[0],
        float(bool(noun.marks)) * agree[1],
        float(not marks),
        sure * float(lexicon.is_table_noun(noun.key)),
        float(any(m.raw[:1].isupper() and m.start > 0 and low[m.start - 2 : m.start - 1] not in ".!?\n" for m in noun.marks)),
        float(table is not None and not noun.marks and not noun.links),
        float(not noun.marks and bool(noun.links)),
        min(near, 6) / 6,
    )


def same(a: str, b: str) -> bool:
    """Whether two nouns name one table."""
    return lemma(a) == lemma(b) or singular(a.split()[-1]) == singular(b.split()[-1])
