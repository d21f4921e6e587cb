"""Follow-up words that command a change: rename, remove, require, turn into, choices, move, split, replace.

Each command takes a clause and gives steps to apply at once, and words to be read as if they described something new.
"""

import re

from sayso.builder.planner import options as choice
from sayso.builder.planner.command_steps import Done, Step, alter, altered, path_of, words_of
from sayso.builder.planner.kind_words import KIND, KINDS, turned
from sayso.builder.planner.names import Touched, choice_in, field_in, same_name, tables_in, view_in
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.rule_commands import reschedule, rule_meant, stop_rule
from sayso.builder.planner.shape_commands import move, replace, split
from sayso.builder.planner.statements import called, statement
from sayso.spec.app import App
from sayso.spec.fields import AnyField, MultiSelect, Select
from sayso.spec.part import id_from
from sayso.spec.table import Table


def command(raw: str, app: App, touched: Touched) -> Done | None:
    """The first command that a clause is; None when it describes something instead."""
    text = raw.lower() if len(raw.lower()) == len(raw) else raw
    text = re.sub(
        r"^(?:(?:and|also|then|please|can you|could you|i want to|i'd like to|we want to|we'd like to|let's|now|next|just|oh|ok|okay|so|but|hi|hello),?\s+)+",
        "",
        text,
    )
    raw = raw[len(raw) - len(text) :]
    for one in (called, _rename, split, replace, stop_rule, reschedule, _required, _add_choice, _remove, _turn, move, statement):
        if (done := one(text.strip(" .!"), raw.strip(" .!"), app, touched)) is not None:
            return done
    return None


_OF_TABLE = r"(?:\s+(?:in|on|of|from|to|for)\s+(?:the\s+|each\s+|every\s+)?(?P<t>[\w' -]{2,40}?)(?:\s+table)?)?"
_NOUN = r"(?:\s+(?:field|column|table|option|choice|view|status|role))?"
_RENAME = (
    re.compile(r"^(?:rename|relabel)\s+(?:the\s+)?(?P<a>.+?)" + _NOUN + r"\s+(?:to|as|into|=>?|->)\s+(?P<b>.+)$"),
    re.compile(r"^(?:change|update)\s+the\s+(?:name|title|label)\s+of\s+(?:the\s+)?(?P<a>.+?)\s+(?:to|into)\s+(?P<b>.+)$"),
    re.compile(r"^call\s+(?:the\s+)?(?P<a>.+?)" + _NOUN + r"\s+(?P<b>[\"'].+[\"']|[\w' -]+?)(?:\s+instead)?$"),
    re.compile(r"^(?:the\s+)?(?P<a>[\w' -]{2,50}?)" + _NOUN + r"\s+should\s+(?:be\s+called|be\s+named|read)\s+(?P<b>.+)$"),
)  # fmt: skip


def _name(words: str) -> str:
    plain = re.sub(r"^(?:the|an?)\s+", "", words.strip().strip("\"'“”.").strip())
    return cased_name(plain.replace("{", "").replace("}", ""))[:80]


