"""What happened, for whoever asks: in an app, with a row, or in all apps they see. Told from the events that are written anyway.

What the same hand did in the same place within an hour is one line: "Ana changed 12 rows of Deals". Rows, tables and fields that the
reader does not see are not told, nor counted.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, and_, any_, func, literal, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, titles
from sayso.data.history import NO_MEMBERS
from sayso.data.open_app import OpenApp
from sayso.data.rights.visible import visible
from sayso.db import tables as system
from sayso.db.tables import TOLD_KINDS
from sayso.db.tables import events as t
from sayso.errors import Forbidden, NotFound
from sayso.spec.table import Table
from sayso.team.actor import Actor

Topic = Literal["rows", "comments", "app", "work"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
KINDS: dict[str, tuple[Topic, str]] = {
    "row.created": ("rows", "added"), "row.imported": ("rows", "imported"), "row.changed": ("rows", "changed"),
    "row.trashed": ("rows", "moved to the trash"), "row.restored": ("rows", "brought back"),
    "comment.created": ("comments", "commented on"),
    "app.built": ("app", "built"), "app.changed": ("app", "changed how it is built"), "app.restored": ("app", "brought back"),
    "sync.changed": ("work", "synced"),
}  # fmt: skip
"""Kinds of event that are told, under which topic, and the verb."""
TOLD: ColumnElement[bool] = literal_column(f"events.kind in ({', '.join(repr(kind) for kind in TOLD_KINDS)})")
NOT_OF_ROWS: ColumnElement[bool] = literal_column("events.kind not like 'row.%'")
"""Asked as the indexes of the table say it, so that PostgreSQL sees that they answer it."""
TOGETHER = timedelta(hours=1)
ACTS_MAX = 100
READ_FIRST, READ_EVENTS = 100, 400
"""At once: a page is seldom more than the first."""
READINGS_MAX = 6
ROWS_NAMED_MAX = 5
OUT_OF_ORDER_MAX = 10_000
"""Events whose ids do not go with the time: of transactions that went on side by side."""


@dataclass(slots=True)
class Act:
    """One line. `since` is when its first event was, `at` its last; `place` the id of the oldest event in it."""

    id: int
    kind: str
    topic: Topic
    by: str
    by_name: str
    at: datetime
    since: datetime
    app: str
    app_name: str
    table: str | None
    table_name: str | None
    place: int
    rows: list[int] = field(default_factory=list)
    count: int = 0
    fields: list[str] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What reads on after the name of who did it."""
        verb = KINDS[self.kind][1]
        if self.topic == "app":
            return (
                f"{verb} the app"
                if self.kind != "app.changed"
                else f"{verb}" + (f" {self.count} times" if self.count > 1 else "")
            )
        if self.topic == "work":
            return f"{verb} {self.table_name}"
        what = self.names.get(self.rows[0]) if self.count == 1 and self.rows else None
        return f"{verb} “{what}”" if what else f"{verb} {self.count} {'row' if self.count == 1 else 'rows'} of {self.table_name}"

    def takes(self, event: Any) -> bool:
        same = (self.app, self.kind, self.by, self.table) == (
            event.app_id,
            event.kind,
            event.by_actor,
            event.payload.get("table"),
        )
        return same and self.since - event.at <= TOGETHER


async def listed(
    tx: AsyncConnection,
    *,
    by: Actor,
    app: str | None = None,
    table: str | None = None,
    row: int | None = None,
    whose: str | None = None,
    topic: Topic | None = None,
    day: date | None = None,
    zone: str = "UTC",
    before: int | None = None,
    limit: int = 30,
) -> tuple[tuple[Act, ...], int | None]:
    """Newest first, and the place to go on from (None at the end). `day` is one of the calendar in `zone`. Raises `NotFound` for an app that
    is not theirs."""
    looking = _Looking(tx, by)
    if app is not None:
        await apps.open_app(tx, app, by=by)
    which = _which(by, app, table, row, whose, topic)
    if day is not None:
        which &= await _on(tx, day, zone)
    acts: list[Act] = []
    place, more = before, True
    for n in range(READINGS_MAX):
        many = READ_EVENTS if n else READ_FIRST
        found = await _events(tx, which, place, many)
        more = len(found) == many
        await looking.at_hand(found, row)
        for event in found:
            if len(acts) > limit:
                break
            place = event.id
            await looking.take(acts, event, row)
        if len(acts) > limit or not more:
            break
    going_on = acts[limit - 1].place if len(acts) > limit else place if more else None
    shown = acts[:limit]
    for act in shown:
        await looking.name(act)
    return tuple(shown), going_on


async def _on(tx: AsyncConnection, day: date, zone: str) -> ColumnElement[bool]:
    """On this day, as a clock of that zone has it. Ids go nearly with the time: they say where to look."""
    begins = datetime.combine(day, time(), ZoneInfo(zone))
    ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    first = (await tx.execute(select(t.c.id).where(t.c.at >= begins).order_by(t.c.at).limit(1))).scalar_one_or_none()
    last = (await tx.execute(select(t.c.id).where(t.c.at < ends).order_by(t.c.at.desc()).limit(1))).scalar_one_or_none()
    about = t.c.id.between((first or 0) - OUT_OF_ORDER_MAX, (last or 0) + OUT_OF_ORDER_MAX)
    return and_(about, t.c.at >= begins, t.c.at < ends)


