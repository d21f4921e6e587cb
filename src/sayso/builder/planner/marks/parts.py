"""Worked-out values, views, what a model does, and roles, from their marks."""

import re
from typing import TYPE_CHECKING

from sayso.builder.planner import ai_parts
from sayso.builder.planner import views as view_words
from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.planner.marks import asking
from sayso.builder.planner.marks.fields import name_of
from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.marks.tables import table_noun
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.sketch import FieldSketch, RoleSketch, Sketch, TableSketch, ViewSketch

if TYPE_CHECKING:
    from sayso.builder.planner.marks.reading import MarkReader

_HOW = (
    ("average", re.compile(r"\b(?:average|avg|mean)\b")), ("count", re.compile(r"\b(?:how\s+many|number\s+of|count\s+of|no\.?\s+of|# of)\b")), ("maximum", re.compile(r"\b(?:highest|maximum|max|biggest)\b")),
    ("minimum", re.compile(r"\b(?:lowest|minimum|min|smallest)\b")), ("latest", re.compile(r"\b(?:latest|last|most\s+recent)\b")), ("sum", re.compile(r"\b(?:total|sum|altogether|overall|how\s+much|added\s+up)\b")),
)  # fmt: skip
_FORMULA = re.compile(
    r"\s*(?:\(|=|:|is|as|,?\s*(?:which|that)\s+is|worked\s+out\s+(?:as|from)|calculated\s+(?:as|from)|,)?\s*(?P<f>[^.;\n)]{3,90})"
)

_EQUATION = re.compile(r"=\s*(?P<f>[^;\n=]{2,120}?)(?=\.(?:\s|$)|;|\n|,\s|\)|$)")
"""What stands behind an equals sign, to where the sentence ends: a mark may end too soon."""

_BACKWARDS = re.compile(
    r"^(?P<f>[^=]*?[a-z]\s*(?:[×*+/]|\s(?:x|-|times|plus|minus)\s)\s*[^=]+?)\s*=\s*(?:the\s+|an?\s+)?(?P<name>[a-z][a-z' -]*)$"
)
"""`likelihood x impact = score`: the sum first, what it makes last."""
_SIGNS = re.compile(r"\s*[×*+/]\s*|\s+(?:x|-|times|plus|minus)\s+")


def _operands(formula: str, table: TableSketch, mark: Mark, sketch: Sketch) -> None:
    """What a sum is made of and no table has is a number of this one."""
    for name in (p.strip(" ().") for p in _SIGNS.split(formula)):
        if re.fullmatch(r"[a-z][a-z' -]{2,30}", name) and not any(
            f.key == lemma(name) or f.name.lower() == name for t in sketch.tables for f in t.fields
        ):
            table.fields.append(FieldSketch(cased_name(name), mark.span, "number", sure=True))


def computed_field(mark: Mark, table: TableSketch, text: str, stop: int, sketch: Sketch) -> FieldSketch:
    """A field that is worked out; how, is said in the mark, in brackets in it, or right after it."""
    inner = re.search(r"[(=](?P<f>[^)=]+)\)?\s*$", mark.text)
    words = re.sub(r"\s*[(=].*$", "", mark.text).strip() or mark.text
    after = _FORMULA.match(text.lower() if len(text.lower()) == len(text) else text, mark.end, min(stop, mark.end + 120))
    plain = Mark(mark.start, mark.start + len(words), mark.tag, mark.raw[: len(words)], words, mark.sure)
    backwards = _BACKWARDS.match(mark.text)
    if backwards:
        plain = Mark(mark.end - len(backwards["name"]), mark.end, mark.tag, backwards["name"], backwards["name"], mark.sure)
    name = name_of(plain)
    field = table.field(name)
    if field is None:
        field = FieldSketch(name, mark.span)
        table.fields.append(field)
    if field.link is not None or field.origin is not None:
        return field
    field.computed = True
    field.options = []
    said = (
        inner["f"]
        if inner
        else after["f"]
        if after and re.search(r"[×*+/=-]|\btimes\b|\bminus\b|\bplus\b|\bless\b|\bx\b|\bby\b", after["f"])
        else ""
    )
    if "=" in mark.text and (whole := _EQUATION.search(text.lower() if len(text.lower()) == len(text) else text, mark.start)):
        said = whole["f"]
    if backwards:
        said = backwards["f"]
        _operands(said, table, mark, sketch)
    field.formula = said.strip() or (words if re.search(r"[×*+/]|\s-\s|\btimes\b|\bminus\b|\bplus\b", words) else "")
    for how, pattern in _HOW:
        if pattern.search(words) and not re.search(r"[×*+/]|\s-\s|\btimes\b|\bminus\b|\bplus\b", said):
            field.settings |= {"summary": how, "what": re.sub(pattern.pattern, " ", words).strip() or words}
            if how == "count" and (of := next(iter(sketch.mentioned(words)), None)) is not None:
                field.settings["of"] = of
            break
    return field


