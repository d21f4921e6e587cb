"""Messages on their way to webhooks: carried by every process, each by one at a time, until they have arrived or 75 hours are over.

What was waiting when a process died is anybody's a few seconds later (`db/claims.py`); it may then arrive twice, and bears the same
`webhook-id` both times, by which the other side knows it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import and_, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.connections import endpoints, http, webhooks
from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.connections.endpoints import row_of
from sayso.db.claims import BEAT_SECONDS, Claims
from sayso.db.connection_tables import deliveries as t
from sayso.db.connection_tables import webhooks as addresses
from sayso.errors import Forbidden, NotFound, SaysoError
from sayso.team import notifications
from sayso.team.actor import Actor, system

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

AT_ONCE = 8
AT_ONCE_OF_ONE = 2
"""To one address: a slow one holds up nobody else."""
ANSWER_SECONDS_MAX = 20
LOOK_SECONDS = 5.0
RECONNECT_SECONDS = 1.0
SWEEP_SECONDS = 3_600
KEPT_DAYS = 30
AFTER_SECONDS_MAX = 86_400
"""The longest wait that the other side may ask for."""
JITTER = 0.1
PAGE_DELIVERIES_MAX = 100
PROBLEM_LENGTH_MAX = 500
GIVEN_UP = "Nothing arrived for 75 hours"
GONE = "It answered 410: this address is gone"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    id: str
    position: int
    event: str
    state: str
    attempts: int
    next_at: datetime | None
    status: int | None
    problem: str
    ms: int | None
    body: str
    replay_of: str | None
    created_at: datetime
    ended_at: datetime | None


async def listed(
    tx: AsyncConnection, webhook: str, *, by: Actor, state: str | None = None, before: int | None = None, limit: int = 50
) -> tuple[Delivery, ...]:
    """Newest first. `before` is the position of the last one that was seen."""
    await row_of(tx, webhook, by)
    query = select(t).where(t.c.webhook == webhook)
    query = query.where(t.c.state == state) if state else query
    query = query.where(t.c.position < before) if before is not None else query
    rows = await tx.execute(query.order_by(t.c.position.desc()).limit(min(limit, PAGE_DELIVERIES_MAX)))
    return tuple(_delivery(row) for row in rows)


async def read(tx: AsyncConnection, webhook: str, id: str, *, by: Actor) -> Delivery:
    await row_of(tx, webhook, by)
    row = (await tx.execute(select(t).where(t.c.webhook == webhook, t.c.id == id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no delivery {id}.")
    return _delivery(row)


async def replay(tx: AsyncConnection, webhook: str, id: str, *, by: Actor) -> Delivery:
    """The same message once more, under the same `webhook-id`: whoever has it already knows it. Raises `Forbidden` while switched off."""
    endpoint = await row_of(tx, webhook, by)
    old = await read(tx, webhook, id, by=by)
    if not endpoint.on:
        raise Forbidden("This webhook is switched off. Switch it on first.")
    n = await tx.scalar(select(func.count()).where(t.c.webhook == webhook, t.c.replay_of == (old.replay_of or old.id)))
    key = f"replay:{old.replay_of or old.id}:{n}"
    made = await webhooks.put(
        tx, by.workspace, webhook, event=old.event, body=old.body.encode(), key=key, replay_of=old.replay_of or old.id
    )
    return await read(tx, webhook, made, by=by)


async def ping(tx: AsyncConnection, webhook: str, *, by: Actor) -> Delivery:
    """A message that tells nothing, to see whether it arrives."""
    endpoint = await row_of(tx, webhook, by)
    if not endpoint.on:
        raise Forbidden("This webhook is switched off. Switch it on first.")
    now = datetime.now(UTC)
    body = webhooks.written("ping", now, {"by": by.name})
    made = await webhooks.put(tx, by.workspace, webhook, event="ping", body=body, key=f"ping:{now.isoformat()}")
    return await read(tx, webhook, made, by=by)


class Deliveries:
    """Of one process. `now` is the clock: messages are due by it."""

    def __init__(self, connections: Connections, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.connections, self.engine, self.now = connections, connections.engine, now
        self.process = connections.process
        self._new = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._under_way: Counter[str] = Counter()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Deliveries]:
        """Works for as long as the block lasts; then leaves what it has to the next process."""
        tasks = [asyncio.create_task(work) for work in (self._run(), self._listen(), self._sweep())]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(Exception):
                async with db.transaction(self.engine) as tx:
                    await self._claims().let_go_all(tx, self.process)

    async def once(self) -> int:
        """Carries everything that is due by now, and says how many attempts that took: for tests and the command line."""
        count = 0
        while (row := await self._claimed()) is not None:
            await self._carried(row)
            count += 1
        return count

    # ── inside ────────────────────────────────────────────────

    def _claims(self) -> Claims:
        busy = [webhook for webhook, n in self._under_way.items() if n >= AT_ONCE_OF_ONE]
        due = and_(t.c.state == "waiting", t.c.next_at <= literal(self.now()))
        return Claims(t, due & t.c.webhook.not_in(busy) if busy else due, (t.c.next_at, t.c.position))

    async def _claimed(self) -> Any:
        async with db.transaction(self.engine) as tx:
            return await self._claims().take(tx, self.process)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._slots.acquire()
                self._new.clear()
                row = None
                try:
                    row = await self._claimed()
                except Exception as error:
                    log.warning("webhooks wait for PostgreSQL: %s", error)
                if row is not None:
                    self._under_way[row.webhook] += 1
                    tasks.create_task(self._work(row))
                    continue
                self._slots.release()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._new.wait(), LOOK_SECONDS)

    async def _work(self, row: Any) -> None:
        try:
            await self._carried(row)
        except Exception:
            log.exception("the delivery %s", row.id)
        finally:
            self._under_way[row.webhook] -= 1
            if not self._under_way[row.webhook]:
                del self._under_way[row.webhook]
            self._slots.release()
            self._new.set()

    async def _listen(self) -> None:
        """Wakes this process when another has put something; without news it looks every few seconds all the same."""
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
                    await listener.execute(f"listen {webhooks.CHANNEL}")
                    async for _ in listener.notifies():
                        self._new.set()
            except Exception as error:
                log.warning("webhooks are looked for every %s seconds: %s", LOOK_SECONDS, error)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            with suppress(Exception):
                async with db.transaction(self.engine) as tx:
                    await tx.execute(delete(t).where(t.c.ended_at < func.now() - timedelta(days=KEPT_DAYS)))

    async def _carried(self, row: Any) -> None:
        async with db.transaction(self.engine) as tx:
            to = (await tx.execute(select(addresses).where(addresses.c.id == row.webhook))).one_or_none()
        if to is None:
            return
        beating = asyncio.create_task(self._beat(row.id))
        began = asyncio.get_running_loop().time()
        try:
            status, failure = await self._tried(row, to)
        finally:
            beating.cancel()
        ms = round((asyncio.get_running_loop().time() - began) * 1_000)
        async with db.transaction(self.engine) as tx:
            mine = Claims(t, t.c.state == "waiting", ())
            if await mine.beat(tx, row.id, self.process) is not None:
                await self._kept(tx, row, to, status, failure, ms)

    async def _beat(self, id: str) -> None:
        mine = Claims(t, t.c.state == "waiting", ())
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(Exception):
                async with db.transaction(self.engine) as tx:
                    await mine.beat(tx, id, self.process)

    async def _tried(self, row: Any, to: Any) -> tuple[int | None, NotDelivered | None]:
        """The status, when there was an answer, and why it is none that counts as delivered."""
        now = self.now()
        try:
            signed = webhooks.headers(row.replay_of or row.id, now, row.body, endpoints.secrets_of(self.connections, to, now))
            asked = http.Asked("POST", to.url, signed, row.body, redirects=0, hops=webhooks.hops_of(row.body))
            async with (
                asyncio.timeout(ANSWER_SECONDS_MAX),
                http.streamed(self.connections, asked, seconds_max=ANSWER_SECONDS_MAX) as answer,
            ):
                answered = http.Answered(answer.status, answer.headers, b"", to.url)
        except TimeoutError:
            return None, NotAnswered(f"It did not answer within {ANSWER_SECONDS_MAX} seconds", "timeout")
        except NotDelivered as error:
            return None, error
        except SaysoError as error:
            return None, NotDelivered(str(error))
        if 200 <= answered.status < 300:
            return answered.status, None
        if answered.status < 400:
            return answered.status, NotDelivered(f"It answered {answered.status}; redirects are not followed", again=True)
        failure = http.failed(answered)
        return answered.status, NotDelivered(str(failure), again=True, after=failure.after)

    async def _kept(
        self, tx: AsyncConnection, row: Any, to: Any, status: int | None, failure: NotDelivered | None, ms: int
    ) -> None:
        now, attempts = self.now(), row.attempts + 1
        told = {"attempts": attempts, "status": status, "ms": ms, "process": None, "seen_at": None}
        last: dict[str, Any] = {"last_at": now, "last_status": status}
        if failure is None:
            ended = {"state": "delivered", "problem": "", "ended_at": now}
            await tx.execute(update(t).where(t.c.id == row.id).values(**told, **ended))
            await tx.execute(
                update(addresses).where(addresses.c.id == to.id).values(**last, last_state="delivered", failing_since=None)
            )
            return
        told["problem"] = str(failure)[:PROBLEM_LENGTH_MAX]
        over = not failure.again or attempts > len(webhooks.RETRY_SECONDS)
        if status == 410 or over:
            await tx.execute(update(t).where(t.c.id == row.id).values(**told, state="failed", ended_at=now))
        else:
            await tx.execute(update(t).where(t.c.id == row.id).values(**told, next_at=_next(now, attempts, failure.after)))
        since = func.coalesce(addresses.c.failing_since, now)
        await tx.execute(
            update(addresses).where(addresses.c.id == to.id).values(**last, last_state="failed", failing_since=since)
        )
        if status == 410:
            await self._off(tx, to, GONE)
        elif over and failure.again and to.failing_since is not None and to.failing_since <= row.created_at + timedelta(hours=1):
            await self._off(tx, to, GIVEN_UP)

    async def _off(self, tx: AsyncConnection, to: Any, why: str) -> None:
        if not to.on:
            return
        await endpoints.off(tx, to.id, why)
        title = f"The webhook to {to.url} is switched off"
        text = f"{why}. What was waiting was not sent; it can be sent again once the webhook is on."
        owner = [to.created_by]
        await notifications.tell(
            tx, owner, "webhook", title, text, by=system(to.workspace_id), link="/webhooks", about=f"webhook:{to.id}"
        )


def _next(now: datetime, attempts: int, after: float | None) -> datetime:
    """A little more or less than the schedule says, so that what failed together does not come back together."""
    seconds = webhooks.RETRY_SECONDS[attempts - 1] * random.uniform(1, 1 + JITTER)
    return now + timedelta(seconds=max(seconds, min(after or 0, AFTER_SECONDS_MAX)))


def _delivery(row: Any) -> Delivery:
    values: dict[str, Any] = {name: getattr(row, name) for name in Delivery.__dataclass_fields__}
    values["body"] = row.body.decode("utf-8", "replace")
    values["next_at"] = row.next_at if row.state == "waiting" else None
    return Delivery(**values)
