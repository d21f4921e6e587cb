"""`Name: a, b, c` in its many shapes, and rows of Markdown tables."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.clauses import Clause, section_of
from sayso.builder.planner.grouping import pieces
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.items import items
from sayso.builder.planner.nouns import PLACES, is_many, noun_of, tableish
from sayso.builder.planner.options import choices
from sayso.builder.planner.placing import (
    PRONOUN,
    end_of,
    field_on,
    fill,
    is_fieldish,
    is_optionish,
    link_per,
    link_tables,
    speak_of,
)
from sayso.builder.planner.sketch import Sketch, Span
from sayso.builder.planner.walking import TRACK, tables_inside, walk_fields, walk_list


def markdown_row(raw: str, clause: Clause, sketch: Sketch) -> None:
    """A Markdown row: `| Orders | number, date, total |`, or a header row of one table's columns."""
    cells = [(m.start(), m[0]) for m in re.finditer(r"[^|]+", raw) if m[0].strip()]
    if not cells or (len(cells) >= 2 and lemma(cells[0][1].strip().lower()) in ("table", "entity", "name", "object", "tab")):
        return
    at, name = cells[0]
    rest = cells[1:]
    span = (clause.start + at, clause.start + at + len(name))
    if len(rest) == 1 or (rest and any("," in c for _, c in rest)):
        table = sketch.add(noun_of(name) or name.strip().lower(), span)
        speak_of(table, sketch)
        for where, cell in rest:
            fill(table, items(cell, clause.start + where), sketch)
    elif len(rest) >= 2:
        heading = noun_of(clause.heading) or (sketch.subject.name if sketch.subject else "item")
        table = sketch.add(heading, span)
        if not table.fields:
            fill(table, [i for where, cell in cells for i in items(cell, clause.start + where)], sketch)


_PEOPLE_DO = re.compile(r"(?:the\s+|our\s+|my\s+)?(?P<who>[\w-]+)\s+(?:can\s+|may\s+)?(?P<v>[a-z]+)\b.*$")
_DEED_NOUNS = {
    "adopt": "adoption", "book": "booking", "rent": "rental", "visit": "visit", "order": "order", "donate": "donation", "apply": "application", "enrol": "enrolment",
    "enroll": "enrollment", "register": "registration", "borrow": "loan", "request": "request", "report": "report", "buy": "purchase", "pay": "payment", "reserve": "reservation",
    "hire": "hire", "review": "review", "complain": "complaint", "volunteer": "shift", "train": "training session", "inspect": "inspection", "deliver": "delivery", "submit": "submission",
}  # fmt: skip
_HAS_MANY = re.compile(
    r"(?P<a>.{2,40}?)\s+(?:can\s+|may\s+)?(?:has|have|contains?|includes?|comes?\s+with)\s+"
    r"(?:(?:many|several|multiple|some|one\s+or\s+more|its\s+own|their)\s+)?(?P<b>[\w -]{3,30})$"
)


def _many_of(m: "re.Match[str]", rest: str, start: int) -> str:
    """The noun of `can have many usage records: who, when`: one that businesses keep, or any of which fields are listed."""
    noun = noun_of(m["b"])
    if tableish(noun):
        return noun
    listed = items(rest, start)
    said = re.search(r"\b(?:many|several|multiple|one\s+or\s+more)\s", m[0][: m.start("b") - m.start()])
    return lemma(m["b"].strip()) if said and sum(map(is_fieldish, listed)) * 2 >= len(listed) >= 2 else ""


