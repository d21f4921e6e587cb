"""What members are told in the workspace: by automations, by what goes wrong, by what waits for them.

`tell` writes in the transaction of what it tells of, and open tabs of those members hear of it at the commit. Told again `about` the
same while it is unread, it stays one line with a count: a rule that fails a thousand times is one thing to know.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Text, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.notification_tables import letters
from sayso.db.notification_tables import notifications as t
from sayso.db.tables import EVENTS_CHANNEL
from sayso.db.tables import events as outbox
from sayso.errors import Forbidden, NotFound
from sayso.team import preferences, telling
from sayso.team.actor import Actor

TITLE_CHARACTERS_MAX = 200
TEXT_CHARACTERS_MAX = 4_000
ABOUT_CHARACTERS_MAX = 300
PAGE_NOTIFICATIONS_MAX = 100
NOTIFICATIONS_OF_ONE_MAX = 1_000
"""The newest of a member are kept; the sweep throws older ones away."""
READ_DAYS_MAX = 90
UNREAD_DAYS_MAX = 365

Kind = Literal[
    "automation", "failure", "approval", "mail", "connection", "fill", "trial", "sync", "webhook",
    "mention", "assignment", "comment", "invitation", "share", "security",
]  # fmt: skip
"""`automation`: told by a step. `failure`: an automation that failed, for its owner. `mail`: an e-mail that was kept here, because no
mail server is connected."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The row, or the comment on it, that a notification is of: whoever may not see that any more reads nothing of what they were told."""

    app: str
    table: str
    row: int
    comment: int | None = None

    def stored(self) -> dict[str, Any]:
        return {"app": self.app, "table": self.table, "row": self.row, "comment": self.comment}


@dataclass(frozen=True, slots=True)
class Notification:
    """`times` counts how often it was told while unread; `link` is an address of ours such as `/a/crm`. `subject` is a `Subject` as stored."""

    id: int
    place: int
    kind: Kind
    title: str
    text: str
    link: str | None
    app_id: str | None
    times: int
    by_name: str
    at: datetime
    read_at: datetime | None
    subject: dict[str, Any] | None


async def tell(
    tx: AsyncConnection,
    members: Iterable[str],
    kind: Kind,
    title: str,
    text: str = "",
    *,
    by: Actor,
    link: str | None = None,
    app: str | None = None,
    about: str | None = None,
    subject: Subject | None = None,
) -> int:
    """Tells each of these members (ids) once, in the ways that they want for this kind; gives how many. `about` is what the same line is known
    by while it is unread."""
    whom = await _wanting(tx, set(members), kind, app, by)
    if not whom:
        return 0
    common = {
        "workspace_id": by.workspace, "kind": kind, "title": shortened(title, TITLE_CHARACTERS_MAX) or kind.capitalize(),
        "text": shortened(text, TEXT_CHARACTERS_MAX), "link": link, "app_id": app, "by_name": by.name[:TITLE_CHARACTERS_MAX],
        "about": about[:ABOUT_CHARACTERS_MAX] if about else None, "subject": subject.stored() if subject else None,
    }  # fmt: skip
    new = insert(t).values([{**common, "member": one, "shown": shown, "letter_due": due} for one, shown, due in whom])
    anew: dict[str, Any] = {name: new.excluded[name] for name in ("title", "text", "link", "by_name", "at", "subject")}
    if kind == "comment":  # each is something new to read; a rule that fails again is not
        anew["letter_due"] = func.coalesce(t.c.letter_due, new.excluded.letter_due)
    await tx.execute(
        new.on_conflict_do_update(
            index_elements=[t.c.member, t.c.about],
            index_where=_open(),
            set_={**anew, "times": t.c.times + 1, "place": new.excluded.place},
        )
    )
    await _heard(tx, [one for one, _, _ in whom], by)
    return len(whom)


async def _wanting(
    tx: AsyncConnection, members: set[str], kind: Kind, app: str | None, by: Actor
) -> list[tuple[str, bool, datetime | None]]:
    """Those who are still here and want to be told of it: whether in the inbox, and when by letter."""
    if not members:
        return []
    wanted = await preferences.of(tx, members, by.workspace)
    topic = telling.topic_of(kind)
    muted = set[str]() if topic in telling.UNMUTED else await preferences.muting(tx, app, by.workspace, wanted)
    now = datetime.now(UTC)
    ways = [(id, one.way(topic), one) for id, one in wanted.items() if id not in muted]
    told = [(id, way.app, telling.due(way.mail, one, now)) for id, way, one in ways]
    return [one for one in told if one[1] or one[2] is not None]


