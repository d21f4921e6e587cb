"""What co-workers do without being asked: at its time each is told what stands in its spec, in a conversation of its own.

Every process looks; a slot belongs to whoever writes it down first, in the transaction that begins the conversation, so it is asked once.
It is asked with the rights of whoever set the schedule, as they are now, and they are told what came of it. Slots that passed while no
server ran are caught up once, when they are not older than `CAUGHT_UP_HOURS_MAX`.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.coworkers import asking, conversations, turns, work
from sayso.coworkers.desk import Desk
from sayso.coworkers.roster import found, split
from sayso.coworkers.turns import Turn
from sayso.db.coworker_schedule_tables import coworker_schedules as t
from sayso.errors import SaysoError
from sayso.team import notifications, people
from sayso.team.actor import Actor, system

LOOK_SECONDS = 20
CAUGHT_UP_HOURS_MAX = 12
SCHEDULES_MAX = 5_000
TOLD_CHARACTERS_MAX = 500

Last = Callable[[str, str, datetime, datetime], datetime | None]
"""The last moment of a cron text in a zone that is after one moment and not after another. Raises `Invalid`."""

_STANDING = text("""
select a.workspace_id, a.id || '.' || (c->>'id') as key, c->'schedule'->>'cron' as cron, c->'schedule'->>'ask' as ask,
       coalesce(a.spec->>'zone', 'UTC') as zone,
       coalesce((select v.by from sayso.versions v where v.app = a.number order by v.n desc limit 1), a.created_by) as owner
from sayso.apps a, jsonb_array_elements(a.spec->'coworkers') c
where a.deleted_at is null and c->'schedule'->>'cron' is not null
union all
select workspace_id, id, spec->'schedule'->>'cron', spec->'schedule'->>'ask', 'UTC', created_by
from sayso.coworkers where spec->'schedule'->>'cron' is not null
limit :most
""")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """One schedule, as a spec has it now."""

    workspace: str
    key: str
    cron: str
    ask: str
    zone: str
    owner: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.cron}\n{self.zone}\n{self.ask}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Asked:
    key: str
    name: str
    conversation: str
    turn: Turn
    by: Actor


class Schedules:
    """One a process; `last` knows the clock of schedules."""

    def __init__(self, desk: Desk, last: Last) -> None:
        self.desk, self._last = desk, last

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(self._look(), name="sayso co-workers' schedules")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            try:
                await self.once(datetime.now(UTC))
            except Exception as error:
                log.warning("schedules of co-workers wait: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def once(self, now: datetime) -> list[Asked]:
        """Asks all that are due; those that this process began."""
        async with db.transaction(self.desk.engine) as tx:
            standing = await _standing(tx)
            looked = await _followed(tx, standing, now)
        asked = list[Asked]()
        for one in standing:
            began = await self._due(one, looked[one.workspace, one.key], now)
            if began is not None:
                asked.append(began)
                work.start(self.desk, began.turn, began.by)
                self.desk.begin(self._told(began))
        return asked

    async def _due(self, one: Standing, at: datetime, now: datetime) -> Asked | None:
        """Begins it, when its time has come and nobody else has."""
        try:
            slot = self._last(one.cron, one.zone, max(at, now - timedelta(hours=CAUGHT_UP_HOURS_MAX)), now)
            if slot is None:
                return None
            async with db.transaction(self.desk.engine) as tx:
                mine = update(t).where(t.c.workspace_id == one.workspace, t.c.coworker == one.key, t.c.at < slot)
                if (await tx.execute(mine.values(at=slot).returning(t.c.coworker))).one_or_none() is None:
                    return None
                by = (await people.read(tx, one.owner, by=system(one.workspace))).actor
                whom = await found(tx, one.key, by=by)
                talk = await conversations.create(tx, whom, by=by, title=one.ask)
                turn = await asking.begin(tx, self.desk, talk.id, one.ask, by=by, more={"scheduled": True})
                return Asked(one.key, whom.coworker.name, talk.id, turn, by)
        except SaysoError as error:
            log.info("the co-worker %s was not asked at its time: %s", one.key, error)
            return None

    async def _told(self, asked: Asked) -> None:
        """The owner hears what came of it, or that it waits for a yes."""
        async for _ in asking.lines(self.desk, asked.turn.id):
            pass
        with suppress(SaysoError):
            async with db.transaction(self.desk.engine) as tx:
                turn = await turns.read(tx, asked.turn.id)
                ends = {"waiting": "waits for your yes", "failed": "could not do what it does at this time"}
                title = f"{asked.name} {ends.get(turn.state, 'has done what it does at this time')}"
                said = (turn.text or turn.problem or "")[:TOLD_CHARACTERS_MAX]
                app, id = split(asked.key)
                link = f"/a/{app}/coworkers/{id}" if app else f"/coworkers/{id}"
                by, kind = system(asked.by.workspace, asked.name), "failure" if turn.state == "failed" else "automation"
                await notifications.tell(tx, [asked.by.member or ""], kind, title, said, by=by, link=link)


async def _standing(tx: AsyncConnection) -> list[Standing]:
    rows = await tx.execute(_STANDING, {"most": SCHEDULES_MAX})
    return [Standing(*row) for row in rows]


async def _followed(tx: AsyncConnection, standing: list[Standing], now: datetime) -> dict[tuple[str, str], datetime]:
    """Writes down what is new or another one, forgets what is gone; when each was begun last."""
    here = [(one.workspace, one.key) for one in standing]
    gone = delete(t).where(tuple_(t.c.workspace_id, t.c.coworker).not_in(here)) if here else delete(t)
    await tx.execute(gone)
    if not standing:
        return {}
    rows = [
        {"workspace_id": one.workspace, "coworker": one.key, "digest": one.digest, "owner": one.owner, "at": now}
        for one in standing
    ]
    new = insert(t).values(rows)
    fresh = {name: new.excluded[name] for name in ("digest", "owner", "at")}
    changed = new.on_conflict_do_update(
        index_elements=[t.c.workspace_id, t.c.coworker], set_=fresh, where=t.c.digest != new.excluded.digest
    )
    await tx.execute(changed)
    known = await tx.execute(t.select())
    return {(row.workspace_id, row.coworker): row.at for row in known}