def _which(
    by: Actor, app: str | None, table: str | None, row: int | None, whose: str | None, topic: Topic | None
) -> ColumnElement[bool]:
    which = (t.c.workspace_id == by.workspace) & TOLD
    if topic is not None:
        kinds = [kind for kind, (of, _) in KINDS.items() if of == topic]
        which &= t.c.kind == kinds[0] if len(kinds) == 1 else t.c.kind.in_(kinds)
    if topic is not None and topic != "rows":
        which &= NOT_OF_ROWS
    if app is not None:
        which &= t.c.app_id == app
    if table is not None:
        which &= t.c.payload["table"].astext == table
    if row is not None:
        which &= literal(row, BigInteger) == any_(t.c.row_ids)
    return which & (t.c.by_actor == whose) if whose is not None else which


async def _events(tx: AsyncConnection, which: ColumnElement[bool], before: int | None, many: int) -> Sequence[Any]:
    m = system.members.c
    name = func.coalesce(m.name, t.c.payload["by_name"].astext)
    query = select(t.c.id, t.c.kind, t.c.app_id, t.c.row_ids, t.c.payload, t.c.by_actor, t.c.at, name.label("by_name"))
    query = query.select_from(t.outerjoin(system.members, (m.id == t.c.by_actor) & (m.workspace_id == t.c.workspace_id)))
    query = query.where(which if before is None else which & (t.c.id < before))
    return (await tx.execute(query.order_by(t.c.id.desc()).limit(many))).all()


class _Looking:
    """Apps as the reader sees them, each opened once."""

    def __init__(self, tx: AsyncConnection, by: Actor) -> None:
        self.tx, self.by = tx, by
        self.apps: dict[str, OpenApp | None] = {}
        self.seen: dict[tuple[str, str], set[int]] = {}

    async def at_hand(self, events: Sequence[Any], row: int | None) -> None:
        """Which rows of these events the reader sees, asked once for each table."""
        asked: dict[tuple[str, str], set[int]] = defaultdict(set)
        for event in events:
            if event.app_id and event.payload.get("table") and KINDS[event.kind][0] in ("rows", "comments"):
                asked[event.app_id, event.payload["table"]].update(event.row_ids if row is None else [row])
        self.seen = {}
        for (app_id, table), ids in asked.items():
            app = await self.opened(app_id)
            if app is not None and app.spec.table(table) is not None:
                self.seen[app_id, table] = await visible(self.tx, app, table, ids, trashed=True)

    async def opened(self, id: str) -> OpenApp | None:
        if id not in self.apps:
            try:
                self.apps[id] = await apps.open_app(self.tx, id, by=self.by)
            except (NotFound, Forbidden):
                self.apps[id] = None
        return self.apps[id]

    async def take(self, acts: list[Act], event: Any, row: int | None) -> None:
        """Into the last line, or a new one; nothing of what the reader does not see."""
        app = await self.opened(event.app_id) if event.app_id else None
        topic = KINDS[event.kind][0]
        table_id = event.payload.get("table")
        table = app.spec.table(table_id) if app is not None and table_id else None
        if app is None or (topic != "app" and table is None) or (topic == "work" and event.payload.get("state") != "done"):
            return
        rows, count = self._rows(app, table_id, event, row) if topic in ("rows", "comments") else ([], 1)
        if not count or _unseen(app, table, event):
            return
        act = acts[-1] if acts and acts[-1].takes(event) else None
        if act is None:
            name = NO_MEMBERS.get(event.by_actor, event.by_name or "Somebody")
            by_name = event.by_name if event.by_actor.startswith("m_") and event.by_name else name
            act = Act(
                event.id, event.kind, topic, event.by_actor, by_name, event.at, event.at, app.id, app.spec.name, table_id,
                table.name if table else None, event.id,
            )  # fmt: skip
            acts.append(act)
        act.since, act.place = event.at, event.id
        fresh = [id for id in rows if id not in act.rows]
        act.count += len(fresh) if rows else count
        act.rows += fresh
        seen = {f.id: f.name for f in table.fields} if table else {}
        act.fields += [seen[id] for id in event.payload.get("fields") or [] if id in seen and seen[id] not in act.fields]

    def _rows(self, app: OpenApp, table: str, event: Any, row: int | None) -> tuple[list[int], int]:
        """Those that are told: of very many only how many, and only to who sees all of them."""
        ids: list[int] = event.row_ids if row is None else [row]
        if ids:
            seen = self.seen.get((app.id, table), set())
            kept = [id for id in ids if id in seen]
            return kept, len(kept)
        every = app.sight.rows(table) is None
        return [], int(event.payload.get("rows") or 0) if every else 0

    async def name(self, act: Act) -> None:
        app = await self.opened(act.app)
        if app is not None and act.table and act.rows:
            act.names = await titles.titles(self.tx, app, act.table, act.rows[:ROWS_NAMED_MAX])


def _unseen(app: OpenApp, table: Table | None, event: Any) -> bool:
    """Whether only fields were changed that the reader does not see: then nothing happened for them."""
    changed = event.payload.get("fields") if event.kind == "row.changed" else None
    if not changed or table is None or app.sight.whole:
        return False
    return all(table.field(id) is None for id in changed)
