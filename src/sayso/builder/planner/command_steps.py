"""What a command does, as steps of a change."""

import re
from dataclasses import dataclass, field
from typing import Any

from sayso.spec.fields import AnyField
from sayso.spec.table import Table

Step = dict[str, Any]


@dataclass(slots=True)
class Done:
    """What a command does: steps on the app, words to read as new, and what it touched."""

    steps: list[Step] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    path: str = ""
    table: str | None = None
    field: str | None = None
    rule: str | None = None


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def path_of(table: Table, one: AnyField) -> str:
    return f"tables/{table.id}/fields/{one.id}"


def alter(table: Table, one: AnyField) -> Step:
    return {"do": "alter", "part": "field", "table": table.id, "id": one.id, "value": one.portable()}


def altered(table: Table, one: AnyField) -> Done:
    return Done([alter(table, one)], path=path_of(table, one), table=table.id, field=one.id)
