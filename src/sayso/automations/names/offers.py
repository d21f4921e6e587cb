"""What can be named at one place of an automation: for whoever picks from a list in place of remembering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sayso.automations import steps as kinds
from sayso.automations.steps.step import Kind, Output, StepFailed
from sayso.spec.app import App
from sayso.spec.automation import Automation, ForEach, at, every, named, row_tables, trigger_table
from sayso.spec.fields import AnyField, Link
from sayso.spec.table import Table

_KINDS: dict[str, Kind] = {
    "number": "number", "money": "number", "percent": "number", "rating": "number", "duration": "number", "autonumber": "number",
    "date": "date", "datetime": "date", "created_at": "date", "updated_at": "date", "checkbox": "checkbox", "file": "file",
    "image": "file", "link": "list", "multi_select": "list", "person": "list", "lookup": "list",
}  # fmt: skip
_CAME: dict[str, tuple[Output, ...]] = {
    "schedule": (Output("slot", "The time that it was due", "date"),),
    "webhook": (Output("body", "What was sent", "object"), Output("headers", "Its headers", "object"), Output("query", "What stands behind the ? of the address", "object")),
    "email": (
        Output("from", "Who wrote"), Output("subject", "The subject"), Output("text", "What they wrote"), Output("to", "To whom"),
        Output("attachments", "The attachments", "file"), Output("date", "When", "date"),
    ),
    "message": (Output("text", "What was written"), Output("by", "By whom")),
    "button": (Output("by_name", "Who pressed it"),),
    "date_reached": (Output("date", "The day that was reached", "date"),),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """`text` is what to write. `path` is that of the step whose output it is."""

    text: str
    label: str
    kind: Kind
    from_step: str
    from_label: str
    path: str | None = None
    example: str | None = None


def offered(app: App, automation: Automation, path: str) -> list[Offer]:
    """In the order in which people look for them: the row, what came in, earlier steps, the rest. `path` `end` is behind the last step."""
    offers: list[Offer] = []
    inside = at(automation.steps, path) is not None
    table = app.table((row_tables(app, automation).get(path) if inside else trigger_table(app, automation)) or "")
    loops = [one for one in _around(automation, path) if isinstance(one[1], ForEach)]
    if table is not None:
        offers += _fields(app, table, "item" if loops else "trigger")
    elif loops:
        offers.append(Offer("{item}", "The item whose turn it is", "any", "item", "Loop", loops[-1][0]))
    offers += _came(app, automation)
    offers += _steps(app, automation, path)
    return [*offers, *_rest()]


def _fields(app: App, table: Table, origin: str) -> list[Offer]:
    label = f"{table.name}, this row"
    offers = [_field(f, f"{{{f.name}}}", f.name, origin, label) for f in table.fields]
    for link in table.fields:
        there = app.table(link.to) if isinstance(link, Link) else None
        if there is not None:
            offers += [
                _field(f, f"{{{link.name}}}.{{{f.name}}}", f"{link.name} → {f.name}", origin, label)
                for f in there.fields
                if not isinstance(f, Link)
            ]
    return offers


def _field(field: AnyField, text: str, label: str, origin: str, from_label: str) -> Offer:
    example = field.example
    said = ", ".join(map(str, example)) if isinstance(example, tuple) else str(example)
    return Offer(text, label, _KINDS.get(field.kind, "text"), origin, from_label, None, said or None)


def _came(app: App, automation: Automation) -> list[Offer]:
    trigger: Any = automation.trigger
    outputs = list(_CAME.get(trigger.kind, ()))
    if trigger.kind == "called":
        outputs += [Output(f"inputs.{one.name}", one.name, one.kind if one.kind != "date" else "date") for one in trigger.inputs]
    if getattr(trigger, "many", None) == "together":
        outputs += [Output("rows", "All rows that it is about", "rows"), Output("count", "How many rows", "number")]
    return [Offer(f"{{trigger: {o.key}}}", o.label, o.kind, "trigger", "What came in") for o in outputs]


def _steps(app: App, automation: Automation, path: str) -> list[Offer]:
    """Of the steps before this place, in the same branch or further out."""
    names = named(automation.steps)
    offers: list[Offer] = []
    for where, step in every(automation.steps):
        if not _before(where, path):
            continue
        label = step.name or names[where]
        if step.kind in ("branch", "switch", "stop"):
            continue
        offers += [
            Offer(f"{{{names[where]}: {o.key}}}", o.label, o.kind, names[where], label, where)
            for o in _outputs(app, automation, step)
        ]
    return offers


def _outputs(app: App, automation: Automation, step: Any) -> tuple[Output, ...]:
    match step.kind:
        case "for_each":
            return Output("items", "How many there were", "number"), Output("done", "How many were done", "number")
        case "wait":
            return (Output("body", "What was sent to its address", "object"),) if step.webhook else ()
        case _:
            try:
                return kinds.of(step).outputs(app, automation, step)
            except StepFailed:
                return ()


def _before(where: str, path: str) -> bool:
    """Whether the step at `where` is done before the one at `path`, whichever ways are taken."""
    if path == "end":
        return "/" not in where
    mine, theirs = path.split("/"), where.split("/")
    if len(theirs) > len(mine):
        return False
    *outer, last = theirs
    return mine[: len(outer)] == outer and mine[len(outer)].isdecimal() and int(last) < int(mine[len(outer)])


def _around(automation: Automation, path: str) -> list[tuple[str, Any]]:
    """The steps that a place stands inside of, the outermost first."""
    parts = path.split("/")
    found = [("/".join(parts[:n]), at(automation.steps, "/".join(parts[:n]))) for n in range(1, len(parts))]
    return [(where, step) for where, step in found if step is not None]


def _rest() -> list[Offer]:
    return [
        Offer("{today}", "Today", "date", "run", "This run"),
        Offer("{now}", "Now", "date", "run", "This run"),
        Offer("{run: url}", "The address of this run", "text", "run", "This run"),
        Offer("{run: id}", "The number of this run", "text", "run", "This run"),
        Offer("{app: name}", "The name of this app", "text", "app", "This app"),
    ]
