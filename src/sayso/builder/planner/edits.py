"""Follow-up words on an existing app: commands first, then whatever describes something new, by the same path as a first wish."""

import re
from dataclasses import replace

from sayso.builder.planner.clauses import Clause, clauses
from sayso.builder.planner.commands import command
from sayso.builder.planner.finish import finished
from sayso.builder.planner.given import sketch_of
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.marks.changes import changed
from sayso.builder.planner.marks.layout import Layout
from sayso.builder.planner.marks.mark import Heard, Mark, marks_of
from sayso.builder.planner.marks.reading import understand as by_marks
from sayso.builder.planner.names import Touched, tables_in
from sayso.builder.planner.normalise import lowered
from sayso.builder.planner.reading import understand
from sayso.builder.planner.refusals import injected, refusal_for
from sayso.builder.planner.rights import spoken_of, without
from sayso.builder.planner.rule_commands import is_about_rule
from sayso.builder.planner.rule_edits import rule_changed
from sayso.builder.planner.spelling import Text
from sayso.builder.planner.wish import Note, Plan, Wish
from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.change import Change, apply, completed, difference
from sayso.spec.check import check

_UNDO = re.compile(
    r"^\s*(?:please\s+|no,?\s+|oh,?\s+|wait,?\s+|sorry,?\s+)*(?:undo(?:\s+(?:that|it|this|the\s+last(?:\s+(?:one|change|step))?))?|revert(?:\s+(?:that|it|this))?|take\s+(?:that|it)\s+back|go\s+back|put\s+it\s+back(?:\s+(?:as|how|the\s+way)\s+it\s+was)?|never\s*mind(?:\s+that)?|cancel\s+that|scratch\s+that)\s*[.!]*\s*(?:please)?[.!]*\s*$",
    re.I,
)
_AND = re.compile(
    r"(?:\s*[,;]\s*(?:and\s+|then\s+|also\s+)*|\s+(?:and\s+(?:then\s+|also\s+)?|then\s+))(?=(?:rename|remove|delete|drop|add|make|turn|move|call|change|convert|link|put|show|give|replace|stop|mark|require|chart|get\s+rid)\b)"
)


def edited(wish: Wish, text: Text, heard: Heard | None = None) -> Plan:
    """The plan for follow-up words. Words that change nothing end in a question, never in a silent plan.

    A clause is a command first, then what the tagger heard in it, then what the rules read in it.
    """
    assert wish.app is not None
    app = wish.app
    if _UNDO.match(text.text):
        return _undone(wish, app)
    if refusal := refusal_for(text.text):
        return Plan(app, _nothing("Nothing changed"), (), "refusal", refusal)
    if not injected(text.text) and (about_one := rule_changed(wish, text)) is not None:
        return about_one
    touched = Touched()
    pieces = [p for c in clauses(text.text) for p in _cut(c)]
    commands = injected(text.text)
    commanded = {c.sentence for c in pieces if any(a < c.end and b > c.start for a, b in commands)}
    marks = marks_of(text, heard.found) if heard is not None else []
    layout = Layout(text.text, marks)
    described: list[Clause] = []
    marked: list[Mark] = []
    notes: list[Note] = []
    renamed: dict[str, str] = {}
    for clause in without(pieces, spoken_of(app, text.text)):
        clause = _known_as(clause, renamed)
        if clause.sentence in commanded or not clause.text.strip():
            described.append(replace(clause, text="", raw=clause.raw))
            continue
        inside = [m for m in marks if m.start < clause.end and m.end > clause.start]
        fresh = [m for m in inside if m.tag != "E"]
        done = command(clause.raw, app, touched) if len(inside) == len(fresh) else None
        after = _taken(app, done.steps) if done is not None and done.steps else app if done is not None else None
        if done is None or after is None:
            told = False
            for change in [m for m in inside if m.tag == "E"]:
                done = changed(change, marks, layout, app, touched, heard)
                after = _taken(app, done.steps) if done is not None and done.steps else None
                if done is not None and after is not None:
                    renamed |= _renames(app, after)
                    app, touched, told = after, Touched(done.table or touched.table, done.field, done.rule), True
                    notes.append(Note("yours", done.path, change.raw, text.span(change.start, change.end)))
            if not told and len(inside) > len(fresh) and (done := command(clause.raw, app, touched)) is not None:
                after = _taken(app, done.steps) if done.steps else app
                if after is not None:
                    renamed |= _renames(app, after)
                    app, touched, told = after, Touched(done.table or touched.table, done.field, done.rule), True
                    notes.append(Note("yours", done.path, clause.raw.strip(), text.span(clause.start, clause.end)))
                    described += [
                        replace(clause, raw=w, text=w.lower(), heading="", section="", bullet=False) for w in done.words
                    ]
            rule = is_about_rule(clause.text, app, touched) if not told else None
            if rule is not None and not re.search(r"\b(?:when|every|each|if)\b", clause.text):
                touched.rule = rule.id
                notes.append(Note("yours", f"automations/{rule.id}", clause.raw.strip(), text.span(clause.start, clause.end)))
                continue
            if not told and _directed(clause, app, touched) is not clause:
                described.append(clause)
                continue
            marked += fresh
            silent = told or any(m.tag in "FLOXVWSDAR" for m in fresh)
            described.append(replace(clause, text="") if silent or _COMMANDED.match(clause.text) else clause)
            continue
        renamed |= _renames(app, after)
        app = after
        touched = Touched(done.table or touched.table, done.field, done.rule)
        notes.append(Note("yours", done.path, clause.raw.strip(), text.span(clause.start, clause.end)))
        for words in done.words:
            described.append(replace(clause, raw=words, text=words.lower(), heading="", section="", bullet=False))
    return _described(wish, text, app, touched, described, notes, marked, heard)


