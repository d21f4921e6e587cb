"""One table's rows as they stand in a statement, and the way from there to linked rows."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, select, true

from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import Pairs, Rows, pairs_of, rows_of
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, Link
from sayso.spec.filter import Filter
from sayso.spec.table import Table

COMPUTED_DEPTH_MAX = 8
"""How many lookups, rollups and formulas may stand on one another."""
RULE_DEPTH_MAX = 16
"""So much deeper may a rule about rows go: whatever is read at the end of the longest way is still bound by its rule."""


@dataclass(frozen=True)
class Scope:
    """`t` is the table, or an alias of it, that columns are read from."""

    app: OpenApp
    rows: Rows
    t: FromClause
    clock: Clock
    depth: int = 0
    depth_max: int = COMPUTED_DEPTH_MAX

    @classmethod
    def of(cls, app: OpenApp, table: Table, clock: Clock) -> "Scope":
        rows = rows_of(app, table)
        return cls(app, rows, rows.sql.alias("t"), clock)

    @property
    def table(self) -> Table:
        return self.rows.table

    @cached_property
    def alive(self) -> ColumnElement[bool]:
        """Rows that are there, and that whoever opened the app sees."""
        there = self.t.c.deleted_at.is_(None)
        return there if self.rule is None else there & self.rule

    @cached_property
    def rule(self) -> ColumnElement[bool] | None:
        """What rows must meet to be seen, in the trash or not; None when all are."""
        rows = self.app.sight.rows(self.table.id)
        return None if rows is None else self.meeting(rows)

    def meeting(self, rows: Filter) -> ColumnElement[bool]:
        """A rule of rights about these rows, which reads the whole app."""
        from sayso.data.rights.rule import met  # noqa: PLC0415  a rule is a filter, and filters read scopes

        app = self.app.unlimited
        table = app.spec.table(self.table.id) or self.table
        whole = replace(self, app=app, rows=rows_of(app, table), depth_max=self.depth_max + RULE_DEPTH_MAX)
        return met(whole, rows, self.app.sight.asker)

    def column(self, field: AnyField) -> ColumnElement[object]:
        return self.t.c[self.rows.name(field)]

    def deeper(self, field: AnyField) -> "Scope":
        """The same rows, for what a computed field stands on. Raises `Invalid` when fields stand on too many others."""
        if self.depth >= self.depth_max:
            raise Invalid(Problem(f"tables/{self.table.id}/fields/{field.id}", f"{field.name} stands on too many other fields"))
        return replace(self, depth=self.depth + 1)

    def through(self, link: Link) -> "Linked":
        """The rows that `link` points to, one level deeper."""
        there = self.app.spec.table(link.to)
        if there is None:
            raise Invalid(Problem(f"tables/{self.table.id}/fields/{link.id}", f"{link.name} leads to a table that is gone"))
        rows, depth = rows_of(self.app, there), self.deeper(link).depth
        pairs = pairs_of(self.app, self.table, link)
        scope = Scope(self.app, rows, rows.sql.alias(f"t{depth}"), self.clock, depth, self.depth_max)
        return Linked(self, scope, pairs, link, pairs.sql.alias(f"l{depth}"))


@dataclass(frozen=True)
class Linked:
    """The linked rows of each row of `here`: a statement over `there` and the pairs, tied to the outer row."""

    here: Scope
    there: Scope
    pairs: Pairs
    link: Link
    l: FromClause  # noqa: E741  the pairs' alias, as it reads in SQL

    def select(self, *columns: ColumnElement[Any], beside: FromClause | None = None) -> Select[Any]:
        """`beside` is joined to every linked row: values that it holds several of."""
        mine, theirs = self.l.c[self.pairs.mine], self.l.c[self.pairs.theirs]
        rows = self.l.join(self.there.t, self.there.t.c.id == theirs)
        source = rows if beside is None else rows.join(beside, true())
        found: Select[Any] = select(*columns).select_from(source)  # pyright: ignore[reportAssignmentType]
        return found.where(mine == self.here.t.c.id, self.there.alive).correlate(self.here.t)

    @property
    def order(self) -> tuple[ColumnElement[object], ...]:
        return self.l.c.position, self.l.c[self.pairs.theirs]