# ── views ─────────────────────────────────────────────────


def views(reader: "MarkReader") -> None:
    for n, mark in enumerate(reader.marks):
        if mark.tag == "V":
            _view(mark, n, reader)
    if reader.sketch.origin is None and not any(v.kind == "form" for v in reader.sketch.views):
        _form(reader)


_PERIOD = re.compile(r"\s*(?:the\s+)?(?:day|week|month|quarter|year)s?\s*")
"""What is shown by month goes by a date, whatever the tagger thinks."""


def _view(mark: Mark, n: int, reader: "MarkReader") -> None:
    sketch = reader.sketch
    kind = asking.asked(mark, reader.layout, reader.marks, n, reader.heard).best
    sentence = reader.layout.sentence_spans[reader.layout.sentence(mark.start)]
    part = mark.text
    owner = reader.near(mark)
    by = next((m["by"] for m in view_words.BY.finditer(part)), "")
    if not by:
        tail = reader.layout.low[mark.end : min(sentence[1], mark.end + 50)]
        by = (
            m["by"]
            if (
                m := re.match(
                    r"\s*(?:it\s+|them\s+|that\s+|those\s+|these\s+)?(?:by|per|grouped\s+by|sorted\s+by|over)\s+(?:the\s+)?(?P<by>[\w' -]{2,30}?)(?=\s*(?:,|;|\.|\band\b|\bso\b|\bfor\b|$))",
                    tail,
                )
            )
            else ""
        )
    if (
        not _PERIOD.fullmatch(by)
        and (not by or (owner is not None and view_words.field_named(owner, by) is None))
        and (field := reader.by_field(mark)) is not None
        and not _other_moment(f"{by} {part}", field)
    ):
        by = field.name.lower()
    view = ViewSketch(kind, part, mark.span, table=owner, by=by.strip())  # type: ignore[arg-type]
    view.measure = m["of"].strip() if (m := view_words.OF.search(part)) else ""
    view.shape = next((s for w, s in view_words.SHAPES.items() if re.search(rf"\b{w}", part)), "")
    twin = any(v.kind == kind and v.table is owner and v.by == view.by for v in sketch.views)
    if (owner is not None or kind == "dashboard") and not twin:
        sketch.views.append(view)


_FORM = re.compile(
    r"\b(?:online|web|public|intake|anonymous|feedback|contact|sign-?up|complaints?|submission)\s+form\b|\b(?:fill(?:s|ed|ing)?\s+(?:in|out)|through|via|submit|using)\s+(?:an?|the|our|this)\s+(?:[\w-]+\s+)?form\b|"
    r"\bform\s+on\s+(?:our|the)\s+(?:web\s?)?(?:site|page)\b|\bforms?\s+please\b"
)
"""A form that somebody fills in, rather than one that is filed."""


def _form(reader: "MarkReader") -> None:
    """A form that is spoken of, though nobody marked it as a view, is one of the table that is spoken of there."""
    said = next(
        (
            m
            for m in _FORM.finditer(reader.layout.low)
            if not any(k.tag == "F" and k.start < m.end() and k.end > m.start() for k in reader.marks)
        ),
        None,
    )
    if said is None:
        return
    place = Mark(*said.span(), "V", reader.text[slice(*said.span())], said[0], 1.0, -1)
    named = next(iter(reader.sketch.mentioned(reader.layout.sentence_text(reader.layout.sentence(said.start())))), None)
    owner = named or reader.near(place)
    if owner is not None:
        reader.sketch.views.append(ViewSketch("form", said[0], said.span(), table=owner))


_MOMENT = frozenset("due start end deadline expiry return close send publish delivery birthday".split())


