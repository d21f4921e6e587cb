"""Random valid apps, and random changes to them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sayso.spec.app import App, app_from
from sayso.spec.change import Change, completed_app
from sayso.spec.part import id_from

WORDS = ["Name", "Phone", "Worth", "Due", "Stage", "Notes", "Qty", "City", "Owner", "Paid", "Total", "Rank", "Rate", "Term"]
PLAIN = ["text", "long_text", "number", "money", "percent", "date", "datetime", "duration", "checkbox", "select", "multi_select",
         "rating", "email", "phone", "url", "person", "file", "image", "autonumber", "created_at", "updated_by", "ai"]  # fmt: skip
TABLES = ["Clients", "Projects", "Tasks", "Items"]


@st.composite
def plain_fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(PLAIN))
    field: dict[str, Any] = {"name": name, "kind": kind}
    if kind in ("select", "multi_select"):
        field["options"] = draw(st.lists(st.sampled_from(["Open", "Won", "Lost", "Idle"]), min_size=1, unique=True))
    return field


@st.composite
def apps(draw: st.DrawFn) -> App:
    """One to four tables, linked, with lookups, rollups and formulas through the links, and views of most kinds."""
    names = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=4, unique=True))
    tables: list[dict[str, Any]] = []
    for name in names:
        words = draw(st.lists(st.sampled_from(WORDS[1:]), max_size=6, unique=True))
        fields = [{"name": "Name", "kind": "text"}, {"name": "Size", "kind": "number"}, *[draw(plain_fields(w)) for w in words]]
        tables.append({"name": name, "fields": fields})
    for table in tables:
        for to in draw(st.lists(st.sampled_from(names), max_size=2, unique=True)):
            link = f"Its {to}"
            table["fields"].append({"name": link, "kind": "link", "to": to, "many": draw(st.booleans())})
            if draw(st.booleans()):
                table["fields"].append({"name": f"{to} size", "kind": "rollup", "link": link, "field": "Size", "summary": "sum"})
            if draw(st.booleans()):
                table["fields"].append({"name": f"{to} names", "kind": "lookup", "link": link, "field": "Name"})
            if draw(st.booleans()):
                table["fields"].append(
                    {"name": f"{to} twice", "kind": "formula", "formula": f"SUM({{{link}}}.{{Size}}) * 2 + {{Size}}"}
                )
    views = [view for table in tables for view in draw(views_of(table))]
    return completed_app(app_from({"name": "Desk", "tables": tables, "views": views, "automations": draw(automations(tables))}))


@st.composite
def views_of(draw: st.DrawFn, table: dict[str, Any]) -> list[dict[str, Any]]:
    name, fields = table["name"], table["fields"]
    kinds = {f["name"]: f["kind"] for f in fields}
    size = {"field": "Size", "op": "gt", "value": 3}
    views: list[dict[str, Any]] = [
        {"name": f"All {name}", "kind": "grid", "table": name, "filter": [size], "summaries": {"Size": "sum"}}
    ]
    views.append({"name": f"{name} tiles", "kind": "dashboard", "tiles": [{"name": "N", "kind": "number", "table": name}]})
    for field, kind in kinds.items():
        if kind == "select" and draw(st.booleans()):
            options = next(f["options"] for f in fields if f["name"] == field)
            rule = {"field": field, "op": "any_of", "value": options[:2]}
            views.append(
                {"name": f"By {field}", "kind": "board", "table": name, "by": field, "filter": [rule], "limits": {options[0]: 2}}
            )
        if kind in ("date", "datetime") and draw(st.booleans()):
            views.append({"name": f"When {field}", "kind": "calendar", "table": name, "start": field, "sorts": ["Name"]})
    return views


@st.composite
def automations(draw: st.DrawFn, tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    table = draw(st.sampled_from(tables))["name"]
    email = {"kind": "send_email", "to": "everyone", "body": "{Name} is at {Size}"}
    update = {
        "kind": "update_row",
        "table": table,
        "values": {"Size": 1},
        "filter": [{"field": "Name", "op": "is", "value": "x"}],
    }
    return [{"name": "Tell", "trigger": {"kind": "row_created", "table": table}, "steps": [email, update]}]


@st.composite
def changes(draw: st.DrawFn, app: App) -> Change:
    """One to four steps on different parts, as people take them; not every one leads to a valid app."""
    steps, used = list[dict[str, Any]](), set[str]()
    for _ in range(draw(st.integers(1, 4))):
        step = draw(_step(app, len(steps)))
        key = f"{step.get('table')}/{step.get('id') or step['value']['id']}"
        if key not in used and not (step["part"] == "field" and f"None/{step['table']}" in used):
            used.add(key)
            steps.append(step)
    return Change.model_validate({"title": "Some change", "steps": steps})


@st.composite
def _step(draw: st.DrawFn, app: App, number: int) -> dict[str, Any]:
    table = draw(st.sampled_from(app.tables))
    field = draw(st.sampled_from(table.fields))
    here = {"part": "field", "table": table.id}
    match draw(st.sampled_from(["add", "rename", "remove", "turn", "move", "table", "untable", "view", "unview", "link"])):
        case "add":
            value = draw(plain_fields(f"New {number}"))
            return {"do": "add", **here, "value": _whole(value, table), "at": draw(st.integers(0, 3))}
        case "rename":
            return {"do": "rename", **here, "id": field.id, "name": f"Renamed {number}"}
        case "remove":
            return {"do": "remove", **here, "id": field.id}
        case "turn":
            value = _whole(draw(plain_fields(field.name)), table)
            return {"do": "alter", **here, "id": field.id, "value": {**value, "id": field.id}}
        case "move":
            return {"do": "move", **here, "id": field.id, "to": draw(st.integers(0, len(table.fields) - 1))}
        case "link":
            to = draw(st.sampled_from(app.tables))
            value = {"id": f"link_{number}", "name": f"Link {number}", "kind": "link", "to": to.id}
            return {"do": "add", **here, "value": value}
        case "table":
            value = {
                "id": f"table_{number}",
                "name": f"Table {number}",
                "fields": [{"id": "name", "name": "Name", "kind": "text"}],
            }
            return {"do": "add", "part": "table", "value": value, "at": draw(st.integers(0, 2))}
        case "untable":
            return {"do": "remove", "part": "table", "id": table.id}
        case "view":
            value = {"id": f"view_{number}", "name": f"View {number}", "kind": "gallery", "table": table.id}
            return {"do": "add", "part": "view", "value": value}
        case _:
            return {"do": "remove", "part": "view", "id": draw(st.sampled_from(app.views)).id}


def _whole(field: dict[str, Any], table: Any) -> dict[str, Any]:
    options = [{"id": id_from(o), "name": o} for o in field.get("options", ())]
    return {"id": id_from(field["name"]), **field, **({"options": options} if options else {})}
