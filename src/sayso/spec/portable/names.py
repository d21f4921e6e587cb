"""References by name: what people write as `Clients` or `Due date` becomes the id that it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Raw = dict[str, Any]

_ONE_FIELD = ("by", "start", "end", "cover", "split", "over", "field", "into", "title")
_FIELDS = ("hidden", "order", "read_only")
_KEYED = ("widths", "summaries", "values")


def _folded(name: object) -> str:
    return " ".join(str(name).split()).casefold()


@dataclass(frozen=True)
class Names:
    """The tables, fields and views that are there, to be found by id or by name."""

    tables: dict[str, Raw]
    views: dict[str, Raw]

    @classmethod
    def of(cls, app: Raw) -> Names:
        return cls(_index(app.get("tables")), _index(app.get("views")))

    def table(self, said: Any) -> Raw | None:
        return self.tables.get(_folded(said)) if isinstance(said, str) else None

    def table_id(self, said: Any) -> Any:
        return _id(self.table(said), said)

    def field(self, table: Raw | None, said: Any) -> Raw | None:
        return _index(table.get("fields")).get(_folded(said)) if table and isinstance(said, str) else None

    def field_id(self, table: Raw | None, said: Any) -> Any:
        return _id(self.field(table, said), said)


def _id(found: Raw | None, said: Any) -> Any:
    id = found.get("id") if found else None
    return id if isinstance(id, str) else said


def _index(parts: Any) -> dict[str, Raw]:
    """By name, and by id, which wins."""
    known = [p for p in parts if isinstance(p, dict)] if isinstance(parts, (list, tuple)) else []
    return {_folded(p.get("name", "")): p for p in known} | {_folded(p.get("id", "")): p for p in known}


def resolved(app: Raw, names: Names | None = None) -> Raw:
    """The app with ids in place of names. What nothing is called stays, for `check` to tell."""
    names = names or Names.of(app)
    app = dict(app)
    if isinstance(app.get("tables"), list):
        app["tables"] = [table_resolved(names, t) for t in app["tables"]]
        names = Names.of(app) if names.tables.keys() <= Names.of(app).tables.keys() else names
    for key in ("views", "coworkers", "roles"):
        if isinstance(app.get(key), list):
            app[key] = [part_resolved(names, p) for p in app[key]]
    if isinstance(app.get("automations"), list):
        app["automations"] = [automation_resolved(names, a) for a in app["automations"]]
    return app


def table_resolved(names: Names, table: Any) -> Any:
    if not isinstance(table, dict):
        return table
    fields = table.get("fields")
    table = {**table, "fields": [field_resolved(names, table, f) for f in fields] if isinstance(fields, list) else fields}
    return {**table, "title": names.field_id(table, table["title"])} if table.get("title") else table


def field_resolved(names: Names, table: Raw, field: Any) -> Any:
    """A link's table and other end, and what a lookup or rollup reads through it; defaults of choices."""
    if not isinstance(field, dict):
        return field
    field = dict(field)
    match field.get("kind"):
        case "link":
            to = names.table(field.get("to"))
            field["to"] = _id(to, field.get("to"))
            if field.get("reverse"):
                field["reverse"] = names.field_id(to, field["reverse"])
        case "lookup" | "rollup":
            link = names.field(table, field.get("link"))
            to = names.table(link.get("to")) if link else None
            field["link"] = _id(link, field.get("link"))
            if field.get("field"):
                field["field"] = names.field_id(to, field["field"])
            if isinstance(field.get("where"), (list, tuple)):
                field["where"] = [_condition(names, to, c) for c in field["where"]]
        case "select" if field.get("default"):
            field["default"] = _option(field, field["default"])
        case "multi_select" if isinstance(field.get("default"), (list, tuple)):
            field["default"] = [_option(field, d) for d in field["default"]]
        case _:
            pass
    if isinstance(fill := field.get("fill"), dict) and isinstance(picture := fill.get("picture"), dict):
        named = {key: names.field_id(table, picture[key]) for key in ("reference", "mask") if picture.get(key)}
        field["fill"] = {**fill, "picture": {**picture, **named}}
    return field


def automation_resolved(names: Names, automation: Any) -> Any:
    if not isinstance(automation, dict):
        return automation
    trigger = part_resolved(names, automation.get("trigger"))
    of = trigger if isinstance(trigger, dict) else {}
    view = names.views.get(_folded(of.get("view", "")))
    table = names.table(of.get("table") or (view or {}).get("table"))
    steps = automation.get("steps")
    steps = [part_resolved(names, s, table) for s in steps] if isinstance(steps, (list, tuple)) else steps
    return {**automation, "trigger": trigger, **({"steps": steps} if steps is not None else {})}


