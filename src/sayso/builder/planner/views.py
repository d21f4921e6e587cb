"""Views that the wish names: a board by status, a calendar of due dates, a chart of sales per month, a form."""

import re
from functools import lru_cache

from sayso.builder.planner import lexicon
from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.planner.intents import VIEW
from sayso.builder.planner.linking import link_ends
from sayso.builder.planner.nouns import is_many, noun_of, tableish
from sayso.builder.planner.sketch import FieldSketch, Sketch, Span, TableSketch, ViewSketch

BY = re.compile(
    r"\b(?:by|per|for\s+each|grouped\s+by|over|across|split\s+by)\s+(?:the\s+|their\s+|its\s+|each\s+)?(?P<by>[\w' -]{2,40}?)(?=\s*(?:,|;|\.|!|\?|\(|\band\b|\bwith\b|\bas\b|\bin\b|\bso\b|\bthat\b|\bon\b|\bfor\b|$))"
)
OF = re.compile(
    r"\b(?:of|with|for|showing|shows?|:)\s+(?:all\s+)?(?:the\s+|my\s+|our\s+|their\s+)?(?P<of>[\w' -]{2,50}?)(?=\s*(?:,|;|\.|!|\(|\bby\b|\bper\b|\bover\b|\bgrouped\b|\bas\b|\bso\b|\bon\s+(?:a|the)\b|$))"
)
_BEFORE = re.compile(r"(?P<of>[\w' -]{2,50}?)\s+(?:on|as|in|into)\s+(?:an?|the)\s+(?:\w+\s+){0,2}?$")
_SPLIT = re.compile(r"\s*(?:,|;|\+|\band\b|&|\bplus\b)\s*")
SHAPES = {
    "pie": "pie",
    "donut": "donut",
    "doughnut": "donut",
    "line": "line",
    "trend": "line",
    "area": "area",
    "bar": "bar",
    "column": "bar",
    "breakdown": "pie",
}


def read(clause: Clause, sketch: Sketch) -> bool:
    """Whether the clause named a view. Several in one clause (`board by status and calendar`) are several views."""
    text = clause.text
    spans = _parts(text)
    made = False
    for a, b in spans:
        part = text[a:b]
        span = (clause.start + a, clause.start + b)
        for kind, at in _kinds(part, clause):
            made = _view(kind, part, at, span, clause, sketch) or made
    return made


def name_table(clause: Clause, sketch: Sketch) -> None:
    """`a viewings calendar` speaks of viewings, whether or not they were described; what ties them is read as well."""
    m = re.search(r"\b(?P<n>[\w-]+(?:\s+[\w-]+)?)\s+(?:calendar|board|kanban|timeline|gallery)\b", clause.text)
    if m is None:
        return
    for phrase in (m["n"], m["n"].split()[-1]):
        noun = noun_of(phrase)
        if noun and is_many(phrase) and sketch.table(noun) is None and noun in lexicon.tables():
            sketch.add(noun, (clause.start, clause.end))
            sketch.subject = sketch.table(noun)
            break
    if sketch.subject is not None and re.search(r"\b(?:ties?|links?|connects?)\b", clause.text):
        link_ends(clause.raw, clause.text, clause.start, (clause.start, clause.end), sketch)


def _parts(text: str) -> list[tuple[int, int]]:
    """Cuts between views, not within one: `pie of hours by client and project` stays whole."""
    cuts = [0]
    for m in _SPLIT.finditer(text):
        if VIEW.search(text[cuts[-1] : m.start()]) and VIEW.search(text[m.end() : m.end() + 60].split(",")[0]):
            cuts.append(m.end())
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))


def _kinds(part: str, clause: Clause) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for m in VIEW.finditer(part):
        kind = next(k for k, v in m.groupdict().items() if v)
        if found and (
            found[-1][0] == kind
            or {found[-1][0], kind} <= {"timeline", "chart"}
            or (kind == "chart" and found[-1][0] == "dashboard")
            or (kind == "dashboard" and found[-1][0] == "chart")
        ):
            if kind == "timeline":
                found[-1] = (kind, m.start())
            continue
        found.append((kind, m.start()))
    if len(found) > 1:
        found = [f for f in found if f[0] not in ("grid", "form")] or found[:1]
    if (not found and re.search(r"\b(?:list|view|overview|report|see|grouped|students|all)\b", part)) or (
        not found and clause.section == "views"
    ):
        found.append(("grid", 0))
    return found[:3]


