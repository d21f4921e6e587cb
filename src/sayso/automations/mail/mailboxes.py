"""Mailboxes of connections: looked at in turns, one process at each; up to where each was read is kept with the runs that it began."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.automations import registry
from sayso.automations.mail.arrived import begun
from sayso.automations.registry import Entry
from sayso.connections import imap
from sayso.connections.connections import Connections
from sayso.connections.imap import Fetched, Place
from sayso.connections.opened import Opened
from sayso.data import apps
from sayso.data.files import FileStore
from sayso.db.automation_tables import automations as t
from sayso.errors import Forbidden, SaysoError
from sayso.spec.automation import EmailReceived
from sayso.team import notifications, standing
from sayso.team.actor import system

LOOK_SECONDS = 60
"""Between two looks into one mailbox."""
LOOKS_AT_ONCE = 4
TURN_SECONDS = 5.0
FETCHED_TOGETHER = 5
"""E-mails read before their runs begin: each may hold 25 MB."""
AGAIN_SECONDS_MAX = 1_800
"""A mailbox that cannot be read is looked into ever less often, at least so often."""
TOLD_AFTER_FAILURES = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """One mailbox, ours to look into until its next turn."""

    app: int
    app_id: str
    workspace: str
    automation: str
    place: dict[str, Any]


class Mailboxes:
    """Of one process."""

    def __init__(
        self, connections: Connections, files: FileStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.connections, self.engine, self.files, self.now = connections, connections.engine, files, now

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            with suppress(Exception):
                await self.looked()
            await asyncio.sleep(TURN_SECONDS)

    async def looked(self) -> int:
        """Looks into every mailbox whose turn it is; gives how many runs began."""
        total = 0
        while some := await self._claimed():
            total += sum(await asyncio.gather(*(self._look(one) for one in some)))
        return total

    async def _claimed(self) -> list[Look]:
        due = select(t.c.app, t.c.automation).where(t.c.on, t.c.kind == "email", t.c.next_at <= self.now())
        async with db.transaction(self.engine) as tx:
            rows = (await tx.execute(due.order_by(t.c.next_at).limit(LOOKS_AT_ONCE).with_for_update(skip_locked=True))).all()
            return [await self._claim(tx, row) for row in rows]

    async def _claim(self, tx: AsyncConnection, row: Any) -> Look:
        mine = update(t).where(t.c.app == row.app, t.c.automation == row.automation)
        claimed = mine.values(next_at=self.now() + timedelta(seconds=LOOK_SECONDS))
        one = (await tx.execute(claimed.returning(t.c.app_id, t.c.workspace_id, t.c.place))).one()
        return Look(row.app, one.app_id, one.workspace_id, row.automation, one.place)

    async def _look(self, look: Look) -> int:
        try:
            opened, trigger, since = await self._opened(look)
            total, more = 0, True
            while more:
                fetched = await imap.fetch(self.connections, opened, trigger.folder, since, FETCHED_TOGETHER)
                count = await self._begin(look, since, fetched)
                if count is None:
                    return total
                total, since, more = total + count, fetched.place, fetched.more
            return total
        except SaysoError as error:
            await self._failed(look, str(error))
        except Exception as error:
            log.warning("the mailbox of %s in %s could not be read: %s", look.automation, look.app_id, error)
            await self._failed(look, str(error) if hasattr(error, "again") else "The mailbox could not be read.")
        return 0

    async def _opened(self, look: Look) -> tuple[Opened, EmailReceived, Place | None]:
        async with db.transaction(self.engine) as tx:
            app = await apps.open_app(tx, look.app_id, by=system(look.workspace))
            entry = await registry.entry(tx, app, look.automation)
            trigger = entry.registered.automation.trigger
            assert isinstance(trigger, EmailReceived)
            owner = await standing.read(tx, entry.registered.owner, workspace=look.workspace)
            if owner is None:
                raise Forbidden("Whoever switched it on is not here any more.")
            by = replace(owner, kind="automation", name=entry.registered.automation.name)
            opened = await self.connections.opened(tx, trigger.connection, "inbox", by=by)
        return opened, trigger, _place(look.place)

    async def _begin(self, look: Look, since: Place | None, fetched: Fetched) -> int | None:
        """Runs and place in one transaction; None when somebody else has read on from here, or it was switched off."""
        async with db.transaction(self.engine) as tx:
            mine = (t.c.app == look.app) & (t.c.automation == look.automation)
            row = (await tx.execute(select(t.c.place, t.c.on).where(mine).with_for_update())).one_or_none()
            if row is None or not row.on or _place(row.place) != since:
                return None
            entry = await self._entry(tx, look)
            count = 0
            for mail in fetched.messages:
                count += await begun(tx, self.files, entry.registered, mail) is not None
            place = {**row.place, "mail": [fetched.place.validity, fetched.place.uid]}
            place.pop("failures", None)
            anew = "The mailbox numbers its mail anew; it is read on from its end." if fetched.anew else ""
            await tx.execute(update(t).where(mine).values(place=place, problem=anew))
        return count

    async def _entry(self, tx: AsyncConnection, look: Look) -> Entry:
        return await registry.entry(tx, await apps.open_app(tx, look.app_id, by=system(look.workspace)), look.automation)

    async def _failed(self, look: Look, said: str) -> None:
        async with db.transaction(self.engine) as tx:
            mine = (t.c.app == look.app) & (t.c.automation == look.automation)
            row = (await tx.execute(select(t.c.place, t.c.name, t.c.owner).where(mine).with_for_update())).one_or_none()
            if row is None:
                return
            failures = int(row.place.get("failures") or 0) + 1
            wait = min(LOOK_SECONDS * 2 ** min(failures, 6), AGAIN_SECONDS_MAX)
            values = {"problem": said[:1_000], "place": {**row.place, "failures": failures}}
            await tx.execute(update(t).where(mine).values(**values, next_at=self.now() + timedelta(seconds=wait)))
            if failures == TOLD_AFTER_FAILURES and row.owner:
                title = f"{row.name} cannot read its mailbox."
                link, about = f"/a/{look.app_id}/automations/{look.automation}", f"mailbox {look.app} {look.automation}"
                by = system(look.workspace)
                await notifications.tell(
                    tx, [row.owner], "connection", title, said, by=by, link=link, app=look.app_id, about=about
                )


def _place(place: dict[str, Any]) -> Place | None:
    return Place(*place["mail"]) if "mail" in place else None
