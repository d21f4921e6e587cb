"""The log as owners read it: newest first, narrowed, page by page, or all of it as a stream."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.team.actor import Actor
from sayso.team.audit.entry import COLUMNS, Entry, entry

PAGE_ENTRIES_MAX = 200
STREAMED_AT_ONCE = 1_000
KINDS_MAX = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries. `kind` is a kind (`token.created`) or a family (`token`); `text` is looked for in what was done, by whom and to what."""

    by: str | None = None
    kind: str | None = None
    subject: str | None = None
    app: str | None = None
    address: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


async def listed(
    tx: AsyncConnection, *, by: Actor, wanted: Wanted | None = None, before: int | None = None, limit: int = 50
) -> tuple[Entry, ...]:
    """Newest first. `before` is the id of the last one that was seen."""
    query = _query(by, wanted or Wanted())
    if before is not None:
        query = query.where(t.audit.c.id < before)
    rows = await tx.execute(query.order_by(t.audit.c.id.desc()).limit(min(limit, PAGE_ENTRIES_MAX)))
    return tuple(entry(row) for row in rows)


async def streamed(tx: AsyncConnection, *, by: Actor, wanted: Wanted | None = None) -> AsyncIterator[Entry]:
    """All of them, oldest first, read as they are asked for."""
    last, query = 0, _query(by, wanted or Wanted()).order_by(t.audit.c.id).limit(STREAMED_AT_ONCE)
    while True:
        some = [entry(row) for row in await tx.execute(query.where(t.audit.c.id > last))]
        for one in some:
            yield one
        if len(some) < STREAMED_AT_ONCE:
            return
        last = some[-1].id


async def kinds(tx: AsyncConnection, *, by: Actor) -> dict[str, int]:
    """Which kinds there are, with how many entries of each."""
    by.must("manage")
    c = t.audit.c
    query = select(c.kind, func.count().label("many")).where(c.workspace_id == by.workspace).group_by(c.kind).order_by(c.kind)
    return {row.kind: row.many for row in await tx.execute(query.limit(KINDS_MAX))}


def _query(by: Actor, wanted: Wanted) -> Select[Any]:
    by.must("manage")
    return select(*COLUMNS).where(t.audit.c.workspace_id == by.workspace, *_conditions(wanted))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    c = t.audit.c
    found: list[ColumnElement[bool]] = [
        c[name] == value for name in ("by", "subject", "app", "address") if (value := getattr(wanted, name)) is not None
    ]
    if wanted.kind is not None:
        found.append(or_(c.kind == wanted.kind, c.kind.startswith(f"{wanted.kind}.", autoescape=True)))
    if wanted.since is not None:
        found.append(c.at >= wanted.since)
    if wanted.until is not None:
        found.append(c.at < wanted.until)
    if wanted.text:
        places = (c.sentence, c.by_name, c.subject, c.address, c.kind, cast(c.detail, Text))
        found.append(or_(*(place.icontains(wanted.text, autoescape=True) for place in places)))
    return found
