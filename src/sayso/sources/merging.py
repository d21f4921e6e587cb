"""What a sync does with one row: what the source says now, what it said last, and what people changed here, laid side by side. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sayso.errors import Invalid
from sayso.spec.fields import AnyField
from sayso.spec.source import Source
from sayso.spec.table import Table

MISSING = object()


@dataclass(slots=True)
class Merged:
    """`values` are written here; `last` is what the source said, to be remembered; fields in `conflicts` wait for a person."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    last: dict[str, Any] = field(default_factory=dict[str, Any])
    conflicts: dict[str, Any] = field(default_factory=dict[str, Any])
    refused: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Fields whose value does not fit, and why."""


def merged(
    table: Table,
    source: Source,
    new: Mapping[str, Any],
    last: Mapping[str, Any] | None = None,
    edited: Collection[str] = (),
    *,
    newer_here: bool = False,
) -> Merged:
    """`last` is None for a row that was never seen; `edited` are fields that people changed here since; `newer_here` says whose change
    is the newer one, for the rule `newest`."""
    done = Merged()
    for id, column in source.fields.items():
        one = table.field(id)
        if one is None:
            continue
        value = new.get(column)
        there = last is None or _differs(one, last.get(column, MISSING), value)
        wanted = _writes(source, there, id in edited, newer_here)
        if wanted == "nothing":
            done.last[column] = value
            continue
        taken = _fitting(one, value, done.refused)
        if taken is MISSING:
            continue
        done.last[column] = value
        if wanted == "asks":
            done.conflicts[id] = taken
        else:
            done.values[id] = taken
    return done


def _differs(one: AnyField, last: Any, value: Any) -> bool:
    """Whether the source says something else than before; the same moment in another spelling is none."""
    if last is MISSING or last == value:
        return last is MISSING
    was, now = _fitting(one, last, []), _fitting(one, value, [])
    return was is MISSING or now is MISSING or one.parse(was) != one.parse(now)


def _writes(source: Source, there: bool, here: bool, newer_here: bool) -> str:
    if not here:
        return "writes" if there else "nothing"
    if not there:
        return "writes" if source.wins == "source" and not source.writes else "nothing"
    match source.wins:
        case "source":
            return "writes"
        case "ours":
            return "nothing"
        case "newest":
            return "nothing" if newer_here else "writes"
        case "ask":
            return "asks"


def _fitting(one: AnyField, value: Any, refused: list[tuple[str, str]]) -> Any:
    """The value as the field takes it, or MISSING. What does not fit is told, and nothing is written in its place."""
    try:
        one.parse(value)
    except Invalid as wrong:
        refused.append((one.id, wrong.problems[0].reason))
        return MISSING
    except (ValueError, TypeError, OverflowError, ArithmeticError, RecursionError, KeyError):
        refused.append((one.id, f"{one.name} cannot hold {str(value)[:60]!r}"))
        return MISSING
    return value
