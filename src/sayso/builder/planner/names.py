"""Finds what words mean in an app: its tables, fields, choices, views and rules. An app's own names are the best gazetteer."""

import re
from dataclasses import dataclass

from sayso.builder.planner.inflect import lemma, singular
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Link
from sayso.spec.table import Table
from sayso.spec.view import AnyView


@dataclass(slots=True)
class Touched:
    """What was changed last: what `it`, `that field` and `them` mean."""

    table: str | None = None
    field: str | None = None
    rule: str | None = None
    view: str | None = None


def stems(text: str) -> list[str]:
    return [singular(w.removesuffix("'s")) for w in re.findall(r"[a-z0-9][a-z0-9'#-]*", text.lower())]


def _within(name: str, words: list[str]) -> int:
    """How many words of `words` a name covers when it stands there whole, else 0."""
    own = stems(name)
    for n in range(len(words) - len(own) + 1):
        if own and words[n : n + len(own)] == own:
            return len(own)
    return 0


def tables_in(app: App, text: str) -> list[Table]:
    """Tables that a text names, the longest name first; a head noun is enough when only one table has it."""
    words = stems(text)
    found = sorted(((n, t) for t in app.tables if (n := _within(t.name, words))), key=lambda x: -x[0])
    if found:
        return [t for _, t in found]
    heads = [t for t in app.tables if stems(t.name) and stems(t.name)[-1] in words]
    return heads if len(heads) == 1 else []


def field_in(app: App, text: str, touched: Touched, *, kinds: tuple[str, ...] = ()) -> tuple[Table, AnyField] | None:
    """The field that a text names: whole name first, then all its telling words; on the table named or touched first."""
    words = stems(text)
    said = [t.id for t in tables_in(app, text)]
    best: tuple[tuple[float, int, int], Table, AnyField] | None = None
    for table in app.tables:
        for field in table.fields:
            if kinds and field.kind not in kinds:
                continue
            whole = _within(field.name, words)
            own = stems(field.name)
            part = 0.0
            if not whole and len(own) > 1:
                part = (
                    0.4 * len([w for w in own if w in words])
                    if own[-1] in words and own[-1] not in ("name", "date", "number")
                    else 0.0
                )
            score = whole or part
            if not score or (isinstance(field, Link) and whole and table.id not in said and field.to in said):
                continue
            rank = (
                score,
                2 if table.id in said else 1 if table.id == touched.table else 0,
                0 if isinstance(field, Link) and field.many else 1,
            )
            if best is None or rank > best[0]:
                best = (rank, table, field)
    if best:
        return best[1], best[2]
    if (
        re.search(r"\b(?:it|that|this|that\s+field|this\s+field|that\s+one|them)\b", text.lower())
        and touched.table
        and touched.field
    ):
        table = app.table(touched.table)
        field = table.field(touched.field) if table else None
        return (table, field) if table and field else None
    return None


def view_in(app: App, text: str, touched: Touched) -> AnyView | None:
    """A view by its kind and table, or by its name."""
    low = text.lower()
    named = [v for v in app.views if _within(v.name, stems(low)) and len(v.name.split()) > 1]
    if named:
        return named[0]
    kinds = {
        "kanban": "board",
        "board": "board",
        "calendar": "calendar",
        "timeline": "timeline",
        "gantt": "timeline",
        "gallery": "gallery",
        "chart": "chart",
        "graph": "chart",
        "dashboard": "dashboard",
        "form": "form",
    }
    for word, kind in kinds.items():
        if re.search(rf"\b{word}s?\b", low):
            of_kind = [v for v in app.views if v.kind == kind]
            tables = [t.id for t in tables_in(app, text)]
            close = [v for v in of_kind if getattr(v, "table", None) in tables] or of_kind
            return close[0] if len(close) == 1 or (tables and close) else None
    return None


def choice_in(app: App, text: str, touched: Touched) -> tuple[Table, AnyField, str] | None:
    """A choice that a text names, with its field."""
    low = f" {' '.join(text.lower().split())} "
    hits = [
        (t, f, o.id, len(o.name))
        for t in app.tables
        for f in t.fields
        for o in getattr(f, "options", ())
        if re.search(rf"(?<![\w-]){re.escape(o.name.lower())}(?![\w-])", low)
    ]
    if not hits:
        return None
    said = [t.id for t in tables_in(app, text)]
    words = stems(text)
    best = max(hits, key=lambda h: (_within(h[1].name, words), h[0].id in said, h[0].id == touched.table, h[3]))
    return best[0], best[1], best[2]


def same_name(a: str, b: str) -> bool:
    return lemma(a) == lemma(b)
