"""Forms and what they ask; fields said by what someone does: gives stars, writes a summary, takes a photo."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.items import items
from sayso.builder.planner.nouns import noun_of, tableish
from sayso.builder.planner.placing import end_of, field_on, fill, link_tables, put_field, speak_of, titled_name
from sayso.builder.planner.sketch import Sketch, Span, ViewSketch

STARS = re.compile(
    r"\b(?:gives?|rates?|scores?|ratings?|stars?|marks?)\b.{0,40}?(?:(?P<a>1)\s*(?:-|–|to)\s*(?P<top>5|10|4|6)|out\s+of\s+(?P<top2>5|10)|five\s+stars?)?(?:\s+stars?|\s+points?|\s+ratings?|\s+scores?)?\s+(?:for|on|in|each\s+for|of)\s+(?P<list>[^.;]+?)(?=,?\s+(?:and\s+)?(?:writes?|attach|uploads?|leaves?|adds?|signs?)\b|$)"
)
_DEEDS = (
    (re.compile(r"\b(?:writes?|types?(?:\s+in)?|leaves?|adds?)\s+(?:an?|the|their|some|up\s+an?|dated)\s+(?P<x>[\w -]{3,30}?)(?=\s*(?:,|\band\b|\bof\b|\bon\b|\babout\b|\bfor\b|$))"), "long_text"),
    (re.compile(r"\b(?:attach(?:es)?|uploads?)\s+(?:an?|the|their|some|any|supporting)?\s*(?P<x>[\w -]{2,30}?)(?=\s*(?:,|\band\b|\bof\b|\bfor\b|\bto\b|$))"), "file"),
    (re.compile(r"\b(?:takes?|snaps?|adds?)\s+(?:an?|the|some|before\s+and\s+after)?\s*(?P<x>(?:[\w-]+\s)?(?:photos?|pictures?|pics?|images?))\b"), "image"),
    (re.compile(r"\b(?:picks?|chooses?|selects?)\s+(?:an?|the|their|one)\s+(?P<x>[\w -]{3,30}?)(?=\s*(?:,|\band\b|\bfrom\b|\(|$))"), "select"),
    (re.compile(r"\b(?:signs?|signature)\b(?P<x>)"), "image"),
)  # fmt: skip


# ── sentences ─────────────────────────────────────────────


_FORM = re.compile(
    r"^(?P<lead>.*?\b)?(?P<n>[\w-]+(?:\s+[\w-]+){0,2}?)\s+forms?(?:\s+(?:on|for|in|at)\s+(?:our|the|my)\s+[\w-]+)?\s*(?:\(|:|–|-\s|where\b|with\b|that\s+(?:has|asks|collects)|asking(?:\s+for)?|to\s+collect)\s*(?P<list>.+)$"
)
_FORM_FOR = re.compile(r"\bforms?\s+(?:for|to)\s+(?:an?\s+|the\s+|new\s+)?(?P<n>[\w -]{3,30}?)\s*[:(–-]\s*(?P<list>.+)$")
_FORM_FILLED = re.compile(
    r"^(?:every|each|all|the|an?|our)?\s*(?P<n>[\w -]{3,30}?)\s+(?:should|must|can|will|has\s+to|have\s+to|needs?\s+to|could|to)?\s*fills?\s+(?:in|out)\s+(?:an?|the|this)\s+(?:[\w-]+\s+)?form\b[^:(,]{0,40}[:(]\s*(?P<list>.+)$"
)
_DOER = re.compile(
    r"^(?:the|an?|each|every)\s+(?P<who>[\w-]+(?:\s+[\w-]+)?)\s+(?=gives?|rates?|scores?|writes?|attach|uploads?|signs?|picks?|chooses?|fills?|enters?|describes?|takes?|adds?|ticks?)"
)
_ASSIGNED = re.compile(
    r"\b(?:assign(?:s|ed)?|given|passed|handed|goes|sent)\s+(?:it\s+|them\s+|each\s+|one\s+)?to\s+(?:one\s+of\s+)?(?:our|the|an?|my)\s+(?P<b>[\w -]{3,24}?)(?=\s*(?:,|;|\.|\band\b|\bwho\b|$))"
)


def read_form(raw: str, text: str, start: int, span: Span, sketch: Sketch) -> bool:
    """A form and what it asks: `a service request form (what's wrong, how urgent, a photo)`."""
    m = _FORM_FOR.search(text) or _FORM.match(text) or _FORM_FILLED.match(text)
    if m is None:
        return False
    noun = noun_of(m["n"])
    if m.re is _FORM_FILLED:
        noun = f"{noun} report" if noun and sketch.table(noun) is None else "report"
    table = sketch.table(noun) if noun else None
    if table is None and tableish(noun, told=True):
        table = sketch.add(noun, span)
    table = table or sketch.subject
    if table is None:
        return False
    speak_of(table, sketch)
    if not any(v.kind == "form" and v.table is table for v in sketch.views):
        sketch.views.append(ViewSketch("form", text, span, table=table))
    at, body = m.start("list"), m["list"]
    if (closing := body.find(")")) > 0 and text[at - 1 : at] == "(":
        body = body[:closing]
    if who := _DOER.match(body):
        if lexicon.kind_of(who["who"])[0] == "person" or who["who"].endswith(("er", "or", "ee")):
            field = field_on(table, titled_name(who["who"]), (start + at, start + at + who.end()), sketch)
            field.kind = field.kind or "person"
        if stars := STARS.search(body):
            read_ratings(raw[at:], stars, start + at, sketch)
        read_deeds(raw[at:], body, start + at, sketch)
        return True
    fill(table, items(raw[at : at + len(body)], start + at), sketch)
    for link in _ASSIGNED.finditer(text):
        other = end_of(link["b"], sketch, span)
        if other is not None and other is not table:
            link_tables(table, other, sketch, many=False, span=span)
            sketch.subject = table
    return True


def read_ratings(raw: str, m: "re.Match[str]", start: int, sketch: Sketch) -> None:
    table = sketch.subject
    if table is None:
        return
    top = int(m["top"] or m["top2"] or 5)
    for one in items(raw[m.start("list") : m.end("list")], start + m.start("list")):
        one.kind, one.sure, one.maximum = "rating", True, top
        put_field(table, one, sketch, (one.start, one.end))


def read_deeds(raw: str, text: str, start: int, sketch: Sketch) -> None:
    """Fields said by what someone does: writes a summary, attaches the receipt, takes a photo."""
    table = next(iter(sketch.mentioned(text)), None) or sketch.subject
    if table is None:
        return
    for pattern, kind in _DEEDS:
        for m in pattern.finditer(text):
            span = (start + m.start("x"), start + m.end("x"))
            if not m["x"]:
                name = "Signature"
            else:
                found = items(raw[m.start("x") : m.end("x")], start + m.start("x"))
                if not found or found[0].name.lower() in lexicon.verbs():
                    continue
                name = found[0].name
            field = field_on(table, name, span, sketch)
            known = lexicon.kind_of(name.lower())
            field.kind = field.kind or (known[0] if known[1] == 1 and kind == "long_text" else kind)
            field.sure = True
