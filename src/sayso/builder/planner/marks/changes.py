"""Changes of what is there, from their marks: which change it is, the tagger's words say; what it is about, the app's own names."""

import re

from sayso.builder.planner.command_steps import Done, Step, alter, altered, path_of
from sayso.builder.planner.commands import command
from sayso.builder.planner.kind_words import KINDS, turned
from sayso.builder.planner.marks import asking
from sayso.builder.planner.marks.layout import Layout
from sayso.builder.planner.marks.mark import Heard, Mark
from sayso.builder.planner.names import Touched, choice_in, field_in, same_name, stems, tables_in, view_in
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.options import choices
from sayso.spec.app import App
from sayso.spec.fields import AnyField, MultiSelect, Select
from sayso.spec.table import Table

NAME_WORDS_MAX = 4
Named = tuple[Table, AnyField | None]
_QUOTED = re.compile(r"[\"'“‘]([^\"'”’]{1,60})[\"'”’]")
_RENAMES = re.compile(
    r"[\"'][^\"']{1,60}[\"']\s*(?:should|must|ought|becomes?|is\s+now|→|->|=>|be\s+called|to)[^\"']{0,30}[\"'][^\"']{1,60}[\"']|^rename\b"
)
_TO = re.compile(
    r"(?i)(?:\b(?:to|as|into|called|named|renamed|becomes?|reads?|say|says|labell?ed|replaced\s+(?:by|with)|with|put|now)\b|→|->|=>|=)\s+(?:be\s+)?(?:be\s+called\s+|be\s+named\s+|just\s+|called\s+|the\s+|a\s+|an\s+)*(?P<n>[^\"“”→]{1,60}?)\s*(?:instead|please|from\s+now\s+on|be\s+named|because\b.*|,.*)?[.!]*$"
)
_GLUE = frozenset(
    "rename renamed call called calls name named change changed the a an to as into should must be is field column table word label that this it instead please just read say becomes become put with from now on view of in suits better".split()
)
_NOT = re.compile(
    r"\b(?:not|instead\s+of|rather\s+than|no\s+longer|from|isn't)\s+(?:an?\s+|just\s+|free\s+|plain\s+)*\w+(?:\s+(?:field|text))?"
)


def changed(mark: Mark, marks: list[Mark], layout: Layout, app: App, touched: Touched, heard: Heard | None = None) -> Done | None:
    """The steps of a marked change; None when it cannot be told what should change. `marks` are all of its wish."""
    near = [m for m in marks if layout.sentence(m.start) == layout.sentence(mark.start)]
    sort = "rename" if _RENAMES.search(mark.text) else asking.asked(mark, layout, marks, marks.index(mark), heard).best
    known = command(mark.raw, app, touched)
    if known is not None and not _wordy(known):
        return known
    named = _named(mark, near, layout, app, touched)
    match sort:
        case "rename":
            return _renamed(mark, app, touched) or known
        case "kind" if named is not None and named[1] is not None:
            return _turned(mark, near, layout, named[0], named[1]) or known
        case "required" | "unique" if named is not None and named[1] is not None:
            return Done(
                [alter(named[0], named[1].model_copy(update={sort: True}))],
                path=path_of(named[0], named[1]),
                table=named[0].id,
                field=named[1].id,
            )
        case "remove_view":
            view = view_in(app, mark.text, touched) or view_in(app, layout.sentence_text(layout.sentence(mark.start)), touched)
            return Done([{"do": "remove", "part": "view", "id": view.id}], path=f"views/{view.id}") if view is not None else known
        case "remove":
            return _removed(mark, app, touched, named) or known
        case _:
            return known


def _wordy(done: Done) -> bool:
    """Whether a command took half a sentence for a name: `Call-outs since the missus says it sounds better`."""
    return any(len(str(step.get("name", "")).split()) > NAME_WORDS_MAX for step in done.steps)


def _named(mark: Mark, near: list[Mark], layout: Layout, app: App, touched: Touched) -> Named | None:
    """What a change is about: named in its words, else in those around it, else what was touched last."""
    around = " ".join(m.text for m in near if m.tag in "TFL")
    sentence = layout.sentence_text(layout.sentence(mark.start))
    for words in (f"{mark.text} {around}", sentence):
        if (found := field_in(app, words, touched)) is not None and _says(found[1].name, words):
            return found
    if tables := tables_in(app, mark.text):
        return tables[0], None
    return field_in(app, "it", touched)