_COMMANDED = re.compile(
    r"^(?:(?:and|also|then|please|can you|could you)\s+)*(?:rename|relabel|remove|delete|drop|get\s+rid|scrap|undo|revert|swap|move)\b"
)


def _renames(before: App, after: App) -> dict[str, str]:
    """Tables that go by another name now: the old one may still be said."""
    return {t.name: new.name for t in before.tables if (new := after.table(t.id)) is not None and new.name != t.name}


def _known_as(clause: Clause, renamed: dict[str, str]) -> Clause:
    raw = clause.raw
    for old, new in renamed.items():
        for a, b in ((old, new), (lemma(old), lemma(new))):
            raw = re.sub(rf"(?i)(?<![\w-]){re.escape(a)}(?![\w-])", b, raw)
    return clause if raw == clause.raw else replace(clause, raw=raw, text=lowered(raw))


def _described(
    wish: Wish,
    text: Text,
    app: App,
    touched: Touched,
    pieces: list[Clause],
    notes: list[Note],
    marked: list[Mark],
    heard: Heard | None,
) -> Plan:
    """What is new in follow-up words, on the app as the commands left it."""
    assert wish.app is not None
    sketch = sketch_of(app)
    if touched.table and (table := app.table(touched.table)):
        sketch.subject = next((t for t in sketch.tables if t.origin is table), None)
    pieces = [_directed(c, app, touched) for c in pieces]
    readable = [c for c in pieces if c.text.strip()]
    understand(readable, sketch) if readable else None
    by_marks(text.text, marked, sketch, heard) if marked else None
    made = finished(replace(wish, app=app), text, sketch, pieces, tuple(notes))
    change = difference(wish.app, made.spec, made.change.title)
    if not change.steps:
        left = tuple(n for n in made.notes if n.kind == "not_understood") or tuple(
            Note("not_understood", "", c.raw.strip(), text.span(c.start, c.end)) for c in pieces
        )
        asked = Note("question", "", "What should change?", None, _ready(wish.app))
        message = (
            "I did not find anything to change in that. Name a table or a field and what should become of it."
            if text.text.strip()
            else "Tell me what should change."
        )
        return Plan(wish.app, _nothing("Nothing changed"), (asked, *left), "question", message)
    return replace(made, change=change, notes=(*notes, *made.notes))


def _ready(app: App) -> tuple[str, ...]:
    table = app.tables[0].name if app.tables else "Clients"
    return (f"Add a due date to {table}", f"Make a board of {table}", f"Add a form for {table}")


def _nothing(title: str) -> Change:
    return Change(title=title, steps=())


def _undone(wish: Wish, app: App) -> Plan:
    """Back to how it was before the last message that changed something."""
    before = next((t.before for t in reversed(wish.said) if t.before is not None and t.before != app), None)
    if before is None:
        return Plan(
            app,
            _nothing("Nothing to undo"),
            (),
            "question",
            "There is nothing to undo in this conversation. What was built earlier can be undone with the undo button.",
        )
    return Plan(before, difference(app, before, "Undo the last change"), (), "plan", "Back to how it was before.")


def _taken(app: App, steps: list[dict[str, object]]) -> App | None:
    """The app after a command's steps; None when they cannot stand, so that the words are listed instead."""
    try:
        change = completed(app, Change.model_validate({"title": "", "steps": steps}))
        after = apply(app, change)
    except (Invalid, ValueError):
        return None
    known = {str(p) for p in check(app)}
    return after if all(str(p) in known for p in check(after)) else None