def _other_moment(words: str, field: FieldSketch) -> bool:
    """Whether a view is said to go by another moment than that field's: a calendar of end dates does not go by the start."""
    said = {singular(w) for w in re.findall(r"[a-z]+", words)} & _MOMENT
    return bool(said) and field.kind in ("date", "datetime") and not said & set(field.name.lower().split())


# ── what a model does ─────────────────────────────────────


def models(reader: "MarkReader") -> None:
    for n, mark in enumerate(reader.marks):
        if mark.tag == "A":
            table = reader.near(mark)
            if table is not None:
                task = asking.asked(mark, reader.layout, reader.marks, n, reader.heard).best
                layout = reader.layout
                # What it sorts into may stand after the mark.
                end = layout.sentence_spans[layout.sentence(mark.start)][1] if task == "classify" else mark.end
                clause = Clause(mark.start, mark.end, layout.text[mark.start : end] if end > mark.end else mark.raw, mark.text)
                ai_parts.add(task, clause, table, reader.sketch)


# ── roles ─────────────────────────────────────────────────

_DO = (
    r"can|can't|cannot|could|may|might|must|mustn't|should|shouldn't|shall|will|would|do|does|don't|doesn't|only|are|is|isn't|aren't|see|sees|view|views|edit|edits|read|reads|get|gets|have|has|need|needs|just|not|never|"
    r"log|logs|add|adds|approve|approves|create|creates|enter|enters|touch|touches|maintain|maintains|handle|handles|upload|uploads|close|closes|change|changes|set|sets|who|that|to|in|with|book|books|fill|fills|register|use|uses|manage|manages|delete"
)
_FIRST = re.compile(rf"^(?P<who>[a-z][\w'&/.-]*(?:\s+(?!(?:{_DO})\b)[a-z][\w'&/.-]*){{0,3}}?)(?=\s+(?:{_DO})\b|\s*[,.;:(]|\s*$)")
_ONLY_BY = re.compile(
    r"\b(?:by|but|except(?:\s+for)?|than)\s+(?:anyone\s+but\s+)?(?:the\s+|an?\s+|our\s+)?(?P<who>[a-z][\w'&-]*(?:\s+[a-z][\w'&-]*){0,2}?)(?=\s+(?:only|can|may|should|sees?|edits?|deletes?|closes?|to)\b|\s*[,.;)]|\s*$)"
)
_LEAD = re.compile(
    r"^(?:(?:only|just|the|our|my|all|every|each|an?|any|other|and|but|also|then|so|for|nobody|no\s+one|none|but|except|everyone|else|please|let|want|i|we)\s+)+"
)
_NOBODY = frozenset(
    "i we you they it he she only everyone everybody anyone nobody noone one someone people who them me us him her else this that read view visit date go record void oh private assigned".split()
)


def roles(reader: "MarkReader") -> None:
    for mark in reader.marks:
        if mark.tag == "R":
            _role(mark, reader)


def _role(mark: Mark, reader: "MarkReader") -> None:
    name = role_name(mark.text)
    if not name or any(lemma(r.name) == lemma(name) for r in reader.sketch.roles):
        return
    said = reader.layout.sentence_text(reader.layout.sentence(mark.start))
    near = reader.near(mark, said)
    may = (
        "edit"
        if re.search(r"\b(?:edit|change|update|approve|delete|manage|write|everything)\b", said)
        else "add"
        if re.search(r"\b(?:add|submit|create|book|enter|register|fill)\b", said)
        else "see"
    )
    rights = [{"table": near, "may": may, "own": bool(re.search(r"\bown\b", said))}] if near is not None else []
    reader.sketch.roles.append(RoleSketch(name, mark.span, mark.raw, rights=rights))


def role_name(words: str) -> str:
    """Who is meant by `only the room managers may edit`: `Room manager`; empty when nobody is named."""
    low = " ".join(words.lower().replace("’", "'").split()).strip(" .,;:!?\"'")
    plain = _LEAD.sub("", low)
    for m in (
        _ONLY_BY.search(low) if re.search(r"\b(?:nobody|no\s+one|anyone|only\s+by|by)\b", low) else None,
        _FIRST.match(plain),
    ):
        if m is None:
            continue
        found = [
            w
            for w in re.findall(r"[\w'&/-]+", m["who"].removesuffix("'s"))
            if w not in ("the", "a", "an", "our", "my", "other", "and")
        ]
        if found and len(found) <= 3 and not {singular(w) for w in found} & _NOBODY:
            return cased_name(table_noun(" ".join(found)))
    return ""
