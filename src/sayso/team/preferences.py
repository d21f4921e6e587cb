"""What each member wants to be told of: kept, read and changed; and the apps that they follow or have muted."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as system
from sayso.db.notification_tables import app_follows, notifications
from sayso.db.notification_tables import notification_preferences as t
from sayso.db.people_tables import people
from sayso.errors import Forbidden, NotFound
from sayso.team.actor import Actor
from sayso.team.standing import here
from sayso.team.telling import Topic, Way, Wishes, due, topic_of, wishes

Following = Literal["usual", "follow", "mute"]


async def of(tx: AsyncConnection, members: Iterable[str], workspace: str) -> dict[str, Wishes]:
    """Of those of these members who are still here."""
    m = system.members.c
    query = (
        select(m.id, t.c.kinds, t.c.digest, t.c.quiet, people.c.zone)
        .select_from(system.members.outerjoin(t, t.c.member == m.id).outerjoin(people, people.c.id == m.person))
        .where(m.workspace_id == workspace, m.id.in_(list(members)), here)
        .order_by(m.id)
    )
    return {row.id: wishes(row.kinds, row.digest, row.quiet, row.zone) for row in await tx.execute(query)}


async def read(tx: AsyncConnection, *, by: Actor) -> Wishes:
    return (await of(tx, [_member(by)], by.workspace)).get(_member(by), Wishes())


async def change(
    tx: AsyncConnection,
    *,
    by: Actor,
    ways: Mapping[Topic, Mapping[str, Any]],
    digest: Mapping[str, Any] | None = None,
    quiet: Mapping[str, str] | Literal[False] | None = False,
) -> Wishes:
    """`quiet` False leaves it as it is, None ends it. Letters that wait are written when the new wishes say."""
    await _alone(tx, _member(by))
    now = await read(tx, by=by)
    kinds = {topic: asdict(way) for topic, way in now.ways.items()}
    for topic, said in ways.items():
        kinds[topic] = {**asdict(now.way(topic)), **said}
    each = {"every": now.digest.every, "at": f"{now.digest.at:%H:%M}", "day": now.digest.day, **(digest or {})}
    silent = None if now.quiet is None else {"from": f"{now.quiet.begins:%H:%M}", "until": f"{now.quiet.until:%H:%M}"}
    await _keep(tx, _member(by), by.workspace, kinds, each, silent if quiet is False else quiet)
    await _reschedule(tx, _member(by), by.workspace)
    return await read(tx, by=by)


async def _alone(tx: AsyncConnection, member: str) -> None:
    """Until the end of `tx` nobody else changes this member's wishes: what is read of them is what is written over."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"wishes {member}", 0))))


async def _keep(tx: AsyncConnection, member: str, workspace: str, kinds: Any, digest: Any, quiet: Any) -> None:
    values = {"kinds": kinds, "digest": digest, "quiet": quiet}
    put = insert(t).values(member=member, workspace_id=workspace, **values)
    await tx.execute(put.on_conflict_do_update(index_elements=["member"], set_=values))


async def no_letters(tx: AsyncConnection, member: str, workspace: str, topics: Iterable[Topic]) -> None:
    """Ends the letters of these kinds to a member, who has asked for it from a letter."""
    await _alone(tx, member)
    known = (await of(tx, [member], workspace)).get(member)
    if known is None:
        return
    kinds = {topic: asdict(way) for topic, way in known.ways.items()}
    kinds |= {topic: asdict(Way(known.way(topic).app, "never")) for topic in topics}
    digest = {"every": known.digest.every, "at": f"{known.digest.at:%H:%M}", "day": known.digest.day}
    quiet = known.quiet and {"from": f"{known.quiet.begins:%H:%M}", "until": f"{known.quiet.until:%H:%M}"}
    await _keep(tx, member, workspace, kinds, digest, quiet)
    await _reschedule(tx, member, workspace)


async def _reschedule(tx: AsyncConnection, member: str, workspace: str) -> None:
    """What waits for a letter goes when the wishes of now say, or never."""
    wanted = (await of(tx, [member], workspace)).get(member, Wishes())
    n = notifications.c
    waiting = (n.member == member) & n.letter_due.is_not(None)
    for kind in (await tx.execute(select(n.kind).where(waiting).distinct())).scalars().all():
        when = due(wanted.way(topic_of(kind)).mail, wanted, datetime.now(UTC))
        await tx.execute(update(notifications).where(waiting, n.kind == kind).values(letter_due=when))


async def followed(tx: AsyncConnection, *, by: Actor) -> dict[str, str]:
    """By the id of the app: `follow` or `mute`."""
    f, a = app_follows.c, system.apps.c
    query = select(a.id, f.state).join(app_follows, f.app == a.number).where(f.member == _member(by), a.deleted_at.is_(None))
    return {row.id: row.state for row in await tx.execute(query)}


async def follow(tx: AsyncConnection, app: int, state: Following, *, by: Actor) -> None:
    """`app` is its number, found by whoever may see it."""
    if state == "usual":
        await tx.execute(delete(app_follows).where(app_follows.c.app == app, app_follows.c.member == _member(by)))
        return
    put = insert(app_follows).values(workspace_id=by.workspace, app=app, member=_member(by), state=state)
    await tx.execute(put.on_conflict_do_update(index_elements=["app", "member"], set_={"state": state}))


async def muting(tx: AsyncConnection, app: str | None, workspace: str, members: Iterable[str]) -> set[str]:
    """Those of these members who have muted the app."""
    if app is None:
        return set()
    f, a = app_follows.c, system.apps.c
    query = select(f.member).join(system.apps, a.number == f.app)
    query = query.where(a.id == app, a.workspace_id == workspace, f.state == "mute", f.member.in_(list(members)))
    return set((await tx.execute(query)).scalars())


def _member(by: Actor) -> str:
    if by.member is None:
        raise Forbidden("Preferences are a member's own.")
    return by.member


async def address(tx: AsyncConnection, member: str, workspace: str) -> str | None:
    """Where a member is written to. Raises `NotFound` when they have left."""
    m = system.members.c
    query = select(m.email).where(m.id == member, m.workspace_id == workspace, here)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such member.")
    return row.email