def _cut(clause: Clause) -> list[Clause]:
    """`rename A to B and remove C` is two commands."""
    spans: list[tuple[int, int]] = []
    at = 0
    for m in _AND.finditer(clause.text):
        if not re.search(r"\b(?:when|if|every)\b", clause.text[: m.start()]) and not re.search(
            r"\bsplit\b", clause.text[: m.start()]
        ):
            spans.append((at, m.start()))
            at = m.end()
    spans.append((at, len(clause.text)))
    if len(spans) == 1:
        return [clause]
    return [
        replace(clause, start=clause.start + a, end=clause.start + b, raw=clause.raw[a:b], text=clause.text[a:b])
        for a, b in spans
        if clause.text[a:b].strip()
    ]


_ADD = re.compile(
    r"^(?:(?:and|also|then|please)\s+)*(?:add|include|create|put|give\s+me|insert|we\s+need|i\s+need|i\s+want|we\s+want)\s+(?P<x>.+?)\s+(?:to|on|in|for|into)\s+(?:the\s+|each\s+|every\s+|all\s+|our\s+)?(?P<t>[\w' -]{2,40}?)(?:\s+table)?\s*(?P<rest>\(.*\))?[.!]?$"
)
_ADD_BARE = re.compile(
    r"^(?:(?:and|also|then|please)\s+)*(?:add|include|insert)\s+(?P<x>(?!.*\b(?:table|view|board|calendar|chart|dashboard|form|gallery|timeline|automation|role|reminder)\b).+)$"
)
_GIVE = re.compile(
    r"^(?:(?:and|also|then|please)\s+)*give\s+(?:each|every|all|the)?\s*(?P<t>[\w' -]{2,40}?)\s+(?P<x>(?:an?|the|their|its|some)\s+.+)$"
)
_NEW_TABLE = re.compile(
    r"^(?:(?:and|also|then|please)\s+)*(?:add|create|make|we\s+(?:also\s+)?need|i\s+(?:also\s+)?need|we\s+want|i\s+want)\s+(?:an?\s+|another\s+)?(?:new\s+)?(?:table\s+(?:for|of|called|named)\s+(?P<a>[\w' -]{2,40}?)|(?P<b>[\w -]{2,40}?)\s+table)(?:\s*(?:with|:|\()\s*(?P<f>.+?)\)?)?[.!]?$"
)


_COLUMN = re.compile(
    r"^.*?\b(?:column|field)s?\s+(?:for|called|named|with)\s+(?:the\s+|an?\s+)?(?P<x>.+?)\s+(?:to|on|in|into|of)\s+(?:the\s+|each\s+|every\s+)?(?P<t>[\w' -]{2,40}?)(?:\s+table)?$"
)
_FIELD_WORD = re.compile(r"(?i)\s+(?:fields?|columns?)$")


def _directed(clause: Clause, app: App, touched: Touched) -> Clause:
    """`add a phone to clients` says that each client has a phone; so it is read like that."""
    text, raw = clause.text, clause.raw

    def said(words: str) -> Clause:
        return replace(clause, raw=words, text=words.lower() if len(words.lower()) == len(words) else words)

    if m := _NEW_TABLE.match(text):
        name = m["a"] or m["b"]
        if not any(t.name.lower() == name for t in app.tables):
            fields = raw[m.start("f") : m.end("f")] if m["f"] else "a name"
            return said(f"each {name} has {fields}")
    if m := _GIVE.match(text):
        tables = tables_in(app, m["t"])
        if tables:
            return said(f"each {tables[0].name} has {raw[m.start('x') : m.end('x')]}")
    if m := _COLUMN.match(text):
        tables = tables_in(app, m["t"])
        if tables:
            return said(f"each {tables[0].name} has a {raw[m.start('x') : m.end('x')]}")
    if (m := _ADD.match(text)) and not re.search(
        r"\b(?:view|board|kanban|calendar|chart|graph|dashboard|gallery|timeline|automation|reminder)\b", m["x"]
    ):
        tables = tables_in(app, m["t"])
        if tables:
            what = re.sub(r"^(?:an?\s+|the\s+)?(?:new\s+)?(?:fields?|columns?)\s+(?:for\s+|called\s+|named\s+|:\s*)?", "", m["x"])
            what = raw[m.start("x") + len(m["x"]) - len(what) : m.end("x")]
            return said(f"each {tables[0].name} has {_FIELD_WORD.sub('', what)} {m['rest'] or ''}".strip())
    if (m := _ADD_BARE.match(text)) and not tables_in(app, m["x"]):
        table = app.table(touched.table or "") or max(app.tables, key=lambda t: len(t.fields), default=None)
        if table is not None and not re.search(r"\b(?:when|every|if)\b", m["x"]):
            return said(f"each {table.name} has {_FIELD_WORD.sub('', raw[m.start('x') : m.end('x')])}")
    return clause
