"""Links that marks name, that fields turn out to be, and that the words between two tables imply."""

import itertools
import re

from sayso.builder.planner import attach, lexicon
from sayso.builder.planner.inflect import is_plural, lemma
from sayso.builder.planner.marks.layout import Layout
from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.marks.tables import table_for, table_noun
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.nouns import noun_of
from sayso.builder.planner.placing import link_tables
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch

_QUESTION = re.compile(r"^(?:and\s+)?(?:(?:for|on|to|in|at|of|from|by|with)\s+)?(?:which|what|whose)\s+(?P<n>[\w -]+)$")
_STEER = re.compile(
    r"^(?:(?:belongs?\s+to|linked\s+to|links?\s+to|assigned\s+to|connected\s+to|tied\s+to|goes\s+to|the|an?|one|its|their|his|her|our|my|several|many|multiple|all|assigned|responsible|chosen|related|same|own|"
    r"exactly|which|what|whose|for|to|at|in|on|by|of|from|with|and|list|selected|involved|correct|right)\s+)+(?=\w)"
)
_MANY = re.compile(r"\b(?:several|many|multiple|all|more\s+than\s+one|one\s+or\s+more|list\s+of|various)\b")
_PEOPLE = ("customer", "client", "member", "person", "contact", "patient", "student", "staff", "employee", "volunteer", "driver", "technician", "tenant", "guest", "donor", "worker", "player", "owner")  # fmt: skip
_STAFF = ("staff", "employee", "person", "user", "worker", "technician", "engineer", "driver", "member", "volunteer")
_STAFF_NOUNS = frozenset(
    "technician engineer assignee agent rep manager supervisor officer inspector mechanic operator cleaner waiter waitress cook chef nurse doctor coordinator consultant developer designer recruiter "
    "editor approver reviewer foreman lead dispatcher clerk cashier receptionist accountant salesperson handler responsible".split()
)
"""Those who do the work: never a customer, a patient or a guest."""
_NAMED_LIKE = (None, "text", "long_text", "select", "multi_select", "person", "number")
"""Kinds that a field gets which is called like a table: none of them says that it is something else."""
_WHO = re.compile(r"^(?:and\s+|by\s+|for\s+|with\s+|to\s+)?(?:who|whom|whose)\b")


def link(mark: Mark, table: TableSketch, sketch: Sketch, thought: TableSketch | None = None) -> FieldSketch:
    """The link that an `L` mark names; the table that it leads to is added when nothing else names it. `thought` is where the tagger
    thinks that it leads."""
    words = re.sub(r"\s*\([^)]*\)?", "", mark.text).strip(" .:;?!\"'") or mark.text
    bare = _STEER.sub("", words)
    other = target(words, table, sketch) or (
        thought if thought is not table and _may_mean(noun_of_target(words), thought) else None
    )
    many = bool(_MANY.search(words)) or (is_plural(bare.split()[-1]) if bare.split() else False)
    if other is None:
        noun = noun_of_target(words) or "item"
        other = sketch.add(noun, mark.span)
    name = cased_name(bare if 0 < len(bare.split()) <= 3 and not _WHO.match(words) else other.name)
    made = _linked(table, other, name, many, mark, sketch)
    made.outright = made.outright or mark.place < 0
    if m := _QUESTION.match(words):
        made.many = is_plural(m["n"].split()[-1])
    return made


def _may_mean(noun: str, table: TableSketch | None) -> bool:
    """Whether a noun may be another word for a table: people go by many names; a thing that businesses keep a table of has its own, or its head."""
    last = noun.split()[-1] if noun else ""
    thing = (
        noun in lexicon.tables() and not last.endswith(_AGENT) and lexicon.kind_of(last)[0] != "person" and last not in _PEOPLE
    )
    return not thing or (table is not None and table.key.split()[-1] == last)


_AGENT = ("er", "or", "ee", "ist", "ant", "man", "person", "people", "ian", "role")


def noun_of_target(words: str) -> str:
    """The noun of the table that a link leads to, when no table that is known is meant."""
    if _WHO.match(words):
        return "person"
    bare = _STEER.sub("", words)
    return table_noun(re.split(r"\s+(?:who|that|which|it|they|is|are|was|in|for|on|at|from)\b", bare)[0]) or noun_of(words)


def _linked(table: TableSketch, other: TableSketch, name: str, many: bool, mark: Mark, sketch: Sketch) -> FieldSketch:
    have = next((f for f in table.fields if f.link is other and lemma(f.name) == lemma(name)), None)
    back = next((f for f in other.fields if f.link is table), None) if other is not table else None
    if have is not None:
        return have
    if back is not None and lemma(back.name) == table.key:
        return back
    field = table.field(name)
    if field is not None and (field.options or field.link is not None):
        name = f"{name} ({other.name})" if field.link is not None and field.link is not other else name
        field = table.field(name)
    if field is None:
        field = FieldSketch(name, mark.span)
        table.fields.append(field)
    field.link, field.many, field.kind, field.sure, field.options = other, many, "link", True, []
    sketch.touched = (table, field)
    return field


