"""Sketches of rules and roles become automations and roles."""

import re
from typing import Any

from sayso.builder.planner.app_views import short_words
from sayso.builder.planner.assembly import Assembly
from sayso.builder.planner.conditions import condition
from sayso.builder.planner.schedule import sentence
from sayso.builder.planner.sketch import AutomationSketch, StepSketch, TableSketch
from sayso.spec.automation import Automation
from sayso.spec.fields import (
    Ai,
    Checkbox,
    Select,
)  # fmt: skip
from sayso.spec.filter import Filter
from sayso.spec.part import NAME_CHARACTERS_MAX, id_from
from sayso.spec.role import Right, Role
from sayso.spec.table import Table
from sayso.spec.view import (
    AnyView,
    Form,
)


def _values(words: str, spec: Table) -> dict[str, Any]:
    """What an update sets: the choice or tick that the words after `to` or `as` name."""
    text = f" {words.lower()} "
    for field in spec.fields:
        if isinstance(field, Select):
            for option in field.options:
                if re.search(rf"\b(?:to|as|=|it|status)\s+[\"']?{re.escape(option.name.lower())}\b", text):
                    return {field.id: option.id}
        if isinstance(field, Checkbox) and re.search(rf"\b(?:as|is|=)\s+{re.escape(field.name.lower())}\b", text):
            return {field.id: True}
    return {}


def _message(words: str) -> str:
    text = " ".join(words.replace("{", "").replace("}", "").split()).strip(" ,.;:-–>")
    return text[:1].upper() + text[1:400]


def automation_name(rule: AutomationSketch, table: TableSketch | None) -> str:
    """`Every Monday at 09:00: e-mail the managers` in few words."""
    does = {
        "send_email": "e-mail",
        "send_message": "message",
        "notify": "notify",
        "ai": "ask the model",
        "create_row": "add a row",
        "update_row": "update",
        "delete_row": "delete",
    }
    kinds = list(dict.fromkeys(does.get(s.kind, s.kind) for s in rule.steps))
    to = next((s.to for s in rule.steps if s.to), "")
    act = f"{' and '.join(kinds)}{f' {to}' if to else ''}"
    name = table.name.lower() if table else ""
    match rule.trigger:
        case "schedule":
            lead = sentence(rule.cron)
        case "date_reached":
            lead = (
                f"{abs(rule.days)} days {'before' if rule.days < 0 else 'after'} {rule.date.lower()}"
                if rule.days
                else f"on {rule.date.lower()}"
            )
        case "row_created":
            lead = f"new in {name}"
        case "form_submitted":
            lead = f"form of {name} sent"
        case "webhook":
            lead = "webhook received"
        case _:
            lead = f"change in {name}"
    label = f"{lead}: {act}".replace("{", "").replace("}", "")
    return (label[:1].upper() + label[1:])[: NAME_CHARACTERS_MAX - 6]


def rule_of(
    work: Assembly, rule: AutomationSketch, specs: dict[str, Table], views: tuple[AnyView, ...], taken: set[str], names: set[str]
) -> Automation | None:
    if rule.origin is not None and not rule.assumed.startswith("changed"):
        return rule.origin
    table = work.table_ids.get(id(rule.table)) if rule.table is not None else None
    trigger = _trigger(work, rule, table, specs, views)
    if trigger is None:
        return None
    made = [s for s in (_step(work, s, specs, table) for s in rule.steps) if s is not None]
    label = automation_name(rule, rule.table)
    base, n = label, 2
    while label.casefold() in names:
        label, n = f"{base} {n}", n + 1
    part = rule.origin.id if rule.origin else id_from(label, taken)
    taken.add(part)
    names.add(label.casefold())
    work.paths[id(rule)] = f"automations/{part}"
    return Automation.model_validate({"id": part, "name": label, "on": False, "trigger": trigger, "steps": made})


