"""What people may leave out when they write a spec by hand: ids, the long form of fields and choices, our own words for kinds."""

from __future__ import annotations

from typing import Any

from sayso.spec.fields.choice import HUES
from sayso.spec.part import id_from
from sayso.spec.portable.kinds import field_kind, view_kind

Raw = dict[str, Any]
LISTS = ("tables", "views", "automations", "coworkers", "slots", "roles")
_FIELD_KEYS = {"type": "kind", "choices": "options", "link_to": "to", "table": "to", "expression": "formula", "multiple": "many"}
_VIEW_KEYS = {"type": "kind", "group_by": "by", "date": "start", "sort": "sorts", "filters": "filter"}


def filled(raw: Raw) -> Raw:
    """The app with ids everywhere and every part in its long form; references are still as they were written."""
    app = _identified(dict(raw), set())
    for key in LISTS:
        if key in app:
            app[key] = _parts(app[key])
    for table in _dicts(app.get("tables")):
        table["fields"] = [_field(f) if isinstance(f, dict) else f for f in _fields(table.get("fields", ()))]
        _give_ids(table["fields"])
    if isinstance(app.get("views"), list):
        app["views"] = [_view(v) if isinstance(v, dict) else v for v in app["views"]]
    return app


def _identified(part: Raw, taken: set[str]) -> Raw:
    """With an id made from its name, when it has a name and no id."""
    if not part.get("id") and isinstance(part.get("name"), str):
        part = {"id": id_from(part["name"], taken), **{k: v for k, v in part.items() if k != "id"}}
    if isinstance(part.get("id"), str):
        taken.add(part["id"])
    return part


def _parts(raw: Any) -> Any:
    """A list of parts; a mapping is read as names and their parts."""
    if isinstance(raw, dict):
        raw = [{"name": name, **(part if isinstance(part, dict) else {})} for name, part in raw.items()]
    if not isinstance(raw, (list, tuple)):
        return raw
    parts = [{"name": p} if isinstance(p, str) else dict(p) if isinstance(p, dict) else p for p in raw]
    _give_ids(parts)
    return parts


def _give_ids(parts: list[Any]) -> None:
    """In place; ids that are written win over ids made from names."""
    taken = {p["id"] for p in _dicts(parts) if isinstance(p.get("id"), str)}
    for i, part in enumerate(parts):
        if isinstance(part, dict):
            parts[i] = _identified(part, taken)


def _dicts(parts: Any) -> list[Raw]:
    return [p for p in parts if isinstance(p, dict)] if isinstance(parts, (list, tuple)) else []


def _fields(raw: Any) -> list[Any]:
    """`Name`, `{Worth: money}` and the long form alike; a mapping of names to kinds or fields as well."""
    if isinstance(raw, dict):
        raw = [{name: rest} for name, rest in raw.items()]
    if not isinstance(raw, (list, tuple)):
        return [raw]
    return [_short(f) for f in raw]


def _short(field: Any) -> Any:
    if isinstance(field, str):
        return {"name": field, "kind": "text"}
    if isinstance(field, dict) and len(field) == 1 and "name" not in field and "id" not in field:
        name, rest = next(iter(field.items()))
        return {"name": name, **rest} if isinstance(rest, dict) else {"name": name, "kind": rest}
    return dict(field) if isinstance(field, dict) else field


def _field(field: Raw) -> Raw:
    field = {_key(k, field, _FIELD_KEYS): v for k, v in field.items()}
    field["kind"] = field_kind(field["kind"]) if "kind" in field else _guessed(field)
    if isinstance(field.get("options"), (list, tuple)):
        field["options"] = _options(field["options"])
    if "fill" in field:
        field["fill"] = _fill(field["fill"], str(field["kind"]))
    return field


def _fill(raw: Any, kind: str) -> Any:
    """A prompt alone says enough: what is to be done with it follows from the kind."""
    fill: Any = {"prompt": raw} if isinstance(raw, str) else dict(raw) if isinstance(raw, dict) else raw
    if isinstance(fill, dict):
        if isinstance(fill.get("when"), str):
            fill |= {"when": [fill["when"]]}
        usual = {"image": "image", "select": "classify", "multi_select": "classify"}.get(kind)
        if usual and "task" not in fill:
            fill["task"] = usual
    return fill


def _key(key: str, part: Raw, known: dict[str, str]) -> str:
    """Our own word for a key, unless that is there as well."""
    ours = known.get(key, key)
    return key if ours in part else ours


def _guessed(field: Raw) -> str:
    """A field without a kind says by what it has which one is meant."""
    for key, kind in (("formula", "formula"), ("options", "select"), ("to", "link"), ("summary", "rollup"), ("prompt", "ai")):
        if key in field:
            return kind
    return "text"


def _options(raw: Any) -> list[Any]:
    options = [{"name": str(o)} if isinstance(o, (str, int, float)) else dict(o) if isinstance(o, dict) else o for o in raw]
    for number, option in enumerate(_dicts(options)):
        option.setdefault("hue", HUES[number % len(HUES)])
    _give_ids(options)
    return options


def _view(view: Raw) -> Raw:
    view = {_key(k, view, _VIEW_KEYS): v for k, v in view.items()}
    view["kind"] = view_kind(view.get("kind", "grid"))
    if isinstance(view.get("tiles"), (list, tuple)):
        view["tiles"] = [dict(t) if isinstance(t, dict) else t for t in view["tiles"]]
        _give_ids(view["tiles"])
    return view
