"""Who did what to the workspace itself: people, tokens, links, sign-ins. Written in the transaction of what it tells of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.team.actor import Actor

PAGE_ENTRIES_MAX = 200


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    kind: str
    sentence: str
    subject: str | None
    by: str
    by_name: str
    at: datetime


async def write(
    tx: AsyncConnection,
    kind: str,
    sentence: str,
    *,
    by: Actor,
    subject: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """`kind` is such as `token.created`; `sentence` reads on after the name: "created the token Zapier"."""
    await tx.execute(
        t.audit.insert().values(
            workspace_id=by.workspace,
            kind=kind,
            sentence=sentence,
            subject=subject,
            detail=dict(detail or {}),
            by=by.id,
            by_name=by.name,
        )
    )


async def listed(tx: AsyncConnection, *, by: Actor, before: int | None = None, limit: int = 50) -> tuple[Entry, ...]:
    """Newest first. `before` is the id of the last one that was seen."""
    by.must("manage")
    c = t.audit.c
    query = select(c.id, c.kind, c.sentence, c.subject, c.by, c.by_name, c.at).where(c.workspace_id == by.workspace)
    if before is not None:
        query = query.where(c.id < before)
    rows = await tx.execute(query.order_by(c.id.desc()).limit(min(limit, PAGE_ENTRIES_MAX)))
    return tuple(Entry(*row) for row in rows)
