"""What the model may call: few operations, each flat, for many parts at once, with names in place of ids."""

from dataclasses import dataclass
from typing import Any

from sayso.spec.automation import AnyStep, AnyTrigger
from sayso.spec.portable.kinds import FIELD_KINDS, VIEW_KINDS

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    description: str
    schema: Json
    """Of its arguments."""


def _kinds(union: Any) -> list[str]:
    return [one.model_fields["kind"].default for one in union.__args__[0].__args__]


def _text(says: str = "") -> Json:
    return {"type": "string", **({"description": says} if says else {})}


def _texts(says: str = "") -> Json:
    return {"type": "array", "items": {"type": "string"}, **({"description": says} if says else {})}


def _one(of: list[str] | tuple[str, ...], says: str = "") -> Json:
    return {"type": "string", "enum": list(of), **({"description": says} if says else {})}


def _many(properties: Json, *required: str, says: str = "") -> Json:
    return {"type": "array", "items": _shape(properties, *required), **({"description": says} if says else {})}


def _shape(properties: Json, *required: str) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


_YES: Json = {"type": "boolean"}
_CONDITIONS = _many(
    {"field": _text(), "op": _text("is is_not contains gt gte lt lte empty not_empty any_of within"), "value": {}}, "field", "op"
)
TRIGGERS, STEPS = _kinds(AnyTrigger), _kinds(AnyStep)