def _trigger(
    work: Assembly, rule: AutomationSketch, table: str | None, specs: dict[str, Table], views: tuple[AnyView, ...]
) -> dict[str, Any] | None:
    spec = specs.get(table or "")
    filter, fields = condition(rule.when, spec) if spec is not None and rule.when else (Filter(), ())
    match rule.trigger:
        case "schedule":
            return {"kind": "schedule", "cron": rule.cron, "words": rule.words[:300], **({"table": table} if table else {})}
        case "webhook":
            return {"kind": "webhook"}
        case "form_submitted":
            form = next((v for v in views if isinstance(v, Form) and v.table == table), None)
            if form is None:
                return {"kind": "row_created", "table": table} if table else None
            return {"kind": "form_submitted", "view": form.id}
        case "date_reached" if spec is not None:
            date = next((f for f in spec.fields if f.name == rule.date), None)
            if date is None or date.kind not in ("date", "datetime", "formula"):
                return {"kind": "schedule", "cron": "0 9 * * *", "words": rule.words[:300], "table": table}
            return {
                "kind": "date_reached",
                "table": table,
                "field": date.id,
                "days": max(-3650, min(rule.days, 3650)),
                "filter": filter,
            }
        case "row_created" if table:
            return {"kind": "row_created", "table": table, "filter": filter}
        case "row_changed" if table:
            return {"kind": "row_changed", "table": table, "fields": fields, "filter": filter}
        case _:
            return None


def _step(work: Assembly, step: StepSketch, specs: dict[str, Table], table: str | None) -> dict[str, Any] | None:
    body = _message(step.words)
    match step.kind:
        case "send_email":
            return {"kind": "send_email", "to": step.to, "subject": short_words(body).capitalize()[:120], "body": body}
        case "send_message":
            return {"kind": "send_message", "via": step.via, "to": step.to, "body": body}
        case "notify":
            return {"kind": "notify", "to": step.to, "body": body}
        case "ai":
            return {
                "kind": "ai",
                "task": step.via or "generate",
                "slot": "image" if step.via == "image" else "text",
                "prompt": step.words.strip()[:2000],
                **_into(work, step, specs, table),
            }
        case "create_row" if step.table is not None:
            return {"kind": "create_row", "table": work.table_ids[id(step.table)], "values": {}}
        case "update_row":
            target = work.table_ids.get(id(step.table)) if step.table is not None else table
            spec = specs.get(target or "")
            if spec is None:
                return None
            return {
                "kind": "update_row",
                "table": spec.id,
                "values": _values(step.words, spec),
            }
        case "delete_row":
            target = work.table_ids.get(id(step.table)) if step.table is not None else table
            return {"kind": "delete_row", "table": target} if target else None
        case _:
            return None


def _into(work: Assembly, step: StepSketch, specs: dict[str, Table], table: str | None) -> dict[str, Any]:
    spec = specs.get(table or "")
    named = step.values.get("into")
    if spec and named is not None:
        return {"into": work.field_ids[id(named)]} if spec.field(work.field_ids.get(id(named), "")) else {}
    field = next((f for f in spec.fields if isinstance(f, Ai) and f.task == step.via), None) if spec else None
    return {"into": field.id} if field else {}


def role_of(work: Assembly, role: Any, taken: set[str], names: set[str], specs: dict[str, Table]) -> Role | None:
    if role.origin is not None:
        return role.origin
    if role.name.casefold() in names:
        return None
    rights: dict[str, Right] = {}
    for right in role.rights:
        table = work.table_ids.get(id(right["table"]))
        if table and table not in rights:
            rights[table] = Right(table=table, may=right["may"])
    names.add(role.name.casefold())
    part = id_from(role.name, taken)
    taken.add(part)
    work.paths[id(role)] = f"roles/{part}"
    return Role(id=part, name=role.name, description=" ".join(role.words.split())[:400], rights=tuple(rights.values()))
