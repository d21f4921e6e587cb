"""Links that are said outright: `belongs to`, `has many`, `ties a property to a client`."""

import re

from sayso.builder.planner.items import items
from sayso.builder.planner.nouns import is_many
from sayso.builder.planner.placing import PRONOUN, end_of, fill, link_tables, speak_of, titled_name
from sayso.builder.planner.sketch import Sketch, Span

_BELONGS = re.compile(
    r"^(?P<a>.{1,70}?)\s+(?:(?:always|also|can|may|must|should|will|usually|all|each)\s+)*(?:belong(?:s|ing)?\s+to|(?:is|are|be|gets?|get)\s+(?:part\s+of|(?:made|placed|submitted|reported|raised|created|written|booked|done|taken|given|owned|run|led|taught|held)\s+(?:by|for|at|in)|for|tied\s+to|linked\s+(?:to|with)|attached\s+to|assigned\s+to|related\s+to|connected\s+(?:to|with)|in|on|at|under|inside|grouped\s+(?:into|under|by))|"
    r"(?:links?|relates?|refers?|connects?|goes|points?)\s+(?:back\s+)?to|goes?\s+out\s+(?:on|to|in)|happens?\s+(?:at|in)|takes?\s+place\s+(?:at|in)|depends?\s+on|sits?\s+(?:in|on|under)|lives?\s+(?:in|at|under)|come\s+from|comes\s+from|falls?\s+under|rolls?\s+up\s+(?:to|into))\s+(?P<n>(?:exactly\s+)?(?:one|an?|the|its|their|our|several|many|multiple|one\s+or\s+more|other|different|some|at\s+least\s+one|any\s+number\s+of)\s+)?(?P<b>[\w' -]{2,40}?)(?P<rest>\s*(?:,|;|\band\b|\bor\b|\bwith\b|\(|$).*)$"
)
_TIES = re.compile(
    r"\b(?:link|links|tie|ties|connect|connects|match|matches|assign|assigns)\s+(?:each\s+|every\s+|an?\s+|the\s+|our\s+|all\s+)?(?P<a>[\w' -]{2,30}?)\s+(?:to|with)\s+(?P<n>an?\s+|the\s+|one\s+|their\s+|its\s+|our\s+|several\s+|many\s+|each\s+)?(?P<b>[\w' -]{2,30}?)(?=\s*(?:,|;|\band\b|\bwith\b|\bso\b|\(|$))"
)
_MANY = re.compile(
    r"^\s*(?:an?\s+|one\s+|each\s+|every\s+|the\s+)?(?P<a>[\w' -]{2,40}?)\s+(?:can\s+|may\s+|will\s+|could\s+|usually\s+)?(?:ha(?:s|ve)|contains?|includes?|owns?|covers?|consists?\s+of|uses?|needs?|offers?|hosts?|holds?|order|orders|buys?)\s+(?:(?:zero|one|two)\s+or\s+(?:more|several)|many|several|multiple|lots\s+of|a\s+lot\s+of|a\s+number\s+of|various|different|a\s+few|some|more\s+than\s+one|\d+\s*[-–]?\s*\d*|all\s+its|its\s+own|their\s+own|a\s+list\s+of)\s+(?P<b>[\w' -]{2,40}?)(?P<rest>\s*(?:,|;|\band\b|\bwith\b|\(|:|$).*)$"
)

_SIGNS_UP = re.compile(
    r"^(?:our\s+|the\s+|all\s+)?(?P<a>[\w-]+(?:\s[\w-]+)?)\s+(?:can\s+|may\s+|should\s+|will\s+)?(?:sign(?:\s+themselves)?\s+up|enrol?l|register)\s+(?:for|in|to|on)\s+(?:one\s+or\s+more\s+|several\s+|many\s+|our\s+|the\s+)?(?P<b>[\w-]+(?:\s[\w-]+)?)(?=\s+(?:at|in|of|with|on|online|by)\b|\s*[,;]|\s*$)"
)
"""`volunteers sign up for shifts`: many of the one on many of the other."""


