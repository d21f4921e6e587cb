"""What models fill in: that the task suits the field, that everything the prompt names is there, and that none feeds on itself."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from sayso.errors import Problem
from sayso.spec.app import App
from sayso.spec.check.fields import slot_problems
from sayso.spec.conditions import unknown_field
from sayso.spec.coworker import SlotKind
from sayso.spec.fields import AnyField, File, Fill, Image, Link, fill_of
from sayso.spec.fields.fill import FILLABLE, PICTURE_TASKS, named_in
from sayso.spec.table import Table

KIND_OF_TASK: dict[str, SlotKind] = {"image": "image", "edit_image": "image", "describe_image": "vision"}
"""Which kind of slot a task needs; all others need `text`."""
SLOT_KINDS: tuple[SlotKind, ...] = ("text", "vision", "image", "embedding")
NAMES_TOLD_MAX = 8


def problems(app: App) -> Iterator[Problem]:
    for slot in app.slots:
        if slot.id in SLOT_KINDS and slot.kind != slot.id:
            yield Problem(
                f"slots/{slot.id}/kind", f"the slot {slot.id} is for {slot.id}, not for {slot.kind}", f'"kind": "{slot.id}"'
            )
    for table in app.tables:
        for field in table.fields:
            if field.fill is not None:
                yield from _fill(app, f"tables/{table.id}/fields/{field.id}", table, field, field.fill)
        yield from _circles(table)


def _fill(app: App, at: str, table: Table, field: AnyField, fill: Fill) -> Iterator[Problem]:
    if field.kind not in FILLABLE:
        said = "says at its top level what the model writes" if field.kind == "ai" else f"is {field.kind}, which no model fills"
        yield Problem(f"{at}/fill", f"{field.name} {said}; kinds that a model fills are {', '.join(FILLABLE)}", '"fill": null')
        return
    if field.required:
        yield Problem(at, f"{field.name} cannot be required: a row is there before a model has filled it", '"required": false')
    yield from _task(f"{at}/fill", field, fill)
    yield from _slot(app, f"{at}/fill", field, fill)
    yield from _names(app, f"{at}/fill/prompt", table, field, fill)
    yield from _picture(f"{at}/fill/picture", table, fill)


def _task(at: str, field: AnyField, fill: Fill) -> Iterator[Problem]:
    draws = fill.task in PICTURE_TASKS
    if draws and field.kind != "image":
        yield Problem(
            f"{at}/task", f"{field.name} is {field.kind} and holds no pictures, which {fill.task} makes", '"task": "generate"'
        )
    if field.kind == "image" and not draws:
        yield Problem(f"{at}/task", f"{field.name} holds pictures, which {fill.task} does not make", '"task": "image"')
    if not draws and fill.picture is not None:
        yield Problem(f"{at}/picture", f"{fill.task} makes no picture", '"picture": null')
    if field.kind in ("select", "multi_select") and not getattr(field, "options", ()):
        yield Problem(at, f"{field.name} has no choices yet that a model could choose from", '"options": ["Yes", "No"]')


def _slot(app: App, at: str, field: AnyField, fill: Fill) -> Iterator[Problem]:
    yield from slot_problems(app, at, fill.slot)
    own = next((s for s in app.slots if s.id == fill.slot), None)
    kind = own.kind if own else fill.slot
    draws = fill.task in PICTURE_TASKS
    if fill.slot != "text" and kind in SLOT_KINDS and (draws != (kind == "image") or kind == "embedding"):
        needed = KIND_OF_TASK.get(fill.task, "text")
        yield Problem(
            f"{at}/slot",
            f"the slot {fill.slot} is for {kind}, and {fill.task} of {field.name} needs one for {needed}",
            f'"slot": "{needed}"',
        )


def _names(app: App, at: str, table: Table, field: AnyField, fill: Fill) -> Iterator[Problem]:
    for name in named_in(fill.prompt):
        first = table.named(name[0])
        if first is None:
            yield _not_there(at, table, name[0])
        elif len(name) > 1:
            to = app.table(first.to) if isinstance(first, Link) else None
            if to is None:
                yield Problem(at, f"{first.name} is no link, so nothing can be read through it", f"{{{first.name}}}")
            elif to.named(name[1]) is None:
                yield _not_there(at, to, name[1])


def _not_there(at: str, table: Table, name: str) -> Problem:
    names = ", ".join(f"{{{f.name}}}" for f in table.fields[:NAMES_TOLD_MAX])
    return Problem(at, f"the prompt names {{{name}}}, and {table.name} has no such field", f"one of: {names}")


def _picture(at: str, table: Table, fill: Fill) -> Iterator[Problem]:
    picture = fill.picture
    pictures = [f.id for f in table.fields if isinstance(f, (Image, File))]
    for key in ("reference", "mask"):
        id = getattr(picture, key) if picture else None
        field = table.field(id) if id else None
        if id and field is None:
            yield unknown_field(f"{at}/{key}", table, id)
        elif field is not None and field.id not in pictures:
            yield Problem(
                f"{at}/{key}", f"{field.name} holds no pictures", f"one of: {', '.join(pictures)}" if pictures else None
            )
    starts = picture is not None and picture.reference is not None
    if fill.task == "edit_image" and not starts and not any(f and f.id in pictures for f in map(table.named, _first(fill))):
        yield Problem(
            f"{at}/reference",
            "edit_image needs a field with the picture to start from",
            f'"reference": "{pictures[0] if pictures else "photo"}"',
        )


def _first(fill: Fill) -> list[str]:
    return [name[0] for name in named_in(fill.prompt)]


def _circles(table: Table) -> Iterator[Problem]:
    """Fields that are filled again whenever one another changes would never come to rest."""
    graph = {field.id: _follows(table, field) for field in table.fields if (fill := fill_of(field)) and "changed" in fill.when}
    try:
        TopologicalSorter({id: reads & graph.keys() for id, reads in graph.items()}).prepare()
    except CycleError as circle:
        ids: list[str] = list(reversed(circle.args[1]))
        way = " from ".join(f.name for id in ids if (f := table.field(id)))
        yield Problem(
            f"tables/{table.id}/fields/{ids[0]}", f"this is filled again whenever it changes itself: {way}", '"when": ["created"]'
        )


def _follows(table: Table, field: AnyField) -> set[str]:
    fill = fill_of(field)
    named = [table.named(name) for name in _first(fill)] if fill else []
    return {f.id for f in named if f is not None}
