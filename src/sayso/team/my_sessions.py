"""Where a person is signed in, in all their workspaces, and signing out there."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import net
from sayso.db import tables as t
from sayso.errors import NotFound
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.persons import of

BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)  # fmt: skip
_FIRST_WORD = re.compile(r"[\w.-]+")

s = t.sessions.c


@dataclass(frozen=True, slots=True)
class Session:
    """`browser` is what it calls itself, in words; `method` how one signed in."""

    id: str
    browser: str
    address: str
    method: str
    workspace: str
    created_at: datetime
    seen_at: datetime
    current: bool


@net.through_all
async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Session, ...]:
    """Mine that are not over: this one first, then the last seen."""
    query = select(s.id, s.agent, s.address, s.method, t.workspaces.c.name, s.created_at, s.seen_at)
    query = query.join(t.workspaces, t.workspaces.c.id == s.workspace_id).where(
        s.person == of(by), s.expires_at > datetime.now(UTC)
    )
    rows = (await tx.execute(query.order_by(s.seen_at.desc(), s.id))).all()
    found = [
        Session(r.id, browser(r.agent), r.address, r.method, r.name, r.created_at, r.seen_at, r.id == by.session) for r in rows
    ]
    return tuple(sorted(found, key=lambda one: not one.current))


@net.through_all
async def end(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """Raises `NotFound`, also for somebody else's."""
    done = await tx.execute(delete(t.sessions).where(s.person == of(by), s.id == id))
    if not done.rowcount:
        raise NotFound("There is no such session.")
    await audit.write(tx, "session.ended", "signed out of another session", by=by, subject=id)


@net.through_all
async def end_others(tx: AsyncConnection, *, by: Actor) -> int:
    """All but the one that asks; says how many."""
    others = delete(t.sessions).where(s.person == of(by))
    done = await tx.execute(others if by.session is None else others.where(s.id != by.session))
    if done.rowcount:
        await audit.write(tx, "session.ended_all", f"signed out of {done.rowcount} other sessions", by=by)
    return done.rowcount


def browser(agent: str) -> str:
    """What a browser says of itself, as people call it: `Firefox on Linux`."""
    name = next((word for mark, word in BROWSERS if mark in agent), "")
    system = next((word for mark, word in SYSTEMS if mark in agent), "")
    if not name:
        first = _FIRST_WORD.match(agent)
        name = first[0][:40] if first and not agent.startswith("Mozilla/") else "A browser"
    return f"{name} on {system}" if system else name
