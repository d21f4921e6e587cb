"""What the words of an automation are about: the app, the table of its row, what earlier steps give, and what is told of it."""

import re
from dataclasses import dataclass, field
from typing import Any

from sayso.builder.planner.names import tables_in
from sayso.spec.app import App
from sayso.spec.fields import AnyField
from sayso.spec.part import id_from
from sayso.spec.table import Table

Json = dict[str, Any]
_UNTOLD = (
    "link",
    "file",
    "image",
    "ai",
    "autonumber",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "lookup",
    "email",
    "phone",
    "long_text",
)
TOLD_FIELDS_MAX = 6


@dataclass(slots=True)
class About:
    """`row` is the table whose row the steps see (None for a schedule), `table` the one that is spoken of."""

    app: App
    table: Table | None = None
    row: Table | None = None
    trigger: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    """By what a step gives (`rows`, `totals`, `chart`, `file`, `answer`, `approval`, `changes`): the id of the last step that does."""
    taken: set[str] = field(default_factory=set)
    assumed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """What was said and could not be made into a step, in the words to be told."""
    found: Table | None = None
    """What the last step found rows of."""
    happened: str = "."
    """What the trigger says of the row, after its name: ` is now Won.`"""
    looped: bool = False
    """Whether the row is the one whose turn it is in a loop."""
    limit: str = ""
    """The words of a condition of the whole automation that no row of a trigger can meet: it is for the rows that are found."""

    def step(self, kind: str, wanted: str = "", gives: str = "", **values: Any) -> Json:
        """A step; one that gives something to later steps has an id that is its own."""
        made: Json = {"kind": kind}
        if wanted:
            made["id"] = self.fresh(wanted)
            self.ids[gives or kind] = made["id"]
        return made | {k: v for k, v in values.items() if v not in ("", None, (), [], {})}

    def fresh(self, wanted: str) -> str:
        id = id_from(wanted, self.taken | RESERVED)
        self.taken.add(id)
        return id

    def output(self, gives: str, key: str) -> str:
        """The name of an earlier step's output, in braces; empty when no step gives it."""
        return f"{{{self.ids[gives]}: {key}}}" if gives in self.ids else ""

    def named(self, words: str) -> Table | None:
        """The table that some words name."""
        return next(iter(tables_in(self.app, words)), None)


RESERVED = frozenset({"trigger", "item", "run", "app", "today", "now"})
"""What a name in braces may begin with beside a step's id."""


def title_of(table: Table) -> str:
    """The field that a row is called by, in braces."""
    one = table.title_field
    return f"{{{one.name}}}" if one else ""


def telling(table: Table) -> tuple[AnyField, ...]:
    """The fields that say most of a row, without the one that it is called by."""
    first = title_of(table)
    kept = [f for f in table.fields if f.kind not in _UNTOLD and f"{{{f.name}}}" != first]
    return tuple(kept[:TOLD_FIELDS_MAX])


def listed(table: Table, *, outside: bool = False) -> str:
    """A row's telling fields as lines of Markdown; to somebody outside, without who of us is at it."""
    return "\n".join(f"- {f.name}: {{{f.name}}}" for f in telling(table) if not (outside and f.kind == "person"))


def happened(trigger: Json, table: Table | None) -> str:
    field = table.field(trigger.get("field", "")) if table else None
    match trigger["kind"]:
        case "row_created":
            return " is new."
        case "form_submitted":
            return " came in by the form."
        case "row_deleted":
            return " was deleted."
        case "date_reached" if field is not None:
            return f": {field.name.lower()} is {{{field.name}}}."
        case "row_changed":
            watched = [f for f in (table.fields if table else ()) if f.id in trigger.get("fields", ())]
            return f": {watched[0].name.lower()} is now {{{watched[0].name}}}." if watched else " was changed."
        case _:
            return "."


def tidy(words: str) -> str:
    return re.sub(r"\s+", " ", words.replace("{", "").replace("}", "")).strip(" ,.;:-–>")


def sentence(words: str) -> str:
    text = tidy(words)
    return text[:1].upper() + text[1:]