def shortened(words: str, characters_max: int) -> str:
    """Without what a database or a screen cannot hold, and not too long."""
    clean = "".join(c for c in words if c == "\n" or c.isprintable()).strip()
    return clean if len(clean) <= characters_max else clean[: characters_max - 1].rstrip() + "…"


async def _heard(tx: AsyncConnection, members: list[str], by: Actor) -> None:
    """The event that open tabs of these members hear; it says nothing of what they are told."""
    written = (
        outbox.insert()
        .values(
            workspace_id=by.workspace,
            kind="notification.created",
            payload={"members": members, "by_name": by.name},
            by_actor=by.id,
        )
        .returning(outbox.c.id)
        .cte("written")
    )
    await tx.execute(select(func.pg_notify(EVENTS_CHANNEL, written.c.id.cast(Text))))


async def listed(
    tx: AsyncConnection, *, by: Actor, before: int | None = None, limit: int = 50, unread: bool = False
) -> tuple[Notification, ...]:
    """Mine, newest first. `before` is the place of the last one that was seen."""
    query = select(*(t.c[name] for name in Notification.__dataclass_fields__)).where(_mine(by))
    if before is not None:
        query = query.where(t.c.place < before)
    if unread:
        query = query.where(t.c.read_at.is_(None))
    rows = await tx.execute(query.order_by(t.c.place.desc()).limit(min(limit, PAGE_NOTIFICATIONS_MAX)))
    return tuple(Notification(*row) for row in rows)


async def of_letter(tx: AsyncConnection, letter: str) -> tuple[Notification, ...]:
    """What stands in a letter and was not read meanwhile, newest first."""
    query = select(*(t.c[name] for name in Notification.__dataclass_fields__)).where(t.c.letter == letter, t.c.read_at.is_(None))
    return tuple(Notification(*row) for row in await tx.execute(query.order_by(t.c.place.desc())))


async def unread(tx: AsyncConnection, *, by: Actor) -> int:
    query = select(func.count()).select_from(t).where(_mine(by), t.c.read_at.is_(None))
    return (await tx.execute(query)).scalar_one()


async def mark(tx: AsyncConnection, id: int, *, by: Actor, read: bool = True) -> Notification:
    """Read, or unread again. Raises `NotFound`, also for somebody else's."""
    query = update(t).where(_mine(by), t.c.id == id).values(read_at=func.coalesce(t.c.read_at, func.now()) if read else None)
    if not read:
        query = query.values(about=None)  # it is a line of its own now; the next telling may have begun another
    row = (await tx.execute(query.returning(*(t.c[name] for name in Notification.__dataclass_fields__)))).one_or_none()
    if row is None:
        raise NotFound("There is no such notification.")
    await _heard(tx, [_member(by)], by)
    return Notification(*row)


async def mark_all(tx: AsyncConnection, *, by: Actor, until: int | None = None) -> int:
    """All of mine are read, or all that were told up to this place; gives how many were not yet."""
    query = update(t).where(_mine(by), t.c.read_at.is_(None)).values(read_at=func.now())
    done = (await tx.execute(query if until is None else query.where(t.c.place <= until))).rowcount
    if done:
        await _heard(tx, [_member(by)], by)
    return done


async def sweep(tx: AsyncConnection) -> None:
    """Throws away what is old, and what is beyond the newest of each member."""
    now = datetime.now(UTC)
    await tx.execute(delete(t).where(t.c.read_at < now - timedelta(days=READ_DAYS_MAX)))
    await tx.execute(delete(t).where(t.c.at < now - timedelta(days=UNREAD_DAYS_MAX)))
    await tx.execute(delete(letters).where(letters.c.ended_at < now - timedelta(days=READ_DAYS_MAX)))
    newest = func.row_number().over(partition_by=t.c.member, order_by=t.c.place.desc()).label("n")
    many = select(t.c.member).group_by(t.c.member).having(func.count() > NOTIFICATIONS_OF_ONE_MAX)
    ranked = select(t.c.id, newest).where(t.c.member.in_(many)).subquery()
    await tx.execute(delete(t).where(t.c.id.in_(select(ranked.c.id).where(ranked.c.n > NOTIFICATIONS_OF_ONE_MAX))))


def _open() -> ColumnElement[bool]:
    return text("read_at is null and about is not null")  # pyright: ignore[reportReturnType]


def _mine(by: Actor) -> ColumnElement[bool]:
    return (t.c.workspace_id == by.workspace) & (t.c.member == _member(by)) & t.c.shown


def _member(by: Actor) -> str:
    if by.member is None:
        raise Forbidden("Notifications are a member's own.")
    return by.member
