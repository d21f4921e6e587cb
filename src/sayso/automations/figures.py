"""How the figures of a step `aggregate` are named by later steps, and what they are figures of."""

from __future__ import annotations

from typing import Any

from sayso.spec.app import App
from sayso.spec.fields import AnyField
from sayso.spec.part import id_from

TAKEN = ("groups", "key", "name")
"""What a figure is never named by. `value` is the first figure, when none is called so."""
SAME_KIND = frozenset(("sum", "average", "minimum", "maximum", "median", "earliest", "latest"))
"""Summaries that are written as the field itself is."""


def keys(step: Any) -> list[tuple[str, Any]]:
    """Figures by how they are named: `{deals: total_worth}`."""
    named: dict[str, Any] = {}
    for figure in step.figures:
        named[id_from(figure.name, {*named, *TAKEN})] = figure
    return list(named.items())


def measured(app: App, step: Any) -> dict[str, AnyField]:
    """By the key of a figure, the field that it is written as."""
    table = app.table(step.table) if step is not None and step.kind == "aggregate" else None
    if table is None:
        return {}
    found = {
        key: table.field(figure.field) if figure.field and figure.summary in SAME_KIND else None for key, figure in keys(step)
    }
    if found and "value" not in found:
        found["value"] = next(iter(found.values()))
    return {key: field for key, field in found.items() if field is not None}