def _view(kind: str, part: str, at: int, span: Span, clause: Clause, sketch: Sketch) -> bool:
    said = sketch.mentioned(part)
    by = next(
        (m["by"] for m in BY.finditer(part) if not re.match(r"(?:email|e-mail|the\s+way|default|hand|phone)\b", m["by"])), ""
    )
    of = (m["of"] if (m := OF.search(part, at)) else "") or (m["of"] if (m := _BEFORE.search(part[:at])) else "")
    if kind == "form":
        return _form(part, at, span, said, sketch)
    if kind == "dashboard" and sketch.views and sketch.views[-1].kind == "dashboard" and not by:
        return False
    view = ViewSketch(kind, part, span, by=by.strip())  # type: ignore[arg-type]
    view.measure = of.strip()
    if re.match(r"(?:that|this|it)\b", view.by) and sketch.touched is not None:
        view.by = sketch.touched[1].name.lower()
    view.shape = next((s for w, s in SHAPES.items() if re.search(rf"\b{w}", part)), "")
    table = _table(said, by, of, part, sketch, kind)
    if table is None and kind != "dashboard":
        noun = noun_of(of or part[:at])
        if tableish(noun) and not sketch.tables:
            table = sketch.add(noun, span)
    view.table = table
    twin = next((v for v in sketch.views if v.kind == kind and v.table is table and (v.by == view.by or not view.by)), None)
    if twin is not None and kind not in ("chart", "dashboard", "grid"):
        return True
    sketch.views.append(view)
    return True


def _table(said: list[TableSketch], by: str, of: str, part: str, sketch: Sketch, kind: str) -> TableSketch | None:
    """Of which table: the one named after `of`, then one that has the field after `by`, then what was spoken of."""
    by_key = lemma(re.sub(r"[^\w -]", "", by)) if by else ""
    of_tables = sketch.mentioned(of) if of else []
    for table in [*of_tables, *said]:
        if by_key and sketch.exact(by_key) is table and len(said) > 1:
            continue
        if kind == "chart" and by_key and field_named(table, by) is None and sketch.exact(by_key) is table:
            continue
        return table
    for words in (of, by, part) if kind == "chart" else (by, of, part):
        owners = [t for t in sketch.tables if words and field_named(t, words) is not None]
        if owners:
            return max(owners, key=lambda t: (t is sketch.subject, t.weight + len(t.fields)))
    if kind in ("calendar", "timeline"):
        dated = [
            t
            for t in sketch.tables
            if any(
                re.search(r"date|time|due|deadline|start|day|when|at$", f.name.lower()) or f.kind in ("date", "datetime")
                for f in t.fields
            )
        ]
        if dated:
            return sketch.subject if sketch.subject in dated else max(dated, key=lambda t: t.weight)
    if kind == "board":
        staged = [
            t
            for t in sketch.tables
            if any(f.options or re.search(r"\b(?:status|stage|state|phase)\b", f.name.lower()) for f in t.fields)
        ]
        if staged:
            return sketch.subject if sketch.subject in staged else max(staged, key=lambda t: t.weight)
    return said[0] if said else (sketch.subject or sketch.main)


def field_named(table: TableSketch, words: str) -> FieldSketch | None:
    """The field that words name: all its words there, or the words its head."""
    stems = _stems(words)
    best: tuple[int, FieldSketch] | None = None
    for field in table.fields:
        mine = _stems(field.name)
        if not mine:
            continue
        both = len(mine & stems)
        if both and (mine <= stems or stems <= mine) and (best is None or both > best[0]):
            best = (both, field)
    if best is None:
        for field in table.fields:
            last = singular(field.name.lower().split()[-1])
            if last in stems and last not in _LOOSE and len(field.name.split()) > 1:
                return field
    return best[1] if best else None


@lru_cache(maxsize=2_000)
def _stems(words: str) -> frozenset[str]:
    """The words in the singular, without the small ones."""
    return frozenset(singular(w) for w in re.findall(r"[a-z0-9]+", words.lower())) - _SMALL


_LOOSE = frozenset("date time name number no id code type note by at on amount total value status day".split())


_SMALL = frozenset("a an the of by per for and or in on at to my our their its all each with as".split())


def _form(part: str, at: int, span: Span, said: list[TableSketch], sketch: Sketch) -> bool:
    before = noun_of(re.sub(r"\bforms?\b.*$", "", part[: at + 40]))
    m = re.search(r"\b(?P<n>[\w-]+(?:\s+[\w-]+)?)\s+forms?\b", part)
    noun = noun_of(m["n"]) if m else ""
    table = next(
        (t for t in (sketch.table(noun) if noun else None, sketch.table(before) if before else None) if t is not None), None
    )
    table = table or (said[0] if said else None) or (sketch.subject or sketch.main if not tableish(noun) else None)
    if table is None and tableish(noun):
        table = sketch.add(noun, span)
    if table is None:
        return False
    if any(v.kind == "form" and v.table is table for v in sketch.views):
        return True
    sketch.views.append(ViewSketch("form", part, span, table=table))
    sketch.subject = table
    return True
