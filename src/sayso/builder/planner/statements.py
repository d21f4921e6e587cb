"""Follow-up words that say how it should be instead of commanding it: `fax can go`, `cost → price`, `no pupil without a birthday`, `trade: add glazier`.

The app's own names decide: a statement about anything that the app does not have is none.
"""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner import options as choice
from sayso.builder.planner.command_steps import Done, altered, path_of
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.kind_words import kind_said, turned
from sayso.builder.planner.names import Touched, field_in, same_name, stems, tables_in
from sayso.builder.planner.naming import cased_name
from sayso.spec.app import App
from sayso.spec.fields import AnyField, MultiSelect, Select
from sayso.spec.part import id_from
from sayso.spec.table import Table

NAME_WORDS_MAX = 5
_QUOTES = " \"'“”‘’`.!"
_SMALL = frozenset(
    "the a an our my your this that each every all of in on for from to field column table list one thing page bit stuff anymore any more please".split()
)


def statement(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    """The first statement that a clause is; `text` is `raw` in lower case."""
    for one in (_arrow, _gone, _filled, _several, _choices_of, _new_choices):
        if (done := one(text, raw, app, touched)) is not None:
            return done
    return None


def _field(words: str, app: App, touched: Touched) -> tuple[Table, AnyField] | None:
    """The field that words name and nothing else; what was touched last for `it`."""
    said = [s for s in stems(words) if s not in _SMALL]
    if not said:
        return field_in(app, "it", touched) if re.search(r"\b(?:it|that|this|them|those)\b", words) else None
    found = field_in(app, words, touched)
    if found is None:
        return None
    known = {*stems(found[1].name), *stems(found[0].name)}
    own = {s for s in stems(found[1].name) if s in said}
    return found if set(said) <= known | {"number", "address", "info"} and own else None


def _table(words: str, app: App) -> Table | None:
    plain = re.sub(r"^(?:(?:the|our|my|all)\s+)+|\s+(?:table|list|page|sheet)$", "", words.strip(_QUOTES))
    return next((t for t in app.tables if same_name(t.name, plain)), None)


_ARROW = re.compile(
    r"^(?:the\s+)?(?P<a>[^→>]{2,50}?)\s*(?:→|[-=]*>|\bbecomes\b|\bis\s+now\s+(?:called\s+)?|\bare\s+now\s+(?:called\s+)?|\bgoes\s+by\b)\s*(?P<b>[^→>]{2,50})$"
)
_QUOTED_CALL = re.compile(
    r"^call\s+(?:the\s+)?[\"'“‘]?(?P<a>[\w &/-]{2,40}?)[\"'”’]?\s+[\"'“‘](?P<b>[^\"'”’]{2,50})[\"'”’]?(?:\s+instead)?$"
)
_CALL = re.compile(r"^call\s+(?:the\s+)?(?P<x>[\w &/-]{4,80}?)(?:\s+instead)?$")


def _arrow(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    m = _ARROW.match(text) or _QUOTED_CALL.match(text)
    if m is None:
        return None
    new = raw[m.start("b") : m.end("b")].strip(_QUOTES)
    old = m["a"].strip(_QUOTES)
    found = _field(old, app, touched)
    if (kind := kind_said(new)) is not None and found is not None and not new[:1].isupper():
        return turned(*found, kind, [])
    if not new or len(new.split()) > NAME_WORDS_MAX:
        return None
    return _renamed(old, new, app, touched)


def called(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    """`call Reading Temperature log`: the name that the app knows ends where its words do."""
    if (m := _CALL.match(text)) is None:
        return None
    words = raw[m.start("x") : m.end("x")].split()
    for n in range(min(len(words) - 1, 4), 0, -1):
        old, new = " ".join(words[:n]), " ".join(words[n:])
        known = _table(old.lower(), app) is not None or any(same_name(f.name, old) for t in app.tables for f in t.fields)
        if known and len(new.split()) <= NAME_WORDS_MAX:
            return _renamed(old.lower(), re.sub(r"^(?:(?:field|column|table|just|simply|the)\s+)+", "", new), app, touched)
    return None


def _renamed(old: str, new: str, app: App, touched: Touched) -> Done | None:
    name = cased_name(re.sub(r"[{}]", "", new))[:80]
    if (table := _table(old, app)) is not None:
        return Done([{"do": "rename", "part": "table", "id": table.id, "name": name}], path=f"tables/{table.id}", table=table.id)
    if (found := _field(old, app, touched)) is None:
        return None
    step = {"do": "rename", "part": "field", "table": found[0].id, "id": found[1].id, "name": name}
    return Done([step], path=path_of(*found), table=found[0].id, field=found[1].id)


_NEED = r"(?:need(?:ed)?|want(?:ed)?|use(?:d)?|required)"
_GONE = (
    re.compile(r"^(?:the\s+)?(?P<x>[\w' &/-]{2,50}?)\s+(?:can|could|should|may|must|has\s+to)\s+(?:also\s+)?(?:go|be\s+(?:removed|deleted|dropped|scrapped))(?:\s+(?:away|too|now|please))*(?:\s*[,(–-].*|\s+(?:because|as|since)\b.*)?$"),
    re.compile(rf"^(?:the\s+)?(?P<x>[\w' &/-]{{2,50}}?)\s+(?:(?:is|are)\s+)?(?:no\s+longer|not)\s+{_NEED}(?:\s+any\s?more)?(?:\s*[,;(–-].*)?$"),
    re.compile(rf"^(?:we|i|you|they)\s+(?:no\s+longer|don't|do\s+not|never)\s+(?:really\s+)?{_NEED}\s+(?P<x>[\w' &/-]{{2,50}}?)(?:\s+(?:any\s?more|now|at\s+all))*(?:\s*[,;(–-].*)?$"),
    re.compile(r"^(?:take\s+(?:off|out|away)|get\s+rid\s+of|kill|lose|bin|ditch|drop|scrap)\s+(?P<x>[\w' &/-]{2,50}?)(?:\s*[,;(–-].*)?$"),
)  # fmt: skip


def _gone(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    for pattern in _GONE:
        if (m := pattern.match(text)) is None:
            continue
        if (table := _table(m["x"], app)) is not None:
            return Done([{"do": "remove", "part": "table", "id": table.id}], path=f"tables/{table.id}")
        found = _field(m["x"], app, touched) or _shortened(m["x"], app)
        if found is not None:
            step = {"do": "remove", "part": "field", "table": found[0].id, "id": found[1].id}
            return Done([step], path=path_of(*found), table=found[0].id)
    return None


def _shortened(words: str, app: App) -> tuple[Table, AnyField] | None:
    """`the subs thing` for `Subs paid`: a name that only one field begins with."""
    said = [s for s in stems(words) if s not in _SMALL]
    found = [(t, f) for t in app.tables for f in t.fields if said and stems(f.name)[: len(said)] == said]
    return found[0] if len(found) == 1 else None


_FILLED = (
    re.compile(r"^no\s+(?P<t>[\w' -]{2,40}?)\s+without\s+(?:an?\s+|the\s+|their\s+|its\s+)?(?P<x>[\w' &/-]{2,40})$"),
    re.compile(r"^(?P<t>nobody|no\s+one|none)\s+(?:may|can|should|must)\s+(?:be|go|do)\s+without\s+(?:an?\s+|the\s+|their\s+|its\s+)?(?P<x>[\w' &/-]{2,40})$"),
    re.compile(r"^(?:make\s+(?:sure\s+)?)?(?:the\s+|every\s+|each\s+)?(?P<x>[\w' &/-]{2,40}?)\s+(?:has\s+to|have\s+to|must|needs?\s+to|should)\s+(?:always\s+)?be\s+filled(?:\s+(?:in|out))?(?:\s+(?:because|as|since)\b.*)?$"),
    re.compile(r"^(?:the\s+)?(?P<x>[\w' &/-]{2,40}?)\s+(?:can't|cannot|may\s+not|must\s+not|mustn't|should\s+not|shouldn't|can\s+never)\s+(?:ever\s+)?be\s+(?:left\s+)?(?:empty|blank|missing)$"),
)  # fmt: skip


def _filled(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    for pattern in _FILLED:
        if (m := pattern.match(text)) is None:
            continue
        named = m.groupdict().get("t") or ""
        tables = tables_in(app, named)
        found = _field(f"{m['x']} of {tables[0].name.lower()}" if tables else m["x"], app, touched)
        if found is not None:
            return altered(found[0], found[1].model_copy(update={"required": True}))
    return None


_SEVERAL = (
    re.compile(r"^(?P<t>[\w' -]{2,40}?)\s+(?:can|could|may|might|should\s+be\s+able\s+to)\s+(?:have|hold|pick|choose|take)\s+(?:more\s+than\s+one|several|many|multiple)\s+(?P<x>[\w' &/-]{2,40}?)s?(?:,?\s+so\s+let\b.*)?$"),
    re.compile(r"^(?:change|make|turn|let|allow)\s+(?:the\s+)?(?P<x>[\w' &/-]{2,40}?)\s+(?:so\s+)?(?:that\s+)?(?:(?:people|you|we|they|one|someone|each\s+\w+|a\s+\w+|\w+)\s+(?:can|could|may)\s+)?(?:have|hold|pick|choose|take)\s+(?:more\s+than\s+one|several|many|multiple)\b.*$"),
    re.compile(r"^(?:allow|let\s+(?:us|people|them)\s+(?:pick|choose))\s+(?:more\s+than\s+one|several|multiple)\s+(?P<x>[\w' &/-]{2,40}?)s?$"),
)  # fmt: skip


def _several(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    for pattern in _SEVERAL:
        if (m := pattern.match(text)) is None:
            continue
        tables = tables_in(app, m.groupdict().get("t") or "")
        found = _field(f"{m['x']} of {tables[0].name.lower()}" if tables else m["x"], app, touched)
        if found is not None and found[1].kind in ("select", "text"):
            return turned(*found, "multi_select", [])
    return None


_CHOICES = (
    re.compile(r"^(?:the\s+)?(?P<f>[\w' -]{2,40}?)\s*:\s*(?:also\s+)?(?:add|include|plus|new)\s+(?P<o>.{2,80})$"),
    re.compile(r"^(?:add|include|put)\s+(?P<o>[\w+/&, -]{1,80}?)\s+(?:to|into|in|under)\s+(?:the\s+)?(?:list\s+of\s+)?(?P<f>[\w' -]{2,40}?)(?:\s+(?:choices|options|list|field))?$"),
)  # fmt: skip


def _choices_of(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    """More choices for a field that has some."""
    for pattern in _CHOICES:
        if (m := pattern.match(text)) is None or _table(m["f"], app) is not None:
            continue
        found = _field(m["f"], app, touched)
        if found is None or not isinstance(one := found[1], Select | MultiSelect):
            continue
        taken, ids = {o.name.casefold() for o in one.options}, {o.id for o in one.options}
        names = [
            n
            for n in choice.choices(raw[m.start("o") : m.end("o")]) or [raw[m.start("o") : m.end("o")]]
            if n.casefold() not in taken
        ]
        fresh = []
        for option in choice.built([cased_name(n) for n in names]):
            id = id_from(option.name, ids)
            ids.add(id)
            fresh.append(option.model_copy(update={"id": id}))
        if fresh:
            return altered(found[0], one.model_copy(update={"options": (*one.options, *fresh)}))
    return None


_NEW = (
    re.compile(r"^(?:add|include|also|new)\s+(?:an?\s+|the\s+)?(?P<f>[\w' -]{2,40}?)\s*(?::|\s-\s|\bwith\b)\s*(?P<o>[^:]{3,120}?)(?:\s+(?:to|on|for)\s+(?:the\s+|each\s+|every\s+)?(?P<t>[\w' -]{2,40}))?$"),
    re.compile(r"^new\s+(?P<f>[\w' -]{2,30}?)\s+(?:on|for)\s+(?:the\s+|each\s+|every\s+)?(?P<t>[\w' -]{2,30}?)\s*(?::|\s[-–]\s)\s*(?P<o>[^:]{3,120})$"),
)  # fmt: skip
_CHOICE_WORDS_MAX = 3


def _new_choices(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    """A new field with the choices that follow it: `add lost reason: price, timing, no reply`."""
    for pattern in _NEW:
        if (m := pattern.match(text)) is None:
            continue
        name, listed = m["f"].strip(), choice.choices(raw[m.start("o") : m.end("o")])
        head = name.split()[-1]
        tables = tables_in(app, m["t"] or "")
        known = _table(name, app) is not None or _field(name, app, touched) is not None
        if known or len(listed) < 2 or any(len(o.split()) > _CHOICE_WORDS_MAX for o in listed) or stems(head)[-1:] != [head]:
            continue
        if (
            head in ("field", "column", "table", "view", "board", "form", "table")
            or lemma(name) in lexicon.tables()
            or (m["t"] and not tables)
        ):
            continue
        table = (
            tables[0] if tables else app.table(touched.table or "") or max(app.tables, key=lambda t: len(t.fields), default=None)
        )
        if table is None:
            continue
        value = {"id": id_from(name, {f.id for f in table.fields}), "name": cased_name(name), "kind": "select"}
        value["options"] = [o.portable() for o in choice.built(listed)]  # type: ignore[assignment]
        step = {"do": "add", "part": "field", "table": table.id, "value": value}
        return Done([step], path=f"tables/{table.id}/fields/{value['id']}", table=table.id, field=str(value["id"]))
    return None
