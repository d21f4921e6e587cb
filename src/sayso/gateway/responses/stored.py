"""Responses in the database."""

from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.db.endpoint_tables import responses as t
from sayso.db.gateway_tables import processes
from sayso.gateway import kept
from sayso.gateway.bridge.items import new_id
from sayso.gateway.refusals import Refused
from sayso.gateway.responses.asked import Prepared

KEPT_DAYS = 30
"""As long as OpenAI keeps them."""
WORKING = ("queued", "in_progress")


def missing(id: str) -> Refused:
    return Refused(f"Response with id '{id[: kept.ID_LENGTH_MAX]}' not found.", 404, code="not_found")


async def keep(
    tx: AsyncConnection, workspace: str, asked: Prepared, value: dict[str, Any], *, process: str | None = None
) -> None:
    """Keeps a response, and adds what was said to its conversation once it is done."""
    row = {
        "status": value.get("status") or "completed",
        "value": kept.storable(value),
        "process": process,
        "previous": asked.previous,
        "conversation": asked.conversation,
        "input": kept.storable(asked.own),
    }
    query = insert(t).values(
        workspace_id=workspace,
        id=value["id"],
        expires_at=kept.in_days(KEPT_DAYS),
        **row,
    )
    await tx.execute(query.on_conflict_do_update(index_elements=["workspace_id", "id"], set_=row))
    if asked.conversation and row["status"] not in WORKING:
        for item in [*asked.own, *(value.get("output") or [])]:
            taken = await kept.taken(tx, workspace, item["id"])  # some upstreams call every item the same
            fresh = {**item, "id": new_id("item")} if taken else item
            await kept.put(tx, workspace, "conversation.item", fresh, parent=asked.conversation)


async def finish(tx: AsyncConnection, workspace: str, asked: Prepared, value: dict[str, Any]) -> bool:
    """The end of work in the background, unless it was cancelled meanwhile."""
    mine = (t.c.workspace_id == workspace) & (t.c.id == value["id"]) & t.c.status.in_(WORKING)
    if (await tx.execute(select(t.c.id).where(mine).with_for_update())).first() is None:
        return False
    await keep(tx, workspace, asked, value)
    return True


async def read(tx: AsyncConnection, workspace: str, id: str, *, lock: bool = False) -> dict[str, Any]:
    """Raises `Refused` (404). What a process left unfinished when it was killed has failed."""
    query = select(t).where(t.c.workspace_id == workspace, t.c.id == id, t.c.expires_at > func.now())
    row = (await tx.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise missing(id)
    if row.status in WORKING and row.process is not None:
        alive = await tx.scalar(
            select(processes.c.id).where(
                processes.c.id == row.process, processes.c.seen_at > func.now() - func.make_interval(0, 0, 0, 0, 0, 0, 60)
            )
        )
        if alive is None:
            error = {"code": "server_error", "message": "Sayso was stopped while it worked on this response."}
            value = {**row.value, "status": "failed", "error": error}
            await tx.execute(update(t).where(t.c.workspace_id == workspace, t.c.id == id).values(status="failed", value=value))
            return value
    return row.value


async def own_input(tx: AsyncConnection, workspace: str, id: str) -> tuple[list[dict[str, Any]], str | None]:
    """The items that came with it, and the response before it."""
    row = (
        await tx.execute(
            select(t.c.input, t.c.previous).where(t.c.workspace_id == workspace, t.c.id == id, t.c.expires_at > func.now())
        )
    ).first()
    if row is None:
        raise missing(id)
    return row.input, row.previous


async def remove(tx: AsyncConnection, workspace: str, id: str) -> None:
    gone = await tx.execute(delete(t).where(t.c.workspace_id == workspace, t.c.id == id))
    if not gone.rowcount:
        raise missing(id)


async def cancel(tx: AsyncConnection, workspace: str, id: str) -> dict[str, Any]:
    """Ends work in the background. Raises `Refused` (400) for other responses; one that has ended is answered as it is."""
    value = await read(tx, workspace, id, lock=True)
    if not value.get("background"):
        raise Refused(
            "Only responses created with background=true can be cancelled.", 400, param="response_id", code="invalid_value"
        )
    if value["status"] in WORKING:
        value = {**value, "status": "cancelled"}
        await tx.execute(update(t).where(t.c.workspace_id == workspace, t.c.id == id).values(status="cancelled", value=value))
    return value


async def sweep(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await tx.execute(delete(t).where(t.c.expires_at < func.now()))
