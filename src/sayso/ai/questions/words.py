"""Reading a question by its words, without a model: figures, fields, choices, days, names. What is not understood is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sayso.ai.questions.asked import Asked
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Checkbox, Link, MultiSelect, Select
from sayso.spec.fields.date import MONTHS, day_from
from sayso.spec.fields.link import Summary
from sayso.spec.filter import Condition, Filter, Grouping, Sort
from sayso.spec.shape import shape_of
from sayso.spec.table import Table

Names = Mapping[str, Mapping[int, str]]
"""By link field: what the rows are called that it may point to."""

_SUMMARIES: tuple[tuple[Summary, str], ...] = (
    ("average", r"average|mean|on average|avg"), ("median", r"median"), ("sum", r"sum(?: of)?|total(?: of)?|add up|altogether|how much|in total"),
    ("maximum", r"maximum|highest|largest|biggest|most expensive|latest|newest|longest|max"),
    ("minimum", r"minimum|lowest|smallest|cheapest|earliest|oldest|shortest|min"),
)  # fmt: skip
_COUNT = re.compile(r"\b(?:how many|number of|count(?: of| the)?)\b", re.I)
_LIST = re.compile(r"\b(?:list|show(?: me)?|which|what are|find|give me|who)\b", re.I)
_PER = re.compile(r"\b(?:by|per|for each|for every|each|grouped by|broken down by)\s+(?:the\s+)?", re.I)
_MOST = re.compile(r"\b(?:has|have|had|with|got)\s+(?:the\s+)?(?P<way>most|fewest|least)\b", re.I)
_TOP = re.compile(r"\btop\s+(?P<n>\d{1,2})\b", re.I)
_SPANS: tuple[tuple[str, str], ...] = (
    *((rf"{which}[ -]{unit}", f"{which}_{unit}") for which in ("this", "last", "next") for unit in ("week", "month", "quarter", "year")),
    (r"(?:in |over )?the (?:last|past) (?P<n>\d{1,4}) days", "last_{n}_days"), (r"(?:last|past) (?P<n>\d{1,4}) days", "last_{n}_days"),
    (r"(?:in )?(?:the )?next (?P<n>\d{1,4}) days", "next_{n}_days"), ("today", "today"), ("yesterday", "yesterday"), ("tomorrow", "tomorrow"),
    ("overdue", "past"), ("upcoming", "future"),
)  # fmt: skip
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_IN_MONTH = re.compile(rf"\b(?:in|during|of)\s+(?P<month>{_MONTHS})(?:\s+(?P<year>20\d\d))?\b", re.I)
_IN_YEAR = re.compile(r"\b(?:in|during|of)\s+(?P<year>20\d\d)\b", re.I)
_DAY = r"(?P<day>\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2} [A-Za-z]{3,9} \d{4}|[A-Za-z]{3,9} \d{1,2},? \d{4})"
_SIDES = {"after": "gt", "since": "gte", "from": "gte", "before": "lt", "until": "lte", "by": "lte", "on": "is"}
_ON_SIDE = re.compile(rf"\b(?P<side>{'|'.join(_SIDES)})\s+{_DAY}\b", re.I)
_OVER = re.compile(
    r"\b(?P<way>more than|greater than|over|above|at least|less than|fewer than|under|below|at most|exactly)\s+[€$£]?\s*(?P<n>-?\d[\d,]*(?:\.\d+)?)(?P<k>\s*k\b)?",
    re.I,
)
_WAYS = {
    "more than": "gt", "greater than": "gt", "over": "gt", "above": "gt", "at least": "gte", "less than": "lt", "fewer than": "lt", "under": "lt",
    "below": "lt", "at most": "lte", "exactly": "is",
}  # fmt: skip
_QUOTED = re.compile(r"[\"“„'‘](?P<said>[^\"”“'’]{2,80})[\"”“'’]")
_SILENT = frozenset(
    "a an the of in on at to for from by with and or is are was were be been do does did have has had there we i you us our my your their its it "
    "that this these those all any each every only me please tell show list find give how many much what which who when where number count total "
    "sum average still currently now so far ever up can could would per row rows entry entries one ones still get got as than more less most time date "
    "not no yet s".split()
)


@dataclass(slots=True)
class Read:
    asked: Asked
    not_understood: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Question:
    """A question of which stretches are understood, one after another; what is left over is told."""

    spec: App
    table: Table
    text: str
    today: date
    names: Names
    conditions: list[Condition] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    taken: list[tuple[int, int]] = field(default_factory=list)

    def take(self, start: int, stop: int) -> None:
        self.taken.append((start, stop))

    def free(self, start: int, stop: int) -> bool:
        return not any(a < stop and start < b for a, b in self.taken)

    def shape(self, one: AnyField) -> str:
        return shape_of(self.spec, self.table, one)

    def place(self, name: str) -> re.Match[str] | None:
        """Where a name stands in what is not understood yet, singular or plural."""
        stem = re.escape(_stem(name))
        return next(
            (m for m in re.finditer(rf"(?<!\w){stem}(?:y|ies|es|s|'s|’s)?(?!\w)", self.text, re.I) if self.free(*m.span())), None
        )


def read(spec: App, table: Table, question: str, today: date, names: Names) -> Read:
    q = _Question(spec, table, question, today, names)
    _table_named(q)
    summary, of = _summary(q)
    by, descending = _grouping(q)
    _choices(q)
    _days(q)
    _figures(q)
    _linked(q)
    of = of or _measured(q, summary)
    search = _quoted(q)
    left = _left(q)
    if not search and left:
        search, left = _looked_for(q, left)
    show = "groups" if by else "figure" if summary is not None and not _asks_for_rows(q, summary) else "rows"
    sorts = _sorts(q, summary, of, show)
    if summary not in (None, "count") and of is None and show != "rows":
        q.notes.append(
            f"The question asks for a figure ({summary}), and names no field of {table.name} that has one; rows are counted."
        )
        summary = "count"
    asked = Asked(
        show=show, filter=Filter(of=tuple(q.conditions)), search=search, summary=summary or "count", of=None if summary in (None, "count") else of,
        by=Grouping(field=by, descending=descending, bucket=_bucket(q, by)) if by else None, sorts=sorts, limit=_limit(question),
    )  # fmt: skip
    return Read(asked, tuple(left), tuple(q.notes))


def _stem(name: str) -> str:
    name = " ".join(name.split())
    for ending, instead in (("ies", ""), ("ses", "s"), ("s", ""), ("y", "")):
        if len(name) > 4 and name.lower().endswith(ending) and not name.lower().endswith("ss"):
            return name[: len(name) - len(ending)] + instead
    return name


def _table_named(q: _Question) -> None:
    if m := q.place(q.table.name):
        q.take(*m.span())


def _summary(q: _Question) -> tuple[Summary | None, str | None]:
    if m := _COUNT.search(q.text):
        q.take(*m.span())
        return "count", None
    for summary, pattern in _SUMMARIES:
        if m := re.search(rf"\b(?:{pattern})\b", q.text, re.I):
            q.take(*m.span())
            after = [f for f in q.table.fields if q.shape(f) in ("number", "day", "moment") and q.place(f.name)]
            near = [f for f in after if q.shape(f) == "number"] if summary in ("sum", "average", "median") else after
            if near and (place := q.place(near[0].name)):
                q.take(*place.span())
                return summary, near[0].id
            return summary, None
    return None, None


def _measured(q: _Question, summary: Summary | None) -> str | None:
    """The only field that a figure can be made of, when the question names none."""
    if summary in (None, "count"):
        return None
    fields = [f for f in q.table.fields if q.shape(f) == "number" and f.kind not in ("autonumber", "rating")]
    money = [f for f in fields if f.kind == "money"]
    if chosen := money if len(money) == 1 else fields if len(fields) == 1 else []:
        q.notes.append(f"No figure was named, so {chosen[0].name} is taken.")
        return chosen[0].id
    return None


def _grouping(q: _Question) -> tuple[str | None, bool]:
    if m := _MOST.search(q.text):
        best = next(
            (f for f in q.table.fields if f.kind in ("select", "multi_select", "person", "link", "text") and q.place(f.name)),
            None,
        )
        if best and (place := q.place(best.name)):
            q.take(*m.span())
            q.take(*place.span())
            return best.id, False
    for m in _PER.finditer(q.text):
        for one in q.table.fields:
            stem = re.escape(_stem(one.name))
            if (found := re.match(rf"{stem}(?:y|ies|es|s)?(?!\w)", q.text[m.end() :], re.I)) and one.kind not in (
                "file",
                "image",
                "long_text",
            ):
                q.take(m.start(), m.end() + found.end())
                return one.id, False
        if (found := re.match(r"(day|week|month|quarter|year)\b", q.text[m.end() :], re.I)) and (day := _day_field(q)):
            q.take(m.start(), m.end() + found.end())
            return day.id, False
    return None, False


def _bucket(q: _Question, by: str | None) -> Any:
    one = q.table.field(by) if by else None
    if one is None or q.shape(one) not in ("day", "moment"):
        return None
    said = re.search(r"\b(?:by|per|each|every)\s+(?:the\s+)?(day|week|month|quarter|year)\b", q.text, re.I)
    return said[1].lower() if said else "month"


def _choices(q: _Question) -> None:
    """Choices by their names; boxes by theirs. `not` before one turns it round."""
    for one in q.table.fields:
        if isinstance(one, (Select, MultiSelect)):
            found = [(o, m) for o in one.options if (m := q.place(o.name))]
            if not found:
                continue
            denied = all(_denied(q.text, m.start()) for _, m in found)
            for _, m in found:
                q.take(*m.span())
            _also_taken(q, one)
            ids = [o.id for o, _ in found]
            plain = len(ids) == 1 and isinstance(one, Select)
            op = ("is_not" if denied else "is") if plain else ("none_of" if denied else "any_of")
            q.conditions.append(Condition(field=one.id, op=op, value=ids[0] if plain else ids))
        elif isinstance(one, Checkbox) and (m := q.place(one.name.removeprefix("Is "))):
            q.take(*m.span())
            q.conditions.append(Condition(field=one.id, op="is", value=not _denied(q.text, m.start())))


def _also_taken(q: _Question, one: AnyField) -> None:
    if m := q.place(one.name):
        q.take(*m.span())


def _denied(text: str, at: int) -> bool:
    return bool(
        re.search(
            r"\b(?:not|isn['’]t|aren['’]t|without|no|except|never|un)\s*(?:yet\s+)?(?:been\s+)?$",
            text[max(0, at - 18) : at],
            re.I,
        )
    )


def _days(q: _Question) -> None:
    for pattern, span in _SPANS:
        if (m := re.search(rf"\b{pattern}\b", q.text, re.I)) and q.free(*m.span()):
            said = span.format(**m.groupdict()) if "{" in span else span
            return _day_condition(q, m, "within", said, m[0])
    if m := _IN_MONTH.search(q.text):
        month = MONTHS[m["month"][:3].lower()]
        year = int(m["year"]) if m["year"] else q.today.year - (month > q.today.month)
        first = date(year, month, 1)
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
        return _between(q, m, first, last)
    if m := _IN_YEAR.search(q.text):
        return _between(q, m, date(int(m["year"]), 1, 1), date(int(m["year"]), 12, 31))
    for m in _ON_SIDE.finditer(q.text):
        try:
            day = day_from(m["day"])
        except (ValueError, KeyError):
            continue
        _day_condition(q, m, _SIDES[m["side"].lower()], day.isoformat(), m[0])
    return None


def _between(q: _Question, m: re.Match[str], first: date, last: date) -> None:
    if _day_condition(q, m, "gte", first.isoformat(), m[0]) is not False:
        _day_condition(q, m, "lte", last.isoformat(), m[0], again=True)


def _day_condition(q: _Question, m: re.Match[str], op: Any, value: str, said: str, *, again: bool = False) -> Any:
    one = _day_field(q)
    if one is None:
        q.notes.append(f"{q.table.name} has no date that “{said}” could be about.")
        return False
    if not again:
        q.take(*m.span())
        if named := q.place(one.name):
            q.take(*named.span())
        elif len(_all_days(q)) > 1:
            q.notes.append(f"“{said}” is taken to be about {one.name}.")
    q.conditions.append(Condition(field=one.id, op=op, value=value))
    return None


def _all_days(q: _Question) -> list[AnyField]:
    return [f for f in q.table.fields if q.shape(f) in ("day", "moment")]


def _day_field(q: _Question) -> AnyField | None:
    """The date that the question names, else the one that things of the past have; for what is to come, the other way round."""
    days = _all_days(q)
    named = next((f for f in days if re.search(rf"(?<!\w){re.escape(_stem(f.name))}", q.text, re.I)), None)
    if named or not days:
        return named
    to_come = re.search(r"\b(?:next|tomorrow|upcoming|overdue|due)\b", q.text, re.I)
    made = [
        f for f in days if f.kind == "created_at" or re.search(r"creat|opened|receiv|order|date|start|since|on\b", f.name, re.I)
    ]
    due = [f for f in days if re.search(r"\b(?:due|deadline|until|ends?|expir\w*|return|pay|planned)\b", f.name, re.I)] or days
    return next(iter((due if to_come else made) or days), None)


def _figures(q: _Question) -> None:
    for m in _OVER.finditer(q.text):
        before = [f for f in q.table.fields if q.shape(f) == "number" and f.kind != "autonumber"]
        named = next((f for f in before if q.place(f.name)), None)
        one = named or (before[0] if len(before) == 1 else next((f for f in before if f.kind == "money"), None))
        if one is None or not q.free(*m.span()):
            continue
        number = float(m["n"].replace(",", "")) * (1000 if m["k"] else 1)
        q.take(*m.span())
        if named and (place := q.place(named.name)):
            q.take(*place.span())
        op: Any = _WAYS[" ".join(m["way"].lower().split())]
        q.conditions.append(Condition(field=one.id, op=op, value=int(number) if number.is_integer() else number))


def _linked(q: _Question) -> None:
    """Rows of other tables by what they are called, whole or by their first word when no other begins so."""
    for one in q.table.fields:
        if not isinstance(one, Link) or one.id not in q.names:
            continue
        names = q.names[one.id]
        found = [id for id, name in names.items() if (m := q.place(name)) and (q.take(*m.span()) or True)]
        if not found:
            for m in re.finditer(r"(?<!\w)[A-ZÄÖÜ0-9][\w&.-]{2,}(?:\s+[A-ZÄÖÜ][\w&.-]+)*", q.text):
                if q.free(*m.span()) and m[0].lower() not in _SILENT:
                    matching = [id for id, name in names.items() if re.search(rf"(?<!\w){re.escape(m[0])}(?!\w)", name, re.I)]
                    if matching:
                        found += matching
                        q.take(*m.span())
                        break
        if found:
            _also_taken(q, one)
            q.conditions.append(Condition(field=one.id, op="any_of", value=list(dict.fromkeys(found))[:50]))


def _quoted(q: _Question) -> str:
    m = _QUOTED.search(q.text)
    if m is None or not q.free(*m.span()):
        return ""
    q.take(*m.span())
    return m["said"].strip()


def _left(q: _Question) -> list[str]:
    words = [m for m in re.finditer(r"\w[\w'’&.-]*\w|\w", q.text) if q.free(*m.span())]
    left = [m for m in words if m[0].lower().removesuffix("'s") not in _SILENT and not re.fullmatch(r"(?i)top|\d{1,2}", m[0])]
    fields = [f for f in q.table.fields if f.name and any(_stem(f.name).lower() == _stem(m[0]).lower() for m in left)]
    named = {_stem(f.name).lower() for f in fields}
    return [m[0] for m in left if _stem(m[0]).lower() not in named]


def _looked_for(q: _Question, left: list[str]) -> tuple[str, list[str]]:
    """A name that stands nowhere in the table's own words is looked for in the rows themselves."""
    names = [word for word in left if word[:1].isupper() and q.text.index(word) > 0]
    if not names:
        return "", left
    q.notes.append(f"“{' '.join(names)}” is looked for anywhere in the row.")
    return " ".join(names), [word for word in left if word not in names]


def _asks_for_rows(q: _Question, summary: Summary) -> bool:
    """`Which order is the largest?` wants the row, not the figure."""
    return summary in ("maximum", "minimum") and bool(_LIST.search(q.text))


def _sorts(q: _Question, summary: Summary | None, of: str | None, show: str) -> tuple[Sort, ...]:
    if show != "rows" or summary not in ("maximum", "minimum"):
        return ()
    recent = re.search(r"\b(?:latest|newest|oldest|earliest)\b", q.text, re.I)
    field = _day_field(q) if recent and of is None else q.table.field(of) if of else None
    return (Sort(field=field.id, descending=summary == "maximum"),) if field else ()


def _limit(question: str) -> int:
    m = _TOP.search(question)
    return min(max(int(m["n"]), 1), 50) if m else 20
