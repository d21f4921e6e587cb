"""Measures a planner on cases: reads wishes, writes predictions in the shape that the scorer compares.

Shape of a case: `{"id", "prompt", "given"?: spec}`; of a prediction: `{"id", "outcome", "spec"}`. A spec there is plain:
tables with fields `{name, type, options?, link_to?}`, views `{type, table, by}`, automations `{trigger, cron, table, actions}`,
ai `{kind, table, field}` and roles by name, without the one for everyone else, which says no more than that the others are kept from something. Both ends of a link are one link there: the end that the wish did not name is left out.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sayso.builder.planner import Plan, Wish, plan
from sayso.spec.app import App
from sayso.spec.automation import Ai as AiStep
from sayso.spec.change import completed_app
from sayso.spec.fields import Link
from sayso.spec.part import id_from
from sayso.spec.rights_told import is_for_everyone
from sayso.spec.view import Board, Calendar, Chart, ChartTile, Dashboard, Timeline

Json = dict[str, Any]
_TYPES = {"money": "currency", "person": "user", "ai": "ai", "lookup": "rollup"}
_KINDS = {v: k for k, v in _TYPES.items() if k not in ("ai", "lookup")} | {"user": "person", "lookup": "text"}
_ACTIONS = {
    "send_email": "send_email",
    "notify": "notify",
    "create_row": "create_row",
    "update_row": "update_row",
    "delete_row": "delete_row",
    "http_request": "http_request",
}
_TASKS = {"summarise": "summarize"}


def predictions(path: Path, planner: Callable[[Wish], Plan] = plan) -> Iterator[Json]:
    """One prediction a case, in order, with the milliseconds that the plan took."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield prediction(json.loads(line), planner)


def prediction(case: Json, planner: Callable[[Wish], Plan] = plan) -> Json:
    wish = wish_of(case)
    started = time.perf_counter()
    made = planner(wish)
    return predicted(case, wish, made, (time.perf_counter() - started) * 1000)


def wish_of(case: Json) -> Wish:
    return Wish(str(case.get("prompt", "")), app=app_of(case["given"]) if case.get("given") else None)


def predicted(case: Json, wish: Wish, made: Plan, took: float) -> Json:
    """What was made of a case. `took` is in milliseconds."""
    outcome = {"plan": "built", "question": "clarify", "refusal": "refuse"}[made.outcome]
    spec = plain(made.spec, made) if made.outcome == "plan" or wish.app is not None else None
    return {"id": case.get("id"), "outcome": outcome, "spec": spec, "took_ms": round(took, 1)}


