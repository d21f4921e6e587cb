"""One copy made, in one transaction: the app, what it holds and who may use it. Stopped at any point, there is nothing of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, finding
from sayso.data.copies import carried, people, rows
from sayso.data.copies.rows import Pair, Progress
from sayso.data.copies.spec import Kind, copied, notes
from sayso.data.open_app import OpenApp
from sayso.db import tables as system
from sayso.db.people_tables import app_grants
from sayso.spec.part import id_from
from sayso.team import audit
from sayso.team.actor import Actor


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be copied: `rows` none, sample or all; `by` acts in the workspace that the copy is made in. `people` says who a member is
    there, None for whom nobody is to stand in rows."""

    kind: Kind
    name: str
    rows: str
    by: Actor
    people: Mapping[str, str | None]


async def opened(tx: AsyncConnection, id: str, *, by: Actor) -> OpenApp:
    """The app that is copied, held as it is built until the transaction ends. Whoever copies may build it: they see all of it."""
    await finding.held(tx, id, by, "write")
    return replace(await finding.found(tx, id, by, "build", id), to="read")


async def make(tx: AsyncConnection, source: OpenApp, wanted: Wanted, progress: Progress) -> tuple[OpenApp, list[str]]:
    """The new app, and what is to be known of it, in sentences."""
    there = await _people(tx, source, wanted)
    whole = source.spec
    spec = copied(whole, wanted.name, wanted.kind, members=None if there is None else people.members(there))
    spec = spec.model_copy(update={"id": id_from(wanted.name)})
    moved = wanted.kind == "move"
    note = f"{'Moved' if moved else 'Copied'} from {await _place(tx, source) if moved else whole.name}"
    made = await apps.create(tx, spec, by=wanted.by, note=note, after=source.columns.last if moved else 0)
    if wanted.kind == "draft":
        values = {"copy_of": source.number, "copy_version": source.version}
        await tx.execute(update(system.apps).where(system.apps.c.number == made.number).values(**values))
    await _grants(tx, source, made, wanted.by, there is not None)
    if wanted.rows != "none":
        pair = Pair(source, made, there, moved=moved)
        await rows.copy(tx, pair, sample=wanted.rows == "sample", progress=progress)
        if moved:
            await rows.name_left(tx, pair)
            await carried.carry(tx, pair)
    if moved:
        made = await carried.versions(tx, source, made, there or {})
    told = notes(whole, wanted.kind, wanted.rows)
    await audit.write(tx, "app.copied", f"copied the app {whole.name} to {wanted.name}", by=source.by, subject=source.id)
    return made, told


async def _people(tx: AsyncConnection, source: OpenApp, wanted: Wanted) -> people.People | None:
    """None in the same workspace, where everybody is who they are."""
    here = source.by.workspace
    return None if wanted.by.workspace == here else await people.there(tx, here, wanted.by.workspace, wanted.people)


async def _place(tx: AsyncConnection, source: OpenApp) -> str:
    w = system.workspaces.c
    return (await tx.execute(select(w.name).where(w.id == source.by.workspace))).scalar_one()


async def _grants(tx: AsyncConnection, source: OpenApp, made: OpenApp, by: Actor, elsewhere: bool) -> None:
    """In the same workspace the same people have the same roles. Elsewhere nobody has: an app that was not for everybody here is for nobody
    there but whoever brought it, until they say otherwise."""
    g = app_grants
    if not elsewhere:
        same = select(literal(by.workspace), literal(made.number), g.c.subject_kind, g.c.subject, g.c.role).where(
            g.c.app == source.number
        )
        await tx.execute(insert(g).from_select(["workspace_id", "app", "subject_kind", "subject", "role"], same))
        return
    limited = (await tx.execute(select(g.c.role).where(g.c.app == source.number).limit(1))).first() is not None
    if limited or source.spec.roles:
        grants = [("everyone", "", "@nothing")]
        if by.member:
            grants.append(("member", by.member, "@manager"))
        for kind, subject, role in grants:
            own = {"workspace_id": by.workspace, "app": made.number}
            await tx.execute(insert(g).values(**own, subject_kind=kind, subject=subject, role=role))