def part_resolved(names: Names, value: Any, table: Raw | None = None) -> Any:
    """A view, a tile, a right, a trigger or a step: everything that names a table and then its fields."""
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("table"), str):
        table = names.table(value["table"])
        value = {**value, "table": _id(table, value["table"])}
    return {key: _setting(names, table, value, key, v) for key, v in value.items()}


def _setting(names: Names, table: Raw | None, part: Raw, key: str, value: Any) -> Any:
    kind = part.get("kind")
    if key == "view" and isinstance(value, str):
        return _id(names.views.get(_folded(value)), value)
    if key == "limits" and isinstance(value, dict):
        by = names.field(table, part.get("by"))
        return {_option(by, k): v for k, v in value.items()}
    if key in ("filter", "rows", "changes") and isinstance(value, (dict, list, tuple)):
        return _filter(names, table, value)
    if key == "groups" and "table" not in part:
        return value  # of a role: names of groups in the workspace
    if key in ("sorts", "groups"):
        return [_ordered(names, table, s) for s in _many(value)]
    if key in _ONE_FIELD and kind not in ("approval", "form", "send_email"):
        return names.field_id(table, value)
    if key in _FIELDS:
        return [names.field_id(table, f) for f in _many(value)]
    if key in _KEYED and isinstance(value, dict):
        return _keyed(names, table, key, value)
    if key == "fields":
        return _fields(names, table, kind, value)
    if key == "colours":
        return [part_resolved(names, c, table) for c in _many(value)]
    if key in ("tiles", "rights", "grants", "steps", "then", "otherwise"):
        return [part_resolved(names, p, table) for p in _many(value)]
    return part_resolved(names, value, table) if key == "measure" else value


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _fields(names: Names, table: Raw | None, kind: Any, value: Any) -> Any:
    """Of a form, each with its label; of a list or a trigger, ids alone."""
    if kind == "form":
        asked = [{"field": f} if isinstance(f, str) else f for f in _many(value)]
        return [{**f, "field": names.field_id(table, f.get("field"))} if isinstance(f, dict) else f for f in asked]
    return [names.field_id(table, f) for f in _many(value)]


def _keyed(names: Names, table: Raw | None, key: str, value: Raw) -> Raw:
    if key != "values":
        return {names.field_id(table, k): v for k, v in value.items()}
    return {names.field_id(table, k): _option(names.field(table, k), v) for k, v in value.items()}


def _ordered(names: Names, table: Raw | None, sort: Any) -> Any:
    """`Due` or `-Due` for downwards, or the long form."""
    if isinstance(sort, str):
        down = sort.startswith("-")
        said = {"field": names.field_id(table, sort.removeprefix("-"))}
        return {**said, "descending": True} if down else said
    return {**sort, "field": names.field_id(table, sort.get("field"))} if isinstance(sort, dict) else sort


def _filter(names: Names, table: Raw | None, value: Any) -> Any:
    """A list of conditions, one condition, or the long form."""
    if isinstance(value, (list, tuple)):
        return {"of": [_either(names, table, c) for c in value]}
    if "field" in value:
        return {"of": [_condition(names, table, value)]}
    return {**value, "of": [_either(names, table, c) for c in _many(value["of"])]} if "of" in value else value


def _either(names: Names, table: Raw | None, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return _condition(names, table, value) if "field" in value else _filter(names, table, value)


def _condition(names: Names, table: Raw | None, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    via: list[Any] = []
    for link_said in _many(value.get("via") or []):
        link = names.field(table, link_said)
        via.append(_id(link, link_said))
        table = names.table(link.get("to")) if link else None
    field = names.field(table, value.get("field"))
    said = {**value, "field": _id(field, value.get("field")), **({"via": via} if via else {})}
    return {**said, "value": _option(field, value["value"])} if "value" in value else said


def _option(field: Raw | None, value: Any) -> Any:
    """The id of a choice said by name; lists of them too; everything else as it is."""
    if isinstance(value, (list, tuple)):
        return [_option(field, v) for v in value]
    known = _index(field.get("options")) if field and field.get("kind") in ("select", "multi_select") else {}
    return _id(known.get(_folded(value)), value) if isinstance(value, str) else value
