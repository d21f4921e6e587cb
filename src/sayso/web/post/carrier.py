"""Who writes letters with what people were told: every process looks, one writes each.

gathered    what is due of one member, in one transaction that also makes the letter: so nothing stands in two letters
written     what they have seen meanwhile is left out, and rights are asked again
sending     said before the mail server is spoken to: a letter of a process that died just then is not sent again
"""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.data import told
from sayso.data.told import Told
from sayso.db.claims import Claims
from sayso.db.notification_tables import letters as t
from sayso.db.notification_tables import notifications as n
from sayso.db.shift import Shift
from sayso.errors import SaysoError
from sayso.team import notifications, people, preferences, standing
from sayso.team.ids import new_id
from sayso.team.telling import BURST_SECONDS, topic_of
from sayso.web import letters
from sayso.web.parts import Parts
from sayso.web.post import ending
from sayso.web.post.ending import Ending
from sayso.web.post.written import Written, written

LOOK_SECONDS = 5.0
TRIES_MAX = 4
AGAIN_SECONDS = 600
MEMBERS_AT_ONCE = 50
TOLD_MAX = 200

CLAIMS = Claims(t, t.c.state.in_(("waiting", "sending")) & (t.c.due_at <= func.now()), (t.c.due_at,))
End = Literal["sent", "skipped", "failed"]

log = logging.getLogger(__name__)


class Post:
    """Of one process."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.engine, self.process = parts, parts.engine, parts.connections.process

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["Post"]:
        shift = Shift(self.engine, CLAIMS, self.process, step=self.step, name="sayso letters", every=lambda: LOOK_SECONDS)
        async with shift.running():
            yield self

    async def step(self, now: datetime | None = None) -> int:
        """Everything that is due now; gives how many letters went out."""
        async with db.transaction(self.engine) as tx:
            await gathered(tx, now or datetime.now(UTC))
        sent = 0
        while (row := await self._taken()) is not None:
            sent += await self._carried_or_later(row) == "sent"
        return sent

    async def _carried_or_later(self, row: Any) -> End:
        """A letter that cannot be written, for whatever reason, waits behind all others, and at last is given up: it keeps nobody's back."""
        try:
            return await self._carried(row)
        except OperationalError:
            raise  # the database is gone: nothing of this letter's doing
        except Exception:
            log.exception("the letter %s could not be written", row.id)
            return await self._later(row) if row.tries + 1 < TRIES_MAX else await self._ended(row, "failed")

    async def _taken(self) -> Any:
        async with db.transaction(self.engine) as tx:
            return await CLAIMS.take(tx, self.process)

    async def _carried(self, row: Any) -> End:
        if row.state == "sending":  # its process died while it spoke with the mail server: nothing is sent twice
            return await self._ended(row, "sent")
        try:
            async with db.transaction(self.engine) as tx:
                address, letter, topics = await self._written(tx, row)
        except SaysoError:  # they have left
            return await self._ended(row, "skipped")
        if letter is None or address is None or not await letters.possible(self.parts, row.workspace_id):
            return await self._ended(row, "skipped")
        async with db.transaction(self.engine) as tx:
            if await CLAIMS.beat(tx, row.id, self.process, state="sending") is None:
                return "skipped"
        url = self._ending(row, topics)
        out = await letters.send(
            self.parts, address, letter.subject, letter.text, letter.html, workspace=row.workspace_id, key=row.id, unsubscribe=url
        )
        if not out and row.tries + 1 < TRIES_MAX:
            return await self._later(row)
        return await self._ended(row, "sent" if out else "failed")

    async def _written(self, tx: AsyncConnection, row: Any) -> tuple[str | None, Written | None, tuple[Any, ...]]:
        """Where to, and what: nothing when they have seen all of it, or may see none."""
        address = await preferences.address(tx, row.member, row.workspace_id)
        by = await standing.read(tx, row.member, workspace=row.workspace_id)
        if by is None:
            return None, None, ()
        unread = await notifications.of_letter(tx, row.id)
        seen = [one for one in await told.of(tx, unread, by=by) if one.seen]
        if not seen:
            return address, None, ()
        place = (await people.workspace(tx, by=by)).name
        topics = _topics(seen)
        letter = written(seen, workspace=place, url=self.parts.settings.url, ending=self._ending(row, topics))
        return address, letter, topics

    def _ending(self, row: Any, topics: tuple[Any, ...]) -> str:
        """Warnings about one's own account are ended in the settings only, not by whoever holds a letter."""
        one = Ending(row.workspace_id, row.member, tuple(topic for topic in topics if topic != "security"))
        if not one.topics:
            return ""
        return f"{self.parts.settings.url}/letters/{ending.token(self.parts.connections.vault, one)}"

    async def _later(self, row: Any) -> End:
        due = datetime.now(UTC) + timedelta(seconds=AGAIN_SECONDS * (row.tries + 1))
        async with db.transaction(self.engine) as tx:
            values = {"state": "waiting", "tries": row.tries + 1, "due_at": due, "process": None, "seen_at": None}
            await tx.execute(update(t).where(t.c.id == row.id, t.c.process == self.process).values(**values))
        return "failed"

    async def _ended(self, row: Any, how: End) -> End:
        async with db.transaction(self.engine) as tx:
            values = {"state": how, "ended_at": func.now(), "process": None, "seen_at": None}
            await tx.execute(update(t).where(t.c.id == row.id, t.c.process == self.process).values(**values))
        return how


def _topics(seen: list[Told]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(topic_of(one.one.kind) for one in seen))


async def gathered(tx: AsyncConnection, now: datetime) -> int:
    """Makes a letter for each member of whom something is due, with what else is due in the next moments; gives how many."""
    first = func.min(n.c.letter_due)
    members = (await tx.execute(select(n.c.member).where(n.c.letter_due.is_not(None)).group_by(n.c.member).having(first <= now).limit(MEMBERS_AT_ONCE))).scalars()  # fmt: skip
    soon = now + timedelta(seconds=BURST_SECONDS)
    made = 0
    for member in members.all():
        free = select(n.c.id, n.c.workspace_id).where(n.c.member == member, n.c.letter_due <= soon)
        rows = (await tx.execute(free.order_by(n.c.id).limit(TOLD_MAX).with_for_update(skip_locked=True))).all()
        if not rows:
            continue
        id = new_id("le")
        await tx.execute(insert(t).values(id=id, workspace_id=rows[0].workspace_id, member=member))
        await tx.execute(update(n).where(n.c.id.in_([row.id for row in rows])).values(letter=id, letter_due=None))
        made += 1
    return made