def read_link(raw: str, text: str, start: int, span: Span, sketch: Sketch) -> bool:
    if (m := _MANY.match(text)) or (
        (where := re.search(r"\bwhere\s+", text)) and (m := _MANY.match(" " * where.end() + text[where.end() :]))
    ):
        a, b = end_of(m["a"], sketch, span), end_of(m["b"], sketch, span)
        if a and b and a is not b:
            link_tables(a, b, sketch, many=True, span=span)
            speak_of(a, sketch, 0.5)
            rest = m["rest"].strip(" ,;:")
            if rest:
                at = m.start("rest") + len(m["rest"]) - len(m["rest"].lstrip(" ,;:"))
                inner = re.match(r"(?:\(|with\s+)(?P<x>.*?)\)?$", rest)
                if inner:
                    fill(b, items(raw[at + inner.start("x") : at + inner.end("x")], start + at + inner.start("x")), sketch)
                elif rest.startswith("and ") or "," in rest:
                    fill(a, items(raw[at:], start + at), sketch)
            return True
    if m := _BELONGS.match(text):
        a = sketch.subject if PRONOUN.match(m["a"].strip()) else end_of(m["a"], sketch, span)
        b = end_of(m["b"], sketch, span, only_known=m["n"] is None and not re.search(r"belong|link|part of|tied", text))
        if a and b and (a is not b or re.search(r"\bother\b", m[0])):
            many = (bool(m["n"]) and bool(re.search(r"several|many|multiple|more|other|different|some|any", m["n"] or ""))) or (
                m["n"] is None and is_many(m["b"])
            )
            name = "" if a is not b else _self_name(text)
            link_tables(a, b, sketch, many=many, span=span, name=name)
            speak_of(a, sketch, 0.5)
            rest = m["rest"].strip(" ,;")
            if rest and not rest.startswith(("or ",)):
                rest_at = m.start("rest") + len(m["rest"]) - len(m["rest"].lstrip(" ,;"))
                body = re.sub(r"^(?:and|with|has|have)\s+", "", rest)
                at = rest_at + len(rest) - len(body)
                body = re.sub(r"^(?:has|have|with|an?)\s+", "", body)
                at = len(raw.rstrip(" ,;")) - len(body) if raw.lower().rstrip(" ,;").endswith(body) else at
                fill(a, items(raw[at:], start + at), sketch)
            return True
    if m := re.match(
        r"^(?:the\s+|an?\s+|each\s+|every\s+)?(?P<x>[\w -]{3,30}?)\s+(?:links?|connects?|joins?|ties?|tie)\s+(?:an?\s+|the\s+)?(?P<a>[\w -]{3,24}?)\s+(?:to|with|and)\s+(?:an?\s+|the\s+)?(?P<b>[\w -]{3,24}?)(?P<rest>\s*(?:,|with\b|and\b|$).*)$",
        text,
    ):
        x = end_of(m["x"], sketch, span)
        a, b = end_of(m["a"], sketch, span), end_of(m["b"], sketch, span)
        if x and a and b and len({id(x), id(a), id(b)}) == 3:
            link_tables(x, a, sketch, many=False, span=span)
            link_tables(x, b, sketch, many=False, span=span)
            speak_of(x, sketch)
            if inner := re.match(r"[\s,]*(?:with|and)\s+", m["rest"]):
                at = m.start("rest") + inner.end()
                fill(x, items(raw[at:], start + at), sketch)
            return True
    if (m := _SIGNS_UP.match(text)) and is_many(m["a"]) and is_many(m["b"]):
        a, b = end_of(m["a"], sketch, span), end_of(m["b"], sketch, span)
        if a and b and a is not b:
            link_tables(b, a, sketch, many=True, span=span)
            speak_of(b, sketch, 0.5)
            return True
    linked = False
    for m in _TIES.finditer(text):
        a, b = end_of(m["a"], sketch, span), end_of(m["b"], sketch, span)
        if a and b and a is not b:
            link_tables(a, b, sketch, many=bool(m["n"]) and m["n"].strip() in ("several", "many"), span=span)
            linked = True
    if linked and (m := re.search(r"\b(?:ties?|links?)\b.*?\bwith\s+(?P<x>an?\s.*)$", text)) and sketch.touched:
        fill(sketch.touched[0], items(raw[m.start("x") :], start + m.start("x")), sketch)
    return linked


def _self_name(text: str) -> str:
    if m := re.search(r"\((?P<x>[\w ]{3,24})\)", text):
        return titled_name(m["x"])
    return "Depends on" if "depend" in text else "Parent"


def link_ends(raw: str, text: str, start: int, span: Span, sketch: Sketch) -> None:
    """`that ties a property to a client with a rating`: links from what was spoken of to both, and the fields after them."""
    home = sketch.subject
    m = re.search(
        r"\b(?:ties?|links?|connects?)\s+(?:an?\s+|the\s+|each\s+)?(?P<a>[\w -]{3,24}?)\s+(?:to|with|and)\s+(?:an?\s+|the\s+|our\s+)?(?P<b>[\w -]{3,24}?)(?=\s*(?:,|with\b|$|\.))(?:\s*with\s+(?P<list>.+))?",
        text,
    )
    if home is None or m is None:
        return
    for side in ("a", "b"):
        other = end_of(m[side], sketch, span)
        if other is not None and other is not home:
            link_tables(home, other, sketch, many=False, span=span)
    if m["list"]:
        fill(home, items(raw[m.start("list") :], start + m.start("list")), sketch)
    sketch.subject = home
