"""Deliveries taken in: many in one commit, each beginning at most one run, acknowledged when that is kept.

What comes while a commit is under way goes into the next one. So a single delivery waits for nobody, and four hundred a second cost
a few commits. Who may call is asked anew in every commit: an address that was changed, or switched off, is so at once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.automations import definitions
from sayso.automations.hooks.delivery import KEY_CHARACTERS_MAX, Delivery, dug
from sayso.automations.hooks.secrets import opened_secret
from sayso.automations.hooks.verify import SECRET_HEADER, Forged, verified
from sayso.automations.registered import Registered
from sayso.automations.runs import Begun, begin_many
from sayso.automations.runs.begin import TRIGGER_BYTES_MAX
from sayso.automations.triggers.caused import HOPS_MAX
from sayso.automations.triggers.heard import is_down
from sayso.connections.http import HOPS_HEADER
from sayso.connections.vault import Vault
from sayso.db import tables as system
from sayso.db.automation_tables import automations as t
from sayso.db.automation_tables import runs
from sayso.errors import Forbidden, SaysoError, TooLarge, TooMany, Unavailable
from sayso.spec.automation import Respond, WebhookReceived, every

TAKEN_TOGETHER = 200
WAITING_MAX = 2_000
SAME_BODY_SECONDS = 120
"""Where nothing says which delivery it is, the same body is the same delivery for so long: senders that try again do so soon."""

log = logging.getLogger(__name__)


class Gone(SaysoError):
    """The address is known, and switched off."""

    status, slug, title = 410, "switched-off", "This is switched off"


class NotLetIn(SaysoError):
    status, slug, title = 401, "not-let-in", "Not let in"


@dataclass(frozen=True, slots=True)
class Target:
    """Where an address leads."""

    registered: Registered
    trigger: WebhookReceived
    secret: str

    @property
    def responds(self) -> bool:
        return any(isinstance(step, Respond) for _, step in every(self.registered.automation.steps))


@dataclass(frozen=True, slots=True)
class Taken:
    """`run` is None for a delivery that was here already."""

    target: Target
    run: str | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    token: str
    delivery: Delivery
    done: asyncio.Future[Taken | None]


class Hooks:
    """Of one process. `answers` waits for what a run answers."""

    def __init__(
        self, engine: AsyncEngine, vault: Vault, answers: Callable[[str, float], Awaitable[Any]], *, now: Callable[[], float] = time.time
    ) -> None:  # fmt: skip
        self.engine, self.vault, self.answers, self.now = engine, vault, answers, now
        self._queue: list[_Waiting] = []
        self._new = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(self._take())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            for one in self._queue:
                one.done.cancel()

    async def take(self, token: str, delivery: Delivery) -> Taken | None:
        """Kept when it returns; None when the address leads to no automation. Raises `Gone`, `NotLetIn`, `TooLarge`, `TooMany`, `Unavailable`."""
        if len(self._queue) >= WAITING_MAX:
            raise TooMany("Too much comes in at once. Send it again in a moment.")
        one = _Waiting(token, delivery, asyncio.get_running_loop().create_future())
        self._queue.append(one)
        self._new.set()
        return await one.done

    async def _take(self) -> None:
        while True:
            await self._new.wait()
            some, self._queue = self._queue[:TAKEN_TOGETHER], self._queue[TAKEN_TOGETHER:]
            if not self._queue:
                self._new.clear()
            some = [one for one in some if not one.done.done()]
            told = await self._kept(some)
            for one, answer in zip(some, told, strict=True):
                if one.done.done():
                    continue
                if isinstance(answer, Exception):
                    one.done.set_exception(answer)
                else:
                    one.done.set_result(answer)

    async def _kept(self, some: Sequence[_Waiting]) -> list[Taken | Exception | None]:
        """In one commit; when that cannot be, each in one of its own, so that one that cannot be kept takes no other with it."""
        try:
            async with db.transaction(self.engine) as tx:
                return await self._together(tx, some)
        except Exception as error:
            if len(some) > 1 and not (isinstance(error, DBAPIError) and is_down(error)):
                return [answer for one in some for answer in await self._kept([one])]
            log.warning("deliveries to webhooks could not be kept: %s", error)
            return [Unavailable("It could not be kept just now. Send it again in a moment.") for _ in some]

    async def _together(self, tx: AsyncConnection, some: Sequence[_Waiting]) -> list[Taken | Exception | None]:
        targets = await self.targets(tx, {one.token for one in some})
        told: dict[int, Taken | Exception | None] = {}
        begins: dict[str, list[tuple[int, Begun]]] = defaultdict(list)
        for n, one in enumerate(some):
            target = targets.get(one.token)
            if target is None:
                told[n] = None
                continue
            try:
                begins[one.token].append((n, self._begun(target, one.delivery)))
            except SaysoError as error:
                told[n] = error
        for token, asked in begins.items():
            told |= await self._begin(tx, targets[token], asked)
        return [told[n] for n in range(len(some))]

    async def _begin(
        self, tx: AsyncConnection, target: Target, asked: list[tuple[int, Begun]]
    ) -> dict[int, Taken | Exception | None]:
        before = await self._same(tx, target, [one.key for _, one in asked if one.key])
        new = [(n, one) for n, one in asked if one.key not in before]
        ids = await begin_many(tx, target.registered, [one for _, one in new])
        begun = {n: id for (n, _), id in zip(new, ids, strict=True)}
        return {n: Taken(target, begun.get(n)) for n, _ in asked}

    async def _same(self, tx: AsyncConnection, target: Target, keys: list[str]) -> set[str]:
        """Those whose body came a little earlier: the key of a body counts the spans since 1970, and a span may have just ended."""
        earlier = {_span_before(key): key for key in keys if key.startswith("body:")}
        if not earlier:
            return set()
        recent = runs.c.created_at > datetime.fromtimestamp(self.now() - SAME_BODY_SECONDS, UTC)
        mine = (runs.c.app == target.registered.app_number) & (runs.c.automation == target.registered.automation.id)
        found = (await tx.execute(select(runs.c.key).where(mine, runs.c.key.in_(earlier), recent))).scalars()
        return {earlier[key] for key in found}

    async def targets(self, tx: AsyncConnection, tokens: set[str]) -> dict[str, Target]:
        a = system.apps.c
        query = select(t).join(system.apps, (a.number == t.c.app) & a.deleted_at.is_(None))
        rows = (await tx.execute(query.where(t.c.token.in_(tokens), t.c.kind == "webhook"))).all()
        return {row.token: await self._target(tx, row) for row in rows}

    async def _target(self, tx: AsyncConnection, row: Any) -> Target:
        automation = await definitions.read(tx, row.definition)
        registered = Registered(
            row.app, row.app_id, row.workspace_id, automation, row.version, row.definition, row.owner or "", row.on
        )
        trigger = automation.trigger
        assert isinstance(trigger, WebhookReceived)
        return Target(registered, trigger, opened_secret(self.vault, row) if trigger.verify != "none" else "")

    def _begun(self, target: Target, delivery: Delivery) -> Begun:
        """What it begins. Raises what the caller is told."""
        if not target.registered.on or not target.registered.owner:
            raise Gone(f"{target.registered.automation.name} is switched off.")
        try:
            known_by = verified(target.trigger, target.secret, delivery, self.now())
        except Forged as error:
            raise NotLetIn(str(error)) from None
        hops = _hops(delivery)
        told = delivery.told((target.trigger.header or SECRET_HEADER) if target.trigger.verify == "secret" else "")
        told |= {"awaited": True} if target.responds else {}
        if len(orjson.dumps(told)) > TRIGGER_BYTES_MAX:
            raise TooLarge(f"What is sent here has at most {TRIGGER_BYTES_MAX:,} bytes.")
        return Begun(told, self._key(target.trigger, delivery, known_by), hops=hops)

    def _key(self, trigger: WebhookReceived, delivery: Delivery, known_by: str | None) -> str | None:
        """What makes it the same delivery. Headers count only where nothing is signed: a signature says nothing of them."""
        where, _, name = trigger.dedupe.partition(":")
        named: object = None
        if where.strip() == "body":
            named = dug(delivery.body, name.strip())
        elif where.strip() == "header" and known_by is None:
            named = delivery.headers.get(name.strip().lower())
        if isinstance(named, (str, int)) and str(named):
            return f"webhook:{named}"[:KEY_CHARACTERS_MAX]
        if known_by is not None:
            return f"webhook:{known_by}"[:KEY_CHARACTERS_MAX]
        if key := delivery.headers.get("idempotency-key"):
            return f"webhook:{key}"[:KEY_CHARACTERS_MAX]
        digest = delivery.digest()
        return f"body:{int(self.now()) // SAME_BODY_SECONDS}:{digest}" if digest else None


def _span_before(key: str) -> str:
    _, span, digest = key.split(":")
    return f"body:{int(span) - 1}:{digest}"


def _hops(delivery: Delivery) -> int:
    said = delivery.headers.get(HOPS_HEADER, "")
    hops = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0
    if hops > HOPS_MAX:
        raise Forbidden(f"{HOPS_MAX} runs have called one another already: this looks like a circle, and stops here.")
    return hops
