"""What co-workers do without being asked: at its time each is told what stands in its spec, in a conversation of its own.

Every process looks; a slot belongs to whoever writes it down first, in the transaction that begins the conversation, so it is asked once.
It is asked with the rights of whoever changed the co-worker last, as they are now, and they are told what came of it: nobody's words are
said with the rights of somebody else, who changed another part of the app. Slots that passed while no
server ran are caught up once, when they are not older than `CAUGHT_UP_HOURS_MAX`.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
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
from sayso.team import notifications
from sayso.team import standing as standings
from sayso.team.actor import Actor, system

LOOK_SECONDS = 20
CAUGHT_UP_HOURS_MAX = 12
SCHEDULES_MAX = 5_000
TOLD_CHARACTERS_MAX = 500

Last = Callable[[str, str, datetime, datetime], datetime | None]
"""The last moment of a cron text in a zone that is after one moment and not after another. Raises `Invalid`."""

VERSIONS_LOOKED_THROUGH_MAX = 500

_STANDING = text("""
select a.workspace_id, a.id || '.' || (c->>'id') as key, c->'schedule'->>'cron' as cron, c->'schedule'->>'ask' as ask,
       coalesce(a.spec->>'zone', 'UTC') as zone, c as coworker, a.number as app, a.created_by as owner
from sayso.apps a, jsonb_array_elements(a.spec->'coworkers') c
where a.deleted_at is null and c->'schedule'->>'cron' is not null
union all
select workspace_id, id, spec->'schedule'->>'cron', spec->'schedule'->>'ask', 'UTC', spec, null, coalesce(changed_by, created_by)
from sayso.coworkers where spec->'schedule'->>'cron' is not null
limit :most
""")
_VERSIONS = text("""
select v.by, (select c from jsonb_array_elements(v.spec->'coworkers') c where c->>'id' = :id limit 1) as coworker
from sayso.versions v where v.app = :app order by v.n desc limit :most
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
    coworker: dict[str, Any]
    app: int | None
    owner: str

    @property
    def clock(self) -> str:
        """Another one begins anew, and owes nothing."""
        return _digest(f"{self.cron}\n{self.zone}\n{self.ask}".encode())

    @property
    def digest(self) -> str:
        return f"{self.clock}:{_digest(orjson.dumps(self.coworker, option=orjson.OPT_SORT_KEYS))}"


def _digest(told: bytes) -> str:
    return hashlib.sha256(told).hexdigest()[:32]


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
            known = await _followed(tx, standing, now)
        asked = list[Asked]()
        for one in standing:
            owner, at = known[one.workspace, one.key]
            began = await self._due(one, owner, at, now)
            if began is not None:
                asked.append(began)
                work.start(self.desk, began.turn, began.by)
                self.desk.begin(self._told(began))
        return asked

    async def _due(self, one: Standing, owner: str, at: datetime, now: datetime) -> Asked | None:
        """Begins it, when its time has come and nobody else has."""
        try:
            slot = self._last(one.cron, one.zone, max(at, now - timedelta(hours=CAUGHT_UP_HOURS_MAX)), now)
            if slot is None:
                return None
            async with db.transaction(self.desk.engine) as tx:
                mine = update(t).where(t.c.workspace_id == one.workspace, t.c.coworker == one.key, t.c.at < slot)
                if (await tx.execute(mine.values(at=slot).returning(t.c.coworker))).one_or_none() is None:
                    return None
                by = await standings.read(tx, owner, workspace=one.workspace)
                if by is None:
                    return None
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


async def _followed(tx: AsyncConnection, standing: list[Standing], now: datetime) -> dict[tuple[str, str], tuple[str, datetime]]:
    """Writes down what is new or another one, forgets what is gone; whose it is, and when each was begun last."""
    here = [(one.workspace, one.key) for one in standing]
    gone = delete(t).where(tuple_(t.c.workspace_id, t.c.coworker).not_in(here)) if here else delete(t)
    await tx.execute(gone)
    known = await _known(tx)
    others = [one for one in standing if (row := known.get((one.workspace, one.key))) is None or row.digest != one.digest]
    for one in others:
        row = known.get((one.workspace, one.key))
        new = insert(t).values(
            workspace_id=one.workspace, coworker=one.key, digest=one.digest, owner=await _set_by(tx, one), at=now
        )
        fresh = {"digest": new.excluded.digest, "owner": new.excluded.owner}
        if row is None or row.digest.partition(":")[0] != one.clock:
            fresh["at"] = new.excluded.at
        same = [t.c.workspace_id, t.c.coworker]
        await tx.execute(new.on_conflict_do_update(index_elements=same, set_=fresh, where=t.c.digest != new.excluded.digest))
    known = await _known(tx) if others else known
    return {key: (row.owner, row.at) for key, row in known.items()}


async def _known(tx: AsyncConnection) -> dict[tuple[str, str], Any]:
    return {(row.workspace_id, row.coworker): row for row in await tx.execute(t.select())}


async def _set_by(tx: AsyncConnection, one: Standing) -> str:
    """Whoever made it what it is now: of an app's co-worker, the author of the version since which it has been the same."""
    if one.app is None:
        return one.owner
    author = one.owner
    asked = {"app": one.app, "id": split(one.key)[1], "most": VERSIONS_LOOKED_THROUGH_MAX}
    for version in await tx.execute(_VERSIONS, asked):
        if version.coworker != one.coworker:
            break
        author = version.by
    return author
