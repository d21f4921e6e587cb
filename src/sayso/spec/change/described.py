"""What altering a part changes in it, told by comparing the part before with the part after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sayso.spec.app import App
from sayso.spec.automation import Automation
from sayso.spec.change.described_views import view_sentences
from sayso.spec.change.siblings import index_of, siblings
from sayso.spec.change.step import Alter, Face, face
from sayso.spec.coworker import Slot
from sayso.spec.fields import Fill, Formula, Link, MultiSelect, Select
from sayso.spec.table import Table

Told = tuple[str, Literal["adds", "changes", "loses"]]

KINDS: dict[str, tuple[str, str]] = {
    "app": ("app", "apps"), "table": ("table", "tables"), "field": ("field", "fields"), "view": ("view", "views"),
    "automation": ("automation", "automations"), "coworker": ("co-worker", "co-workers"),
    "slot": ("model slot", "model slots"), "role": ("role", "roles"),
}  # fmt: skip

FIELD_KINDS: dict[str, str] = {
    "text": "text", "long_text": "long text", "number": "a number", "money": "an amount of money", "percent": "a percentage",
    "date": "a date", "datetime": "a date with a time", "duration": "a length of time", "checkbox": "a checkbox",
    "select": "a choice from a list", "multi_select": "several choices from a list", "rating": "a rating",
    "email": "an e-mail address", "phone": "a phone number", "url": "a web address", "person": "a person", "link": "a link",
    "lookup": "a lookup", "rollup": "a rollup", "formula": "a formula", "file": "files", "image": "images",
    "autonumber": "a running number", "created_at": "the time of creation", "created_by": "who created it",
    "updated_at": "the time of the last change", "updated_by": "who changed it last", "ai": "an AI field",
}  # fmt: skip
"""How each kind is called in `Turns Phone of Clients into …`."""

_DETAILS: dict[str, str] = {
    "default": "the default of {}", "description": "the description of {}", "unit": "the unit of {}", "currency": "the currency of {}",
    "decimals": "the decimals of {}", "minimum": "the least value of {}", "maximum": "the highest value of {}",
    "prompt": "the prompt of {}", "slot": "the model slot of {}", "prefix": "the prefix of {}", "summary": "what {} sums up",
    "where": "which rows {} counts", "field": "what {} reads", "link": "the link that {} reads through", "shown_as": "how {} is shown",
    "order": "how dates in {} are read", "zone": "the time zone of {}", "task": "what the model does for {}", "when": "when the model writes {}", "review_below": "when {} needs review",
    "language": "the language of {}", "reuse": "whether rows that say the same share an answer for {}",
}  # fmt: skip


def view_called(app: App, view: Any) -> str:
    """`the board Pipeline of Deals`."""
    table = app.table(getattr(view, "table", ""))
    of = f" of {table.name}" if table and view.name.casefold() != table.name.casefold() else ""
    return f"the {view.kind} {view.name}{of}"


def altered_sentences(app: App, step: Alter) -> list[Told]:
    """Every difference worth telling; one general sentence when there is none."""
    if step.part == "app":
        return _app(face(app), step.value) if isinstance(step.value, Face) else []
    parts = siblings(app, step.place) or ()
    index = index_of(parts, step.id)
    new: Any = step.value
    old: Any = parts[index] if index is not None else new
    match step.part:
        case "field":
            table = app.table(step.table or "")
            return _field(app, table.name if table else "", old, new)
        case "table":
            return _table(app, old, new)
        case "automation":
            return _automation(old, new)
        case "slot":
            return _slot(old, new)
        case "view":
            return view_sentences(app, old, new, view_called(app, new))
        case _:
            return [_general(step, new)]


def _of(part: Any) -> str:
    return str(part.name)


def _general(step: Alter, new: Any) -> Told:
    return f"Changes the {KINDS[step.part][0]} {_of(new)}", "changes"


def _app(old: Face, new: Face) -> list[Told]:
    told: list[Told] = []
    if old.name != new.name:
        told.append((f"Renames the app {old.name} to {new.name}", "changes"))
    words = {"description": "its description", "icon": "its icon", "hue": "its colour", "zone": f"its time zone to {new.zone}"}
    changed = [said for key, said in words.items() if getattr(old, key) != getattr(new, key)]
    if changed or not told:
        told.append((f"Changes {_and(changed) or 'nothing'} of the app {new.name}".replace("its ", "the "), "changes"))
    return told


def _table(app: App, old: Table, new: Any) -> list[Told]:
    told: list[Told] = [(f"Renames the table {old.name} to {new.name}", "changes")] if old.name != new.name else []
    if old.title != new.title:
        title = (new if new.fields else old.model_copy(update={"title": new.title})).title_field
        told.append((f"Calls rows of {new.name} by {title.name if title else 'their first field'}", "changes"))
    if new.fields and new.fields != old.fields:
        told += _fields(app, old, new)
    if old.description != new.description:
        told.append((f"Changes the description of {new.name}", "changes"))
    if old.source != new.source:
        told.append(_source(old, new))
    return told or [(f"Changes the look of {new.name}", "changes")]


def _source(old: Table, new: Table) -> Told:
    if new.source is None:
        return f"Disconnects {new.name}; its rows stay", "changes"
    if old.source is None or (old.source.connection, old.source.what) != (new.source.connection, new.source.what):
        return f"Connects {new.name} to {new.source.what[:120]}", "changes"
    return f"Changes how {new.name} is connected", "changes"


def _fields(app: App, old: Table, new: Table) -> list[Told]:
    told: list[Told] = []
    if added := [f.name for f in new.fields if old.field(f.id) is None]:
        told.append((f"Adds {_and(added)} to {new.name}", "adds"))
    if removed := [f.name for f in old.fields if new.field(f.id) is None]:
        told.append((f"Removes {_and(removed)} from {new.name}", "loses"))
    for field in new.fields:
        if (was := old.field(field.id)) and was != field:
            told += _field(app, new.name, was, field)
    return told or [(f"Puts the fields of {new.name} in another order", "changes")]


def _field(app: App, table: str, old: Any, new: Any) -> list[Told]:
    told: list[Told] = [(f"Renames {old.name} to {new.name} in {table}", "changes")] if old.name != new.name else []
    if old.kind != new.kind:
        return [*told, (f"Turns {new.name} of {table} into {FIELD_KINDS[new.kind]}", "changes")]
    called = f"{new.name} of {table}"
    told += _rules(called, old, new)
    told += _fill(called, old.fill, new.fill)
    if isinstance(old, (Select, MultiSelect)) and isinstance(new, (Select, MultiSelect)):
        told += _options(called, old, new)
    if isinstance(old, Formula) and isinstance(new, Formula) and old.formula != new.formula:
        told.append((f"Changes the formula of {called} to {new.formula}", "changes"))
    if isinstance(old, Link) and isinstance(new, Link):
        told += _link(app, called, old, new)
    changed = [said.format(called) for key, said in _DETAILS.items() if getattr(old, key, None) != getattr(new, key, None)]
    told.extend((f"Changes {said}", "changes") for said in changed)
    return told or [(f"Changes {called}", "changes")]


def _rules(called: str, old: Any, new: Any) -> list[Told]:
    told: list[Told] = []
    if old.required != new.required:
        told.append((f"Makes {called} {'required' if new.required else 'optional'}", "changes"))
    if old.unique != new.unique:
        told.append((f"{'Lets no two rows share a value in' if new.unique else 'Lets rows share values in'} {called}", "changes"))
    many = getattr(new, "many", None)
    if getattr(old, "many", None) != many:
        told.append((f"Lets {called} hold {'several values' if many else 'only one value'}", "changes" if many else "loses"))
    return told


def _fill(called: str, old: Fill | None, new: Fill | None) -> list[Told]:
    if old == new:
        return []
    if old is None or new is None:
        return [
            (
                f"{'Lets a model fill' if old is None else 'No model fills'} {called}{' any more' if new is None else ''}",
                "changes",
            )
        ]
    if old.model_copy(update={"slot": new.slot}) == new:
        return [(f"Changes the model slot of {called}", "changes")]
    return [(f"Changes how a model fills {called}", "changes")]


def _options(called: str, old: Select | MultiSelect, new: Select | MultiSelect) -> list[Told]:
    before, after = {o.id: o for o in old.options}, {o.id: o for o in new.options}
    told: list[Told] = []
    if added := [o.name for o in new.options if o.id not in before]:
        told.append((f"Adds the choice{_s(added)} {_and(added)} to {called}", "adds"))
    if removed := [o.name for o in old.options if o.id not in after]:
        told.append((f"Removes the choice{_s(removed)} {_and(removed)} from {called}", "loses"))
    both = [(before[i], after[i]) for i in after if i in before]
    told.extend((f"Renames the choice {b.name} to {a.name} in {called}", "changes") for b, a in both if b.name != a.name)
    if any(b.hue != a.hue for b, a in both):
        told.append((f"Changes the colours of {called}", "changes"))
    if not told and old.options != new.options:
        told.append((f"Puts the choices of {called} in another order", "changes"))
    return told


def _link(app: App, called: str, old: Link, new: Link) -> list[Told]:
    if old.to != new.to:
        to = app.table(new.to)
        return [(f"Points {called} at {to.name if to else new.to}", "loses")]
    if old.reverse != new.reverse:
        return [(f"Pairs {called} with its other end", "changes")]
    return []


def _slot(old: Slot, new: Any) -> list[Told]:
    told: list[Told] = [(f"Renames the model slot {old.name} to {new.name}", "changes")] if old.name != new.name else []
    if old.model != new.model:
        said = (
            f"Plugs {new.model} into the model slot {new.name}"
            if new.model
            else f"Lets the model slot {new.name} follow the workspace"
        )
        told.append((said, "changes"))
    return told or [(f"Changes the model slot {new.name}", "changes")]


def _automation(old: Automation, new: Any) -> list[Told]:
    told: list[Told] = [(f"Renames the automation {old.name} to {new.name}", "changes")] if old.name != new.name else []
    if old.on != new.on:
        told.append((f"Switches the automation {new.name} {'on' if new.on else 'off'}", "changes"))
    if old.trigger != new.trigger:
        told.append((f"Changes when {new.name} runs", "changes"))
    if old.steps != new.steps:
        told.append((f"Changes what {new.name} does", "changes"))
    return told or [(f"Changes the automation {new.name}", "changes")]


def _s(names: Sequence[object]) -> str:
    return "" if len(names) == 1 else "s"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
