"""What apps of the same trade usually have and this plan has not: each a ready change that nobody has taken yet."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sayso.builder.planner.archetypes.archetype import (
    Archetype,
    TradeField,
    TradeTable,
    TradeView,
    archetypes,
    field_of,
    name_of,
    view_of,
)
from sayso.builder.planner.inflect import lemma
from sayso.spec.app import App
from sayso.spec.change import Change, completed
from sayso.spec.check import check_change
from sayso.spec.fields import Select
from sayso.spec.part import id_from
from sayso.spec.table import Table

SUGGESTIONS_MAX = 5
FIELDS_MAX = 3
ENOUGH = 2.2
"""What an archetype must reach before it has a say: a table in common that few trades have, or two that many have."""
_WHENS = ("date", "datetime")
_WORTH = {"select": 0, "date": 1, "datetime": 1, "person": 2, "money": 3, "image": 4, "link": 5}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`sentence` says what it adds, table first; `change` goes on from the plan that it was made for."""

    sentence: str
    change: Change


def suggestions(app: App, words: str) -> tuple[Suggestion, ...]:
    """At most five, best first, none that the app has in another name; nothing when no trade is near enough."""
    best = nearest(app, words)
    if best is None:
        return ()
    found: list[Suggestion] = []
    fields = 0
    for made, is_field in _all(best, app):
        if is_field and fields >= FIELDS_MAX:
            continue
        try:
            change = completed(app, made.change)
        except ValueError:
            continue
        if check_change(app, change):
            continue
        found.append(made)
        fields += is_field
        if len(found) == SUGGESTIONS_MAX:
            break
    return tuple(found)


def nearest(app: App, words: str) -> Archetype | None:
    """The archetype that shares most with the plan: its tables count by how few trades have them, then the words of the trade."""
    heads = {lemma(t.name).lower() for t in app.tables}
    said = set(re.findall(r"[a-z&]+", words.lower()))
    said |= {lemma(w) for w in said}
    best, most = None, ENOUGH
    for one in archetypes():
        shared = [t for t in one.tables if _matched(t, heads)]
        if not shared:
            continue
        score = sum(_rarity().get(lemma(t.name).lower(), 0.0) for t in shared)
        score += sum(1.0 for w in one.words if set(w.lower().split()) <= said)
        if score > most:
            best, most = one, score
    return best


def _matched(table: TradeTable, heads: set[str]) -> bool:
    name = lemma(table.name).lower()
    return name in heads or any(h.split()[-1] == name for h in heads)


@lru_cache(maxsize=1)
def _rarity() -> dict[str, float]:
    counts: dict[str, int] = {}
    for one in archetypes():
        for name in {lemma(t.name).lower() for t in one.tables}:
            counts[name] = counts.get(name, 0) + 1
    return {name: math.log(len(archetypes()) / count) / 2 for name, count in counts.items()}


def _all(one: Archetype, app: App) -> Iterator[tuple[Suggestion, bool]]:
    """Fields by worth, each with the view that stands on it; then views on what is there."""
    pairs = [(t, home) for t in one.tables if (home := _home(t, app)) is not None]
    wanted = [(f, t, home) for t, home in pairs for f in t.fields if not _has(home, f)]
    for field, trade, home in sorted(wanted, key=lambda w: _WORTH.get(w[0].kind, 9)):
        if field.kind in _WORTH and (made := _with_field(one, field, trade, home, app)) is not None:
            yield made, True
    for view in one.views:
        for trade, home in pairs:
            if trade.name == view.table and (made := _with_view(view, home, app)) is not None:
                yield made, False


def _home(trade: TradeTable, app: App) -> Table | None:
    name = lemma(trade.name).lower()
    exact = next((t for t in app.tables if lemma(t.name).lower() == name), None)
    return exact or next((t for t in app.tables if lemma(t.name).lower().split()[-1] == name), None)


def _has(table: Table, field: TradeField) -> bool:
    """Under this name, or something of the kind that a table has one of."""
    name = lemma(field.name).lower()
    if any(lemma(f.name).lower() == name or set(name.split()) & set(lemma(f.name).lower().split()) for f in table.fields):
        return True
    kinds = [f.kind for f in table.fields]
    if field.kind in _WHENS:
        return any(k in kinds for k in _WHENS)
    if field.kind == "select":
        stages = ("status", "stage")
        return name in stages and any(lemma(f.name).lower().split()[-1] in stages for f in table.fields)
    return field.kind in kinds and field.kind in ("person", "money", "image")


def _with_field(one: Archetype, field: TradeField, trade: TradeTable, home: Table, app: App) -> Suggestion | None:
    to = ""
    if field.kind == "link":
        target = next((t for t in one.tables if t.name == field.to), None)
        table = _home(target, app) if target else None
        if table is None or table.id == home.id or _linked(app, home.id, table.id):
            return None
        to = table.id
    id = id_from(field.name, {f.id for f in home.fields})
    steps: list[Json] = [{"do": "add", "part": "field", "table": home.id, "value": field_of(field, id, to)}]
    choices = f" ({', '.join(field.options)})" if field.options else ""
    sentence = f"{home.name}: {field.name}{choices}"
    for view in one.views:
        if view.table == trade.name and view.by == field.name and not _shows(app, view.kind, home.id):
            name = _free(name_of(view, trade.name), app)
            taken = {v.id for v in app.views}
            steps.append({"do": "add", "part": "view", "value": view_of(view, id_from(name, taken), home.id, id, name)})
            sentence += f", with a {view.kind}"
            break
    return Suggestion(sentence, Change.model_validate({"title": sentence, "steps": steps}))


def _with_view(view: TradeView, home: Table, app: App) -> Suggestion | None:
    if _shows(app, view.kind, home.id):
        return None
    by = ""
    if view.kind in ("board", "calendar", "timeline", "chart"):
        fits = _WHENS if view.kind in ("calendar", "timeline") else ("select",)
        field = next((f for f in home.fields if lemma(f.name) == lemma(view.by) and f.kind in fits), None)
        field = field or next((f for f in home.fields if f.kind in fits), None)
        if field is None or (isinstance(field, Select) and not field.options):
            return None
        by = field.id
        view = TradeView(view.kind, view.table, field.name)
    elif view.kind == "gallery" and not any(f.kind == "image" for f in home.fields):
        return None
    name = _free(name_of(view, lemma(home.name).capitalize()), app)
    made = view_of(view, id_from(name, {v.id for v in app.views}), home.id, by, name)
    step = {"do": "add", "part": "view", "value": made}
    sentence = f"{home.name}: a {view.kind}{f' by {view.by.lower()}' if by else ''}"
    return Suggestion(sentence, Change.model_validate({"title": sentence, "steps": [step]}))


def _shows(app: App, kind: str, table: str) -> bool:
    return any(v.kind == kind and getattr(v, "table", "") == table for v in app.views)


def _linked(app: App, a: str, b: str) -> bool:
    return any(
        f.kind == "link" and f.to == other
        for t in app.tables
        for f in t.fields
        for here, other in ((a, b), (b, a))
        if t.id == here
    )


def _free(name: str, app: App) -> str:
    taken = {v.name.casefold() for v in app.views}
    fresh, n = name, 2
    while fresh.casefold() in taken:
        fresh, n = f"{name} {n}", n + 1
    return fresh
