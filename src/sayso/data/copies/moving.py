"""What a move to another workspace would do, told before anything is done."""

from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.copies import rows
from sayso.data.copies.spec import connections_in, notes
from sayso.data.ddl import schema
from sayso.data.open_app import OpenApp
from sayso.db import tables as system
from sayso.db.connection_tables import connections
from sayso.db.people_tables import app_grants
from sayso.spec.fields import Person
from sayso.team.actor import Actor
from sayso.team.shares import kept


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody who is named in rows. `there` is the id and the name of the same person in the other workspace."""

    member: str
    name: str
    values: int
    there: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class MovePlan:
    workspace: tuple[str, str]
    rows: int
    notes: tuple[str, ...]
    people: tuple[Moved, ...]
    candidates: tuple[tuple[str, str], ...]
    shares: tuple[str, ...]
    """Public forms and views that end, by name."""
    grants: int
    connections: tuple[str, ...]
    automations: int


async def plan(tx: AsyncConnection, app: OpenApp, there: Actor) -> MovePlan:
    """`there` is the same person in the other workspace."""
    w, m, g, k = system.workspaces.c, system.members.c, app_grants.c, connections.c
    name = (await tx.execute(select(w.name).where(w.id == there.workspace))).scalar_one()
    query = (
        select(m.id, m.name).where(m.workspace_id == there.workspace, m.removed_at.is_(None), m.kind == "person").order_by(m.name)
    )
    candidates = [(row.id, row.name) for row in await tx.execute(query)]
    people = await _people(tx, app, there.workspace)
    count = func.count()
    open_ = await kept.working(tx, app.number)
    grants = (await tx.execute(select(count).select_from(app_grants).where(g.app == app.number))).scalar_one()
    used = connections_in(app.spec)
    named = select(k.name).where(k.workspace_id == app.by.workspace, k.id.in_(used)).order_by(k.name)
    told = [
        *notes(app.spec, "move", "all"),
        f"{app.spec.name} is in the trash here afterwards, for 30 days, as it is now.",
    ]
    if lost := [one.name for one in people if one.there is None]:
        told.append(
            f"{', '.join(lost[:5])} {'is' if len(lost) == 1 else 'are'} not there: where they stand, their name stays as text."
        )
    return MovePlan(
        (there.workspace, name), await rows.counted(tx, app), tuple(told), people, tuple(candidates), tuple(one.name for one in open_), grants,
        tuple((await tx.execute(named)).scalars()) if used else (), sum(one.on for one in app.spec.automations),
    )  # fmt: skip


async def _people(tx: AsyncConnection, app: OpenApp, workspace: str) -> tuple[Moved, ...]:
    """Everybody in a person field of a row, and in how many."""
    counts: dict[str, int] = {}
    for table in app.spec.tables:
        for field in table.fields:
            number = app.columns.fields[table.id].get(field.id)
            if isinstance(field, Person) and number is not None:
                rows_ = f"{schema(app.number)}.t_{app.columns.tables[table.id]}"
                asked = f"select p, count(*) from {rows_} t, unnest(t.c_{number}) p where t.deleted_at is null group by p"  # noqa: S608  numbers of the catalogue
                for member, n in await tx.execute(text(asked)):
                    counts[member] = counts.get(member, 0) + n
    m, other = system.members.c, system.members.alias("other")
    same = (other.c.person == m.person) & (other.c.workspace_id == workspace) & other.c.removed_at.is_(None)
    query = select(m.id, m.name, other.c.id, other.c.name).select_from(system.members.outerjoin(other, same))
    query = query.where(m.workspace_id == app.by.workspace, m.id.in_(list(counts))).order_by(m.name)
    found = (await tx.execute(query)).all() if counts else ()
    return tuple(Moved(id, name, counts[id], (there, called) if there else None) for id, name, there, called in found)


async def matched(tx: AsyncConnection, app: OpenApp, there: Actor, chosen: dict[str, str | None]) -> dict[str, str | None]:
    """Who each member is there: the same person, or whoever was chosen; None when nobody was. Who is in neither keeps their name as text."""
    m, other = system.members.c, system.members.alias("other")
    same = (other.c.person == m.person) & (other.c.workspace_id == there.workspace) & other.c.removed_at.is_(None)
    query = select(m.id, other.c.id).join(other, same).where(m.workspace_id == app.by.workspace)
    known: dict[str, str | None] = {row[0]: row[1] for row in await tx.execute(query)}
    members = set((await tx.execute(select(m.id).where(m.workspace_id == there.workspace, m.removed_at.is_(None)))).scalars())
    for mine, theirs in chosen.items():
        if theirs is None or theirs in members:
            known[mine] = theirs
    return known
