"""Puts together what was read apart: fields that name a table become links, people become links to the table of people."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import is_plural, lemma, plural, plural_phrase, singular
from sayso.builder.planner.nouns import tableish
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch

EVENTFUL = frozenset(
    "order booking reservation appointment visit check payment invoice expense receipt donation contribution gift loan checkout handover movement reading measurement response review rating session enrolment enrollment registration attendance delivery shipment inspection treatment feeding vaccination timesheet application submission sale purchase claim rental hire trip viewing showing test transfer lease distribution pickup ticket request complaint incident repair service job lesson shift interview copy line attendance record entry log slot assignment".split()
)
"""Things that happen to something."""
_PEOPLE = (
    "staff",
    "employee",
    "person",
    "people",
    "team member",
    "member of staff",
    "staff member",
    "worker",
    "team",
    "user",
    "colleague",
    "agent",
    "technician",
    "crew member",
)
_NOT_LINKED = frozenset(
    {
        "date",
        "datetime",
        "money",
        "number",
        "percent",
        "email",
        "phone",
        "url",
        "image",
        "file",
        "checkbox",
        "rating",
        "long_text",
        "duration",
        "hours",
    }
)
_ENDS = re.compile(
    r"\b(?:name|date|number|no|code|id|type|status|category|address|email|phone|count|total|amount|price|cost|rate|time|day|photo|level|note|notes|description|title|color|colour|size|value|fee|hours|quantity|rating|score|percent|link|url)s?$"
)


def links(sketch: Sketch) -> None:
    """Every field whose words name another table becomes a link to it."""
    people = next((t for key in _PEOPLE for t in sketch.tables if t.key == key), None)
    for table in list(sketch.tables):
        for field in list(table.fields):
            if field.link is None and not field.options and not field.computed and field.origin is None:
                _attach(sketch, table, field, people)
    without_doubles(sketch)


_MANY_OF = frozenset("contact child pet vehicle task visit order member".split())
_CORE = frozenset(
    "customer client car vehicle product supplier vendor property project employee student patient course tenant machine room member donor volunteer teacher driver technician guest pet animal horse book artist candidate applicant branch warehouse brand campaign event account company contractor".split()
)


def mentioned_again(sketch: Sketch, clauses: list[tuple[int, int, str]]) -> None:
    """A field that names something which the wish also speaks of elsewhere (`lease with tenant … tenants fill in a form`) is a link."""
    for table in list(sketch.tables):
        for field in list(table.fields):
            key = field.key
            if (
                field.origin is not None
                or field.options
                or field.sure
                or field.computed
                or field.span is None
                or sketch.table(key) is not None
            ):
                continue
            if key not in lexicon.tables() or (key not in _CORE and key in lexicon.fields()):
                continue
            others = [text for start, end, text in clauses if not start <= field.span[0] < end]
            many = any(plural(key) in text and re.search(rf"\b{re.escape(plural(key))}\b", text) for text in others)
            again = key in _CORE and any(
                key in text and re.search(rf"\b(?:the|an?|each|every|their|our)\s+{re.escape(key)}\b", text) for text in others
            )
            if many or again:
                made = sketch.add(key, field.span)
                made.assumed = f"{field.name} is spoken of elsewhere too, so it has a table of its own"
                _make(field, made, many=field.many or _plural(field.name))


def assumed(sketch: Sketch) -> None:
    """A table of things that happen (`reviews`, `contributions`) that stands alone is linked to what it is about."""
    linked = {id(t) for t in sketch.tables for f in t.fields if f.link is not None} | {
        id(f.link) for t in sketch.tables for f in t.fields if f.link is not None
    }
    for n, table in enumerate(sketch.tables):
        if id(table) in linked or table.origin is not None or table.key.split()[-1] not in EVENTFUL:
            continue
        things = [
            t
            for t in sketch.tables
            if t is not table and t.key.split()[-1] not in EVENTFUL and t.origin is None and (t.fields or not t.topic)
        ]
        alike = [t for t in things if t.key.split()[-1][:6] == table.key.split()[-1][:6]]
        before = [t for t in sketch.tables[:n] if t in things]
        others = alike[:1] or (things if len(things) <= 2 else before[-1:] if len(things) == 3 else [])
        for other in others:
            name = other.key[:1].upper() + other.key[1:]
            if table.field(name) is None:
                why = (
                    f"{{table}} has a link to {other.name}, because {plural_phrase(table.key)} are usually about one {other.key}"
                )
                table.fields.append(FieldSketch(name, table.span, "link", link=other, sure=True, assumed=why))


def _attach(sketch: Sketch, table: TableSketch, field: FieldSketch, people: TableSketch | None) -> None:
    key, name = field.key, field.name.lower()
    if field.sure and field.kind in _NOT_LINKED:
        return None
    key = re.sub(r"\s+(?:assigned|involved|attending|booked|present|invited|needed|used|concerned|responsible)$", "", key) or key
    other = sketch.exact(key)
    if other is None and not _ENDS.search(name):
        head = singular(key.split()[-1])
        other = next(
            (
                t
                for t in sketch.tables
                if t is not table and (t.key == head or (t.key.split()[-1] == key and lexicon.fields().get(key) is None))
            ),
            None,
        )
        if other is not None and lexicon.kind_of(name)[0] in _NOT_LINKED and lexicon.kind_of(name)[1] == 1.0:
            other = None
    if other is not None and (
        other is not table or re.search(r"\b(?:parent|other|related|previous|next|prerequisite|depends)\b", name)
    ):
        return _make(field, other, many=field.many or _plural(field.name))
    kind, sure = lexicon.kind_of(name)
    person = field.kind == "person" or (field.kind is None and kind == "person" and sure >= 0.7)
    if person and people is not None and people is not table:
        return _make(field, people, many=field.many or _plural(field.name))
    if field.kind is None and not field.options and _plural(field.name) and key in _MANY_OF:
        made = sketch.add(key, field.span)
        made.assumed = f"{field.name} are many, so they have a table of their own"
        return _make(field, made, many=True) if made is not table else None
    if (
        field.kind is None
        and _plural(field.name)
        and key in lexicon.tables()
        and key not in lexicon.fields()
        and name not in lexicon.fields()
        and tableish(key)
    ):
        made = sketch.add(key, field.span)
        made.assumed = f"{field.name} are many, so they have a table of their own"
        if made is not table:
            return _make(field, made, many=True)
    return None


def _plural(name: str) -> bool:
    return is_plural(name.lower().split()[-1]) if name.split() else False


def _make(field: FieldSketch, other: TableSketch, *, many: bool) -> None:
    field.link, field.many, field.kind, field.sure = other, many, "link", True


def without_doubles(sketch: Sketch) -> None:
    """`projects have tasks` and `each task belongs to a project` say one link: the one-sided end is kept."""
    for table in sketch.tables:
        for field in list(table.fields):
            if field.link is None or field.link is table or field.origin is not None:
                continue
            back = [f for f in field.link.fields if f.link is table]
            if not back or field not in table.fields:
                continue
            plain_here = _same(field.name, field.link.name)
            plain_there = [b for b in back if _same(b.name, table.name)]
            if plain_here and plain_there:
                loser_here = field.many and not plain_there[0].many
                if loser_here:
                    table.fields.remove(field)
                else:
                    plain = plain_there[0]
                    if plain.origin is None:
                        field.many = field.many
                        field.link.fields.remove(plain)


def _same(name: str, table: str) -> bool:
    return lemma(name) == lemma(table) or singular(lemma(name).split()[-1]) == singular(lemma(table).split()[-1])
