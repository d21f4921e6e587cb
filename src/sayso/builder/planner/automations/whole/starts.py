"""What starts an automation, in words: the trigger, the table of its row, and which characters said so."""

import re
from dataclasses import dataclass, field
from typing import Any

from sayso.builder.planner.automations import dates, events
from sayso.builder.planner.automations.whole.pieces import verb_at
from sayso.builder.planner.automations.whole.which import rows_meant
from sayso.builder.planner.conditions import condition
from sayso.builder.planner.inflect import singular
from sayso.builder.planner.intents import BEFORE
from sayso.builder.planner.names import stems, tables_in
from sayso.builder.planner.schedule import schedules
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Select
from sayso.spec.filter import Condition, Filter
from sayso.spec.table import Table
from sayso.spec.view import Form

Json = dict[str, Any]
Span = tuple[int, int]


@dataclass(slots=True)
class Start:
    """`trigger` as the spec writes it; `row` is the table whose row the steps see. `spans` are the characters that said so."""

    trigger: Json
    row: Table | None = None
    spans: tuple[Span, ...] = ()
    assumed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    sure: bool = True
    """Whether the words say this trigger outright, so that no other reading is asked."""


_WHEN = r"(?:when(?:ever)?|once|as\s+soon\s+as|every\s+time|each\s+time|any\s?time|the\s+moment|if|on|after|upon)"
_WEBHOOK = re.compile(
    rf"\b{_WHEN}\s+(?:(?:our|the|an?|my|their)\s+)?(?P<who>[\w' -]{{0,40}}?)\s*(?:calls?|posts?\s+to|hits?|triggers?|sends?(?:\s+us)?|fires?|pings?)\s+(?:an?|our|the|this|that|its|your|us\s+an?)?\s*(?:incoming\s+)?webhook(?:\s+(?:comes\s+in|arrives))?|"
    rf"\b{_WHEN}\s+(?:an?|the|our|any|some)\s+(?P<who2>(?:[\w'-]+\s+){{0,3}}?)webhook\s+(?:comes?\s+in|arrives?|is\s+(?:called|received|hit|triggered|sent)|gets\s+(?:called|hit)|fires?)(?:\s+from\s+(?P<who3>\w+))?|"
    r"\b(?:on|from|by|via|for\s+(?:each|every))\s+(?:an?\s+|the\s+|our\s+|every\s+)?(?:incoming\s+)?(?P<who4>(?:\w+\s+){0,2}?)webhook\b(?!\s+to)|"
    rf"\b{_WHEN}\s+(?P<who5>stripe|github|shopify|woocommerce|zapier|make|our\s+(?:shop|website|site|store|app|erp))\s+(?:sends?|posts?|tells?|calls?)\s+(?:us\b|(?:the\s+)?(?:address|url|endpoint)|an?\s+(?:event|new\s+\w+))"
)
_EMAIL = re.compile(
    rf"\b{_WHEN}\s+(?:(?:an?|any|some|the|our|we\s+(?:get|receive)\s+an?|someone\s+sends\s+(?:us\s+)?an?|somebody\s+sends\s+(?:us\s+)?an?|customers?\s+sends?\s+(?:us\s+)?an?)\s+)?(?:new\s+|incoming\s+)?(?:e-?mail|mail)s?\s+(?:to\s+\S+\s+)?(?:arrives?|comes?\s+in|is\s+received|lands?|reaches\s+us|gets\s+in)(?:\s+(?:in|at|to)\s+(?:the\s+)?(?P<where>[\w.@+-]+(?:\s+(?:folder|inbox|mailbox))?))?|"
    rf"\b{_WHEN}\s+(?:we|i)\s+(?:get|receive)\s+an?\s+(?:new\s+)?e-?mail(?:\s+(?:in|at|to)\s+(?:the\s+)?(?P<where2>[\w.@+-]+(?:\s+(?:folder|inbox|mailbox))?))?|"
    r"\bfor\s+(?:each|every)\s+(?:new\s+|incoming\s+)?e-?mail\b(?:\s+(?:in|at|to)\s+(?:the\s+)?(?P<where3>[\w.@+-]+(?:\s+(?:folder|inbox|mailbox))?))?|"
    rf"\b{_WHEN}\s+(?:someone|somebody|anyone|people|customers?|clients?|a\s+\w+)\s+(?:e-?mails?|mails?|writes?\s+to)\s+(?:us|(?P<where4>[\w.+-]+@[\w.-]+\w))"
)
_MESSAGE = re.compile(
    rf"\b{_WHEN}\s+(?:someone|somebody|anyone|people|a\s+\w+|members?|we|i)\s+(?:messages?|writes?(?:\s+to)?|asks?|chats?\s+(?:to|with)|talks?\s+to|sends\s+a\s+message\s+to)\s+(?:the\s+|our\s+)?(?:co-?worker\s+)?(?P<who>[\w' -]{{2,40}}?)(?=\s*(?:,|$|\ba\s+question|\bsomething|\bfor\b))"
)
_BUTTON = re.compile(
    rf"\b{_WHEN}\s+(?:i|we|someone|somebody|a\s+\w+|the\s+\w+|they|you|people|anyone)\s+(?:press(?:es)?|clicks?(?:\s+on)?|push(?:es)?|hits?|taps?)\s+(?:the|an?|on\s+the|on\s+an?)?\s*(?P<label>\"[^\"]+\"|“[^”]+”|'[^']+'|[\w &-]{{2,40}}?)\s*(?:button)\b(?:\s+(?:on|of|in|for)\s+(?:an?|the|each|every)?\s*(?P<on>[\w -]{{2,40}}?)(?=\s*(?:,|$|:)))?|"
    rf"\b{_WHEN}\s+(?:the\s+|an?\s+)?(?P<label3>\"[^\"]+\"|“[^”]+”|[\w &-]{{2,40}}?)\s+button\s+(?:is|gets)\s+(?:pressed|clicked|pushed|hit)(?:\s+(?:on|of|in|for)\s+(?:an?|the|each|every)?\s*(?P<on3>[\w -]{{2,40}}?)(?=\s*(?:,|$|:)))?|"
    r"\b(?:an?|the|with\s+an?|add\s+an?)\s+button\s+(?:called\s+|named\s+|labell?ed\s+)?(?P<label2>\"[^\"]+\"|“[^”]+”|'[^']+')(?:\s+(?:on|of|in|for)\s+(?:an?|the|each|every)?\s*(?P<on2>[\w -]{2,40}?)(?=\s*(?:,|$|:|\bthat\b|\bwhich\b|\bto\b)))?(?:\s+(?:that|which|to))?"
)
_FORM = re.compile(
    rf"\b{_WHEN}\s+[^,]*?\bforms?\b[^,]*?\b(?:submitted|sent|filled|completed|comes?\s+in|in|out|answered)\b(?:\s+(?:in|out))?|\b{_WHEN}\s+(?:someone|somebody|anyone|a\s+\w+|people|\w+s)\s+(?:fills?|submits?|sends?|completes?|answers?)\s+[^,]*?\bform\b(?:\s+(?:in|out))?"
)
_DELETED = re.compile(
    rf"\b{_WHEN}\s+(?:(?:someone|somebody|anyone|we|i|a\s+\w+)\s+(?:deletes?|removes?|trashes|throws?\s+away)\s+(?:an?|the|any)\s+(?P<a>[\w -]{{2,40}}?)|(?:an?|any|the)\s+(?P<b>[\w -]{{2,40}}?)\s+(?:is|gets|was|has\s+been)\s+(?:deleted|removed|trashed|thrown\s+away|put\s+(?:in|into)\s+the\s+trash))(?=\s*(?:,|$|\b))"
)
_ENTERS = re.compile(
    rf"\b{_WHEN}\s+(?:an?|any|the|new|something)?\s*(?P<t>[\w -]{{0,40}}?)\s*(?:enters?|appears?\s+in|shows?\s+up\s+in|lands?\s+in|comes?\s+into|moves?\s+into|gets\s+into|is\s+now\s+in)\s+(?:the\s+)?(?:view\s+)?(?P<v>\"[^\"]+\"|“[^”]+”|[\w' -]{{2,50}}?)(?:\s+view)?(?=\s*(?:,|$))"
)
_FROM_TO = re.compile(
    rf"\b{_WHEN}\s+(?P<what>[^,]{{2,80}}?)\s+(?:changes?|goes|moves?|switch(?:es)?|turns?|is\s+(?:changed|moved|set|switched|put)|gets\s+(?:changed|moved|set)|drops?|jumps?)\s+(?:back\s+)?from\s+(?P<a>\"[^\"]+\"|[^,]{{1,40}}?)\s+(?:to|into)\s+(?P<b>\"[^\"]+\"|[\w' -]{{1,40}})"
)
_CALLED = re.compile(
    rf"\b{_WHEN}\s+(?:(?:another|an?\s+other|some\s+other)\s+automation\s+(?:calls?|starts?|runs?)\s+(?:it|this)|(?:it|this)\s+is\s+called(?:\s+(?:by|over|from|through)\s+[\w ]{{2,40}})?|(?:the\s+api|an?\s+agent|mcp|an?\s+mcp\s+client)\s+calls?\s+(?:it|this))(?:\s+with\s+(?P<inputs>[^,.;]+(?:,\s*[^,.;]+)*?\s+and\s+[\w ]+|[\w ]+))?"
)
_VERIFY = (
    ("stripe", "stripe"),
    ("github", "github"),
    ("slack", "slack"),
    ("signed", "standard"),
    ("standard webhook", "standard"),
    ("secret", "secret"),
)
_TIME = re.compile(r"\bat\s+(?P<h>[01]?\d|2[0-3])(?::(?P<m>[0-5]\d))?\s*(?P<half>am|pm)?\b")


