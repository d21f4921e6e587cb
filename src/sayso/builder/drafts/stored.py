"""A draft as it is stored, for whoever may work on it, and what it stands on: its app, its spreadsheet."""

from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.builder.planner import Column, Sheet
from sayso.data import apps
from sayso.db import tables as t
from sayso.db.people_tables import groups
from sayso.errors import Conflict, NotFound
from sayso.spec.app import App
from sayso.team.actor import Actor

Json = dict[str, Any]
State = Literal["planning", "ready", "building", "built", "discarded", "failed"]

FORGOTTEN_SECONDS = 10
"""A draft that is being planned and was not touched for so long is planned by nobody any more."""


async def row_of(tx: AsyncConnection, id: str, by: Actor, *, state: State | None = None, lock: bool = False) -> Row[Any]:
    c = t.drafts.c
    query = select(t.drafts).where(c.id == id, c.workspace_id == by.workspace, c.created_by == by.id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        by.must("build")
        raise NotFound(f"There is no draft {id[:40]!r}.")
    await _must_build(tx, row, by)
    if state is not None and row.state != state:
        raise Conflict(f"This draft is {row.state}; that can be done only while it is {state}.")
    return row


async def taken(tx: AsyncConnection, row: Row[Any]) -> bool:
    """Notes down that the draft is being planned from now on; false when somebody is at it already, who would only be paid twice."""
    if (row.plan or {}).get("working") is not None and not await forgotten(tx, row.id, FORGOTTEN_SECONDS):
        return False
    plan = {**(row.plan or {}), "working": {"model": "", "round": 0, "doing": ""}}
    await tx.execute(t.drafts.update().where(t.drafts.c.id == row.id).values(plan=plan, updated_at=datetime.now(UTC)))
    return True


async def forgotten(tx: AsyncConnection, id: str, seconds: float) -> bool:
    """Whether nobody has touched a draft for so long."""
    c = t.drafts.c
    touched = (
        await tx.execute(select(func.extract("epoch", func.clock_timestamp() - c.updated_at)).where(c.id == id))
    ).scalar_one_or_none()
    return touched is not None and float(touched) > seconds


async def opened_of(tx: AsyncConnection, row: Row[Any], by: Actor) -> apps.OpenApp:
    """The app that the draft changes, or has built. Raises `NotFound` when it is gone, `Forbidden` for who may not build it."""
    slug = await slug_of(tx, row.app)
    if slug is None:
        raise NotFound("The app of this draft is gone.")
    return await apps.open_app(tx, slug, by=by, to="build")


async def base_of(tx: AsyncConnection, row: Row[Any], by: Actor) -> App | None:
    """The app that the draft changes, as it is now; None for a new app, or once the draft's own app is built."""
    return (await opened_of(tx, row, by)).spec if row.app is not None and row.base_version is not None else None


async def sheets_of(tx: AsyncConnection, row: Row[Any]) -> tuple[Sheet, ...]:
    """What an attached import read, as a wish takes it."""
    if row.import_id is None:
        return ()
    c = t.imports.c
    found = (
        await tx.execute(select(c.name, c.preview).where(c.id == row.import_id, c.workspace_id == row.workspace_id))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such import.")
    columns = [
        Column(
            str(x.get("name", "")),
            str(x.get("kind", "text")),
            tuple(o["name"] if isinstance(o, dict) else str(o) for o in x.get("options") or ()),
        )
        for x in found.preview.get("columns", [])
    ]
    return (Sheet(found.name, tuple(columns)),) if columns else ()


async def groups_of(tx: AsyncConnection, by: Actor) -> tuple[str, ...]:
    """Names of the workspace's groups, for whoever belongs to the workspace; a guest is told no names."""
    if by.role == "guest":
        return ()
    return tuple((await tx.execute(select(groups.c.name).where(groups.c.workspace_id == by.workspace))).scalars())


async def _must_build(tx: AsyncConnection, row: Row[Any], by: Actor) -> None:
    """Who lost the right to build what a draft is of (an app, or anything in the workspace) lost the draft with it: it holds the app's plan."""
    slug = await slug_of(tx, row.app)
    if slug is None:
        by.must("build")
    else:
        await apps.open_app(tx, slug, by=by, to="build")


async def slug_of(tx: AsyncConnection, number: int | None) -> str | None:
    """The id of an app by its number, unless it is in the trash."""
    if number is None:
        return None
    return (
        await tx.execute(select(t.apps.c.id).where(t.apps.c.number == number, t.apps.c.deleted_at.is_(None)))
    ).scalar_one_or_none()


def today() -> date:
    return datetime.now(UTC).date()
