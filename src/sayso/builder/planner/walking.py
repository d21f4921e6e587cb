"""Walks through lists that hold more than one table: `properties (type, price), buyers with their budget, and viewings`."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.grouping import pieces
from sayso.builder.planner.inflect import UNCOUNTED
from sayso.builder.planner.items import items
from sayso.builder.planner.nouns import is_container, is_many, noun_of, noun_phrase, tableish
from sayso.builder.planner.options import choices
from sayso.builder.planner.placing import field_on, fill, is_fieldish, is_optionish, link_per, link_tables, speak_of
from sayso.builder.planner.sketch import Sketch, Span, TableSketch

TRACK = re.compile(
    r"^(?:.{0,80}?\b)?(?:track(?:ing|s)?|manag(?:e|es|ing)|keep(?:ing|s)?(?:\s+(?:track|tabs|record|records|a\s+record|a\s+list|a\s+log|a\s+database))?(?:\s+(?:of|on))?|record(?:ing|s)?|log(?:ging|s)?|regist(?:er|ering)|stor(?:e|es|ing)|organi[sz](?:e|ing)|"
    r"catalog(?:u?e|uing)?|(?:app|tool|system|tracker|database|register|place|spreadsheet|something|software|list|directory|crm|log|somewhere)\s+(?:for|of|to\s+\w+(?:\s+track\s+of)?)|handl(?:e|ing)|collect(?:ing)?|monitor(?:ing)?|"
    r"(?:i|we)(?:'d|\s+would)?\s+(?:(?:also|just|really|currently)\s+)?(?:need|want|have|like|sell|rent|run|offer|host|make|teach|lend|maintain|service|wanna)(?:\s+(?:to\s+(?:have|see|store)|tables?\s+(?:for|of)))?|please\s+(?:make|build|create|add)|(?:make|build|create|set\s+up|give)(?:\s+(?:me|us))?|tables?(?:\s+(?:for|of))?|(?:there\s+(?:is|are)))\s+"
)


_INSIDE = re.compile(
    r"^\s*(?:and\s+|our\s+|my\s+|the\s+|their\s+)*(?P<n>[\w' -]{2,30}?)(?:\s+(?:per|for\s+each|by)\s+[\w -]{2,20}?)?\s*(?P<o>\(|:\s|\s[–-]\s|\bwith\b|\bhave\b)(?P<f>.*)$",
    re.S,
)


def tables_inside(rest: str) -> bool:
    """Whether a list holds definitions of its own: `books (title, author), loans: book, due`."""
    low = rest.lower()
    spans = pieces(low)
    plain = [noun_of(low[a:b]) for a, b, _ in spans[:3] if is_many(low[a:b].strip(" .")) and "(" not in low[a:b]]
    if sum(noun in lexicon.tables() for noun in plain) >= 2:
        return True
    for n, (a, b, _) in enumerate(spans):
        m = _INSIDE.match(low[a:b])
        if (
            not m
            or not is_many(m["n"])
            or not tableish(noun_of(m["n"]))
            or (noun_of(m["n"]) in lexicon.fields() and m["o"] == "(")
        ):
            continue
        if m["o"] == "(" and (sum(map(is_fieldish, items(m["f"].rstrip(") "), 0))) < 2 or ("/" in m["f"] and "," not in m["f"])):
            continue
        if m["o"].strip() in ("with", "have") and n > 0 and len(spans) < 3:
            continue
        return True
    return False


_WITH_LIST = re.compile(
    r"\s(?:with|has|have|having|including|includes|incl\.?|contains?|(?:which|that|who)\s+(?:has|have|contains?|includes?))\s"
)


def walk_fields(table: TableSketch, rest: str, start: int, sketch: Sketch) -> None:
    """A list of fields that may turn to another table on its way: `amount, and lines with item, quantity`."""
    low = rest.lower() if len(rest.lower()) == len(rest) else rest
    spans = pieces(low)
    for n, (a, b, _) in enumerate(spans):
        piece = low[a:b]
        if (
            n > 0
            and (c := re.match(r"(?:and\s+)?(?P<n>[^:(]{2,40}?):\s+(?=\S)", piece))
            and is_many(c["n"])
            and tableish(noun_of(c["n"]), told=True)
        ):
            fill(table, items(rest[:a], start), sketch)
            other = sketch.table(noun_of(c["n"])) or sketch.add(noun_of(c["n"]), (start + a, start + b))
            speak_of(other, sketch)
            return walk_fields(other, rest[a + c.end() :], start + a + c.end(), sketch)
        m = _WITH_LIST.search(piece)
        if not m or "(" in piece[: m.start()]:
            continue
        noun = noun_of(re.sub(r"\s+(?:per|for\s+each|by)\s+[\w -]+$", "", piece[: m.start()]))
        other = sketch.table(noun) if noun else None
        if (
            other is None
            and is_many(noun_phrase(re.sub(r"\s+(?:per|for\s+each|by)\s+[\w -]+$", "", piece[: m.start()])))
            and tableish(noun)
            and noun != table.key
            and noun not in lexicon.fields()
        ):
            other = sketch.add(noun, (start + a, start + b))
            link_tables(other, table, sketch, many=False, span=(start + a, start + b))
        if other is not None and other is not table:
            if n > 0:
                fill(table, items(rest[:a], start), sketch)
            elif not any(f.link in (table, other) for t in (table, other) for f in t.fields):
                link_tables(other, table, sketch, many=False, span=(start + a, start + b))
            speak_of(other, sketch, 0.5)
            link_per(other, piece[: m.start()], sketch, (start + a, start + b))
            return walk_fields(other, rest[a + m.end() :], start + a + m.end(), sketch)
        if n == 0 and (other is table or not noun):
            return fill(table, items(rest[m.end() :], start + m.end()), sketch)
    return fill(table, items(rest, start), sketch)


def in_brackets(table: TableSketch, piece: str, raw: str, start: int, sketch: Sketch) -> None:
    """The fields in brackets behind a table in a list: `pets (species, breed)`."""
    m = re.search(r"\((?P<x>[^()]*)\)", piece)
    listed = items(raw[m.start("x") : m.end("x")], start + m.start("x")) if m else []
    if len(listed) >= 2 and sum(map(is_fieldish, listed)) * 2 >= len(listed):
        fill(table, listed, sketch)


def owned(table: TableSketch, piece: str, before: TableSketch | None, sketch: Sketch, span: Span) -> None:
    """`owners and their pets`: each of the second belongs to one of the first."""
    if (
        before is not None
        and before is not table
        and re.match(r"\s*(?:and\s+)?(?:their|its|his|her)\s+", piece)
        and is_many(noun_phrase(re.split(r"[(:]|\swith\b", piece)[0]))
    ):
        link_tables(table, before, sketch, many=False, span=span)


TRADE = re.compile(
    r"\b(?:sell|rent|run|offer|host|make|teach|lend|maintain|service|repair|publish|breed|grow|produce|organi[sz]e|handle|have|manage)\s+(?:out\s+)?$"
)


def told_from(text: str) -> int:
    """Where the things begin in `we need to keep track of boats`; 0 when the text does not tell to keep anything."""
    at = 0
    while m := TRACK.match(text[at:]):
        if (at and m.end() > 40) or not text[at + m.end() :].strip():
            break
        at += m.end()
    return at


def walk_list(raw: str, text: str, start: int, sketch: Sketch, *, told: bool, topic: bool = False, context: bool = False) -> None:
    """A list at the top of things: `my properties (type, price), buyers with their budget, and viewings`."""
    current: TableSketch | None = None
    filling = False
    previous: TableSketch | None = None
    for a, b, mark in pieces(text):
        piece = text[a:b]
        at = start + a
        if context and not is_many(re.split(r"\s+(?:to|in|for|from|at|by|per)\b", piece)[0]):
            continue
        if filling and current and not _turns(piece, sketch):
            fill(current, items(raw[a:b], at), sketch)
            continue
        colon = re.match(r"(?P<n>[^:(]{2,48}?)(?::\s+|\s+[–-]\s+)(?P<f>\S.*)$", piece)
        if (
            colon
            and (told_noun := noun_of(re.sub(r"\s+(?:per|for each|by|of)\s+.*$", "", colon["n"])))
            and (
                (is_many(re.sub(r"\s+(?:per|for each|by|of)\s+.*$", "", colon["n"])) and tableish(told_noun, told=True))
                or sketch.table(told_noun)
            )
        ):
            current = sketch.table(told_noun) or sketch.add(told_noun, (at, start + b))
            speak_of(current, sketch)
            link_per(current, colon["n"], sketch, (at, start + b))
            fill(current, items(raw[a + colon.start("f") : b], at + colon.start("f")), sketch)
            filling, previous = True, current
            continue
        bracket = re.search(r"\s*\((?P<x>.*?)(?:\)\s+(?:who|which|that)\b.*|\)?)\s*$", piece)
        has = _WITH_LIST.search(piece)
        head = piece[: min(bracket.start() if bracket else len(piece), has.start() if has else len(piece))]
        if re.match(r"\s*(?:show|see|display|make|let|give)\s", head) or re.search(r"\bhere\s*$", head):
            continue
        noun = noun_of(re.sub(r"\s+(?:per|for\s+(?:each|every)|by)\s+[\w -]+$", "", head))
        table = sketch.table(noun) if noun else None
        plural_head = is_many(re.sub(r"\s+(?:we|i|that|which|who|for|in|on|at|from|to|of|by|per|so)\b.*$", "", head))
        kind = lexicon.fields().get(noun)
        if (
            table is None
            and noun
            and current is not None
            and not bracket
            and not has
            and not plural_head
            and (kind or not tableish(noun))
        ):
            fill(current, items(raw[a:b], at), sketch)
            continue
        if (
            table is None
            and tableish(noun, told=told and (plural_head or bool(bracket) or bool(has)))
            and (plural_head or noun not in lexicon.fields() or bracket or has or current is None)
        ):
            if not (plural_head or bracket or has or topic or noun in lexicon.tables() or noun.split()[-1] in UNCOUNTED):
                continue
            table = sketch.add(noun, (at, start + b))
            table.topic = topic and (context or not plural_head or is_container(head)) and not bracket and not has
        if table is None:
            continue
        if mark == ">" and previous is not None and previous is not table:
            link_tables(table, previous, sketch, many=False, span=(at, start + b))
        owned(table, piece, previous, sketch, (at, start + b))
        previous = current = table
        speak_of(table, sketch)
        link_per(table, head, sketch, (at, start + b))
        if has:
            filling = True
            twin = sketch.tables[-2] if mark == "and" and len(sketch.tables) > 1 and sketch.tables[-1] is table else None
            if twin is not None and twin.origin is None and not twin.fields and is_many(head):
                fill(twin, items(raw[a + has.end() :], at + has.end()), sketch)
                speak_of(table, sketch, 0)
            in_brackets(table, piece[: has.start()], raw[a:b], at, sketch)
            fill(table, items(raw[a + has.end() : b], at + has.end()), sketch)
        elif bracket:
            filling = False
            inside = bracket.start("x")
            if m := re.match(r"(?:each|every|an?|the)\s+[\w ]{2,24}?\s+(?:has|have|with|needs?)\s+", bracket["x"]):
                inside += m.end()
            inner = raw[a + inside : a + bracket.end("x")]
            listed = items(inner, at + inside)
            if sum(map(is_fieldish, listed)) * 2 >= len(listed) or (len(listed) >= 3 and not is_optionish(listed)):
                fill(table, listed, sketch)
            elif len(found := choices(inner)) >= 2:
                field = field_on(table, "Type", (at, start + b), sketch)
                field.options = field.options or found
        else:
            filling = False


def _turns(piece: str, sketch: Sketch) -> bool:
    """Whether an item in a list of fields begins another table: `my buyers`, `orders with …`, `leases (start, end)`."""
    piece = re.sub(r"\s+(?:per|by|for each|from|for|at)\s+[\w-]+(?=\s*[:(]|\s+with\b)", "", piece)
    m = re.match(
        r"(?:and\s+)?(?P<d>my|our|all|the|a list of|list of)?\s*(?P<n>[^(]+?)(?=\s*\(|:\s|\s+(?:with|has|have|which|that)\s|$)",
        piece,
    )
    if not m:
        return False
    noun = noun_of(m["n"])
    opened = piece[m.end() :].strip().startswith(("(", ":", "with", "has", "have", "which", "that"))
    return (
        bool(noun)
        and is_many(m["n"])
        and (noun not in lexicon.fields() or (opened and noun in lexicon.tables()))
        and ((opened and tableish(noun)) or (bool(m["d"]) and tableish(noun) and m["d"] in ("my", "our", "a list of", "list of")))
    )
