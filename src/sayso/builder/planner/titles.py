"""What a row is called by, and what the app is called."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import is_plural, plural_phrase
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch

_TITLE = re.compile(
    r"^(?:name|title|full name|first name|subject|headline|label|summary|.*\bname|.*\btitle|number|.*\bnumber|code|.*\bcode|sku|vin|plate|reference|question|quote|subject line|description|topic|item)$"
)
_EVENTFUL = frozenset(
    "order booking reservation appointment visit check entry log record line shift payment invoice expense receipt donation contribution gift loan checkout handover movement reading measurement call response review rating session enrolment enrollment registration attendance transaction delivery shipment inspection treatment feeding vaccination time timesheet allocation assignment application request submission sale purchase claim rental hire trip viewing showing report update comment message score result vote run test transfer lease distribution pickup schedule history update job ticket copy".split()
)


_WORKS = frozenset(
    "book episode film movie song album article paper chapter story novel play video lesson talk podcast magazine poem painting essay webinar lecture".split()
)
"""What people make and give titles to rather than names."""
_PEOPLE = re.compile(
    r"\b(?:guest|member|client|customer|contact|employee|volunteer|student|pupil|patient|tenant|donor|applicant|candidate|attendee|participant|supplier|vendor|driver|player|teacher|owner|parent|child)s?$"
)


def settle(table: TableSketch) -> None:
    """Puts the field that rows are called by first; adds one, marked as assumed, when there is none."""
    if table.origin is not None and table.origin.fields:
        return
    for pattern in (_TITLE, None):
        found = next(
            (
                f
                for f in table.fields
                if f.kind in ("text", "autonumber", "email")
                and not (f.options or f.computed)
                and (pattern is None or pattern.match(f.name.lower()))
            ),
            None,
        )
        if found is not None and pattern is None and _PEOPLE.search(table.name.lower()):
            continue
        if found is not None and (pattern is not None or table.fields.index(found) == 0):
            table.fields.remove(found)
            table.fields.insert(0, found)
            return
    head = table.name.lower().split()[-1]
    if head in _EVENTFUL and len(table.fields) >= 2:
        table.fields.insert(
            0,
            FieldSketch("ID", None, "autonumber", assumed="{table} has a number, so that every row can be told apart", sure=True),
        )
        return
    called = "Title" if head in _WORKS else "Name"
    why = f"{{table}} has a {called.lower()}, so that every row is called something"
    table.fields.insert(0, FieldSketch(called, None, "text", assumed=why, sure=True))


_NAMED = re.compile(
    r"(?:^|(?<=[.;!\n,])\s*)(?i:please\s+|and\s+|just\s+)*(?i:name|call|title)\s+(?i:it|this|the\s+app|this\s+app|the\s+whole\s+thing)\s+(?:(?P<n>[A-Z0-9][\w'& -]{0,40}?)|[\"'“](?P<q>[\w'& -]{1,41}?)[\"'”])(?=\s*(?:[.,;!\n]|$))"
)


_PLACE = re.compile(
    r"^\s*(?i:for\s+|an?\s+app\s+for\s+)?(?i:an?|our|my)\s+(?P<n>(?:[a-z-]+\s+){0,2}?(?i:academy|agency|bakery|barbershop|brewery|cafe|charity|choir|church|clinic|club|college|company|farm|garage|gym|hospital|hotel|kindergarten|library|museum|nursery|office|pharmacy|practice|restaurant|salon|school|shelter|shop|spa|startup|store|studio|theatre|warehouse|winery|workshop))\s*:\s*(?=(?P<first>[A-Za-z-]+(?:\s[A-Za-z-]+)??)(?:\s*[,;(]|\s+(?:with|and)\b))"
)
"""A wish that begins with whose app it is: `A clinic: patients with …`. Tables follow, not what is kept of clinics."""


def _place(text: str) -> "re.Match[str] | None":
    m = _PLACE.match(text)
    return m if m and is_plural(m["first"].lower().split()[-1]) and lexicon.is_table_noun(m["first"].lower()) else None


def named(text: str) -> list[tuple[int, int]]:
    """Where a wish says what the app is called or whose it is, and nothing else."""
    place = _place(text)
    return [*([place.span()] if place else []), *(m.span() for m in _NAMED.finditer(text))]


def app_title(text: str, sketch: Sketch) -> str:
    """A short name for the app: as the wish calls it, else after its main table."""
    if m := _NAMED.search(text):
        return (m["n"] or m["q"]).strip()
    if m := _place(text):
        return cased_name(m["n"])
    m = re.search(
        r"(?i)\b(?:called|named|call it)\s+[\"']?(?P<n>[A-Z0-9][\w'& -]{1,40}?)[\"']?(?=[.,;!\n]|\s+(?:with|for|that|where|to)\b|$)",
        text,
    )
    if m:
        return m["n"].strip()
    m = re.search(
        r"(?i)\b(?:an?|the|our|my)\s+(?:simple\s+|small\s+|basic\s+|little\s+)?(?P<n>[a-z][a-z -]{2,36}?)\s+(?P<k>tracker|log|register|directory|database|crm|planner|calendar|board|portal|tool|app|application|system|checklist)\b",
        text,
    )
    if m:
        words = [w for w in m["n"].split() if w.lower() not in lexicon.verbs()]
        if 0 < len(words) <= 4 and words == m["n"].split():
            kind = m["k"].lower()
            return cased_name(f"{m['n']} {kind if kind not in ('tool', 'app', 'application', 'system') else ''}".strip())
    main = sketch.main
    return cased_name(plural_phrase(main.name)) if main else "New app"
