"""`sayso workspaces`: the workspaces of this installation."""

import click
from sqlalchemy import func, select

from sayso.cli import team
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.db import transaction
from sayso.db.installation import opened
from sayso.db.tables import apps, members
from sayso.db.tables import workspaces as w
from sayso.settings import Settings
from sayso.team import people, workspaces


@click.group("workspaces", cls=team.Listing)
def command() -> None:
    """The workspaces of this installation."""


@command.command("list")
@asynchronous
async def listed(settings: Settings, say: Say) -> None:
    """Show all workspaces, also those in the trash."""
    here = (members.c.workspace_id == w.c.id) & members.c.removed_at.is_(None) & (members.c.kind == "person")
    live = (apps.c.workspace_id == w.c.id) & apps.c.deleted_at.is_(None)
    people_here = select(func.count()).where(here).scalar_subquery().label("people")
    apps_here = select(func.count()).where(live).scalar_subquery().label("apps")
    async with opened(settings) as engine, transaction(engine) as tx:
        await people.first_owner(tx)
        rows = (await tx.execute(select(w.c.id, w.c.name, w.c.deleted_at, people_here, apps_here).order_by(w.c.created_at))).all()
    items = [{"id": r.id, "name": r.name, "deleted_at": r.deleted_at, "members": r.people, "apps": r.apps} for r in rows]
    for one in items:
        trash = "  (in the trash)" if one["deleted_at"] else ""
        say.line(f"{one['id']}  {one['name']:<28} {one['members']} members, {one['apps']} apps{trash}")
    say.answer({"items": items})


@command.command("create")
@click.argument("name")
@asynchronous
async def create(settings: Settings, say: Say, name: str) -> None:
    """Make a workspace, owned by the owner of the first one."""
    async with opened(settings) as engine, transaction(engine) as tx:
        made = await workspaces.create(tx, name, by=await people.first_owner(tx))
    say.line(f"{name} is there: choose it where the name of your workspace stands. ({made.workspace})")
    say.answer({"id": made.workspace, "name": name})
