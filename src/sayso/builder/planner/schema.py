"""Reads tables, fields and links from clauses that describe what there is."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.clauses import Clause, lead_of
from sayso.builder.planner.definitions import define, markdown_row
from sayso.builder.planner.forms import STARS, read_deeds, read_form, read_ratings
from sayso.builder.planner.grouping import pieces
from sayso.builder.planner.items import items
from sayso.builder.planner.linking import read_link
from sayso.builder.planner.nouns import is_many, noun_of, tableish
from sayso.builder.planner.placing import PRONOUN, fill, is_fieldish, link_tables, speak_of
from sayso.builder.planner.sketch import Sketch, Span, TableSketch
from sayso.builder.planner.walking import TRADE, in_brackets, owned, tables_inside, told_from, walk_fields, walk_list

_HAS = re.compile(
    r"^(?P<subj>.{0,80}?)(?:\s+|^)(?P<verb>(?:(?:can|may|might|should|must|will|would|usually|always|also|each|all|then)\s+)*(?:has|have|having|with|needs?(?:\s+to\s+have)?|includ(?:es?|ing)|contain(?:s|ing)?|consists?\s+of|"
    r"comes?\s+with|gets?|stores?|holds?|carry|carries|made\s+(?:up\s+)?of|lists?|shows?|records?|captures?|collects?|tracks?|requires?|featur(?:es|ing)|(?:is|are)\s+described\s+by|want|wants))\s+(?P<list>\S.*)$"
)
_FOR_EACH = re.compile(
    r"\b(?:for|on|per|with|about|of)\s+(?:each|every|any|all|an?)(?:\s+of\s+(?:the|our|these))?\s+(?P<e>[\w' -]{2,40}?)(?:\s*[,:–-]+\s*|\s+)(?:(?:i|we|they|you|it|staff|he|she|there)\s+)?(?:(?:would|also|should|must|will|do|'d)\s+)*(?:like(?:\s+to)?|need(?:s)?(?:\s+to)?|want(?:\s+to)?|record|note|store|keep|track|log|enter|have|has|is|save|know|see|write\s+down|:|–)+\s*(?:(?:know|store|keep|record|track|log|note|have|see|save)\s+)?(?P<list>\S.*)$"
)
_OF_EACH = re.compile(
    r"^(?P<list>.+?)\s+(?:for|of|on|from|about|per)\s+(?:each|every|all(?:\s+(?:the|our|my))?)\s+(?P<e>[\w' -]{2,40})$"
)


def read(clause: Clause, sketch: Sketch) -> bool:
    """Whether the clause gave the sketch something."""
    before = _size(sketch)
    _read(clause, sketch)
    return _size(sketch) != before


def _size(sketch: Sketch) -> tuple[int, ...]:
    """Grows with everything that a clause can give; looks closely only at what was spoken of last."""
    close = [t for t in (sketch.subject, sketch.touched[0] if sketch.touched else None) if t is not None]
    detail = sum(len(f.options) + bool(f.link) + f.required + f.unique + bool(f.kind) for t in close for f in t.fields)
    return (
        len(sketch.tables), sum(len(t.fields) for t in sketch.tables), detail, len(sketch.views), int(sum(t.weight * 10 for t in sketch.tables)),
    )  # fmt: skip


def _read(clause: Clause, sketch: Sketch) -> None:
    raw, text, span = clause.raw, clause.text, (clause.start, clause.end)
    if clause.row:
        return markdown_row(raw, clause, sketch)
    if clause.section == "tables" and clause.bullet and not re.search(r"[:(–-]", text) and (noun := noun_of(text)):
        speak_of(sketch.add(noun, span), sketch)
        return None
    name, at = lead_of(raw)
    equals = bool(name) and "=" in raw[len(name) : at]
    if name and define(name, raw[at:], clause.start + at, span, sketch, equals=equals):
        return None
    under = sketch.table(noun_of(clause.heading)) if clause.heading and not clause.section else None
    if (
        clause.heading
        and not clause.section
        and under is None
        and clause.bullet
        and tableish(noun_of(clause.heading), told=is_many(clause.heading))
    ):
        under = sketch.add(noun_of(clause.heading), span)
    if under is not None and (clause.bullet or text.count(",") >= 1) and not _HAS.match(text):
        return fill(under, items(raw, clause.start), sketch)
    return _sentence(raw, text, clause.start, span, sketch)


_ASKS_FOR_APP = re.compile(
    r"^.{3,90}?\b(?:would\s+like|wants?|needs?|are\s+looking\s+for|is\s+looking\s+for)\s+(?:an?\s+|some\s+)?(?:new\s+|simple\s+|small\s+|better\s+)?(?:application|app|tool|system|database|tracker|solution|place|way)\s+(?:for|to\s+(?:track|manage|keep\s+track\s+of|organi[sz]e|handle|record))\s+(?!(?:[\w ]+,){2})"
)
_SUBMITS = re.compile(
    r"^(?:an?|the|each|every|our|any)?\s*(?P<who>[\w-]+(?:\s+[\w-]+)?)\s+(?:submits?|enters?|fills?\s+in|logs?|records?|gives?|provides?|types?\s+in|tells?\s+us|notes?)\s+(?:the\s+|their\s+|his\s+|her\s+|an?\s+)?(?P<list>[^.]+,.+)$"
)


def _sentence(raw: str, text: str, start: int, span: Span, sketch: Sketch) -> None:
    if read_form(raw, text, start, span, sketch):
        return None
    if m := _ASKS_FOR_APP.match(text):
        return walk_list(raw[m.end() :], text[m.end() :], start + m.end(), sketch, told=True, topic=True, context=True)
    if read_link(raw, text, start, span, sketch):
        return None
    if (m := STARS.search(text)) and sketch.subject and (m["top"] or m["top2"] or "star" in m[0]):
        read_ratings(raw, m, start, sketch)
        read_deeds(raw, text, start, sketch)
        return None
    if (
        (m := _SUBMITS.match(text))
        and sketch.subject is not None
        and lexicon.fields().get(m["who"], lexicon.kind_of(m["who"])[0]) in ("person", "text", None)
    ):
        listed = items(raw[m.start("list") :], start + m.start("list"))
        if sum(map(is_fieldish, listed)) * 2 >= len(listed):
            fill(sketch.subject, listed, sketch)
            return None
    if m := _FOR_EACH.search(text):
        table = _named_table(m["e"], sketch, span)
        if table:
            return walk_fields(table, raw[m.start("list") :], start + m.start("list"), sketch)
    if (m := _OF_EACH.match(text)) and "," in m["list"]:
        table = _named_table(m["e"], sketch, span)
        if table:
            lead = told_from(m["list"])
            at = lead
            return fill(table, items(raw[at : m.end("list")], start + at), sketch)
    if (m := _HAS.match(text)) and _has(m, raw, start, span, sketch):
        return None
    tracked = told_from(text)
    wordy = [w for w in re.findall(r"[a-z']+", text) if w in _TELLS]
    if tracked:
        context = bool(TRADE.search(text[:tracked])) and not re.search(r"[(:]", text)
        return walk_list(raw[tracked:], text[tracked:], start + tracked, sketch, told=True, topic=context, context=context)
    if not wordy:
        listed = items(raw, start) if sketch.subject is not None and "," in text else []
        if listed and sum(map(is_fieldish, listed)) * 3 >= len(listed) * 2 and not is_many(text.split(",")[0].split("(")[0]):
            return fill(sketch.subject, listed, sketch)  # type: ignore[arg-type]
        return walk_list(raw, text, start, sketch, told=True, topic=True)
    size = len(text) and sum(len(t.fields) for t in sketch.tables)
    read_deeds(raw, text, start, sketch)
    if sketch.subject is not None and text.count(",") >= 2 and size == sum(len(t.fields) for t in sketch.tables):
        listed = items(raw, start)
        if sum(map(is_fieldish, listed)) * 3 >= len(listed) * 2:
            fill(sketch.subject, listed, sketch)
    return None


_TELLS = frozenset(
    "is are was were am have has had do does did can could may might must shall should will would we i you they he she it's i'm we're don't".split()
)


def _named_table(phrase: str, sketch: Sketch, span: Span) -> TableSketch | None:
    low = phrase.strip().lower()
    if PRONOUN.match(low):
        return sketch.subject
    noun = noun_of(low)
    table = sketch.table(noun) if noun else None
    if table is None and tableish(noun, told=True):
        table = sketch.add(noun, span)
    if table is not None:
        speak_of(table, sketch)
    return table


def _has(m: "re.Match[str]", raw: str, start: int, span: Span, sketch: Sketch) -> bool:
    subject, verb = m["subj"].strip(" ,"), m["verb"]
    low = subject.lower()
    if re.match(
        r"(?:about|around|roughly|over|more\s+than|some|nearly|almost|\d|two|three|four|five|six|ten|dozens)\b", m["list"]
    ) and not re.match(r"(?:each|every|an?|the)\b", low):
        return False
    if re.match(r"(?:(?:i|we|you)|(?:and|also|then|so|but)\s+(?:i|we|you))$", low) and verb.split()[-1] in (
        "want",
        "have",
        "need",
        "track",
        "record",
        "keep",
        "store",
        "collect",
        "show",
        "wants",
        "list",
        "get",
    ):
        return False
    if re.search(r"\b(?:i|we|you)$", low):
        return False
    if (
        verb.split()[-1] in ("need", "needs", "want", "wants")
        and re.match(r"(?:my|our|the|this)\b|[\w]+$", low)
        and tables_inside(m["list"])
    ):
        walk_list(raw[m.start("list") :], m["list"], start + m.start("list"), sketch, told=True)
        return True
    table: TableSketch | None = None
    if PRONOUN.match(low) or low in ("", "each", "every one", "all"):
        table = sketch.subject
    else:
        spoken = told_from(low + " ")
        inner = subject[spoken:] if spoken < len(subject) else subject
        named = [(a, b, mark, noun) for a, b, mark in pieces(inner) if (noun := noun_of(inner[a:b]))]
        nouns = [noun for *_, noun in named]
        each = bool(re.match(r"(?:(?:and|also|the|then|so|but)\s+)*(?:each|every|an?)\b", low))
        told = bool(spoken) or each or any(is_many(inner[a:b]) for a, b, *_ in pieces(inner))
        at = start + m.start("subj") + len(m["subj"]) - len(m["subj"].lstrip(" ,")) + len(subject) - len(inner)
        for a, b, mark, noun in named:
            one = sketch.table(noun) or (sketch.add(noun, span) if tableish(noun, told=told) else None)
            if one is not None:
                if mark == ">" and table is not None and table is not one:
                    link_tables(one, table, sketch, many=False, span=span)
                owned(one, inner[a:b].lower(), table, sketch, (at + a, at + b))
                table = one
                speak_of(one, sketch)
                in_brackets(one, inner[a:b], raw[at - start + a : at - start + b], at + a, sketch)
        if len(nouns) > 1 and table is not None and not each and re.search(r"\bboth\b|\ball\b", low):
            for noun in nouns[:-1]:
                if (one := sketch.table(noun)) is not None:
                    walk_fields(one, raw[m.start("list") :], start + m.start("list"), sketch)
    if table is None:
        return False
    sketch.subject = table
    if n := re.search(
        r"\s(?:per|for|against|on|of|by|at|in)\s+(?:each\s+|every\s+|the\s+|our\s+|an?\s+)?(?P<b>[\w -]{2,24}?)\s*$", low
    ):
        other = sketch.table(noun_of(n["b"]))
        if other is not None and other is not table:
            link_tables(table, other, sketch, many=False, span=span)
    walk_fields(table, raw[m.start("list") :], start + m.start("list"), sketch)
    return True
