"""Who makes copies of apps: every process, one at a time. A copy is one transaction, so a process that dies leaves nothing behind."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.data import apps, finding
from sayso.data.copies import jobs, making
from sayso.data.copies.jobs import CLAIMS, Copy
from sayso.data.copies.making import Wanted
from sayso.data.open_app import OpenApp
from sayso.db import tables as system
from sayso.db.claims import BEAT_SECONDS
from sayso.db.shift import Shift
from sayso.errors import Conflict, Forbidden, NotFound, SaysoError
from sayso.team import audit, persons, standing
from sayso.team.actor import Actor
from sayso.team.shares import kept

LOOK_SECONDS = 2.0
ANSWER_SECONDS = 3.0
"""How long an answer waits for a copy that is made at once."""
SORRY = "Something went wrong in Sayso itself; its log says more. Nothing of the copy is left."

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody stopped it, or another process has it."""


class Copies:
    """Of one process."""

    def __init__(self, engine: AsyncEngine, process: str) -> None:
        self.engine, self.process = engine, process
        self._over = asyncio.Condition()
        self._shift = Shift(engine, CLAIMS, process, step=self.step, name="sayso copies", every=lambda: LOOK_SECONDS)

    def look(self) -> None:
        """There may be one more."""
        self._shift.look()

    async def made(self, id: str, seconds: float = ANSWER_SECONDS) -> Copy:
        """How it stands, once it is over or after so many seconds."""
        self.look()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._over:
                while (copy := await self._read(id)).state in jobs.OPEN:
                    await self._over.wait()
                return copy
        return await self._read(id)

    async def _read(self, id: str) -> Copy:
        async with db.transaction(self.engine) as tx:
            return await jobs.worked_on(tx, id)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["Copies"]:
        async with self._shift.running():
            yield self

    async def step(self) -> bool:
        """Works one off; whether there was one."""
        async with db.transaction(self.engine) as tx:
            row = await CLAIMS.take(tx, self.process, state="running")
            if row is None:
                return False
            await tx.execute(update(jobs.t).where(jobs.t.c.id == row.id).values(tries=row.tries + 1))
            copy = await jobs.worked_on(tx, row.id)
        try:
            await self._work(copy)
        except Cancelled:
            pass
        except SaysoError as error:
            await self._failed(copy, str(error))
        except Exception:
            log.exception("the copy %s failed", copy.id)
            await self._failed(copy, SORRY)
        async with self._over:
            self._over.notify_all()
        return True

    async def _failed(self, copy: Copy, why: str) -> None:
        async with db.transaction(self.engine) as tx:
            await jobs.ended(tx, copy.id, "failed", problem=why[:2_000])

    async def _work(self, copy: Copy) -> None:
        if copy.tries > jobs.TRIES_MAX:
            raise Conflict("This was begun several times, and the server stopped each time. Nothing of the copy is left.")
        told = _Told(self, copy.id)
        beating = asyncio.create_task(told.beat())
        try:
            async with db.transaction(self.engine) as tx:
                made, notes = await self._made(tx, copy, told)
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
                if await CLAIMS.beat(tx, copy.id, self.process) is None:
                    raise Cancelled
                await _must_stand(tx, copy)
                await jobs.ended(tx, copy.id, "done", made=made.id, notes=notes, done=told.done)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _made(self, tx: AsyncConnection, copy: Copy, told: "_Told") -> tuple[OpenApp, list[str]]:
        by = await _actor(tx, copy.created_by, copy.workspace)
        source = await making.opened(tx, copy.app, by=by)
        there = by if copy.into == copy.workspace else await in_workspace(tx, by, copy.into)
        wanted = Wanted(copy.kind, copy.name, copy.rows, there, copy.people)
        made, notes = await making.make(tx, source, wanted, told.progress)
        if copy.kind == "move":
            await _left(tx, source, copy, by)
        return made, notes


class _Told:
    """How far one copy is: said once a second, apart from the transaction that makes it."""

    def __init__(self, copies: Copies, id: str) -> None:
        self.copies, self.id, self.done, self.stopped = copies, id, 0, False

    async def progress(self, done: int) -> None:
        self.done = done
        if self.stopped:
            raise Cancelled

    async def beat(self) -> None:
        while not self.stopped:
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(Exception):
                async with db.transaction(self.copies.engine) as tx:
                    self.stopped = await CLAIMS.beat(tx, self.id, self.copies.process, done=self.done) is None


async def _actor(tx: AsyncConnection, member: str, workspace: str) -> Actor:
    by = await standing.read(tx, member, workspace=workspace)
    if by is None:
        raise NotFound("Whoever asked for this copy is not here any more.")
    return by


async def _must_stand(tx: AsyncConnection, copy: Copy) -> None:
    """It may have taken minutes: whoever has lost the app meanwhile, or left, gets no copy of it."""
    by = await _actor(tx, copy.created_by, copy.workspace)
    if copy.kind != "move":  # by now that lies in the trash
        await finding.found(tx, copy.number, by, "build", copy.app)


async def in_workspace(tx: AsyncConnection, by: Actor, workspace: str) -> Actor:
    """The same person in another workspace. Raises `NotFound` when they are not there, `Forbidden` for a token: it is of one workspace."""
    if by.kind != "member":
        raise Forbidden("An app is moved by whoever is signed in: a token is of one workspace only.")
    persons.must_be_sure(by)
    query = standing.standing().where(system.members.c.workspace_id == workspace, system.members.c.person == by.person)
    row = (await tx.execute(query)).first() if by.person else None
    if row is None:
        raise NotFound("You are in no such workspace.")
    return standing.actor_of(row)


async def _left(tx: AsyncConnection, source: OpenApp, copy: Copy, by: Actor) -> None:
    """The app here, after it has gone elsewhere: in the trash, and shown to nobody outside any more."""
    here: Any = await apps.open_app(tx, source.id, by=by, to="build")
    for share in await kept.working(tx, source.number):
        await kept.stop(tx, share.id, by=by)
    await apps.remove(tx, here, by=by)
    await audit.write(tx, "app.moved", f"moved the app {source.spec.name} to another workspace", by=by, subject=source.id)