def _rename(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    for pattern in _RENAME:
        m = pattern.match(text)
        if not m:
            continue
        new = _name(raw[m.start("b") : m.end("b")])
        what = m["a"].strip(" \"'")
        if not new:
            return None
        whole = next((t for t in app.tables if same_name(t.name, what)), None)
        if whole is not None:
            return Done(
                [{"do": "rename", "part": "table", "id": whole.id, "name": new}], path=f"tables/{whole.id}", table=whole.id
            )
        if re.fullmatch(r"(?:the\s+|this\s+)?app", what):
            return Done([{"do": "rename", "part": "app", "name": new}], path="")
        found = field_in(app, what, touched)
        if found and "option" not in text and "choice" not in text:
            return Done(
                [{"do": "rename", "part": "field", "table": found[0].id, "id": found[1].id, "name": new}],
                path=path_of(*found),
                table=found[0].id,
                field=found[1].id,
            )
        chosen = choice_in(app, what, touched)
        if chosen:
            table, one, id = chosen
            options = [o.model_copy(update={"name": new}) if o.id == id else o for o in one.options]  # type: ignore[union-attr]
            return altered(table, one.model_copy(update={"options": tuple(options)}))
        tables = tables_in(app, what)
        if tables:
            return Done(
                [{"do": "rename", "part": "table", "id": tables[0].id, "name": new}],
                path=f"tables/{tables[0].id}",
                table=tables[0].id,
            )
        if view := view_in(app, what, touched):
            return Done([{"do": "rename", "part": "view", "id": view.id, "name": new}], path=f"views/{view.id}")
    return None


_REMOVE = re.compile(
    r"^(?:remove|delete|drop|get\s+rid\s+of|lose|take\s+(?:out|away|off)|scrap|kill|ditch|hide|we\s+(?:don't|do\s+not|no\s+longer)\s+(?:need|want|use)|i\s+(?:don't|do\s+not|no\s+longer)\s+(?:need|want)|no\s+more|no\s+longer\s+need|clear\s+out)\s+(?P<x>.+?)(?:\s+(?:any\s?more|please|again|entirely|completely))?$"
)


def _remove(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    m = _REMOVE.match(text)
    if not m:
        return None
    words = re.sub(r"^(?:the|that|this|our|all|my)\s+", "", m["x"])
    steps: list[Step] = []
    where: Done = Done()
    for piece in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", words):
        step, path, table, one = _removal(piece, words, app, touched)
        if step is not None:
            steps.append(step)
            where = Done(path=path, table=table, field=one)
    return Done(steps, path=where.path, table=where.table) if steps else None


def _removal(piece: str, words: str, app: App, touched: Touched) -> tuple[Step | None, str, str | None, str | None]:
    if m := re.match(
        r"(?P<o>.+?)\s+(?:from|in|of)\s+(?:the\s+)?(?P<f>.+?)(?:\s+(?:options|choices|list|field|dropdown))?$", words
    ):
        chosen = choice_in(app, f"{piece.split(' from ')[0]} {m['f']}", touched)
        held = field_in(app, m["f"], touched, kinds=("select", "multi_select"))
        if chosen and held and chosen[1].id == held[1].id and chosen[0].id == held[0].id:
            return _without_choice(*chosen), path_of(chosen[0], chosen[1]), chosen[0].id, chosen[1].id
    bare = re.sub(r"\s+(?:table|tables)$", "", piece)
    named = re.sub(r"\s+(?:field|column|option|choice|from|in|on|of)\b.*$", "", piece)
    tail = words if " from " in words or " in " in words or " on " in words or " of " in words else piece
    whole = next((t for t in app.tables if same_name(t.name, bare)), None)
    if whole is not None and not re.search(r"\b(?:field|column)\b", piece):
        return {"do": "remove", "part": "table", "id": whole.id}, f"tables/{whole.id}", None, None
    if re.search(r"\b(?:view|board|kanban|calendar|chart|graph|gallery|timeline|dashboard|form)\b", piece) and (
        view := view_in(app, tail, touched)
    ):
        return {"do": "remove", "part": "view", "id": view.id}, f"views/{view.id}", None, None
    if re.search(r"\b(?:reminder|automation|rule|notification|e-?mail\s+(?:to|every|when|about)|alert)s?\b", piece) and (
        rule := rule_meant(app, tail, touched)
    ):
        return {"do": "remove", "part": "automation", "id": rule.id}, f"automations/{rule.id}", None, None
    if role := next((r for r in app.roles if same_name(r.name, re.sub(r"\s+role$", "", piece))), None):
        return {"do": "remove", "part": "role", "id": role.id}, f"roles/{role.id}", None, None
    if re.search(r"\b(?:option|choice)\b", words) and (chosen := choice_in(app, words, touched)):
        step = _without_choice(*chosen)
        return step, path_of(chosen[0], chosen[1]), chosen[0].id, chosen[1].id
    found = field_in(app, f"{named} {tail[len(named) :] if tail.startswith(named) else tail}", touched)
    if found and (set(words_of(found[1].name)) & set(words_of(piece)) or re.search(r"\b(?:it|that|this|them)\b", piece)):
        return {"do": "remove", "part": "field", "table": found[0].id, "id": found[1].id}, path_of(*found), found[0].id, None
    if chosen := choice_in(app, piece if " from " not in words else words, touched):
        return _without_choice(*chosen), path_of(chosen[0], chosen[1]), chosen[0].id, chosen[1].id
    return None, "", None, None


def _without_choice(table: Table, one: AnyField, id: str) -> Step:
    options = tuple(o for o in one.options if o.id != id)  # type: ignore[union-attr]
    return alter(table, one.model_copy(update={"options": options}))


_REQUIRED = (
    re.compile(r"^(?:make|mark|set)\s+(?:the\s+)?(?P<x>.+?)\s+(?:as\s+)?(?:a\s+)?(?:(?P<not>optional|not\s+required|no\s+longer\s+required)|(?P<req>required|mandatory|compulsory|obligatory)|(?P<uni>unique))(?:\s+and\s+(?:unique|required|mandatory))?(?:\s+field)?(?:\s+(?:in|on|for|of)\s+(?P<t>.+))?$"),
    re.compile(r"^(?:the\s+)?(?P<x>[\w' -]{2,60}?)\s+(?:is|are|must\s+be|should\s+be|has\s+to\s+be|needs\s+to\s+be)\s+(?:always\s+)?(?:(?P<not>optional|not\s+required|no\s+longer\s+required)|(?P<req>required|mandatory|compulsory|obligatory|filled(?:\s+in)?)|(?P<uni>unique))$"),
    re.compile(r"^(?P<req>require)\s+(?:an?\s+|the\s+)?(?P<x>.+?)(?:\s+(?:on|in|for)\s+(?P<t>.+))?$"),
)  # fmt: skip


def _required(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    for pattern in _REQUIRED:
        m = pattern.match(text)
        if not m:
            continue
        groups = m.groupdict()
        made: list[Step] = []
        last: tuple[Table, AnyField] | None = None
        for piece in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+both\s+", m["x"]):
            found = field_in(app, f"{piece} {groups.get('t') or ''}" if piece.strip() else text, touched)
            if found is None:
                continue
            change = {"unique": True} if re.search(r"\bunique\b", text) else {}
            if groups.get("req") or groups.get("not") or re.search(r"\brequired\b|\bmandatory\b", text):
                change["required"] = groups.get("not") is None
            made.append(alter(found[0], found[1].model_copy(update=change)))
            last = found
        if last:
            return Done(made, path=path_of(*last), table=last[0].id, field=last[1].id)
    return None


_TURN = (
    re.compile(rf"^(?:turn|convert|change|make|switch)\s+(?:the\s+)?(?P<x>.+?)\s+(?:from\s+\S+\s+)?(?:in)?to\s+(?:be\s+)?(?:an?\s+|the\s+)?(?:proper\s+|real\s+)?(?P<k>{KIND})(?P<rest>\b.*)?$"),
    re.compile(rf"^make\s+(?:the\s+)?(?P<x>.+?)\s+(?:an?\s+)?(?:proper\s+|real\s+)?(?P<k>{KIND})(?P<rest>(?:\s+(?:with|of|from|field|instead|not)\b|\s*[:(,]).*)?$"),
    re.compile(rf"^(?:the\s+)?(?P<x>[\w' -]{{2,60}}?)\s+(?:must|should|needs\s+to|has\s+to|ought\s+to)\s+be\s+(?:an?\s+|the\s+)?(?:proper\s+|real\s+)?(?P<k>{KIND})(?P<rest>(?:\s*(?:,|\bnot\b|\bwith\b|\binstead\b|:|\().*)?)$"),
)  # fmt: skip


def _turn(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    for pattern in _TURN:
        m = pattern.match(text)
        if not m:
            continue
        found = field_in(app, m["x"], touched)
        if found is None:
            continue
        table, one = found
        kind = next(k for k, p in KINDS if re.fullmatch(p, m["k"]))
        rest = m["rest"] or ""
        said = re.sub(r"^\s*(?:field|list)?\s*(?:with|of|from|:|\(|,)?\s*(?:the\s+)?(?:options|choices|values)?\s*:?", "", rest)
        at = len(raw) - len(said) if said and raw.lower().endswith(said) else len(raw)
        top = re.search(r"\b(\d+)\b", rest)
        return turned(table, one, kind, choice.choices(raw[at:]) if said.strip() else [], int(top[1]) if top else 0)
    return None


_ADD_CHOICE = (
    re.compile(r"^(?:add|include|put\s+in|create)\s+(?:an?\s+|the\s+)?(?:new\s+)?(?P<o>.+?)\s+as\s+(?:an?\s+)?(?:new\s+|extra\s+|another\s+|further\s+)?(?:(?:option|choice)s?\s+(?:to|for|in|of|under)\s+(?:the\s+)?)?(?P<f>[\w' -]{2,40})$"),
    re.compile(r"^(?:add|include|create)\s+(?:an?\s+|the\s+|another\s+)?(?:new\s+|extra\s+)?(?P<f>[\w' -]{2,30}?)(?:\s+(?:option|choice|value))?s?\s+(?:called\s+|named\s+)?[\"'“](?P<o>[^\"'”]+)[\"'”](?P<rest>.*)$"),
    re.compile(r"^(?:add|include|create)\s+(?:the\s+|an?\s+|another\s+)?(?:new\s+)?(?:options?|choices?|values?)\s+(?P<o>.+?)\s+(?:to|in|for|under)\s+(?:the\s+)?(?P<f>[\w' -]{2,40})$"),
    re.compile(r"^(?:add|include)\s+(?P<o>.+?)\s+to\s+(?:the\s+)?(?P<f>[\w' -]{2,40}?)(?:\s+(?:options|choices|list|dropdown|field|values))?$"),
    re.compile(r"^(?:add|create)\s+(?:an?\s+|another\s+)(?:new\s+|extra\s+)?(?P<f>status|stage|priority|category|type)\s+(?:called\s+|named\s+|for\s+)?(?P<o>.+)$"),
)  # fmt: skip


def _add_choice(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    for n, pattern in enumerate(_ADD_CHOICE):
        m = pattern.match(text)
        if not m:
            continue
        found = field_in(app, m["f"], touched, kinds=("select", "multi_select"))
        if found is None or (n == 3 and not _only(found[1].name, m["f"], app)):
            continue
        table, one = found
        names = choice.choices(raw[m.start("o") : m.end("o")]) or []
        if not names or not isinstance(one, Select | MultiSelect):
            continue
        have = {o.name.casefold() for o in one.options}
        ids = {o.id for o in one.options}
        fresh = []
        for option in choice.built([x for x in names if x.casefold() not in have]):
            id = id_from(option.name, ids)
            ids.add(id)
            fresh.append(option.model_copy(update={"id": id}))
        return altered(table, one.model_copy(update={"options": (*one.options, *fresh)}))
    return None


def _only(name: str, said: str, app: App) -> bool:
    """Whether the words after "to" name the field and no table: `add Security to category`, not `add a date to tasks`."""
    return bool(set(words_of(name)) & set(words_of(said))) and not any(same_name(t.name, said) for t in app.tables)
