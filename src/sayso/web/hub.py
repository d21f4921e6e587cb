"""What happened in the database, told to every open tab that may hear of it.

One connection a process listens; events are read by the ids that PostgreSQL's NOTIFY carries, after the commit that made
them. A tab that cannot keep up is closed: it comes back and reads again, which is cheaper than remembering for it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.data.events import CHANNEL
from sayso.db.tables import events as t
from sayso.web.heard import Hearing
from sayso.web.tab import Tab

RECONNECT_SECONDS = 1
STILL_THERE_SECONDS = 30
PRESENCE_SECONDS = 0.15
"""Moves from cell to cell are told together, so that ten people in one grid do not drown each other."""
ROW_IDS_TOLD_MAX = 200

log = logging.getLogger(__name__)


class Hub:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.hearing = Hearing(engine)
        self._tabs: set[Tab] = set()
        self._moved: set[tuple[str, str]] = set()
        self._telling: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["Hub"]:
        """Listens for as long as the block lasts; closes every tab at its end."""
        listening = asyncio.create_task(self._listen(), name="sayso live")
        try:
            yield self
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            for tab in list(self._tabs):
                tab.close(1012)

    def join(self, tab: Tab) -> None:
        self._tabs.add(tab)

    def leave(self, tab: Tab) -> None:
        self._tabs.discard(tab)
        for app in tab.watched:
            self.moved(tab.by.workspace, app)

    # ── who is where ──────────────────────────────────────────

    def moved(self, workspace: str, app: str) -> None:
        """Somebody came, left or went elsewhere in an app."""
        self._moved.add((workspace, app))
        if self._telling is None or self._telling.done():
            with db.within(None):  # it goes on for everybody
                self._telling = asyncio.create_task(self._tell_where())

    async def _tell_where(self) -> None:
        while self._moved:
            await asyncio.sleep(PRESENCE_SECONDS)
            moved, self._moved = self._moved, set()
            for workspace, app in moved:
                here = [tab for tab in list(self._tabs) if tab.watches(workspace, app) and await self._still_theirs(tab, app)]
                people = {tab.by.id: tab.place_in(app) for tab in sorted(here, key=lambda tab: tab.moved_at)}
                _tell(here, {"event": "people", "app": app, "people": list(people.values())})

    async def _still_theirs(self, tab: Tab, app: str) -> bool:
        """Whoever lost an app is not among its people, and watches it no more."""
        if await self.hearing.app(tab.by, app) is not None:
            return True
        tab.watched.discard(app)
        return False

    # ── what happened ─────────────────────────────────────────

    async def _listen(self) -> None:
        """For ever: whatever goes wrong, tabs are sent away to come back and read again, and listening begins anew."""
        url = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
                    await listener.execute(f"listen {CHANNEL}")
                    while True:
                        heard = [one async for one in listener.notifies(timeout=STILL_THERE_SECONDS, stop_after=1)]
                        await self._told([int(one.payload) for one in heard] or await _still_there(listener))
            except Exception as error:
                log.warning("live updates stopped, and begin again in a moment: %s", error)
                for tab in list(self._tabs):
                    tab.close(1012)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _told(self, ids: list[int]) -> None:
        if not self._tabs or not ids:
            return
        async with self._engine.connect() as tx:
            found = (await tx.execute(select(t).where(t.c.id.in_(ids)).order_by(t.c.id))).all()
        for event in found:
            if event.kind == "team.changed":
                for tab in self._tabs:
                    for app in tab.watched if tab.by.workspace == event.workspace_id else ():
                        self.moved(event.workspace_id, app)
            for message, app in messages(event):
                hearing = [tab for tab in self._tabs if tab.hears(event.workspace_id, app)]
                whose = event.payload.get("members")
                _tell([tab for tab in hearing if tab.by.member in whose] if isinstance(whose, list) else hearing, message)
                if message["event"] == "rows":
                    everywhere = [tab for tab in self._tabs if tab.everywhere and tab.by.workspace == event.workspace_id]
                    _tell(everywhere, message | {"event": "activity"})


async def _still_there(listener: psycopg.AsyncConnection[Any]) -> list[int]:
    """Nothing was heard for a while: a dead connection raises here, a live one has nothing to tell."""
    await listener.execute("select 1")
    return []


def _tell(tabs: Iterable[Tab], message: dict[str, Any]) -> None:
    for tab in tabs:
        tab.tell(message)


def messages(event: Any) -> list[tuple[dict[str, Any], str | None]]:
    """What is told of an event, and of which app (of none: all tabs of the workspace); `heard` makes of it what each of them may hear."""
    subject, _, verb = event.kind.partition(".")
    app, told = event.app_id, event.payload
    match subject:
        case "row" | "comment":
            ids = event.row_ids[:ROW_IDS_TOLD_MAX]
            kind = {"moved": "changed"}.get(verb, verb) if subject == "row" else "changed"
            rows = {"table": told.get("table"), "kind": kind, "ids": ids, "by": event.by_actor, "seq": event.id}
            if subject == "comment":
                rows["_fields"] = ()
            elif isinstance(told.get("fields"), list) and told["fields"]:
                rows["_fields"] = told["fields"]
            return [({"event": "rows", "app": app, **rows}, app)]
        case "app":
            return [({"event": "app", "app": app, "kind": verb, "version": told.get("version"), "by": event.by_actor}, None)]
        case "fill":
            shown = {
                k: told.get(k)
                for k in ("id", "table", "field", "state", "rows", "done", "failed", "review", "skipped", "cost", "why")
            }
            return [({"event": "fill", "app": app, **shown, "by": event.by_actor}, app)]
        case "run":
            about = {k: told.get(k) for k in ("id", "automation", "state", "dry", "problem")}
            return [({"event": "run", "app": app, **about, "by": event.by_actor}, None)]
        case "sync":
            shown = {k: told.get(k) for k in ("id", "table", "state", "read", "created", "changed", "trashed", "conflicts")}
            return [({"event": "sync", "app": app, **shown}, app)]
        case "team":
            return [({"event": "team", "members": told.get("whose")}, None)]
        case "notification":
            return [({"event": "notification"}, None)]
        case "approval":
            return [({"event": "approval", "id": told.get("id"), "app": app, "by": event.by_actor}, None)]
        case "draft" | "import" | "trial":
            return [({"event": subject, "id": told.get("id"), "app": app, "by": event.by_actor}, None)]
        case _:
            return []
