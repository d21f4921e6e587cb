"""Parts of an app before and after a change, beside each other: what each of their properties said, and says then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sayso.data.copies.merging import in_words
from sayso.spec.app import App
from sayso.spec.change.siblings import LISTS
from sayso.spec.part import Part

LINES_MAX = 200


@dataclass(frozen=True, slots=True)
class Compared:
    """`part` is what it is called, `what` which of its properties: `Clients, City` and `name`."""

    part: str
    what: str
    before: str
    after: str


def compared(before: App, after: App) -> tuple[Compared, ...]:
    """Of parts that are in both. What cannot be said in a few words is left to the sentences of the change."""
    lines = list(
        _differences(
            before, after, "The app", _fields(before, None) | _fields(after, None), but=(*(f"{kind}s" for kind in LISTS), "name")
        )
    )
    for kind in LISTS:
        was = {one.id: one for one in getattr(before, f"{kind}s")}
        for one in getattr(after, f"{kind}s"):
            if one.id in was:
                lines += _part(before, after, was[one.id], one)
    return tuple(lines[:LINES_MAX])


def _part(before: App, after: App, was: Any, now: Any) -> list[Compared]:
    table = getattr(now, "table", None) or now.id
    lines = list(
        _differences(
            was, now, now.name, _fields(before, table) | _fields(after, table), but=("fields",) if hasattr(now, "field") else ()
        )
    )
    if hasattr(now, "field"):  # a table: its fields are parts of their own
        old = {field.id: field for field in was.fields}
        for field in now.fields:
            if field.id in old:
                lines += _differences(old[field.id], field, f"{now.name}, {field.name}", {})
    return lines


def _fields(app: App, table: str | None) -> dict[str, str]:
    found = app.table(table) if isinstance(table, str) else None
    return {field.id: field.name for field in found.fields} if found else {}


def _differences(was: Any, now: Any, part: str, names: Mapping[str, str], but: tuple[str, ...] = ()) -> list[Compared]:
    lines: list[Compared] = []
    if type(was) is not type(now):
        return [Compared(part, "kind", was.kind, now.kind)] if hasattr(was, "kind") and hasattr(now, "kind") else []
    for name in type(now).model_fields:
        old, new = getattr(was, name), getattr(now, name)
        if name != "id" and name not in but and old != new and _short(old) and _short(new):
            lines.append(Compared(part, name.replace("_", " "), _said(old, names), _said(new, names)))
    return lines


def _short(value: Any) -> bool:
    """Whether a few words say it: a word, a number, or a list of such or of parts with names."""
    if isinstance(value, (tuple, list)):
        return all(isinstance(one, (str, int, float)) or (isinstance(one, Part) and hasattr(one, "name")) for one in value)
    return value is None or isinstance(value, (str, int, float, bool))


def _said(value: Any, names: Mapping[str, str]) -> str:
    if value is None:
        return "not set"
    if isinstance(value, (tuple, list)):
        return in_words(tuple(names.get(one, one) if isinstance(one, str) else one for one in value))
    return in_words(names.get(value, value) if isinstance(value, str) else value)
