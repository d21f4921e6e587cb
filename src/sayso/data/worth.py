"""What a field is worth in SQL, in the types of formulas: the same for formulas, lookups, rollups, filters and sorts.

Amounts count in whole currency, moments as local time in the app's zone, choices, people and linked rows by their names.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Numeric, Text, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from sayso.data.formulas_sql import WallClock, compiled
from sayso.data.formulas_sql.sql import as_text
from sayso.data.scope import Linked, Scope
from sayso.data.summaries import summed_up
from sayso.db import tables as system
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, Formula, Link, Lookup, MultiSelect, Rollup, Select
from sayso.spec.fields.choice import Option
from sayso.spec.fields.money import Money, digits
from sayso.spec.filter import Condition
from sayso.spec.formula import Type, parse, type_of, typed

Sql = ColumnElement[Any]


def worth(scope: Scope, field: AnyField) -> Sql:
    """Raises `Invalid` when a formula, or what is read through a link, cannot be worked out."""
    match field:
        case Money(currency=currency):
            return cast(scope.column(field), Numeric) / literal(10 ** digits(currency), Numeric)
        case Select(options=options):
            return named(scope.column(field), options)
        case MultiSelect(options=options):
            return _each(scope.column(field), lambda id: named(id, options))
        case Link():
            return titles(scope, field)
        case Lookup():
            return looked_up(scope, field)
        case Rollup():
            return rolled_up(scope, field)
        case Formula():
            return worked_out(scope, field)
        case _:
            return _plain(scope, field)


def _plain(scope: Scope, field: AnyField) -> Sql:
    own = scope.column(field)
    match field.kind:
        case "number" | "percent" | "rating" | "duration" | "autonumber":
            return cast(own, Numeric)
        case "datetime" | "created_at" | "updated_at":
            return func.timezone(scope.clock.zone, own)
        case "person":
            return _people(scope, own, getattr(field, "many", False))
        case "created_by" | "updated_by":
            return person_name(scope, own)
        case "file" | "image":
            return _each(own, file_name)
        case "checkbox":
            return func.coalesce(own, False)
        case _:
            return own


def named(id: Sql, options: tuple[Option, ...]) -> Sql:
    """The name of an option; an id that is no option any more stands for itself."""
    if not options:
        return id
    return case({o.id: literal(o.name, Text) for o in options}, value=id, else_=id)


def _each(ids: Sql, one: Any) -> Sql:
    """A list of ids turned into a list of names, in the same order; null when it is empty."""
    each = func.unnest(ids).table_valued("id", with_ordinality="n", name="each").render_derived()
    name = one(each.c.id)
    return select(func.array_agg(aggregate_order_by(name, each.c.n))).select_from(each).where(name.is_not(None)).scalar_subquery()


def _people(scope: Scope, ids: Sql, many: bool) -> Sql:
    return _each(ids, lambda id: person_name(scope, id)) if many else person_name(scope, ids[1])


def person_name(scope: Scope, id: Sql) -> Sql:
    m = system.members.alias()
    ours = (m.c.id == id) & (m.c.workspace_id == scope.app.by.workspace)
    return func.coalesce(select(m.c.name).where(ours).scalar_subquery(), id)


def file_name(id: Sql) -> Sql:
    f = system.files.alias()
    return select(f.c.name).where(f.c.id == id).scalar_subquery()


def title(scope: Scope) -> Sql:
    """What a row is called: the title field's value as text, else its number."""
    field = scope.table.title_field
    number = func.concat("#", scope.t.c.id)
    if field is None:
        return number
    try:
        text = _as_text(worth(scope, field), type_of(field, scope.table, scope.app.spec))
    except Invalid:
        return number
    return func.coalesce(func.nullif(text, ""), number)


def titles(scope: Scope, link: Link) -> Sql:
    """The names of linked rows: a list, or the one name of a link to one row."""
    linked = scope.through(link)
    return _gathered(linked, title(linked.there), link.many)


def looked_up(scope: Scope, field: Lookup) -> Sql:
    """A list, flat even when each linked row gives a list; the one value when the link leads to one row and it has one."""
    linked, target = linked_by(scope, field)
    value, kind = worth(linked.there, target), type_of(target, linked.there.table, scope.app.spec)
    if not kind.many:
        return _gathered(linked, value, linked.link.many)
    each = func.unnest(value).table_valued("value", with_ordinality="n", name=f"v{linked.there.depth}").render_derived().lateral()
    rows = linked.select(func.array_agg(aggregate_order_by(each.c.value, *linked.order, each.c.n)), beside=each)
    return rows.where(each.c.value.is_not(None)).scalar_subquery()


def _gathered(linked: Linked, value: Sql, many: bool) -> Sql:
    if many:
        return linked.select(func.array_agg(aggregate_order_by(value, *linked.order))).where(value.is_not(None)).scalar_subquery()
    return linked.select(value).order_by(*linked.order).limit(1).scalar_subquery()


def linked_by(scope: Scope, field: Lookup | Rollup) -> tuple[Linked, AnyField]:
    """The linked rows that a lookup or rollup reads, and the field it reads there (the title when it names none)."""
    link = scope.table.field(field.link)
    path = f"tables/{scope.table.id}/fields/{field.id}"
    if not isinstance(link, Link):
        raise Invalid(Problem(path, f"{field.name} reads through a link that is gone"))
    linked = scope.through(link)
    target = linked.there.table.field(field.field) if field.field else linked.there.table.title_field
    if target is None:
        raise Invalid(Problem(path, f"{field.name} reads a field that is gone"))
    return linked, target


def _as_text(value: Sql, kind: Type) -> Sql:
    return func.array_to_string(cast(value, ARRAY(Text)), ", ") if kind.many else as_text(value, kind.base)


@dataclass(frozen=True, slots=True)
class Reading:
    """A formula's fields, read from the rows of a scope."""

    scope: Scope

    def field(self, path: tuple[str, ...]) -> Sql:
        first = self.scope.table.field(path[0])
        if first is None:
            raise Invalid(Problem(f"tables/{self.scope.table.id}/fields/{path[0]}", "is gone"))
        if len(path) == 1:
            return worth(self.scope, first)
        return looked_up(self.scope, Lookup(id="through", name="through", link=path[0], field=path[1]))

    @property
    def now(self) -> Sql:
        return WallClock(self.scope.clock.zone).now


def worked_out(scope: Scope, field: Formula) -> Sql:
    deeper = scope.deeper(field)
    return compiled(typed(parse(field.formula), scope.table, scope.app.spec), Reading(deeper))


def rolled_up(scope: Scope, field: Rollup) -> Sql:
    """One figure over linked rows; counts are 0, everything else is null when there is nothing to sum up."""
    from sayso.data.filters import condition_on  # noqa: PLC0415  what a rollup leaves out is a filter, and filters read rollups

    linked, target = linked_by(scope, field)
    if field.summary == "count":
        figure = func.count()
    else:
        figure = summed_up(worth(linked.there, target), type_of(target, linked.there.table, scope.app.spec), field.summary)
    kept = linked.select(figure)
    for n, rule in enumerate(field.where):
        asked = Condition.model_validate({"field": rule.field, "op": rule.op, "value": rule.value})
        kept = kept.where(condition_on(linked.there, asked, f"tables/{scope.table.id}/fields/{field.id}/where/{n}"))
    return kept.scalar_subquery()