def _says(name: str, words: str) -> bool:
    return bool(set(stems(name)) & set(stems(words)))


def _renamed(mark: Mark, app: App, touched: Touched) -> Done | None:
    new = _new_name(mark.raw, app)
    if not new:
        return None
    old = _QUOTED.sub(lambda m: " " if same_name(m[1], new) else f" {m[1]} ", mark.raw)
    old = re.sub(rf"(?i)(?<!\w){re.escape(new)}(?!\w)", " ", old)
    whole = [t for t in tables_in(app, old) if _says(t.name, old)]
    found = field_in(app, old, touched)
    if whole and (
        found is None
        or (len(stems(found[1].name)) <= len(stems(whole[0].name)) and not re.search(r"\bfield|column\b", old.lower()))
    ):
        exact = found is not None and set(stems(found[1].name)) <= set(stems(old)) - set(stems(whole[0].name))
        if not exact:
            table = whole[0]
            return Done(
                [{"do": "rename", "part": "table", "id": table.id, "name": new}], path=f"tables/{table.id}", table=table.id
            )
    if found is not None:
        step: Step = {"do": "rename", "part": "field", "table": found[0].id, "id": found[1].id, "name": new}
        return Done([step], path=path_of(*found), table=found[0].id, field=found[1].id)
    if (chosen := choice_in(app, old, touched)) is not None:
        table, one, id = chosen
        if isinstance(one, Select | MultiSelect):
            options = tuple(o.model_copy(update={"name": new}) if o.id == id else o for o in one.options)
            return altered(table, one.model_copy(update={"options": options}))
    return None


def _new_name(raw: str, app: App) -> str:
    """The name that nothing in the app has yet: in quotes, after `to`, or what is left beside the old name."""
    known = [t.name for t in app.tables] + [f.name for t in app.tables for f in t.fields]
    quoted = [q for q in _QUOTED.findall(raw) if not any(same_name(q, k) for k in known)]
    if quoted:
        return _tidy(quoted[-1])
    if (m := _TO.search(raw)) is not None and (name := _tidy(m["n"])) and not any(same_name(name, k) for k in known):
        return name
    spoken = {s for k in known for s in stems(k)}
    rest = [w for w in re.findall(r"[\w'&/-]+", raw) if w.lower() not in _GLUE and not set(stems(w)) <= spoken]
    return _tidy(" ".join(rest[-3:]))


def _tidy(words: str) -> str:
    plain = re.sub(r"^(?:the|an?)\s+", "", words.strip(" .,:;!\"'“”").strip())
    return cased_name(plain.replace("{", "").replace("}", ""))[:80]


def _turned(mark: Mark, near: list[Mark], layout: Layout, table: Table, one: AnyField) -> Done | None:
    words = _NOT.sub(" ", mark.text.replace(one.name.lower(), " "))
    listed = next((m for m in near if m.tag == "O"), None)
    found = [(m.start(), kind) for kind, pattern in KINDS for m in [re.search(rf"\b(?:{pattern})\b", words)] if m is not None]
    kind = max(found)[1] if found else "select" if listed is not None or re.search(r"\bpick|choose|list\b", words) else None
    if kind is None or kind == one.kind:
        return None
    return turned(table, one, kind, choices(listed.raw) if listed is not None else [])


def _removed(mark: Mark, app: App, touched: Touched, named: Named | None) -> Done | None:
    if (view := view_in(app, mark.text, touched)) is not None and re.search(
        r"\b(?:view|board|calendar|gallery|chart|timeline|dashboard|form)\b", mark.text
    ):
        return Done([{"do": "remove", "part": "view", "id": view.id}], path=f"views/{view.id}")
    whole = next(
        (t for t in app.tables if stems(t.name) and stems(t.name) == [s for s in stems(mark.text) if s in stems(t.name)]), None
    )
    if whole is not None and (named is None or named[1] is None or set(stems(named[1].name)) <= set(stems(whole.name))):
        return Done([{"do": "remove", "part": "table", "id": whole.id}], path=f"tables/{whole.id}", table=whole.id)
    if named is None or named[1] is None:
        return None
    step: Step = {"do": "remove", "part": "field", "table": named[0].id, "id": named[1].id}
    return Done([step], path=path_of(named[0], named[1]), table=named[0].id)
