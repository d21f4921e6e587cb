"""Sketches of automations, with the stories that tell them whole, become automations."""

import re
from typing import Any

from sayso.builder.planner.app_views import short_words
from sayso.builder.planner.assembly import Assembly
from sayso.builder.planner.automations.composed import SUPPORTING, Whole, every, furnished, wholes
from sayso.builder.planner.automations.whole.naming import called
from sayso.builder.planner.conditions import condition
from sayso.builder.planner.refusals import injected
from sayso.builder.planner.schedule import schedules
from sayso.builder.planner.sketch import AutomationSketch, StepSketch
from sayso.spec.app import App
from sayso.spec.automation import Automation
from sayso.spec.fields import (
    Ai,
    Checkbox,
    Select,
)  # fmt: skip
from sayso.spec.filter import Filter
from sayso.spec.part import id_from
from sayso.spec.table import Table
from sayso.spec.view import (
    AnyView,
    Form,
)

Json = dict[str, Any]


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


def rules_of(work: Assembly, app: App) -> tuple[Automation, ...]:
    """The automations of a sketch, in its order. `app` has everything else by now."""
    sketch, specs, views = work.sketch, {t.id: t for t in app.tables}, app.views
    stories = _stories(work, app)
    taken = {a.origin.id for a in sketch.automations if a.origin}
    names = {a.origin.name.casefold() for a in sketch.automations if a.origin}
    made: list[Automation] = []
    for rule in sketch.automations:
        if rule.origin is not None and not rule.assumed.startswith("changed"):
            made.append(rule.origin)
        elif (parts := _parts(work, rule, specs, views, stories.get(id(rule)))) is not None:
            made.append(_named(work, rule, *parts, app, taken, names))
    return tuple(made)


def _stories(work: Assembly, app: App) -> dict[int, Whole]:
    """The story of each sketch. One that says more than a sketch can hold leads: it takes the place of all sketches of its words."""
    sketch = work.sketch
    commanded = injected(work.wish)
    found: dict[int, Whole] = {}
    for whole in wholes(work.wish, app):
        start, end = whole.story.start, whole.story.end
        if any(a < end and b > start for a, b in commanded):
            continue
        over = [
            r for r in sketch.automations if r.origin is None and r.span is not None and r.span[0] < end and r.span[1] > start
        ]
        new = sketch.origin is not None and not _CHANGES.search(whole.story.text)
        leads = whole.outright or (not whole.unread and new)
        if leads and not _poorer(whole, over):
            if over and over[0].trigger == "schedule" == whole.told.trigger["kind"]:
                whole.told.trigger["cron"] = over[0].cron
            lead = over[0] if over else AutomationSketch(whole.told.trigger["kind"], whole.story.text.strip(), (start, end))
            if not over:
                sketch.automations.append(lead)
            sketch.automations[:] = [r for r in sketch.automations if r not in over[1:]]
            lead.span, lead.words, lead.assumed = (start, end), whole.story.text.strip(), ""
            lead.cron = whole.told.trigger.get("cron", "")
            found[id(lead)] = whole
            work.led.add(id(lead))
        elif len(over) == 1:
            found[id(over[0])] = whole
    return found


_CHANGES = re.compile(r"\b(?:stop|don't|do\s+not|no\s+longer|instead|rather|remove|anymore)\b", re.I)
"""Words that may speak of an automation that is there."""


def _poorer(whole: Whole, over: list[AutomationSketch]) -> bool:
    """Whether the sketches of its words do more than the story: then the words were not understood as a whole."""
    does = len([s for s in every(whole.told.steps) if s["kind"] not in SUPPORTING])
    return does < sum(len(r.steps) for r in over)


def _parts(
    work: Assembly, rule: AutomationSketch, specs: dict[str, Table], views: tuple[AnyView, ...], whole: Whole | None
) -> tuple[Json, list[Json]] | None:
    """Trigger and steps; what the story assumed and could not use is noted for this rule."""
    if whole is not None and id(rule) in work.led:
        work.told[id(rule)] = whole.told
        return whole.told.trigger, whole.told.steps
    table = work.table_ids.get(id(rule.table)) if rule.table is not None else None
    trigger = _trigger(work, rule, table, specs, views)
    if trigger is None:
        return None
    trigger = {k: v.portable() if isinstance(v, Filter) else v for k, v in trigger.items()}
    steps = [s for s in (_step(work, s, specs, table) for s in rule.steps) if s is not None]
    if whole is not None:
        fuller = furnished(trigger, steps, whole.told)
        if fuller[1] is not steps:
            work.told[id(rule)] = whole.told
            return fuller
    return trigger, steps


def _named(
    work: Assembly, rule: AutomationSketch, trigger: Json, steps: list[Json], app: App, taken: set[str], names: set[str]
) -> Automation:
    label = called(trigger, steps, app)
    base, n = label, 2
    while label.casefold() in names:
        label, n = f"{base} {n}", n + 1
    part = rule.origin.id if rule.origin else id_from(label, taken)
    taken.add(part)
    names.add(label.casefold())
    work.paths[id(rule)] = f"automations/{part}"
    return Automation.model_validate({"id": part, "name": label, "on": False, "trigger": trigger, "steps": steps})


def _scheduled(rule: AutomationSketch) -> str:
    """The words of the schedule alone."""
    found = schedules(rule.words.lower())
    return (
        rule.words[found[0].start : found[0].end].strip(" ,")[:300]
        if found and len(rule.words.lower()) == len(rule.words)
        else rule.words[:300]
    )


def _trigger(
    work: Assembly, rule: AutomationSketch, table: str | None, specs: dict[str, Table], views: tuple[AnyView, ...]
) -> dict[str, Any] | None:
    spec = specs.get(table or "")
    filter, fields = condition(rule.when, spec) if spec is not None and rule.when else (Filter(), ())
    match rule.trigger:
        case "schedule":
            return {"kind": "schedule", "cron": rule.cron, "words": _scheduled(rule), **({"table": table} if table else {})}
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
                return {"kind": "schedule", "cron": "0 9 * * *", "words": _scheduled(rule), "table": table}
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
