"""Values as they cross the API, made by PostgreSQL itself: one JSON expression a field, exactly as the contract's table says."""

from typing import Any

import orjson
from sqlalchemy import ColumnElement, Numeric, Text, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by

from sayso.data.scope import Scope
from sayso.data.statement import fixed
from sayso.data.worth import linked_by, title, worth
from sayso.db import tables as system
from sayso.errors import Invalid
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Money
from sayso.spec.fields.money import digits
from sayso.spec.formula import Base, Type, type_of

Sql = ColumnElement[Any]
LINKED_SHOWN_MAX = 20
"""Linked rows named with a row; a row that has more is opened to see them all."""
EMPTY = cast(fixed("[]"), JSON)
LISTS = frozenset({"multi_select", "person", "file", "image", "link", "lookup"})
"""Kinds whose value is a list: empty is `[]`."""


def shown(scope: Scope, field: AnyField) -> Sql:
    """The value of a field as JSON, or as a type whose JSON is that value. Never raises: what cannot be computed says why."""
    try:
        return _shown(scope, field)
    except Invalid as wrong:
        reason = {"error": "; ".join(p.reason for p in wrong.problems)[:500]}
        return cast(literal(orjson.dumps([] if field.kind in LISTS else reason).decode(), Text), JSON)


def _shown(scope: Scope, field: AnyField) -> Sql:
    match field.kind:
        case "link":
            return linked_rows(scope, field)
        case "lookup":
            return _looked_up(scope, field)
        case "formula" | "rollup":
            return as_json(scope, worth(scope, field), _type_shown(scope, field))
        case "file" | "image":
            return _files(scope, scope.column(field))
        case "multi_select" | "person":
            return func.coalesce(scope.column(field), fixed("{}"))
        case "money":
            return amount(scope.column(field), field)
        case "datetime" | "created_at" | "updated_at":
            return moment(scope.column(field))
        case "checkbox":
            return func.coalesce(scope.column(field), False)
        case _:
            return scope.column(field)


def amount(minor: Sql, field: Money) -> Sql:
    places = digits(field.currency)
    return cast(cast(minor * literal_column(f"1e-{places}", Numeric), Numeric(40, places)), Text)


def moment(at: Sql) -> Sql:
    """`2026-11-27T07:30:00Z`, with a fraction only when there is one."""
    local = cast(func.timezone(fixed("UTC"), at), Text)
    return func.replace(local, fixed(" "), fixed("T")) + fixed("Z")


def linked_rows(scope: Scope, field: Link, most: int = LINKED_SHOWN_MAX) -> Sql:
    linked = scope.through(field)
    first = linked.select(linked.there.t.c.id, title(linked.there).label("name")).order_by(*linked.order).limit(most).subquery()
    return _listed(func.json_build_object(fixed("id"), first.c.id, fixed("name"), first.c.name), first)


def _listed(one: Sql, rows: Any) -> Sql:
    listed = select(func.coalesce(func.json_agg(one), EMPTY)).select_from(rows)
    return listed.scalar_subquery()


def _looked_up(scope: Scope, field: Lookup) -> Sql:
    linked, target = linked_by(scope, field)
    value = _shown(linked.there, target)
    if target.kind not in LISTS:
        rows = linked.select(func.json_agg(aggregate_order_by(value, *linked.order)))
        return func.coalesce(rows.where(worth(linked.there, target).is_not(None)).scalar_subquery(), EMPTY)
    each = (
        func.json_array_elements(func.to_json(value))
        .table_valued("value", with_ordinality="n", name=f"j{linked.there.depth}")
        .render_derived()
    )
    every = each.lateral()
    rows = linked.select(func.json_agg(aggregate_order_by(every.c.value, *linked.order, every.c.n)), beside=every)
    return func.coalesce(rows.scalar_subquery(), EMPTY)


def _files(scope: Scope, ids: Sql) -> Sql:
    f = system.files.alias()
    each = func.unnest(ids).table_valued("id", with_ordinality="n", name="each").render_derived()
    ours = (f.c.id == each.c.id) & (f.c.workspace_id == scope.app.by.workspace)
    parts = [p for name in ("id", "name", "type", "bytes", "width", "height") for p in (fixed(name), f.c[name])]
    listed = select(func.json_agg(aggregate_order_by(func.json_build_object(*parts), each.c.n))).select_from(each.join(f, ours))
    return func.coalesce(listed.scalar_subquery(), EMPTY)


def _type_shown(scope: Scope, field: AnyField) -> Type:
    kind = type_of(field, scope.table, scope.app.spec)
    if isinstance(field, Formula) and kind.base is Base.NUMBER:
        currency = field.currency or kind.currency if field.shown_as in (None, "money") else None
        return Type(kind.base, kind.many, currency)
    return kind


def as_json(scope: Scope, value: Sql, kind: Type) -> Sql:
    """A worth, as formulas know it, in the API's shape."""
    if kind.many:
        item = func.unnest(value, type_=value.type).table_valued("value", name="item").render_derived()
        return select(func.coalesce(func.json_agg(_one(scope, item.c.value, kind)), EMPTY)).scalar_subquery()
    return _one(scope, value, kind)


def _one(scope: Scope, value: Sql, kind: Type) -> Sql:
    match kind.base:
        case Base.NUMBER if kind.currency:
            return cast(cast(value, Numeric(60, digits(kind.currency))), Text)
        case Base.DATETIME:
            return moment(func.timezone(scope.clock.zone, value))
        case _:
            return value
