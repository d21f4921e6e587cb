"""Batches in the database, and which process works on them."""

import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.endpoint_tables import batch_lines as lines
from sayso.db.endpoint_tables import batches as t
from sayso.gateway import files, kept
from sayso.gateway.bridge.items import new_id
from sayso.gateway.caller import Caller
from sayso.gateway.refusals import Refused

ENDPOINTS = (
    "chat/completions",
    "completions",
    "responses",
    "embeddings",
    "moderations",
    "images/generations",
    "images/edits",
)
WINDOW_SECONDS = 24 * 3600
OPEN = ("validating", "in_progress", "finalizing", "cancelling")
LEFT_SECONDS = 20
"""A batch whose process has said nothing for so long is anybody's."""
BATCHES_OPEN_MAX = 1000

CLAIM = text(
    """
    update sayso.gateway_batches set process = :process, seen_at = now()
    where id = (
        select id from sayso.gateway_batches
        where status in ('validating', 'in_progress', 'finalizing', 'cancelling')
          and (process is null or seen_at < now() - make_interval(secs => :left))
        order by position limit 1 for update skip locked
    )
    returning id, workspace_id, status, caller, value, expires_at
    """
)


def missing(id: str) -> Refused:
    return Refused(f"No batch found with id '{id[: kept.ID_LENGTH_MAX]}'.", 404, code="not_found")


async def create(tx: AsyncConnection, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """Raises `Refused`."""
    endpoint = kept.text(body, "endpoint", required=True, length_max=100) or ""
    if endpoint.removeprefix("/v1/") not in ENDPOINTS:
        raise Refused(
            "'endpoint' must be one of " + ", ".join("/v1/" + one for one in ENDPOINTS) + ".",
            400,
            param="endpoint",
            code="invalid_value",
        )
    caller.must_reach("", endpoint.removeprefix("/v1/"))
    if body.get("completion_window") != "24h":
        raise Refused("'completion_window' must be 24h.", 400, param="completion_window", code="invalid_value")
    file = await files.read(
        tx, caller.workspace, kept.text(body, "input_file_id", required=True, length_max=kept.ID_LENGTH_MAX) or ""
    )
    if file["purpose"] != "batch":
        raise Refused("The input file must have the purpose 'batch'.", 400, param="input_file_id", code="invalid_value")
    after = body.get("output_expires_after")
    seconds = after.get("seconds") if isinstance(after, dict) else None
    if after is not None and not (isinstance(seconds, int) and files.EXPIRY_SECONDS_LEAST <= seconds <= files.EXPIRY_SECONDS_MAX):
        raise Refused(
            "'output_expires_after.seconds' must be from 3600 to 2592000.",
            400,
            param="output_expires_after",
            code="invalid_value",
        )
    metadata = kept.metadata(body)
    query = select(func.count()).select_from(t).where(t.c.workspace_id == caller.workspace, t.c.status.in_(OPEN))
    if (await tx.execute(query)).scalar_one() >= BATCHES_OPEN_MAX:
        raise Refused(f"There are {BATCHES_OPEN_MAX} batches under way already.", 429)
    now = int(time.time())
    value: dict[str, Any] = {
        "id": new_id("batch"), "object": "batch", "endpoint": endpoint, "model": None, "errors": None, "input_file_id": file["id"],
        "completion_window": "24h", "status": "validating", "output_file_id": None, "error_file_id": None, "created_at": now,
        "in_progress_at": None, "expires_at": now + WINDOW_SECONDS, "finalizing_at": None, "completed_at": None, "failed_at": None,
        "expired_at": None, "cancelling_at": None, "cancelled_at": None,
        "request_counts": {"total": 0, "completed": 0, "failed": 0}, "metadata": metadata or None,
    }  # fmt: skip
    await tx.execute(
        insert(t).values(
            id=value["id"],
            workspace_id=caller.workspace,
            status="validating",
            caller={"key": caller.key, "app": caller.app, "member": caller.member, "output_seconds": seconds},
            value=value,
            expires_at=datetime.fromtimestamp(value["expires_at"], UTC),
        )
    )
    return value


async def read(tx: AsyncConnection, workspace: str, id: str) -> dict[str, Any]:
    value = await tx.scalar(select(t.c.value).where(t.c.workspace_id == workspace, t.c.id == id))
    if value is None:
        raise missing(id)
    return value


async def listed(tx: AsyncConnection, workspace: str, page: kept.Page) -> dict[str, Any]:
    query = select(t.c.value).where(t.c.workspace_id == workspace)
    if page.after is not None:
        at = await tx.scalar(select(t.c.position).where(t.c.workspace_id == workspace, t.c.id == page.after))
        if at is None:
            raise Refused(f"No such object: {page.after[:100]}", 400, param="after", code="invalid_value")
        query = query.where(t.c.position < at)
    values = list(await tx.scalars(query.order_by(t.c.position.desc()).limit(page.limit + 1)))
    return kept.as_list(values[: page.limit], more=len(values) > page.limit)


async def cancel(tx: AsyncConnection, workspace: str, id: str) -> dict[str, Any]:
    row = (
        await tx.execute(select(t.c.value, t.c.status).where(t.c.workspace_id == workspace, t.c.id == id).with_for_update())
    ).first()
    if row is None:
        raise missing(id)
    if row.status not in OPEN:
        raise Refused(f"Cannot cancel a batch with status '{row.status}'.", 409, param="batch_id", code="invalid_value")
    if row.status == "cancelling":
        return row.value
    return await turned(tx, id, row.value, "cancelling")


async def turned(tx: AsyncConnection, id: str, value: dict[str, Any], status: str, **more: Any) -> dict[str, Any]:
    """The batch in its next state, with the time at which it came into it."""
    value = {**value, **more, "status": status, f"{status}_at": int(time.time())}
    await tx.execute(update(t).where(t.c.id == id).values(status=status, value=value))
    return value


async def claim(tx: AsyncConnection, process: str) -> Any:
    """One that nobody works on, now ours; else None."""
    return (await tx.execute(CLAIM, {"process": process, "left": LEFT_SECONDS})).first()


async def beat(tx: AsyncConnection, id: str, process: str) -> str | None:
    """Says that we still work on it, and counts; gives its status, or None when another process has it now."""
    done = func.count().filter(lines.c.ok == 1), func.count().filter(lines.c.ok == 0), func.count()
    row = (await tx.execute(select(*done).where(lines.c.batch == id))).one()
    counts = {"completed": row[0], "failed": row[1], "total": row[2]}
    query = (
        update(t)
        .where(t.c.id == id, t.c.process == process)
        .values(seen_at=func.now(), value=t.c.value.op("||")({"request_counts": counts}))
    )
    return await tx.scalar(query.returning(t.c.status))


async def let_go(tx: AsyncConnection, id: str, process: str) -> None:
    await tx.execute(update(t).where(t.c.id == id, t.c.process == process).values(process=None, seen_at=None))
