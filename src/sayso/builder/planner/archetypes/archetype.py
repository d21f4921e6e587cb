"""Reads `archetypes.txt`, whose first lines tell its format, and makes parts of a spec of what it says."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.inflect import plural_phrase as plural
from sayso.spec.app import App
from sayso.spec.change import completed_app
from sayso.spec.fields.choice import HUES
from sayso.spec.part import id_from

Json = dict[str, Any]
_FIELD = re.compile(r"(?P<name>[^:>\[\]]+?)(?:(?P<many>>>|>)(?P<to>[^\[\]]+)|:(?P<kind>[a-z_]+)(?:\[(?P<options>[^\]]+)\])?)?")
_VIEW = re.compile(r"(?P<kind>board|calendar|gallery|chart|form|timeline) (?P<table>.+?)(?: by (?P<by>.+))?")


@dataclass(frozen=True, slots=True)
class TradeField:
    """A field as a trade keeps it: `to` names the table of a link."""

    name: str
    kind: str = "text"
    options: tuple[str, ...] = ()
    to: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class TradeTable:
    name: str
    fields: tuple[TradeField, ...]


@dataclass(frozen=True, slots=True)
class TradeView:
    kind: str
    table: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Archetype:
    """One trade: the words that its people say, its tables and its views."""

    trade: str
    words: frozenset[str]
    tables: tuple[TradeTable, ...]
    views: tuple[TradeView, ...]


@lru_cache(maxsize=1)
def archetypes() -> tuple[Archetype, ...]:
    """All of them, in the order of the file. Raises `ValueError` where the file is not as it should be."""
    text = (files("sayso.builder.planner.archetypes") / "archetypes.txt").read_text(encoding="utf-8")
    return tuple(_read(block) for block in re.split(r"(?m)^= ", text)[1:])


def _read(block: str) -> Archetype:
    head, *lines = [line for line in block.strip().splitlines() if line and not line.startswith("#")]
    trade, _, words = head.partition(":")
    tables: list[TradeTable] = []
    views: list[TradeView] = []
    for line in lines:
        m = re.match(r"(?P<name>[A-Z][^:>;]*?): (?P<fields>.+)", line)
        if m:
            parts = re.split(r",\s*(?![^\[]*\])", m["fields"])
            tables.append(TradeTable(m["name"], tuple(_field(p.strip()) for p in parts)))
        else:
            views += [_view(v.strip()) for v in line.split(";")]
    return Archetype(trade.strip(), frozenset(w.strip().lower() for w in words.split(",")), tuple(tables), tuple(views))


def _field(text: str) -> TradeField:
    m = _FIELD.fullmatch(text)
    if m is None:
        raise ValueError(f"an archetype's field cannot be read: {text!r}")
    if m["to"]:
        return TradeField(m["name"], "link", to=m["to"], many=m["many"] == ">>")
    return TradeField(m["name"], m["kind"] or "text", tuple((m["options"] or "").split("|")) if m["options"] else ())


def _view(text: str) -> TradeView:
    m = _VIEW.fullmatch(text)
    if m is None:
        raise ValueError(f"an archetype's view cannot be read: {text!r}")
    return TradeView(m["kind"], m["table"], m["by"] or "")


def field_of(field: TradeField, id: str, to: str = "") -> Json:
    """The field as a spec has it; `to` is the id of a link's table."""
    made: Json = {"id": id, "name": field.name, "kind": field.kind}
    if field.options:
        ids: list[str] = []
        for name in field.options:
            ids.append(id_from(name, set(ids)))
        made["options"] = [
            {"id": i, "name": n, "hue": HUES[k % len(HUES)]} for k, (i, n) in enumerate(zip(ids, field.options, strict=True))
        ]
    if field.kind == "link":
        made |= {"to": to, "many": field.many}
    return made


def view_of(view: TradeView, id: str, table: str, by: str, name: str) -> Json:
    """The view as a spec has it; `table` and `by` are ids."""
    made: Json = {"id": id, "name": name, "kind": view.kind, "table": table}
    if by:
        made["start" if view.kind in ("calendar", "timeline") else "by"] = by
    return made


def name_of(view: TradeView, table: str) -> str:
    """`Repairs by status`, `Calendar of repairs`."""
    rows = plural(table)
    named = {"calendar": f"Calendar of {rows.lower()}", "gallery": f"Pictures of {rows.lower()}", "form": f"New {lemma(table)}", "timeline": f"Timeline of {rows.lower()}"}  # fmt: skip
    return named.get(view.kind, f"{rows} by {view.by.lower()}" if view.by else rows)


def app_of(one: Archetype) -> App:
    """The whole archetype as an app: for tests, which hold it to the checks of every app."""
    ids: dict[str, str] = {}
    for table in one.tables:
        ids[table.name] = id_from(table.name, set(ids.values()))
    tables: list[Json] = []
    places: dict[tuple[str, str], str] = {}
    for table in one.tables:
        fields: list[Json] = []
        for field in table.fields:
            id = id_from(field.name, {f["id"] for f in fields})
            places[table.name, field.name] = id
            fields.append(field_of(field, id, ids.get(field.to, "")))
        tables.append({"id": ids[table.name], "name": plural(table.name), "fields": fields})
    whole = completed_app(App.model_validate({"id": "archetype", "name": one.trade, "tables": tables}))
    views = [
        view_of(v, f"view_{n}", ids[v.table], places[v.table, v.by] if v.by else "", f"{n} {name_of(v, v.table)}")
        for n, v in enumerate(one.views)
    ]
    return App.model_validate({**whole.portable(), "views": views})
