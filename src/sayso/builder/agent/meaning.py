"""Which table or field a name means: exactly, in the other number, or nearly."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from sayso.builder.planner.inflect import singular
from sayso.errors import Invalid
from sayso.spec.formula.parse import names_in, renamed

Json = dict[str, Any]
LIKENESS_MIN = 0.82


def folded(name: object) -> str:
    return " ".join(str(name).replace("_", " ").split()).casefold()


def singled(name: object) -> str:
    return " ".join(singular(word) for word in re.findall(r"\w+", folded(name)))


def meant(said: object, parts: Iterable[Json]) -> Json | None:
    """The part that is called so, or by its id; else the one in the other number; else the one that is nearly spelt so."""
    known = [p for p in parts if isinstance(p, dict)]
    for way in (folded, singled):
        for part in known:
            if way(said) in (way(part.get("id", "")), way(part.get("name", ""))):
                return part
    names = {singled(p.get("name", "")): p for p in known}
    close = get_close_matches(singled(said), list(names), 1, LIKENESS_MIN)
    return names[close[0]] if close else None


def settled(app: Json, touched: list[Json]) -> None:
    """In place: every table and field that the touched parts name is called as it is called here."""
    tables = app.get("tables") or []
    for part in touched:
        home = next((t for t in tables if any(f is part for f in t.get("fields", ()))), None)
        _walk(part, home, tables, app)


_ONE = ("by", "start", "end", "cover", "split", "over", "field", "into")
_LISTED = ("hidden", "order", "read_only", "fields", "groups", "sorts", "match")
_TEXTS = ("approval", "for_each", "sheet")
"""Kinds of steps in which these words are no names of fields: `by` is a person, `over` and `rows` name an output."""


def _walk(value: Any, table: Json | None, tables: list[Json], app: Json) -> None:
    if isinstance(value, list):
        for one in value:
            _walk(one, table, tables, app)
        return
    if not isinstance(value, dict):
        return
    if isinstance(value.get("table"), str) and (found := meant(value["table"], tables)):
        value["table"], table = found["id"], found
    if isinstance(value.get("view"), str) and (shown := meant(value["view"], app.get("views") or [])):
        value["view"] = shown["id"]
        table = meant(shown.get("table", ""), tables) or table
    if isinstance(value.get("trigger"), dict):
        _walk(value["trigger"], table, tables, app)
        table = _of_trigger(value["trigger"], tables, app) or table
    fields = (table or {}).get("fields") or []
    if value.get("kind") not in ("lookup", "rollup", "link", "formula", *_TEXTS):
        for key in _ONE:
            if isinstance(value.get(key), str) and (one := meant(value[key], fields)):
                value[key] = one["id"]
        for key in _LISTED:
            if isinstance(value.get(key), list) and key in value:
                value[key] = [_named(one, fields) for one in value[key]]
    if isinstance(value.get("values"), dict):
        value["values"] = {(meant(k, fields) or {"id": k})["id"]: v for k, v in value["values"].items()}
    for key, inner in value.items():
        if key not in ("trigger", "options", "values"):
            _walk(inner, table, tables, app)


def _of_trigger(trigger: Json, tables: list[Json], app: Json) -> Json | None:
    view = meant(trigger["view"], app.get("views") or []) if isinstance(trigger.get("view"), str) else None
    return meant(trigger.get("table") or (view or {}).get("table") or "", tables)


def _named(one: Any, fields: list[Json]) -> Any:
    if isinstance(one, str):
        sign = "-" if one.startswith("-") else ""
        found = meant(one.removeprefix("-"), fields)
        return sign + found["id"] if found else one
    return one


_KEPT = re.compile(r"""("[^"]*"|'[^']*'|“[^”]*”|\{[^{}]*\})""")


def formula(source: str, table: Json, tables: list[Json]) -> str:
    """A formula with names as they are here; bare names get their braces. What is still wrong the parser tells."""
    fields = [f for f in table.get("fields") or () if f.get("name")]
    pieces = _KEPT.split(source)
    source = "".join(piece if n % 2 else _braced(piece, fields) for n, piece in enumerate(pieces))
    try:
        used = names_in(source)
    except Invalid:
        return source
    known = {f["name"] for f in fields}
    for path in used:
        if len(path) == 1 and path[0] not in known and (one := meant(path[0], fields)):
            source = renamed(source, path[0], one["name"])
        elif len(path) == 2:
            source = _through(source, path, fields, tables)
    return source


def _braced(piece: str, fields: list[Json]) -> str:
    names = sorted((str(f["name"]) for f in fields), key=len, reverse=True)
    if not names or not piece.strip():
        return piece
    by_name = {folded(name): name for name in names}
    bare = re.compile(r"(?i)(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?![\w(])")
    return bare.sub(lambda m: f"{{{by_name[folded(m[0])]}}}", piece)


def _through(source: str, path: tuple[str, ...], fields: list[Json], tables: list[Json]) -> str:
    link = meant(path[0], fields)
    to = meant(link.get("to", ""), tables) if link else None
    if link and folded(link["name"]) != folded(path[0]):
        source = renamed(source, path[0], link["name"])
    one = meant(path[1], to.get("fields") or ()) if to else None
    if one and link and folded(one["name"]) != folded(path[1]):
        source = renamed(source, path[1], one["name"], link=link["name"])
    return source