_FIELD: Json = {
    "name": _text(),
    "kind": _one(FIELD_KINDS),
    "options": _texts("choices of a select"),
    "to": _text("link: the table"),
    "many": {**_YES, "description": "link: several rows"},
    "formula": _text("{Qty} * {Unit price}"),
    "link": _text("lookup, rollup: the link field here"),
    "field": _text("lookup, rollup: the field read there"),
    "summary": _text("rollup: sum count average minimum maximum"),
    "currency": _text("EUR"),
    "prompt": _text("what a model writes here, fields in braces"),
    "required": _YES,
    "unique": _YES,
}
_VIEW: Json = {
    "name": _text(),
    "kind": _one(VIEW_KINDS),
    "table": _text("all but dashboard"),
    "by": _text("board, chart: the field"),
    "start": _text("calendar, timeline: the date field"),
    "end": _text(),
    "fields": _texts("form: what it asks"),
    "filter": _CONDITIONS,
    "sorts": _texts("-Due for newest first"),
    "groups": _texts(),
    "hidden": _texts(),
    "shape": _text("chart: bar line pie"),
    "measure": _shape({"summary": _text(), "field": _text()}),
    "tiles": _many(
        {
            "name": _text(),
            "kind": _one(("number", "chart", "list")),
            "table": _text(),
            "by": _text(),
            "measure": _shape({"summary": _text(), "field": _text()}),
            "filter": _CONDITIONS,
        },
        "name",
        "kind",
        "table",
        says="dashboard",
    ),
}
_STEP: Json = {
    "kind": _one(STEPS, "look help steps for further keys"),
    "table": _text(),
    "values": {"type": "object", "description": "field: value, {Field} for the row's own"},
    "filter": _CONDITIONS,
    "id": _text(),
    "by": _text("chart, aggregate: the field; approval: who"),
    "to": _text("an address the person named, a field in braces, a role, everyone or me"),
    "subject": _text(),
    "body": _text(),
    "attachments": _texts(),
    "via": _text("slack teams discord telegram"),
    "url": _text(),
    "prompt": _text("ai"),
    "into": _text("ai: the field it fills"),
    "seconds": {"type": "integer"},
    "then": {"type": "array", "items": {"type": "object"}, "description": "steps of branch, for_each"},
}
_AUTOMATION: Json = {
    "name": _text(),
    "when": _one(TRIGGERS),
    "table": _text(),
    "fields": _texts("row_changed: which"),
    "field": _text("date_reached: the date"),
    "days": {"type": "integer", "description": "date_reached: -1 is the day before"},
    "cron": _text("schedule: 0 9 * * 1"),
    "view": _text("form_submitted, enters_view"),
    "filter": _CONDITIONS,
    "steps": {"type": "array", "items": _shape(_STEP, "kind")},
}
_ROLE: Json = {
    "name": _text(),
    "rights": _many(
        {
            "table": _text(),
            "may": _one(("nothing", "see", "add", "edit", "everything")),
            "rows": _CONDITIONS,
            "hidden": _texts(),
            "read_only": _texts(),
        },
        "table",
        "may",
    ),
}
_COWORKER: Json = {
    "name": _text(),
    "instructions": _text(),
    "tables": _many({"table": _text(), "may": _one(("read", "write"))}, "table", "may"),
}
_PART = _one(("app", "table", "field", "view", "automation", "role", "coworker"))

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "create_tables",
        "Adds tables with all their fields, in one call. The first field is what a row is called by. Link by the other table's name; its other end is made for you.",
        _shape(
            {
                "app_name": _text("new app only"),
                "icon": _text("by its Lucide name"),
                "tables": _many({"name": _text(), "fields": _many(_FIELD, "name", "kind")}, "name", "fields"),
            },
            "tables",
        ),
    ),
    Operation(
        "add_fields",
        "Adds fields to tables that are there.",
        _shape({"fields": _many({"table": _text(), **_FIELD}, "table", "name", "kind")}, "fields"),
    ),
    Operation(
        "create_views",
        "Adds boards, calendars, forms, charts, dashboards, …",
        _shape({"views": _many(_VIEW, "name", "kind")}, "views"),
    ),
    Operation(
        "create_automations",
        "Adds rules: when something happens, steps follow. They arrive switched off.",
        _shape({"automations": _many(_AUTOMATION, "name", "when", "steps")}, "automations"),
    ),
    Operation(
        "create_roles",
        "Adds roles: who may do what with which table.",
        _shape({"roles": _many(_ROLE, "name", "rights")}, "roles"),
    ),
    Operation("create_coworkers", "Adds AI co-workers to the app.", _shape({"coworkers": _many(_COWORKER, "name")}, "coworkers")),
    Operation(
        "change",
        "Changes parts that are there. `set` holds only what is to be different, in the words of the create operations; `name` in it renames.",
        _shape(
            {
                "parts": _many(
                    {"part": _PART, "table": _text("of a field"), "name": _text("as it is now"), "set": {"type": "object"}},
                    "part",
                    "name",
                    "set",
                )
            },
            "parts",
        ),
    ),
    Operation(
        "remove",
        "Takes parts away. Only what the person asked to lose.",
        _shape({"parts": _many({"part": _PART, "table": _text("of a field"), "name": _text()}, "part", "name")}, "parts"),
    ),
    Operation(
        "look",
        "Looks something up: a table whole, a few of its rows, AI models, or help on formulas and kinds.",
        _shape({"at": _one(("table", "rows", "models", "help")), "query": _text("a table's name, or words")}, "at", "query"),
    ),
    Operation(
        "ask",
        "Asks the person, only when nothing sensible can be built without the answer.",
        _shape({"question": _text(), "answers": _texts("2 to 4 ready answers, the likeliest first")}, "question", "answers"),
    ),
    Operation(
        "finish",
        "Ends the work, also in the same turn as other calls. What happened is told by what was applied.",
        _shape(
            {
                "title": _text("of the change, 3 to 8 words"),
                "assumed": _texts("decisions that the person did not say"),
                "left_out": _texts("what of the wish is not in the plan"),
            }
        ),
    ),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}


def action_schema() -> Json:
    """One action as one JSON object: for models without tools. `done` ends the work with it."""
    actions = [
        _shape({"do": {"type": "string", "enum": [one.name]}, **one.schema["properties"]}, "do", *one.schema.get("required", ()))
        for one in OPERATIONS
    ]
    closed = [{**action, "additionalProperties": False} for action in actions]
    return {**_shape({"action": {"anyOf": closed}, "done": _YES}, "action", "done"), "additionalProperties": False}
