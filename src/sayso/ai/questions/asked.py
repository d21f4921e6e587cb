"""What a question asks of a table, as a value: which rows, and what to tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field as Limit

from sayso.errors import Problem
from sayso.spec import conditions
from sayso.spec.app import App
from sayso.spec.conditions import unknown_field
from sayso.spec.fields import AnyField, MultiSelect, Select
from sayso.spec.fields.link import Summary
from sayso.spec.filter import Bucket, Condition, Filter, Grouping, Sort
from sayso.spec.part import Frozen, Id
from sayso.spec.shape import SUMMARIES, ops_of, shape_of, summary_suits
from sayso.spec.table import Table

ROWS_MAX = 50
CONDITIONS_MAX = 12
OPTIONS_TOLD_MAX = 40

Show = Literal["figure", "groups", "rows"]


class Asked(Frozen):
    """`figure` is one number over the rows of `filter` and `search`, `groups` one for each value of `by`, `rows` the rows themselves."""

    show: Show = "rows"
    filter: Filter = Filter()
    search: str = ""
    summary: Summary = "count"
    of: Id | None = None
    by: Grouping | None = None
    sorts: tuple[Sort, ...] = ()
    limit: Annotated[int, Limit(ge=1, le=ROWS_MAX)] = 20


def problems(app: App, table: Table, asked: Asked) -> Iterator[Problem]:
    """Everything that cannot be asked of this table."""
    yield from conditions.problems(app, "conditions", table, asked.filter)
    for key, id in (("of", asked.of), ("by", asked.by.field if asked.by else None), *(("sort_by", s.field) for s in asked.sorts)):
        if id is not None and table.field(id) is None:
            yield unknown_field(key, table, id)
    field = table.field(asked.of) if asked.of else None
    if asked.of is None and asked.summary != "count":
        yield Problem("of", f"{asked.summary} needs a field to work on", next((f.id for f in _numbers(app, table)), None))
    elif field is not None and not summary_suits(app, table, field, asked.summary):
        fits = ", ".join(f.id for f in _numbers(app, table)) or None
        yield Problem("summary", f"{field.name} has no {asked.summary}", fits)
    if asked.show == "groups" and asked.by is None:
        yield Problem("by", "groups need a field to group by", next((f.id for f in table.fields if isinstance(f, Select)), None))
    by = table.field(asked.by.field) if asked.by else None
    if by is not None and by.kind in ("file", "image"):
        yield Problem("by", f"{by.name} holds files, which rows cannot be grouped by")


def _numbers(app: App, table: Table) -> list[AnyField]:
    return [f for f in table.fields if shape_of(app, table, f) == "number"]


def schema_of(table: Table) -> dict[str, Any]:
    """What a model answers in: flat, with the table's own fields and nothing else."""
    ids = [f.id for f in table.fields]
    maybe = {"type": ["string", "null"], "enum": [*ids, None]}
    value = {"type": ["string", "number", "boolean", "array", "null"], "items": {"type": "string"}}
    condition = _object({"field": {"type": "string", "enum": ids}, "op": {"type": "string", "enum": list(_OPS)}, "value": value})
    return _object(
        {
            "show": {"type": "string", "enum": ["figure", "groups", "rows"]},
            "match": {"type": "string", "enum": ["all", "any"]},
            "conditions": {"type": "array", "items": condition},
            "summary": {"type": "string", "enum": list(SUMMARIES)},
            "of": maybe,
            "by": maybe,
            "bucket": {"type": ["string", "null"], "enum": ["day", "week", "month", "quarter", "year", None]},
            "sort_by": maybe,
            "descending": {"type": "boolean"},
            "limit": {"type": "integer"},
            "not_understood": {
                "type": "string",
                "description": "Words of the question that this table cannot answer; empty when all of it is.",
            },
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


_OPS: tuple[str, ...] = (
    "is", "is_not", "contains", "not_contains", "starts_with", "ends_with", "empty", "not_empty", "gt", "gte", "lt", "lte", "any_of",
    "none_of", "within",
)  # fmt: skip


def from_model(raw: dict[str, Any]) -> Asked:
    """The value of a model's answer. Raises pydantic's `ValidationError`, `TypeError` or `KeyError` for what does not have the shape."""
    given = [c for c in raw.get("conditions") or () if isinstance(c, dict)][:CONDITIONS_MAX]
    of = tuple(
        Condition(field=c["field"], op=c["op"], value=None if c["op"] in ("empty", "not_empty") else c.get("value"))
        for c in given
    )
    bucket: Bucket | None = raw.get("bucket")
    by = Grouping(field=raw["by"], bucket=bucket) if raw.get("by") else None
    sorts = (Sort(field=raw["sort_by"], descending=bool(raw.get("descending"))),) if raw.get("sort_by") else ()
    limit = raw.get("limit")
    many = min(max(int(limit), 1), ROWS_MAX) if isinstance(limit, (int, float)) and limit else 20
    summary, field = raw.get("summary") or "count", raw.get("of")
    show: Show = raw.get("show") or "rows"
    return Asked(
        show=show,
        filter=Filter(match=raw.get("match") or "all", of=of),
        summary="count" if field is None and show != "figure" else summary,
        of=None if summary == "count" else field,
        by=by,
        sorts=sorts,
        limit=many,
    )


def described(app: App, table: Table) -> str:
    """The table's fields for a model: no row of it is shown."""
    lines = [f"The table {table.name!r}. {table.description}".strip(), "Its fields (id: name, kind):"]
    for field in table.fields:
        options = (
            [f"{o.id} ({o.name})" for o in field.options[:OPTIONS_TOLD_MAX]] if isinstance(field, (Select, MultiSelect)) else []
        )
        choices = f"; choices {', '.join(options)}" if options else ""
        lines.append(f"- {field.id}: {field.name}, {field.kind}; can be asked {', '.join(ops_of(app, table, field))}{choices}")
    return "\n".join(lines)


__all__ = ["Asked", "described", "from_model", "problems", "schema_of"]