def start_of(raw: str, app: App, table: Table | None = None) -> Start | None:
    """The trigger that the words say, whichever comes first in this list; None when they say none. `table` is what is spoken of."""
    text = raw.lower() if len(raw.lower()) == len(raw) else raw
    for one in (
        _webhook,
        _email,
        _message,
        _button,
        _called,
        _form,
        _deleted,
        _moved,
        _enters,
        _dated,
        _on_a_date,
        _scheduled,
        _event,
    ):
        if (start := one(text, raw, app, table)) is not None:
            return start
    return None


def _webhook(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = _WEBHOOK.search(text)
    if m is None or re.search(r"\b(?:send|fire|post|call|trigger)s?\s+(?:an?|the|our)\s*$", text[: m.start()]):
        return None
    if re.search(r"\b(?:is|are|becomes?|gets?|was|has)\b", m["who"] or ""):
        return None
    trigger: Json = {"kind": "webhook"}
    if verify := next((v for word, v in _VERIFY if word in text), None):
        trigger["verify"] = verify
    start = Start(trigger, None, ((m.start(), _end(text, m.end())),))
    if "verify" not in trigger:
        start.assumed.append("anybody who knows the address may call it; choose in the trigger how the caller proves itself")
    return start


def _end(text: str, at: int) -> int:
    """To the end of the event: its comma, or the action after it."""
    stop = re.compile(r"[,;:]|\s-?->\s|\.\s|$").search(text, at)
    end = stop.start() if stop else len(text)
    verb = verb_at(text[at:end], 1)
    return at + verb if verb is not None else end


def _email(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = _EMAIL.search(text)
    if m is None:
        return None
    where = next((g for n in ("where", "where2", "where3", "where4") if (g := m[n])), "")
    trigger: Json = {"kind": "email"}
    if where.endswith(" folder"):
        trigger["folder"] = raw[m.start() : m.end()][m[0].rfind(where) :].removesuffix(" folder").strip()
    return Start(trigger, None, ((m.start(), m.end()),))


def _message(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = _MESSAGE.search(text)
    said = stems(m["who"]) if m else []
    who = next((c for c in app.coworkers if stems(c.name) == said or (set(stems(c.name)) <= set(said))), None) if m else None
    if m is None or who is None:
        return None
    return Start({"kind": "message", "coworker": who.id}, None, ((m.start(), _end(text, m.end())),))


def _button(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = _BUTTON.search(text)
    if m is None:
        return None
    n = next((n for n in ("label", "label2", "label3") if m[n]), "label")
    label = raw[m.start(n) : m.end(n)].strip("\"“”' ") or "Run"
    on = m[{"label": "on", "label2": "on2", "label3": "on3"}[n]]
    row = (
        next(iter(tables_in(app, on or "")), None)
        or table
        or next(iter(tables_in(app, text)), None)
        or next(iter(app.tables), None)
    )
    if row is None:
        return None
    label = re.sub(r"(?i)^(?:the|an?)\s+", "", label)
    return Start({"kind": "button", "table": row.id, "label": label[:1].upper() + label[1:]}, row, (m.span(),))


def _form(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = _FORM.search(text)
    if m is None:
        return None
    row = next(iter(tables_in(app, m[0])), None) or table or next(iter(tables_in(app, text)), None)
    forms = [v for v in app.views if isinstance(v, Form)]
    said = set(stems(m[0]))
    if named := next((v for v in forms if set(stems(v.name)) <= said and len(stems(v.name)) > 1), None):
        return Start({"kind": "form_submitted", "view": named.id}, app.table(named.table), (m.span(),))
    form = next((v for v in forms if row is not None and v.table == row.id), None) or (
        forms[0] if len(forms) == 1 and row is None else None
    )
    if form is not None:
        return Start({"kind": "form_submitted", "view": form.id}, app.table(form.table), (m.span(),))
    if row is None:
        return None
    return Start(
        {"kind": "row_created", "table": row.id},
        row,
        (m.span(),),
        [f"there is no form of {row.name} yet: it starts with every new row"],
    )


def _deleted(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = _DELETED.search(text)
    row = next(iter(tables_in(app, m["a"] or m["b"])), None) if m else None
    if m is None or row is None:
        return None
    filter = rows_meant(m["a"] or m["b"], row)
    return Start({"kind": "row_deleted", "table": row.id, **_limit(filter)}, row, ((m.start(), _end(text, m.end())),))


def _enters(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = _ENTERS.search(text)
    if m is None:
        return None
    said = stems(m["v"])
    views = [v for v in app.views if hasattr(v, "table") and not isinstance(v, Form)]
    named = (
        [v for v in views if stems(v.name) == said]
        or [v for v in views if said and set(said) <= set(stems(v.name))]
        or [v for v in views if re.search(r"\bview\b", m[0]) and set(stems(v.name)) <= set(said)]
    )
    if not named:
        return None
    return Start({"kind": "enters_view", "view": named[0].id}, app.table(named[0].table), (m.span(),))  # type: ignore[union-attr]


def _called(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = _CALLED.search(text)
    if m is None:
        return None
    names = (
        [n.strip() for n in re.split(r",|\band\b", raw[m.start("inputs") : m.end("inputs")]) if n.strip()] if m["inputs"] else []
    )
    names = [re.sub(r"(?i)^(?:the|an?)\s+", "", n)[:60] for n in names]
    return Start(
        {"kind": "called", **({"inputs": [{"name": n} for n in dict.fromkeys(names)]} if names else {})}, None, (m.span(),)
    )


def choice_of(words: str, app: App, table: Table | None, near: str = "") -> tuple[Table, Select, str] | None:
    """The choice that some words are, on the field that is named nearby, or on the table that is spoken of."""
    low = words.strip(" \"“”'.,").lower()
    hits = [
        (t, f, o.id)
        for t in app.tables
        for f in t.fields
        if isinstance(f, Select)
        for o in f.options
        if o.name.lower() == low or (len(o.name) > 3 and low.startswith(f"{o.name.lower()} "))
    ]
    told = set(stems(near))
    return max(
        hits,
        key=lambda h: (
            bool(set(stems(h[1].name)) & told),
            bool(set(stems(h[0].name)) & told),
            table is not None and h[0].id == table.id,
        ),
        default=None,
    )


def _moved(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = _FROM_TO.search(text)
    if m is None:
        return None
    to = choice_of(m["b"], app, table, m["what"])
    was = choice_of(m["a"], app, table, m["what"])
    if to is None or was is None or was[1].id != to[1].id:
        return None
    row, one, id = to
    end = m.start("b") + len(next(o.name for o in one.options if o.id == id)) + (m["b"][:1] in '"“') * 2
    trigger: Json = {
        "kind": "row_changed", "table": row.id, "fields": [one.id],
        "was": {"of": [{"field": one.id, "op": "is", "value": was[2]}]}, "filter": {"of": [{"field": one.id, "op": "is", "value": id}]},
    }  # fmt: skip
    return Start(trigger, row, ((m.start(), min(end, len(text))),))


def _dated(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    m = BEFORE.search(text)
    if (
        m is None
        or re.search(r"\bhours?|hrs?\b", m["unit"] or "")
        or re.search(r"\b(?:wait|pause|hold)\w*\s+(?:for\s+)?$", text[: m.start()])
    ):
        return None
    what = (m["what"] or m["what2"] or m["what3"] or "").strip()
    found = _date_field(what, text, app, table)
    if found is None:
        return None
    row, one = found
    end = m.end()
    for g in ("what", "what2"):
        if m[g]:
            named = re.match(
                rf"(?:\s*(?:the|its|their|an?|each|every|our)\s+)?(?:[\w']+\s+){{0,2}}?{re.escape(one.name.lower())}(?:\s+of\s+(?:an?|the|each|every)\s+[\w-]+)?",
                m[g],
            )
            short = re.match(
                r"\s*(?:the|its|their|an?|our)?\s*(?:due\s+date|deadline|expiry\s+date|expiry|end\s+date|start\s+date|date|event|start|appointment|[\w]+\s+(?:is\s+due|expires|ends|starts|begins))\b",
                m[g],
            )
            best = named or short
            end = m.start(g) + (best.end() if best else _verb_or_end(m[g]))
            break
    raw_count = m["n"] or m["n3"] or m["n4"] or m["n5"] or "1"
    unit = (m["unit"] or m["unit3"] or m["unit4"] or m["unit5"] or "day").split()[-1].rstrip("s")
    days = (dates.NUMBERS.get(raw_count) or int(raw_count if raw_count.isdigit() else 1)) * dates.UNIT_DAYS.get(unit, 1)
    side2 = m["side2"] or ""
    days = 7 if "week" in side2 else 0 if "morning of" in side2 else days
    if (m["side"] or ("after" if m["n4"] else "before")).startswith(("before", "prior", "ahead", "in")):
        days = -days
    trigger: Json = {"kind": "date_reached", "table": row.id, "field": one.id, **({"days": days} if days else {})}
    spans: list[Span] = [(m.start(), end)]
    if (time := _TIME.search(text, end, min(len(text), end + 14))) is not None:
        hour = int(time["h"]) % 12 + 12 if time["half"] == "pm" else int(time["h"]) % 24
        trigger["time"] = f"{hour:02}:{time['m'] or '00'}"
        spans.append(time.span())
    return Start(trigger, row, tuple(spans))


_ON_A_DATE = re.compile(
    r"\bon\s+(?:the|its|their|an?)\s+(?P<f>[a-z][a-z ]{2,30}?)(?=\s+(?:of\b|at\b|e-?mail\b|notify\b|send\b|post\b|remind\b)|\s*,|$)(?:\s+of\s+(?:an?|the|each|every)\s+[\w-]+)?"
)


def _on_a_date(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    """`on the due date of an invoice at 9`."""
    m = _ON_A_DATE.search(text)
    if m is None:
        return None
    tables = [*tables_in(app, m[0]), *([table] if table else []), *tables_in(app, text), *app.tables]
    hits = [(t, f) for t in tables for f in t.fields if f.kind in ("date", "datetime") and f.name.lower() == m["f"].strip()]
    if not hits:
        return None
    row, one = hits[0]
    trigger: Json = {"kind": "date_reached", "table": row.id, "field": one.id}
    spans: list[Span] = [m.span()]
    if (time := _TIME.search(text, m.end(), min(len(text), m.end() + 14))) is not None:
        hour = int(time["h"]) % 12 + 12 if time["half"] == "pm" else int(time["h"]) % 24
        trigger["time"] = f"{hour:02}:{time['m'] or '00'}"
        spans.append(time.span())
    return Start(trigger, row, tuple(spans))


def _verb_or_end(words: str) -> int:
    verb = verb_at(words, 3)
    return verb if verb is not None else len(words)


def _date_field(what: str, text: str, app: App, table: Table | None) -> tuple[Table, AnyField] | None:
    said = [*tables_in(app, what), *tables_in(app, text)]
    order = [*said, *([table] if table else []), *app.tables]
    words = {singular(w) for w in re.findall(r"[a-z]+", what or text)}
    for one in dict.fromkeys(t.id for t in order):
        row = app.table(one)
        days = [f for f in row.fields if f.kind in ("date", "datetime")] if row else []
        if row is None or not days:
            continue
        named = [f for f in days if {singular(w) for w in re.findall(r"[a-z]+", f.name.lower())} & words - {"date"}]
        for said_as, called in (
            (r"expir|run|end|lapse|renew", r"expir|end|until|renew"),
            (r"due|deadline|overdue|late", r"due|deadline"),
            (r"start|begin|event|arriv|it\b|appointment|visit", r"start|date|arriv|from|day|when"),
        ):
            if re.search(said_as, what or text):
                named += [f for f in days if re.search(called, f.name.lower())]
        if named:
            return row, named[0]
        if row in said or len(days) == 1:
            return row, days[0]
    return None


def _scheduled(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    found = [s for s in schedules(text) if s.strong]
    if not found:
        return None
    when = re.match(rf"\s*{_WHEN.replace('|on|', '|')}\b", text)
    if when and found[0].start > 24:
        return None
    said = found[0]
    start = Start(
        {"kind": "schedule", "cron": said.cron, "words": raw[said.start : said.end].strip(" ,")[:300]},
        None,
        ((said.start, said.end),),
    )
    if said.assumed:
        start.assumed.append(said.assumed)
    return start


_EVENT = re.compile(
    rf"(?:^|(?<=[\s,(]))(?:{_WHEN.replace('|on|', '|').replace('|after|', '|')}|for\s+(?:each|every)\s+new|(?:each|every|any)\s+new|^new)\s+(?P<event>.+)"
)


def _event(text: str, raw: str, app: App, table: Table | None) -> Start | None:
    """A row that is added, or comes to meet a condition."""
    m = _EVENT.search(text)
    if m is None:
        return None
    at = m.start("event")
    event = text[at : _end(text, at)]
    new = bool(re.search(r"\bnew\b", m[0][: m.start("event") - m.start()]))
    end = at + len(event)
    row = next(iter(tables_in(app, event)), None) or table
    if row is None:
        row = _owner(event, app)
    if row is None:
        return None
    spans = ((m.start(), end),)
    made = re.sub(r"\bnew\b", "   ", event)
    filter, fields = condition(event if re.search(r"\bbecomes?|\bchang|\bmoves?", event) else made, row)
    if (new or events.CREATED.search(event)) and not re.search(r"\b(?:becomes?|changes?|moves?|is\s+(?:set|marked))\b", event):
        return Start({"kind": "row_created", "table": row.id, **_limit(filter)}, row, spans, sure=False)
    watched = fields or tuple(
        f.id
        for f in row.fields
        if re.search(rf"\b{re.escape(f.name.lower())}\b", event) and re.search(r"\bchang|\bupdat|\bedit|\bmov", event)
    )
    if not watched and not re.search(r"\bchang|\bupdat|\bedit", event):
        return None
    return Start(
        {"kind": "row_changed", "table": row.id, **({"fields": list(watched)} if watched else {}), **_limit(filter)},
        row,
        spans,
        sure=False,
    )


def _owner(event: str, app: App) -> Table | None:
    """The table of which the event names a field or a choice."""
    words = set(stems(event))
    ranked = [
        (
            len([f for f in t.fields if set(stems(f.name)) <= words])
            + any(re.search(rf"\b{re.escape(o.name.lower())}\b", event) for f in t.fields for o in getattr(f, "options", ())),
            t,
        )
        for t in app.tables
    ]
    best = max(ranked, key=lambda r: r[0], default=None)
    return best[1] if best and best[0] else (app.tables[0] if len(app.tables) == 1 else None)


def _limit(filter: Filter) -> Json:
    return {"filter": filter.portable()} if filter.of else {}


def met(filter: Filter, more: Filter) -> Filter:
    """Both filters at once; what the second says of a field goes before the first."""
    told = {c.field for c in more.of if isinstance(c, Condition)}
    return Filter(of=(*(c for c in filter.of if not isinstance(c, Condition) or c.field not in told), *more.of))
