"""One copy made, in one transaction: the app, what it holds and who may use it. Stopped at any point, there is nothing of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, finding
from sayso.data.copies import rows
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
    """What is to be copied: `rows` none, sample or all; `by` acts in the workspace that the copy is made in. `people` says who a member is there."""

    kind: Kind
    name: str
    rows: str
    by: Actor
    people: Mapping[str, str]


async def opened(tx: AsyncConnection, id: str, *, by: Actor) -> OpenApp:
    """The app that is copied, held as it is built until the transaction ends. Whoever copies may build it: they see all of it."""
    await finding.held(tx, id, by, "write")
    return replace(await finding.found(tx, id, by, "build", id), to="read")


async def make(tx: AsyncConnection, source: OpenApp, wanted: Wanted, progress: Progress) -> tuple[OpenApp, list[str]]:
    """The new app, and what is to be known of it, in sentences."""
    elsewhere = wanted.by.workspace != source.by.workspace
    m = system.members.c
    members = (
        frozenset((await tx.execute(select(m.id).where(m.workspace_id == source.by.workspace))).scalars())
        if elsewhere
        else frozenset[str]()
    )
    whole = source.spec
    spec = copied(whole, wanted.name, wanted.kind, elsewhere=elsewhere, members=members)
    spec = spec.model_copy(update={"id": id_from(wanted.name)})
    made = await apps.create(tx, spec, by=wanted.by, note=f"Copied from {whole.name}")
    if wanted.kind == "draft":
        values = {"copy_of": source.number, "copy_version": source.version}
        await tx.execute(update(system.apps).where(system.apps.c.number == made.number).values(**values))
    await _grants(tx, source, made, wanted.by, elsewhere)
    if wanted.rows != "none":
        people = dict(wanted.people) if elsewhere else None
        await rows.copy(tx, Pair(source, made, people), sample=wanted.rows == "sample", progress=progress)
    told = notes(whole, wanted.kind, wanted.rows)
    await audit.write(tx, "app.copied", f"copied the app {whole.name} to {wanted.name}", by=source.by, subject=source.id)
    return made, told


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
