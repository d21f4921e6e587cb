"""Which rows some words mean: `open deals`, `tickets from last week`, `invoices that are overdue`, `everything over 500`."""

import re

from sayso.builder.planner.conditions import condition
from sayso.builder.planner.inflect import singular
from sayso.spec.fields import AnyField, Checkbox, Select
from sayso.spec.filter import Condition, Filter
from sayso.spec.table import Table

_OVER = ("done", "closed", "won", "lost", "cancelled", "canceled", "completed", "complete", "finished", "resolved", "paid", "archived", "rejected", "declined", "delivered", "returned", "approved", "refunded", "expired", "hired", "sold", "published", "solved", "passed", "fixed")  # fmt: skip
_OPEN = re.compile(
    r"\b(?:open|active|unfinished|outstanding|pending|ongoing|unresolved|live|current|incomplete|not\s+(?:yet\s+)?(?:done|closed|finished|completed))\b"
)
_DAYS_AHEAD = re.compile(
    r"\b(?:next|coming|upcoming|within|in)\s+(?:the\s+)?(?:next\s+)?(?P<n>\d{1,3}|two|three|seven|ten|fourteen|thirty)\s+days\b"
)
_DAYS_BACK = re.compile(r"\b(?:last|past|previous)\s+(?P<n>\d{1,3}|two|three|seven|ten|fourteen|thirty)\s+days\b")
_NUMBERS = {"two": 2, "three": 3, "seven": 7, "ten": 10, "fourteen": 14, "thirty": 30}
_SPANS = (
    ("yesterday", r"\byesterday(?:'s)?\b"), ("tomorrow", r"\btomorrow(?:'s)?\b"), ("today", r"\btoday(?:'s)?\b|\bthat\s+day\b"),
    ("last_week", r"\b(?:last|previous|past)\s+week(?:'s)?\b"), ("this_week", r"\b(?:this|the)\s+week(?:'s)?\b"), ("next_week", r"\b(?:next|coming|upcoming)\s+week(?:'s)?\b"),
    ("last_month", r"\b(?:last|previous|past)\s+month(?:'s)?\b"), ("this_month", r"\b(?:this|the)\s+month(?:'s)?\b"), ("next_month", r"\b(?:next|coming)\s+month(?:'s)?\b"),
    ("last_quarter", r"\b(?:last|previous)\s+quarter(?:'s)?\b"), ("this_quarter", r"\bthis\s+quarter(?:'s)?\b"), ("last_year", r"\blast\s+year(?:'s)?\b"), ("this_year", r"\bthis\s+year(?:'s)?\b"),
)  # fmt: skip
_MADE = re.compile(r"\b(?:new|created|added|submitted|received|came\s+in|opened|logged|reported|registered)\b")
_DUE = re.compile(r"\b(?:due|overdue|deadline|expir\w*|ending|ends?|late)\b")


def rows_meant(words: str, table: Table) -> Filter:
    """The filter that words about rows of a table mean; empty when they limit nothing that can be read."""
    text = f" {words.lower()} "
    filter, _ = condition(text, table)
    found = list(filter.of)
    have = {c.field for c in found if isinstance(c, Condition)}
    found += [c for c in (*_opened(text, table), *_mine(text, table), *_unticked(text, table)) if c.field not in have]
    have |= {c.field for c in found if isinstance(c, Condition)}
    found += [c for c in _spanned(text, table) if c.field not in have]
    return Filter(of=tuple(found))


def over(option: str) -> bool:
    """Whether a choice of a status says that it is over."""
    return any(w in _OVER for w in re.findall(r"[a-z]+", option.lower())) and not option.lower().startswith(("not ", "un"))


def _status(table: Table) -> Select | None:
    chosen = [f for f in table.fields if isinstance(f, Select)]
    named = [f for f in chosen if re.search(r"status|stage|state|phase", f.name.lower())]
    return next((f for f in (*named, *chosen) if any(over(o.name) for o in f.options)), None)


def _opened(text: str, table: Table) -> list[Condition]:
    """`open` where no choice is called so: everything that is not over."""
    one = _status(table)
    if one is None or not _OPEN.search(text) or any(re.search(rf"\b{re.escape(o.name.lower())}\b", text) for o in one.options):
        return []
    return [Condition(field=one.id, op="none_of", value=[o.id for o in one.options if over(o.name)])]


def _mine(text: str, table: Table) -> list[Condition]:
    person = next((f for f in table.fields if f.kind == "person"), None)
    return [Condition(field=person.id, op="is", value="me")] if person and re.search(r"\bmy\s+(?:own\s+)?[a-z]", text) else []


def _unticked(text: str, table: Table) -> list[Condition]:
    """`unpaid` and `unapproved` for a tick or a choice of that name."""
    for word in re.findall(r"\b(?:un|non-?)([a-z]{4,})\b", text):
        for one in table.fields:
            if isinstance(one, Checkbox) and word in one.name.lower().split():
                return [Condition(field=one.id, op="is", value=False)]
            if isinstance(one, Select) and (option := next((o for o in one.options if o.name.lower() == word), None)):
                return [Condition(field=one.id, op="is_not", value=option.id)]
    return []


def _spanned(text: str, table: Table) -> list[Condition]:
    """A span of days on the date that is meant."""
    span = ""
    if m := _DAYS_AHEAD.search(text):
        span = f"next_{_NUMBERS.get(m['n']) or int(m['n'])}_days"
    elif m := _DAYS_BACK.search(text):
        span = f"last_{_NUMBERS.get(m['n']) or int(m['n'])}_days"
    else:
        span = next((s for s, pattern in _SPANS if re.search(pattern, text)), "")
    one = _date(text, table, span) if span else None
    return [Condition(field=one.id, op="within", value=span)] if one else []


def _date(text: str, table: Table, span: str) -> AnyField | None:
    dates = [f for f in table.fields if f.kind in ("date", "datetime")]
    made = next((f for f in table.fields if f.kind == "created_at"), None)
    said = [
        f for f in dates if {singular(w) for w in f.name.lower().split()} & {singular(w) for w in re.findall(r"[a-z]+", text)}
    ]
    if said:
        return said[0]
    if _MADE.search(text):
        return made or next((f for f in dates if re.search(r"creat|submit|receiv|report|log|open|^date$", f.name.lower())), None)
    if _DUE.search(text):
        return next((f for f in dates if re.search(r"due|deadline|end|until|expir", f.name.lower())), None)
    return dates[0] if len(dates) == 1 else (made if span.startswith("last") else None)