def written(cases: Path, out: Path) -> Json:
    """Writes the predictions to `out`; returns how many, and the median and longest time in milliseconds."""
    made = list(predictions(cases))
    out.write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in made), encoding="utf-8")
    took = sorted(p["took_ms"] for p in made) or [0.0]
    return {"cases": len(made), "median_ms": took[len(took) // 2], "longest_ms": took[-1]}


# ── from our spec to the scorer's shape ──────────────────


def plain(app: App, made: Plan | None = None) -> Json:
    names = {t.id: t.name for t in app.tables}
    skipped = _other_ends(app, made)
    return {
        "tables": [
            {"name": t.name, "fields": [_field(f, names) for f in t.fields if (t.id, f.id) not in skipped]} for t in app.tables
        ],
        "views": [_view(v, app, names) for v in app.views],
        "automations": [_automation(a, app, names) for a in app.automations],
        "ai": _ai_parts(app),
        "roles": [r.name for r in app.roles if not is_for_everyone(r)],
    }


def _other_ends(app: App, made: Plan | None) -> set[tuple[str, str]]:
    """The ends of links that nobody named: made by completion, or noted as assumed."""
    told = {n.path for n in made.notes if n.kind == "yours"} if made else set()
    gone: set[tuple[str, str]] = set()
    for table in app.tables:
        for field in table.fields:
            if not isinstance(field, Link) or not field.reverse or (table.id, field.id) in gone:
                continue
            here, there = f"tables/{table.id}/fields/{field.id}", f"tables/{field.to}/fields/{field.reverse}"
            if here == there:
                continue
            if here not in told and (there in told or not field.many) is False and (field.to, field.reverse) not in gone:
                gone.add((field.to, field.reverse) if field.many is False else (table.id, field.id))
            elif here in told and there not in told:
                gone.add((field.to, field.reverse))
            elif there in told and here not in told:
                gone.add((table.id, field.id))
            elif (field.to, field.reverse) not in gone:
                gone.add((table.id, field.id) if field.many else (field.to, field.reverse))
    return gone


def _field(field: Any, names: dict[str, str]) -> Json:
    made: Json = {"name": field.name, "type": _TYPES.get(field.kind, field.kind)}
    if getattr(field, "options", ()):
        made["options"] = [o.name for o in field.options]
    if isinstance(field, Link):
        made["link_to"] = names.get(field.to, "")
    if field.kind in ("created_at", "updated_at"):
        made["type"] = "datetime"
    return made


def _view(view: Any, app: App, names: dict[str, str]) -> Json:
    made: Json = {"type": view.kind, "table": names.get(getattr(view, "table", ""))}
    table = app.table(getattr(view, "table", "") or "")
    by = None
    match view:
        case Board() | Chart():
            by = view.by
        case Calendar() | Timeline():
            by = view.start
        case Dashboard():
            tile = next((t for t in view.tiles if isinstance(t, ChartTile) and t.by), None)
            made["table"] = None
            if tile is not None:
                made["table"], table, by = names.get(tile.table), app.table(tile.table), tile.by
        case _:
            by = view.groups[0].field if getattr(view, "groups", ()) else None
    if by and table is not None and (field := table.field(by)) is not None:
        made["by"] = field.name
    return made


def _automation(rule: Any, app: App, names: dict[str, str]) -> Json:
    kind = {"row_changed": "row_updated"}.get(rule.trigger.kind, rule.trigger.kind)
    table = getattr(rule.trigger, "table", None)
    if rule.trigger.kind in ("form_submitted", "enters_view"):
        view = app.view(rule.trigger.view)
        table = getattr(view, "table", None)
    made: Json = {
        "trigger": kind,
        "table": names.get(table) if table else None,
        "actions": [a for s in rule.steps if (a := _action(s))],
    }
    if cron := getattr(rule.trigger, "cron", ""):
        made["cron"] = cron
    return made


def _action(step: Any) -> str:
    if step.kind == "send_message":
        return "send_sms" if step.via == "sms" else "send_slack"
    if step.kind == "ai":
        return "ai_image" if step.task == "image" else "ai_generate"
    return _ACTIONS.get(step.kind, "")


def _ai_parts(app: App) -> list[Json]:
    """AI fields, and the steps of rules in which a model fills a field that is no AI field."""
    parts = [_ai(f, t.name) for t in app.tables for f in t.fields if f.kind == "ai"]
    for rule in app.automations:
        table = app.table(getattr(rule.trigger, "table", None) or "")
        for step in rule.steps:
            field = table.field(step.into) if isinstance(step, AiStep) and step.into and table else None
            if isinstance(step, AiStep) and table is not None and field is not None and field.kind != "ai":
                parts.append({"kind": _TASKS.get(step.task, step.task), "table": table.name, "field": field.name})
    return parts


def _ai(field: Any, table: str) -> Json:
    return {"kind": _TASKS.get(field.task, field.task), "table": table, "field": field.name}


# ── from the scorer's shape to our spec, for the cases that edit an app ──


def app_of(given: Json) -> App:
    """The app of a case. What the plain shape leaves open (formulas, filters) is filled with something that stands."""
    ids: dict[str, str] = {}
    for t in given.get("tables", []):
        ids[t["name"]] = id_from(t["name"], set(ids.values()))
    tables = [_table(t, ids) for t in given.get("tables", [])]
    app: Json = {"id": "given", "name": "Given", "tables": tables}
    whole = completed_app(App.model_validate(app))
    views = [v for v in (_given_view(v, whole, n) for n, v in enumerate(given.get("views", []))) if v]
    rules = [r for r in (_given_rule(a, whole, n) for n, a in enumerate(given.get("automations", []))) if r]
    roles = [{"id": id_from(str(r)), "name": str(r)} for r in given.get("roles", [])]
    return App.model_validate(
        {
            **whole.portable(),
            "views": views,
            "automations": rules,
            "roles": roles,
            **(
                {"slots": [{"id": "text", "name": "Text"}, {"id": "image", "name": "Pictures", "kind": "image"}]}
                if rules or given.get("ai")
                else {}
            ),
        }
    )


def _table(table: Json, ids: dict[str, str]) -> Json:
    fields: list[Json] = []
    taken: set[str] = set()
    for f in table["fields"]:
        id = id_from(f["name"], taken)
        taken.add(id)
        kind = _KINDS.get(f["type"], f["type"])
        made: Json = {"id": id, "name": f["name"], "kind": kind}
        if f.get("options") and kind in ("select", "multi_select", "ai"):
            made["options"] = [{"id": id_from(o), "name": o} for o in dict.fromkeys(f["options"])]
        if kind == "link":
            made |= {"to": ids.get(f.get("link_to", ""), next(iter(ids.values())))}
        if kind == "formula":
            made["formula"] = "0"
        if kind == "rollup":
            made |= {"kind": "formula", "formula": "0"}
        fields.append(made)
    return {"id": ids[table["name"]], "name": table["name"], "fields": fields}


def _given_view(view: Json, app: App, n: int) -> Json | None:
    table = app.table_named(view.get("table") or "")
    field = table.named(view.get("by") or "") if table else None
    kind = view["type"]
    made: Json = {"id": f"view_{n}", "name": f"{kind.capitalize()} {n}", "kind": kind}
    if kind == "dashboard":
        if table is not None and field is not None:
            made["tiles"] = [{"id": "chart", "name": "Chart", "kind": "chart", "table": table.id, "by": field.id}]
        return made
    if table is None or (kind in ("board", "calendar", "timeline") and field is None):
        return None
    made["table"] = table.id
    if field is not None:
        made |= (
            {"by": field.id}
            if kind in ("board", "chart")
            else {"start": field.id}
            if kind in ("calendar", "timeline")
            else {"groups": [{"field": field.id}]}
            if kind == "grid"
            else {}
        )
    return made


def _given_rule(rule: Json, app: App, n: int) -> Json | None:
    table = app.table_named(rule.get("table") or "")
    first = next((f.id for f in table.fields if f.kind in ("date", "datetime")), None) if table else None
    trigger: Json = {
        "kind": {"row_updated": "row_changed", "form_submitted": "row_created"}.get(rule["trigger"], rule["trigger"])
    }
    if trigger["kind"] == "schedule":
        trigger |= {"cron": rule.get("cron") or "0 9 * * *"}
    if trigger["kind"] == "date_reached":
        if first is None:
            return None
        trigger["field"] = first
    if trigger["kind"] not in ("webhook",):
        if table is None and trigger["kind"] != "schedule":
            return None
        trigger |= {"table": table.id} if table else {}
    steps: list[Json] = []
    for action in rule.get("actions", []):
        if action in ("send_email", "notify"):
            steps.append({"kind": action})
        elif action in ("send_slack", "send_sms"):
            steps.append({"kind": "send_message", "via": action.removeprefix("send_")})
        elif action.startswith("ai"):
            steps.append(
                {
                    "kind": "ai",
                    "task": "image" if "image" in action else "generate",
                    "slot": "image" if "image" in action else "text",
                }
            )
        elif action in ("create_row", "update_row", "delete_row") and table is not None:
            steps.append({"kind": action, "table": table.id})
        elif action == "http_request":
            steps.append({"kind": action})
    return {"id": f"rule_{n}", "name": f"Rule {n}", "trigger": trigger, "steps": steps}