def target(words: str, table: TableSketch | None, sketch: Sketch) -> TableSketch | None:
    """The table that the words of a link mean: by name, by a table said in them, by who is asked for."""
    bare = _STEER.sub("", words)
    for noun in (table_noun(bare), lemma(bare), noun_of(bare)):
        if noun and (known := table_for(noun, sketch)) is not None:
            return known
    said = [t for t in sketch.mentioned(words) if t is not table]
    if said:
        return said[-1] if not _WHO.match(words) else said[0]
    if (whole := _collection(lemma(bare), table, sketch) if table is not None else None) is not None:
        return whole
    if _WHO.match(words) or lexicon.kind_of(bare)[0] == "person":
        among = _STAFF if lemma(bare) in _STAFF_NOUNS else _PEOPLE
        people = [t for key in among for t in sketch.tables if t.key.split()[-1] == key and t is not table]
        return people[0] if people else None
    return None


def from_fields(sketch: Sketch) -> None:
    """A plain field that is called like another table is a link to it; a doubled link is one."""
    for table in sketch.tables:
        for field in table.fields:
            plain = field.link is None and not field.options and not field.computed and field.origin is None
            if plain and (field.kind in _NAMED_LIKE or not field.sure):
                other = sketch.exact(field.key) or _by_head(field.key, table, sketch) or _collection(field.key, table, sketch)
                if other is not None and other is not table:
                    field.link, field.kind, field.sure = other, "link", True
                    field.many = field.many or is_plural(field.name.lower().split()[-1])
    attach.without_doubles(sketch)


def _by_head(key: str, table: TableSketch, sketch: Sketch) -> TableSketch | None:
    """`table` on a guest means the `seating table`, when only one table is called so and the word is no usual field."""
    if " " in key or key not in lexicon.tables() or lexicon.fields().get(key) not in (None, "text", "number"):
        return None
    found = [t for t in sketch.tables if t is not table and t.key.split()[-1] == key]
    return found[0] if len(found) == 1 else None


_COLLECTIONS = frozenset(
    {"inventory", "stock", "catalogue", "catalog", "range", "assortment", "collection", "price list", "product list"}
)
"""Tables that are called after the whole: their rows are what their first field names."""


def _collection(key: str, table: TableSketch, sketch: Sketch) -> TableSketch | None:
    """`product` on an order means a row of the stock that lists products."""
    if key not in lexicon.tables():
        return None
    return next(
        (
            t
            for t in sketch.tables
            if t is not table and t.key in _COLLECTIONS and table.key not in _COLLECTIONS and t.field(key) is not None
        ),
        None,
    )


def between(layout: Layout, sketch: Sketch, tables: dict[int, TableSketch]) -> None:
    """`every visit of a patient`, `owners and their pets`: what stands between two tables in one sentence says that they belong together."""
    places = sorted(tables)
    ends = {m.start: m.end for m in layout.marks}
    for a, b in itertools.pairwise(places):
        one, two = tables[a], tables[b]
        if one is two or layout.sentence(a) != layout.sentence(b) or one.origin or two.origin or _linked_already(one, two):
            continue
        gap = layout.low[a:b]
        words = gap.split()
        bare = _BRACKETS.sub(" ", layout.low[ends[a] : b])
        if _ARROW.fullmatch(bare):
            link_tables(two, one, sketch, many=False, span=None)
            continue
        if _ONE_OF.search(bare) and len(bare.split()) <= 12:
            link_tables(one, two, sketch, many=False, span=None)
            continue
        if len(words) > 9:
            continue
        if re.search(
            r"\b(?:per|against(?:\s+(?:the|our|an?|each))?|at\s+(?:each|every)|of\s+(?:the|each|every|an?)|for\s+(?:the|each|every|an?)|by|belongs?\s+to|in\s+(?:the|an?|each)|on\s+(?:the|each|an?)|from\s+(?:the|an?|each))\s*$",
            gap,
        ):
            link_tables(one, two, sketch, many=False, span=None)
        elif re.search(
            r"\b(?:their|its|his|her|has|have|has\s+many|have\s+many|has\s+several|contains?|holds?|gets?|with)\s*(?:\w+\s*)?$",
            gap,
        ) and not re.search(r"\bwe\s+have\b|\bi\s+have\b|[,;]", gap):
            link_tables(two, one, sketch, many=False, span=None)


_BRACKETS = re.compile(r"\([^()]*\)")
_ONE_OF = re.compile(
    r"\b(?:to|picks?|chooses?|selects?|by|from|with|for|use|uses)\s+(?:exactly\s+)?one\s+of\s+(?:our|the|its|their|my)\s*$"
)
"""`a request, which we assign to one of our vendors`."""
_ARROW = re.compile(r"\s*[-=]?>\s*(?:the\s+|their\s+)?")
"""`buildings > units > leases`: each belongs to the one before it."""


def _linked_already(a: TableSketch, b: TableSketch) -> bool:
    return any(f.link is b for f in a.fields) or any(f.link is a for f in b.fields)