def define(name: str, rest: str, start: int, span: Span, sketch: Sketch, *, equals: bool = False) -> bool:
    """`Name: a, b, c` in its many shapes. False when the name is no table and no field with choices."""
    low = name.lower().strip()
    section = section_of(low)
    if section == "tables" or (
        re.fullmatch(r"(?:we |i )?(?:need|want|track|have|manage|keep|store)?(?: to)?(?: track| manage| keep| have)?", low)
        and not section
    ):
        found = False
        for a, b, mark in pieces(rest):
            noun = noun_of(rest[a:b])
            if tableish(noun, told=section == "tables"):
                table = sketch.add(noun, (start + a, start + b))
                if mark == ">" and sketch.subject and sketch.subject is not table:
                    link_tables(table, sketch.subject, sketch, many=False, span=(start + a, start + b))
                speak_of(table, sketch)
                found = True
                if m := re.search(r"\(([^)]*)\)?", rest[a:b]):
                    fill(table, items(m[1], start + a + m.start(1)), sketch)
            elif sketch.subject and found:
                fill(sketch.subject, items(rest[a:b], start + a), sketch)
        return found
    if not section and (m := _PEOPLE_DO.match(low)) and m["v"] in _DEED_NOUNS and is_many(m["who"]):
        table = sketch.add(_DEED_NOUNS[m["v"]], span)
        speak_of(table, sketch)
        body = re.sub(r"^(?:(?:we|i)\s+)?(?:record|note|log|keep|store|track|need|want)\s+", "", rest)
        fill(table, items(body, start + len(rest) - len(body)), sketch)
        return True
    if not section and (m := _HAS_MANY.match(low)) and is_many(m["b"]) and (many := _many_of(m, rest, start)):
        a, b = end_of(m["a"], sketch, span), sketch.table(many) or sketch.add(many, span)
        if a is not None and a is not b:
            link_tables(b, a, sketch, many=False, span=span)
            speak_of(b, sketch)
            walk_fields(b, rest, start, sketch)
            return True
    if not section and not equals and tables_inside(rest) and (not noun_of(low) or sketch.exact(noun_of(low)) is None):
        walk_list(rest, rest.lower() if len(rest.lower()) == len(rest) else rest, start, sketch, told=True)
        return True
    if section or PRONOUN.match(low):
        if sketch.subject and not section:
            fill(sketch.subject, items(rest, start), sketch)
            return True
        return False
    each = re.match(
        r"(?:(?:and|also|then)\s+)*(?:for\s+|per\s+|on\s+|with\s+|about\s+)?(?:each|every|any|a|an)\s+(?P<e>.+)$", low
    )
    phrase = each["e"] if each else low
    noun = _subject_noun(phrase, sketch)
    known = sketch.table(noun) if noun else None
    kind = lexicon.fields().get(noun)
    listed = items(rest, start)
    if not noun or not listed:
        return False
    if known is None and kind in ("select", "multi_select") and sketch.subject and not each and is_optionish(listed):
        field = field_on(sketch.subject, name, span, sketch)
        field.options = choices(rest)
        return True
    fieldlike = sum(is_fieldish(i) for i in listed)
    if known is None and not each and not tableish(noun, told=is_many(low) or fieldlike * 2 >= len(listed)):
        return False
    if known is None and fieldlike == 0 and len(listed) < 2 and not each:
        return False
    if (
        re.search(r"\b(?:is|are|was|were|will|gives?|hits?|makes?|does|do|says?|wants?)\b", low)
        and not each
        and known is None
        and fieldlike * 2 < len(listed)
    ):
        return False
    if (
        known is None
        and not each
        and noun.split()[-1] in PLACES
        and listed
        and lemma(listed[0].name) in lexicon.tables()
        and not listed[0].options
    ):
        noun = lemma(listed[0].name)
        known = sketch.table(noun)
    table = known or sketch.add(noun, span)
    table.span = table.span or span
    speak_of(table, sketch)
    if m := re.search(
        r"\b(?:belongs?\s+to|linked\s+to|appl(?:y|ies)\s+(?:for|to)|(?:is|are)\s+(?:for|part\s+of|in|on|at)|per|for)\s+(?:exactly\s+)?(?:an?|one|the|each|every|their|its)\s+(?P<b>[\w' -]{2,30})$",
        low,
    ):
        other = end_of(m["b"], sketch, span)
        if other is not None and other is not table:
            link_tables(table, other, sketch, many=False, span=span)
            sketch.subject = table
    link_per(table, low, sketch, span)
    walk_fields(table, rest, start, sketch)
    return True


_WAY = re.compile(
    r"^.*\b(?:way|place|app|tool|something|somewhere|system|form)\s+(?:to|2|for)\s+(?:log|track|record|manage|keep\s+track\s+of|keep|register|organi[sz]e|report|store|collect|handle)(?:ing)?\s+(?=\w)(?!time\b|hours\b|mileage\b|mood\b|weight\b|progress\b)"
)


def _subject_noun(phrase: str, sketch: Sketch) -> str:
    """The table noun of a lead such as `Trainings we offer`, `every handover is logged`, `we send campaigns`."""
    phrase = _WAY.sub("", phrase)
    if m := re.search(
        r"\b(?:log|track|record|enter|note)\s+(?:my\s+|our\s+|their\s+|the\s+)?(?P<x>time|hours|mileage|mood|weight|progress|overtime)$",
        phrase,
    ):
        return f"{'time' if m['x'] in ('hours', 'overtime') else m['x']} entry"
    if m := re.match(
        r"(?:then\s+|and\s+|also\s+|we\s+|please\s+)*(?:log|record|register|track|list|keep|note|store)\s+(?:the\s+|all\s+|every\s+|each\s+)?(?P<x>[\w -]{3,30})$",
        phrase,
    ):
        inner = noun_of(m["x"])
        if inner and (sketch.table(inner) or tableish(inner)):
            return inner
    if m := re.match(
        r"(?:the\s+|an?\s+|each\s+|every\s+|our\s+)?[\w-]+\s+(?:does|do|fills?(?:\s+(?:in|out))?|completes?|logs?|records?|submits?|enters?|makes?|keeps?|writes?|runs?|carries\s+out|uses?)\s+(?:an?\s+|the\s+|their\s+)?(?P<x>[\w -]{3,30})$",
        phrase,
    ):
        inner = noun_of(m["x"])
        if inner and (sketch.table(inner) or tableish(inner)):
            return inner
    noun = noun_of(phrase)
    if noun and (sketch.table(noun) or tableish(noun)):
        return noun
    m = TRACK.match(phrase + " ")
    if m and (inner := noun_of(phrase[m.end() :])):
        return inner
    parts = [noun_of(p) for p in re.split(r"\b(?:for|of|to|with|in|our|my|the|a|an)\b", phrase) if p.strip()]
    told = [p for p in parts if tableish(p)]
    return told[-1] if told and not noun else (noun or (told[-1] if told else ""))
