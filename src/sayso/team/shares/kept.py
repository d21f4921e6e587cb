"""Shares in the database. Everything here is asked anew on every request: what is stopped is stopped for the next one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.share_tables import share_visits as visits
from sayso.db.share_tables import shares as t
from sayso.errors import Conflict, NotFound
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.secret import hashed, new_secret
from sayso.team.shares.rules import Rules
from sayso.team.shares.share import NOT_OPEN, Share

SHARES_MAX = 2_000
"""Open ones of a workspace."""


async def add(
    tx: AsyncConnection,
    *,
    by: Actor,
    kind: str,
    app: int,
    view: str,
    name: str,
    rules: Rules,
    agreed: Mapping[str, Any],
    password: str | None,
    expires_at: datetime | None,
) -> Share:
    c = t.c
    count = select(func.count()).select_from(t).where(c.workspace_id == by.workspace, c.stopped_at.is_(None))
    if (await tx.execute(count)).scalar_one() >= SHARES_MAX:
        raise Conflict(f"This workspace has {SHARES_MAX:,} public forms and views. Stop some of them first.")
    token = new_secret()
    values = {
        "id": new_id("sh"), "workspace_id": by.workspace, "hash": hashed(token), "token": token, "kind": kind, "app": app,
        "view": view, "name": name, "maker": by.member, "rules": rules.model_dump(mode="json"), "agreed": dict(agreed),
        "password": password, "expires_at": expires_at,
    }  # fmt: skip
    return _share((await tx.execute(t.insert().values(values).returning(*t.c))).one())


async def found(tx: AsyncConnection, token: str) -> Share:
    """The share behind an address. Raises `NotFound` when it was stopped, is over, or never was."""
    row = (await tx.execute(select(t).where(t.c.hash == hashed(token), *_working()))).one_or_none()
    if row is None:
        raise NotFound(NOT_OPEN)
    return _share(row)


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Share:
    """By its id, also when it is over; another workspace's is not there. A stopped one is gone."""
    row = (await tx.execute(_of(by).where(t.c.id == id, t.c.stopped_at.is_(None) | (t.c.why != "")))).one_or_none()
    if row is None:
        raise NotFound("There is no such share.")
    return _share(row)


async def listed(tx: AsyncConnection, *, by: Actor, app: int | None = None, view: str | None = None) -> tuple[Share, ...]:
    """Newest first: those that work, that are over, and those that stopped by themselves."""
    query = _of(by).where(or_(t.c.stopped_at.is_(None), t.c.why != ""))
    if app is not None:
        query = query.where(t.c.app == app)
    if view is not None:
        query = query.where(t.c.view == view)
    rows = await tx.execute(query.order_by(t.c.created_at.desc(), t.c.id).limit(SHARES_MAX * 2))
    return tuple(_share(row) for row in rows)


async def working(tx: AsyncConnection, app: int) -> tuple[Share, ...]:
    """Of one app, for what watches over changes of it."""
    rows = await tx.execute(select(t).where(t.c.app == app, *_working()).order_by(t.c.created_at))
    return tuple(_share(row) for row in rows)


async def every_working(tx: AsyncConnection) -> tuple[Share, ...]:
    rows = await tx.execute(select(t).where(*_working()).order_by(t.c.id))
    return tuple(_share(row) for row in rows)


async def change(tx: AsyncConnection, id: str, values: Mapping[str, Any], *, by: Actor) -> Share:
    query = t.update().where(t.c.workspace_id == by.workspace, t.c.id == id).values(**values).returning(*t.c)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such share.")
    return _share(row)


async def stop(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """At once and for good. One that had stopped by itself leaves the list."""
    query = t.update().where(t.c.workspace_id == by.workspace, t.c.id == id, t.c.stopped_at.is_(None) | (t.c.why != ""))
    if not (await tx.execute(query.values(stopped_at=datetime.now(UTC), why=""))).rowcount:
        raise NotFound("There is no such share.")


async def stopped_by_itself(tx: AsyncConnection, id: str, why: str) -> bool:
    """Whether this was the first to see that it cannot go on."""
    query = t.update().where(t.c.id == id, t.c.stopped_at.is_(None)).values(stopped_at=datetime.now(UTC), why=why)
    return bool((await tx.execute(query)).rowcount)


async def agreed(tx: AsyncConnection, id: str, what: Mapping[str, Any]) -> None:
    """Fills in what a form from before there were shares asks."""
    await tx.execute(t.update().where(t.c.id == id, t.c.agreed.is_(None)).values(agreed=dict(what)))


async def opened(tx: AsyncConnection, id: str) -> None:
    """Counts a visit. Nobody waits for it."""
    seen = insert(visits).from_select(
        ["workspace_id", "share", "opened"], select(t.c.workspace_id, t.c.id, literal(1)).where(t.c.id == id)
    )
    more = {"opened": visits.c.opened + 1, "last_at": func.now()}
    await tx.execute(seen.on_conflict_do_update(index_elements=[visits.c.share], set_=more))


async def answered(tx: AsyncConnection, share: Share) -> bool:
    """Counts an answer, if there is room for one more."""
    most = share.rules.form.answers_max
    query = t.update().where(t.c.id == share.id, *_working())
    if most is not None:
        query = query.where(t.c.answers < most)
    return bool((await tx.execute(query.values(answers=t.c.answers + 1))).rowcount)


def _of(by: Actor) -> Select[Any]:
    seen = t.outerjoin(visits, visits.c.share == t.c.id)
    return select(t, visits.c.opened, visits.c.last_at).select_from(seen).where(t.c.workspace_id == by.workspace)


def _working() -> tuple[Any, ...]:
    return t.c.stopped_at.is_(None), t.c.expires_at.is_(None) | (t.c.expires_at > func.now())


def _share(row: Row[Any]) -> Share:
    return Share(
        row.id, row.workspace_id, row.token, row.kind, row.app, row.view, row.name, row.maker, Rules.model_validate(row.rules),
        row.agreed, row.password, row.expires_at, row.created_at, row.stopped_at, row.why, row.answers, getattr(row, "opened", None) or 0, getattr(row, "last_at", None),
    )  # fmt: skip
