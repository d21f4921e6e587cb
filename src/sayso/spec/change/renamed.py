"""Formulas, prompts and messages name fields by name, so a new name is written into all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sayso.spec.app import App
from sayso.spec.automation import Automation, trigger_table
from sayso.spec.change.siblings import with_siblings
from sayso.spec.fields import Ai, Formula, Link
from sayso.spec.formula import renamed
from sayso.spec.part import Frozen
from sayso.spec.table import Table

_PLAIN = (
    "kind",
    "id",
    "filter",
    "was",
    "sorts",
    "table",
    "view",
    "connection",
    "coworker",
    "automation",
    "slot",
    "by",
    "figures",
    "figure",
)
"""What in a step is no text with names: ids and plain values."""
_BRACES = re.compile(r"\{([^{}]+)\}(?:\.\{([^{}]+)\})?")


@dataclass(frozen=True, slots=True)
class NewName:
    """A field that is called something else now; `link` when it is read through that link (by its name before)."""

    old: str
    new: str
    link: str | None = None


def with_names_kept(before: App, after: App) -> App:
    """`after`, where what was written with the names of `before` says the new ones."""
    for table in before.tables:
        if names := _new_names(before, after, table):
            after = _table(before, after, table, names)
    return after.model_copy(update={"automations": tuple(_automation(before, after, a) for a in after.automations)})


def in_formula(source: str, names: tuple[NewName, ...]) -> str:
    """All at once, so that two fields can swap their names."""
    for n, name in enumerate(names):
        source = renamed(source, name.old, f"\x00{n}", link=name.link)
    return re.sub(r"\{\x00(\d+)\}", lambda m: f"{{{names[int(m[1])].new}}}", source)


def in_text(text: str, names: tuple[NewName, ...]) -> str:
    """The same for a prompt or a message, where quotation marks mean nothing."""
    own = {_folded(n.old): n.new for n in names if n.link is None}
    through = {(_folded(n.link), _folded(n.old)): n.new for n in names if n.link is not None}

    def swap(m: re.Match[str]) -> str:
        first, second = m[1], m[2]
        head = f"{{{own.get(_folded(first), first)}}}"
        return head if second is None else f"{head}.{{{through.get((_folded(first), _folded(second)), second)}}}"

    return _BRACES.sub(swap, text)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _new_names(before: App, after: App, table: Table) -> tuple[NewName, ...]:
    """What formulas of this table have to learn: behind its links first, since links are named by their names before."""
    through = [n for f in table.fields if isinstance(f, Link) for n in _own(before, after, f.to, f.name)]
    return (*through, *_own(before, after, table.id, None))


def _own(before: App, after: App, table_id: str, link: str | None) -> list[NewName]:
    old, new = before.table(table_id), after.table(table_id)
    if old is None or new is None:
        return []
    pairs = [(f.name, now.name) for f in old.fields if (now := new.field(f.id))]
    return [NewName(was, now, link) for was, now in pairs if was != now]


def _table(before: App, after: App, table: Table, names: tuple[NewName, ...]) -> App:
    now = after.table(table.id)
    if now is None:
        return after
    fields = [_field(table.field(f.id), f, names) for f in now.fields]
    return with_siblings(after, ("field", table.id), fields)


def _field(before: Any, field: Any, names: tuple[NewName, ...]) -> Any:
    """Only what the change itself has not rewritten."""
    match field:
        case Formula() if isinstance(before, Formula) and before.formula == field.formula:
            return field.model_copy(update={"formula": in_formula(field.formula, names)})
        case Ai() if isinstance(before, Ai) and before.prompt == field.prompt:
            return field.model_copy(update={"prompt": in_text(field.prompt, names)})
        case _ if field.fill and before is not None and before.fill and before.fill.prompt == field.fill.prompt:
            prompt = in_text(field.fill.prompt, names)
            return (
                field
                if prompt == field.fill.prompt
                else field.model_copy(update={"fill": field.fill.model_copy(update={"prompt": prompt})})
            )
        case _:
            return field


def _automation(before: App, after: App, automation: Automation) -> Automation:
    old = next((a for a in before.automations if a.id == automation.id), None)
    table = before.table(trigger_table(before, automation) or "")
    names = _new_names(before, after, table) if table else ()
    if not names or old is None or old.steps != automation.steps:
        return automation
    return automation.model_copy(update={"steps": tuple(_worded(s, lambda t: in_text(t, names)) for s in automation.steps)})


def _worded(value: Any, swap: Callable[[str], str]) -> Any:
    """The same value with every text in it rewritten; conditions keep theirs, which are ids and plain values."""
    match value:
        case str():
            return swap(value)
        case tuple() | list():
            return type(value)(_worded(v, swap) for v in value)
        case dict():
            return {k: _worded(v, swap) for k, v in value.items()}
        case Frozen():
            texts = {n: getattr(value, n) for n in type(value).model_fields if n not in _PLAIN}
            return value.model_copy(update={n: _worded(v, swap) for n, v in texts.items()})
        case _:
            return value
