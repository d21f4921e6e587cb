"""What the commands about people share: in whose name they act, and whom they mean."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import click
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import transaction
from sayso.db.installation import opened
from sayso.db.tables import members as m
from sayso.db.tables import workspaces as w
from sayso.errors import Invalid, NotFound, Problem
from sayso.settings import Settings
from sayso.team import groups, members, people, rank, standing
from sayso.team.actor import Actor


class Listing(click.Group):
    """A group of commands that lists when it is not told what else to do: `sayso members --json`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def in_workspace(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--workspace", help="Its name or id; the first one when left out.")(command)


@asynccontextmanager
async def as_owner(settings: Settings, workspace: str | None) -> AsyncGenerator[tuple[AsyncConnection, Actor]]:
    """One transaction in the name of that workspace's owner. Raises `NotFound`, `Invalid` when several are called so."""
    async with opened(settings) as engine, transaction(engine) as tx:
        yield tx, await owner_of(tx, workspace)


async def owner_of(tx: AsyncConnection, workspace: str | None) -> Actor:
    """The owner of a workspace, by its id or name; of the first one for None. Raises `NotFound`, `Invalid` when several are called so."""
    if workspace is None:
        return await people.first_owner(tx)
    called = (w.c.id == workspace) | (func.lower(w.c.name) == workspace.lower())
    found = list((await tx.execute(select(w.c.id).where(called, w.c.deleted_at.is_(None)))).scalars())
    if len(found) > 1:
        raise Invalid(Problem("workspace", f"names {len(found)} workspaces; say which by its id", found[0]))
    query = standing.standing().where(m.c.workspace_id.in_(found), m.c.role == "owner").order_by(m.c.created_at).limit(1)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"There is no workspace {workspace}. See `sayso workspaces`.")
    return standing.actor_of(row)


async def member(tx: AsyncConnection, who: str, by: Actor) -> members.Known:
    """By id, address or name. Raises `NotFound`, `Invalid` when several are called so."""
    known = await members.listed(tx, by=by)
    found = [one for one in known if who.lower() in (one.id, (one.email or "").lower())]
    found = found or [one for one in known if one.name.lower() == who.lower()]
    if not found:
        raise NotFound(f"Nobody here is called {who}.")
    if len(found) > 1:
        raise Invalid(Problem("who", f"names {len(found)} members; say which by their id", found[0].id))
    return found[0]


async def group(tx: AsyncConnection, named: str, by: Actor) -> groups.Group:
    """By id or name. Raises `NotFound`."""
    for one in await groups.listed(tx, by=by):
        if named.lower() in (one.id, one.name.lower()):
            return one
    raise NotFound(f"There is no group {named}.")


async def role(tx: AsyncConnection, named: str, by: Actor) -> str:
    """The id of a role, by id or name. Raises `Invalid`."""
    own = await rank.names(tx, by.workspace)
    known = {**{one: one for one in rank.GIVEN}, **{name.lower(): id for id, name in own.items()}, **{id: id for id in own}}
    if named.lower() not in known:
        raise Invalid(Problem("role", f"{named} is none of {', '.join([*rank.GIVEN, *own.values()])}", "member"))
    return known[named.lower()]
