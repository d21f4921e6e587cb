"""What a co-worker can get at: the rights of whoever asks, narrowed by its own grants. Every tool goes through here.

A field that shows what lies in a table without a grant (links, what is looked up through them, formulas over those) is hidden:
it is neither read, nor filtered by, nor written.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.coworkers.roster import Found
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.errors import Forbidden, Invalid, NotFound, Problem
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Rollup
from sayso.spec.formula import names_in
from sayso.spec.table import Table
from sayso.team.actor import Actor

To = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Place:
    """A table that may be seen, opened; `fields` are those of it that may be."""

    app: OpenApp
    table: Table
    fields: tuple[AnyField, ...]
    may_write: bool

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(f.id for f in self.fields)

    def field(self, said: str, path: str) -> AnyField:
        """By id, else by name. Raises `Invalid`, with those that there are."""
        folded = " ".join(str(said).split()).casefold()
        for one in self.fields:
            if one.id == said or one.name.casefold() == folded:
                return one
        known = ", ".join(f.id for f in self.fields[:40])
        raise Invalid(Problem(path, f"{self.table.name} has no field {str(said)[:60]!r} here; it has {known}"))


@dataclass(frozen=True, slots=True)
class Reach:
    found: Found
    by: Actor

    async def places(self, tx: AsyncConnection) -> list[Place]:
        """Every table that may be read, in the order of the grants."""
        places: list[Place] = []
        for app_id in dict.fromkeys(g.app or self.found.app for g in self.found.coworker.grants):
            if app_id is None:
                continue
            try:
                app = await apps.open_app(tx, app_id, by=self.by)
            except (NotFound, Forbidden):
                continue
            for grant in self.found.coworker.grants:
                table = app.spec.table(grant.table)
                if (grant.app or self.found.app) == app_id and grant.may != "never" and table is not None:
                    places.append(self._place(app, table))
        return places

    async def place(self, tx: AsyncConnection, said: str, to: To = "read") -> Place:
        """A table by id or name, with its app in front where there are several (`crm/clients`). Raises `NotFound` and `Forbidden`."""
        app_said, _, table_said = str(said).rpartition("/")
        folded = table_said.strip().casefold()
        fitting = [
            p
            for p in await self.places(tx)
            if folded in (p.table.id, p.table.name.casefold())
            and (not app_said or app_said.strip().casefold() in (p.app.id, p.app.spec.name.casefold()))
        ]
        if not fitting:
            known = ", ".join(self.called(p) for p in await self.places(tx))
            raise NotFound(f"There is no table {str(said)[:80]!r} that may be seen here. There are: {known or 'none'}.")
        if len(fitting) > 1:
            raise Invalid(Problem("table", f"is in several apps; say {' or '.join(self.called(p) for p in fitting)}"))
        return await self.opened(tx, fitting[0].app.id, fitting[0].table.id, to)

    async def opened(self, tx: AsyncConnection, app_id: str, table_id: str, to: To = "read") -> Place:
        """The same by its ids, which were found before: both rights are looked at again."""
        may = self._may(app_id, table_id)
        if may == "never":
            raise Forbidden(f"{self.found.coworker.name} may not see that table.")
        app = await apps.open_app(tx, app_id, by=self.by, to=to)
        table = app.spec.table(table_id)
        if table is None:
            raise NotFound(f"{app.spec.name} has no table {table_id!r} any more.")
        if to == "write" and may != "write":
            raise Forbidden(f"{self.found.coworker.name} may read {table.name}, and not change it.")
        return self._place(app, table)

    def called(self, place: Place) -> str:
        return place.table.id if self.found.app else f"{place.app.id}/{place.table.id}"

    def _may(self, app: str, table: str) -> Literal["read", "write", "never"]:
        if self.found.app is not None and app != self.found.app:
            return "never"
        for grant in self.found.coworker.grants:
            if grant.table == table and (grant.app or self.found.app) == app:
                return grant.may
        return "never"

    def _place(self, app: OpenApp, table: Table) -> Place:
        seen = tuple(f for f in table.fields if not self._hides(app, table, f, frozenset()))
        writes = self._may(app.id, table.id) == "write" and app.may("write", table.id)
        return Place(app, table, seen, writes)

    def _hides(self, app: OpenApp, table: Table, field: AnyField, seen: frozenset[tuple[str, str]]) -> bool:
        here = (table.id, field.id)
        if here in seen:
            return False
        seen |= {here}
        match field:
            case Link():
                return self._may(app.id, field.to) == "never"
            case Lookup() | Rollup():
                link = table.field(field.link)
                there = app.spec.table(link.to) if isinstance(link, Link) else None
                if not isinstance(link, Link) or there is None or self._may(app.id, there.id) == "never":
                    return True
                aim = there.field(field.field) if field.field else None
                return aim is not None and self._hides(app, there, aim, seen)
            case Formula():
                return any(self._hides_named(app, table, names, seen) for names in _names(field.formula))
            case _:
                return False

    def _hides_named(self, app: OpenApp, table: Table, names: tuple[str, ...], seen: frozenset[tuple[str, str]]) -> bool:
        first = table.named(names[0])
        if first is None or self._hides(app, table, first, seen):
            return True
        if len(names) == 1 or not isinstance(first, Link):
            return False
        there = app.spec.table(first.to)
        aim = there.named(names[1]) if there else None
        return there is None or aim is None or self._hides(app, there, aim, seen)


def _names(source: str) -> set[tuple[str, ...]]:
    """Nothing can be said of a formula that cannot be read: it counts as naming what is not there."""
    try:
        return names_in(source)
    except Invalid:
        return {("",)}
