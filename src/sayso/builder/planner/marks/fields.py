"""What a marked field is: its name, and what the words in and after the mark say of its kind."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.item import Item
from sayso.builder.planner.items import item
from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.options import choices
from sayso.builder.planner.questions import asked_as
from sayso.builder.planner.spelling import corrected

_LEAD = re.compile(
    r"^(?:(?:the|an?|my|our|your|their|his|her|its|each|every|all|any|some|this|that|also|and|or|with|maybe|optional|current|of|exact)\s+)+(?=\w)"
)
_IS_IT = re.compile(
    r"^(?:is|are|was|were|has|have|did|does|do)\s+(?:it|they|he|she|the\s+\w+)\s+(?:been\s+|already\s+)?(?P<x>[\w -]{3,30})$"
)
_SIZED = re.compile(r"^(?:list|number|no)\s+of\s+(?=list|number)")
_TAIL = re.compile(r"\s+(?:field|column|fields|columns|please|too|as well|etc|again|it|them)$")
_YES_NO = re.compile(r"(?i)(?<=\w)[\s,:(-]+(?:y\s*/\s*n|yes\s*/\s*no|yes\s+or\s+no|true\s*/\s*false)\)?$")
_UNIT = re.compile(
    r"(?i)(?<=\w)\s+\(?in\s+(?:minutes|mins|hours|hrs|days|weeks|kg|kilos|grams|tonnes|km|miles|metres|meters|cm|mm|litres|liters|euros?|dollars?|pounds|percent|usd|eur|gbp|€|\$|£|%)\)?$"
)
_SCALE = re.compile(
    r"(?i)(?<=\w)[\s,:(-]+(?:out\s+of\s+(?:5|10|100)|(?:from\s+|on\s+a\s+scale\s+(?:of|from)\s+)?[01]\s*(?:-|–|to)\s*(?:5|10|100))(?:\s+stars?)?\)?$"
)
_TICKED = re.compile(r"(?i)(?<=\w)[\s,:(-]+(?:tick(?:\s?box)?|check\s?box|flag)\)?$")
_AFTER = re.compile(
    r"\s*(?:\((?P<bracket>[^()\n]{1,80})\)|(?P<yes>(?:-\s*|:\s*|,\s*)?(?:yes\s*/\s*no|y\s*/\s*n|yes\s+or\s+no|true\s*/\s*false|tick\s?box|check\s?box|or\s+not\b))|"
    r"(?P<scale>(?:from\s+|on\s+a\s+scale\s+(?:of|from)\s+|out\s+of\s+|\(?)(?:[01]\s*(?:-|–|to)\s*)?(?:5|10)(?:\s+stars?)?\b)|(?P<unit>in\s+(?:minutes|mins|hours|hrs|days|kg|grams|km|miles|metres|meters|litres|liters|euros?|dollars?|pounds|percent|€|\$|£|%)))"
)
_CALLED = {
    "how much": "Amount", "how many": "Quantity", "when": "Date", "who": "Person", "where": "Location", "why": "Reason", "what": "Description", "from": "From", "to": "To",
    "by whom": "Done by", "what for": "Purpose", "how long": "Duration", "how old": "Age", "cell": "Mobile", "tel": "Phone", "dob": "Date of birth", "qty": "Quantity",
}  # fmt: skip
NAME_WORDS_MAX = 6
_SHORT = {"hrs": "hours", "hr": "hour", "mins": "minutes", "pts": "points", "amt": "amount", "txt": "text"}
"""Shorthand that nobody wants to read over a column."""


def said(mark: Mark, text: str, stop: int) -> Item:
    """The item that a mark says, with what follows it up to `stop` (the next mark)."""
    tail = _AFTER.match(text, mark.end, min(stop, mark.end + 90))
    words = mark.raw + (text[mark.end : tail.end()] if tail else "")
    read = item(words, mark.start) or Item("", mark.start, mark.end)
    alone = item(mark.raw, mark.start)
    if not read.options and tail is None and alone is not None:
        read = alone
    read.name = name_of(mark, alone)
    read.start, read.end = mark.span
    read.formula, read.computed, read.sub = "", False, []
    return read


def name_of(mark: Mark, alone: Item | None = None) -> str:
    """What the field is called: a question by what it asks, other words as they stand without articles."""
    low = _LEAD.sub("", re.sub(r"[\"“”*_`]", "", mark.text).strip(" .:;?!-–"))
    low = _bare(low)
    if low in _CALLED:
        return _CALLED[low]
    if m := _IS_IT.match(low):
        return cased_name(m["x"])
    if asked := asked_as(low):
        return cased_name(asked[0])
    raw = _bare(re.sub(r"[\"“”*_`]", "", mark.raw).strip(" .:;?!-–"))
    raw = raw[len(raw) - len(low) :] if raw.lower().endswith(low) else low
    raw = re.sub(r"\s*\([^)]*\)?", "", raw) or raw
    raw = _SIZED.sub("", raw)
    raw = _TAIL.sub("", raw) or raw
    words = raw.replace("/", " / ").split() if "/" in raw and " " in raw else raw.split()
    if len(words) > NAME_WORDS_MAX and alone is not None and alone.name:
        return alone.name
    words = [_SHORT.get(w) or corrected(w) if w.islower() else w for w in words[: NAME_WORDS_MAX + 2]]
    name = " ".join(words).strip(" .,:;-–'")
    name = re.sub(r"(?i)\bno\.?$", "number", name) if re.search(r"(?i)\w\s+no\.?$", name) else name
    name = re.sub(r"\s*#$", " number", name)
    return cased_name(re.sub(r"[{}\[\]()]", "", name)) or "Field"


def _bare(words: str) -> str:
    """A name without what only says its kind: `yes/no`, `in kg`, `1-5`, `tick box`."""
    for said in (_YES_NO, _UNIT, _SCALE, _TICKED):
        words = said.sub("", words)
    return words


def kind_evidence(name: str) -> tuple[str | None, float]:
    """What the gazetteer says of a name."""
    return lexicon.kind_of(name.lower())


_RANGE = re.compile(
    r"(?i)^\s*(?P<p>[a-z]?)(?P<a>\d)\s*(?:-|–|to|through|\.\.+)\s*(?P=p)(?P<b>\d)\s*$|^\s*(?P<c>[a-z])\s*(?:-|–|to|through|\.\.+)\s*(?P<d>[a-z])\s*$"
)
_TOKENS = re.compile(r"^\s*(?:[A-Z0-9][A-Za-z0-9+-]{0,3}\s+){2,}[A-Z0-9][A-Za-z0-9+-]{0,3}\s*$")


def listed(words: str) -> list[str]:
    """The choices of a marked list: `A to G` and `P1-P4` are written out, `S M L XL` are four."""
    if m := _RANGE.match(words):
        if m["c"]:
            first, last = sorted((ord(m["c"].upper()), ord(m["d"].upper())))
            return [chr(n) for n in range(first, last + 1)]
        first, last = sorted((int(m["a"]), int(m["b"])))
        return [f"{m['p']}{n}" for n in range(first, last + 1)]
    return words.split() if _TOKENS.match(words) else choices(words)
