"""Puts what a list says on a table: as fields, as links, or as tables of their own."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import lemma, plural
from sayso.builder.planner.item import Item
from sayso.builder.planner.nouns import is_many, noun_of, tableish
from sayso.builder.planner.sketch import FieldSketch, Sketch, Span, TableSketch

PRONOUN = re.compile(
    r"^(?:and\s+|also\s+)*(?:they|it|each(?:\s+one|\s+of\s+them|\s+of\s+these)?|every\s+one|them|these|those|he|she|this|both|all\s+of\s+them)$"
)


def is_fieldish(one: Item) -> bool:
    return (
        one.sure or bool(one.options) or bool(one.computed) or one.kind is not None or lexicon.kind_of(one.name.lower())[1] >= 0.7
    )


def is_optionish(listed: list[Item]) -> bool:
    known = sum(
        lexicon.fields().get(i.name.lower()) not in (None, "checkbox") and i.name.lower() not in lexicon.hues() for i in listed
    )
    return known * 3 <= len(listed)


def speak_of(table: TableSketch, sketch: Sketch, weight: float = 1.0) -> None:
    sketch.subject = table
    table.weight += weight


def field_on(table: TableSketch, name: str, span: Span | None, sketch: Sketch) -> FieldSketch:
    field = table.field(name)
    if field is None:
        field = FieldSketch(name, span)
        table.fields.append(field)
    sketch.touched = (table, field)
    return field


_COMPOUND = frozenset(
    "address contact emergency name guardian parent insurance vehicle spouse reference signature billing shipping owner employer doctor".split()
)


_ITEM_LINK = re.compile(
    r"^(?:belongs?\s+to|(?:is\s+|are\s+)?(?:linked|tied|attached|assigned|connected|related)\s+(?:to|with)|links?\s+to|(?:is|are)\s+(?:part\s+of|for|in|at|on))\s+(?P<n>(?:exactly\s+)?(?:an?|one|the|its|their|several|many|multiple)\s+)?(?P<b>[\w' -]{2,40})$"
)


def fill(table: TableSketch, listed: list[Item], sketch: Sketch) -> None:
    """Puts items of a list on a table: as fields, as links, or as tables of their own."""
    for one in listed:
        span = (one.start, one.end)
        if m := _ITEM_LINK.match(one.name.lower()):
            other = end_of(m["b"], sketch, span)
            if other is not None and other is not table:
                link_tables(
                    table, other, sketch, many=bool(m["n"]) and m["n"].strip() in ("many", "several", "multiple"), span=span
                )
                sketch.subject = table
                continue
        noun = lemma(re.sub(r"[^\w' -]", " ", one.name))
        if noun == table.key or not noun:
            if not one.options:
                continue
            one.name = "Type"
        if len(one.sub) >= 2:
            if (words := set(noun.split()) & _COMPOUND) and not is_many(one.name):
                for inner in one.sub:
                    inner.name = inner.name if words & set(inner.name.lower().split()) else f"{one.name} {inner.name.lower()}"
                    put_field(table, inner, sketch, (inner.start, inner.end))
                continue
            other = sketch.add(noun, span)
            link_tables(other, table, sketch, many=False, span=span)
            fill(other, one.sub, sketch)
            sketch.subject = table
            continue
        if one.many and tableish(noun) and not one.options and noun not in lexicon.fields() and one.kind is None:
            other = sketch.table(noun) or sketch.add(noun, span)
            if other is not table:
                link_tables(table, other, sketch, many=True, span=span, name=one.name)
            continue
        put_field(table, one, sketch, span)


def put_field(table: TableSketch, one: Item, sketch: Sketch, span: Span) -> None:
    field = field_on(table, one.name, span, sketch)
    field.kind = field.kind or one.kind
    field.sure = field.sure or one.sure
    field.options = field.options or one.options
    field.many = field.many or one.many
    field.required = field.required or one.required
    field.unique = field.unique or one.unique
    field.computed = field.computed or one.computed
    field.formula = field.formula or one.formula
    if one.maximum:
        field.settings["maximum"] = one.maximum
    if one.unit:
        field.settings["unit"] = one.unit


def link_tables(a: TableSketch, b: TableSketch, sketch: Sketch, *, many: bool, span: Span | None, name: str = "") -> FieldSketch:
    """A link from `a` to `b`; the same link said twice is one."""
    existing = (
        next((f for f in a.fields if f.link is b), None) or next((f for f in b.fields if f.link is a), None)
        if a is not b
        else None
    )
    if existing is not None:
        existing.many = existing.many or (many and existing in a.fields)
        return existing
    label = name or (titled_name(lemma(b.name)) if not many else _titled_many(b.name))
    field = a.field(label)
    if field is None:
        field = FieldSketch(label, span)
        a.fields.append(field)
    field.link, field.many, field.kind, field.sure = b, many, "link", True
    sketch.touched = (a, field)
    return field


def titled_name(name: str) -> str:
    return name[:1].upper() + name[1:]


def _titled_many(name: str) -> str:
    from_words = name.split()
    return titled_name(" ".join([*from_words[:-1], plural(from_words[-1])]))


def end_of(phrase: str, sketch: Sketch, span: Span, *, only_known: bool = False) -> TableSketch | None:
    """One end of a link: a known table, or a new one when the noun is one that businesses keep."""
    if PRONOUN.match(phrase.strip()):
        return sketch.subject
    noun = noun_of(phrase)
    table = sketch.table(noun) if noun else None
    if table is None and not only_known and tableish(noun):
        table = sketch.add(noun, span)
        table.weight += 0.5
    return table


def link_per(table: TableSketch, head: str, sketch: Sketch, span: Span) -> None:
    """`inspections per hive`, `donations by family`: a link to the table after it."""
    if m := re.search(r"\b(?:per|for\s+each|for\s+every|by)\s+(?P<b>[\w -]{2,24}?)\s*$", head):
        other = sketch.table(noun_of(m["b"]))
        if other is not None and other is not table:
            link_tables(table, other, sketch, many=False, span=span)
