"""Whoever lost the right, or left, acts through no automation any more: it is switched off, and people are told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.registry.refresh import refresh
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.db import tables as system_tables
from sayso.db.automation_tables import automations as t
from sayso.db.people_tables import app_grants, workspace_roles
from sayso.errors import NotFound, SaysoError
from sayso.spec.change import Alter, Change
from sayso.team import notifications, standing
from sayso.team.actor import system
from sayso.team.roles import MAY, ROLES

MAY_STAND = tuple(role for role in ROLES if "build" in MAY[role])
"""Roles whose members may stand for automations."""
GONE = "{name} of {app} was switched off: {owner}, with whose rights it acted, {why}."
NEXT = "Look through what it does, and switch it on: then it acts with your rights."


async def sweep(tx: AsyncConnection) -> int:
    """How many were switched off."""
    m = system_tables.members
    own = select(workspace_roles.c.id).where(workspace_roles.c.rights.contains(["build"]))
    gone = or_(m.c.id.is_(None), m.c.removed_at.is_not(None), m.c.suspended_at.is_not(None))
    given = exists().where(app_grants.c.app == t.c.app)
    lost = or_(gone, and_(m.c.role.not_in(MAY_STAND), m.c.role.not_in(own)), given)
    query = select(
        t.c.app_id, t.c.workspace_id, t.c.automation, t.c.name, t.c.owner, m.c.name.label("owner_name"), m.c.removed_at
    )
    query = query.select_from(t.outerjoin(m, (m.c.id == t.c.owner) & (m.c.workspace_id == t.c.workspace_id)))
    found = (await tx.execute(query.where(t.c.on, t.c.owner.is_not(None), lost).order_by(t.c.app, t.c.automation))).all()
    off = 0
    for row in found:
        if await _builds(tx, row):
            continue
        off += 1
        try:
            async with tx.begin_nested():
                await _switch_off(tx, row)
        except SaysoError:
            continue  # the app is in the trash: nothing of it starts
    return off


async def _builds(tx: AsyncConnection, row: Any) -> bool:
    """Whether its owner may build this app now: what was granted to them there decides, else their role in the workspace."""
    owner = await standing.read(tx, row.owner, workspace=row.workspace_id)
    if owner is None:
        return False
    try:
        return (await apps.open_app(tx, row.app_id, by=owner)).may("build")
    except NotFound:
        return False


async def _switch_off(tx: AsyncConnection, row: Any) -> None:
    by = system(row.workspace_id)
    app = await apps.open_app(tx, row.app_id, by=by, to="build")
    automation = next((one for one in app.spec.automations if one.id == row.automation), None)
    if automation is None or not automation.on:
        await refresh(tx, app)
        return
    off = automation.model_copy(update={"on": False})
    why = "is not here any more" if row.owner_name is None or row.removed_at else "may no longer build it"
    said = GONE.format(name=row.name, app=app.spec.name, owner=row.owner_name or "the member", why=why)
    step = Alter(part="automation", id=automation.id, value=off)
    app = await apps.change(tx, app, Change(title=f"Switch {automation.name} off", steps=(step,)), by=by, note=said)
    await refresh(tx, app)
    await _tell(tx, app, row, said)


async def _tell(tx: AsyncConnection, app: OpenApp, row: Any, said: str) -> None:
    m = system_tables.members.c
    owners = select(m.id).where(m.workspace_id == row.workspace_id, m.role == "owner", m.removed_at.is_(None))
    people = {row.owner, *(await tx.execute(owners)).scalars()}
    link = f"/a/{app.id}/automations/{row.automation}"
    await notifications.tell(tx, people, "failure", said, NEXT, by=app.by, link=link, app=app.id)
