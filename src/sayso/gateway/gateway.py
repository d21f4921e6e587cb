"""The gateway of one process: put together in `web/app.py`, running for as long as the server does."""

import asyncio
import hashlib
import logging
import os
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import psycopg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections.egress import Door
from sayso.connections.vault import Vault
from sayso.db import gateway_tables as t
from sayso.gateway import known as knowing
from sayso.gateway import ledger as ledgers
from sayso.gateway import ledger_book
from sayso.gateway.asked import as_body
from sayso.gateway.bodies import Bodies
from sayso.gateway.budgets import Budgets
from sayso.gateway.caller import Caller
from sayso.gateway.calls import Answer, Call
from sayso.gateway.endings import Endings
from sayso.gateway.endpoints import Endpoints
from sayso.gateway.entry import Books
from sayso.gateway.flow import Flow
from sayso.gateway.here import Model
from sayso.gateway.journal import Journal
from sayso.gateway.known import NOTHING, Known, Plan, Workspace
from sayso.gateway.ledger import Ledger
from sayso.gateway.metrics import Metrics
from sayso.gateway.news import CHANNEL
from sayso.gateway.pricing import Prices
from sayso.gateway.rates import Bucket, Rate
from sayso.gateway.refusals import Refused, no_key, wrong_key
from sayso.gateway.remembered import Remembered
from sayso.gateway.traces import Traces
from sayso.gateway.upstream import Pools
from sayso.models.directory import Directory, packaged

STILL_THERE_SECONDS = 10
"""Without news everything is read again all the same: a member who has left is no news of the gateway's."""
RECONNECT_SECONDS = 0.5
TOGETHER_SECONDS = 0.02
BUDGETS_SECONDS = 3
BODIES_SECONDS = 1
SWEEP_FIRST_SECONDS = 60
SWEEP_SECONDS = 3600
RATES_REMEMBERED_MAX = 20_000
SECRET_BYTES_MAX = 512

log = logging.getLogger(__name__)


class Gateway:
    """Answers calls. See `calls.py` for how it is asked."""

    def __init__(
        self,
        engine: AsyncEngine,
        home: Path,
        door: Door,
        here: Sequence[Model] | Callable[[], Sequence[Model]] = (),
        *,
        directory: Callable[[], Directory] = packaged,
        traces: str | None = None,
    ) -> None:
        self.engine, self.home = engine, home
        self.vault = Vault(home)
        self.pools = Pools(door)
        self._here = here
        self.prices = Prices()
        self.metrics = Metrics()
        self.bodies = Bodies(engine)
        self.remembered = Remembered()
        self.endings = Endings(directory)
        self._directory, self._traces = directory, traces
        self.process = f"{os.getpid()}-{secrets.token_hex(6)}"
        self.budgets = Budgets(engine, self.process)
        self.known: Known = NOTHING
        self._journals = home / "gateway"
        self._rates: dict[tuple[str, int | None, int | None, int], Rate] = {}
        self._processes = 1
        self._reading = asyncio.Lock()
        self.endpoints = Endpoints(self)
        self.books: Books
        self.ledger: Ledger

    # ── calls ─────────────────────────────────────────────────

    async def caller_of(self, authorization: bytes) -> Caller:
        """Who shows this key (`Bearer …`). Raises `Refused` (401)."""
        if authorization[:7].lower() != b"bearer ":
            raise no_key() if not authorization else wrong_key()
        digest = hashlib.sha256(authorization[7:]).digest()
        found = self.known.keys.get(digest)
        if found is None:
            if len(authorization) > SECRET_BYTES_MAX:
                raise wrong_key()
            found = await knowing.key_of(self.engine, self.known, digest)
            if found is None:
                raise wrong_key(authorization[7:])
        if found.expires_at is not None and found.expires_at < time.time():
            raise Refused("This API key has expired.", 401, code="invalid_api_key")
        return found

    def caller(self, workspace: str, *, app: str | None = None, member: str | None = None, name: str = "Sayso") -> Caller:
        """Sayso itself, for an app or a member of it: limited by their budgets and the workspace's."""
        budgets = self.workspace(workspace).budgets_of(app=app, member=member)
        return Caller(workspace, app=app, member=member, name=name, budgets=budgets)

    async def answer(self, call: Call) -> Answer:
        """The answer, once it has begun. Raises `Refused`. Whoever takes an answer without a body closes it."""
        return await Flow(self, call).answer()

    async def pass_through(self, call: Call) -> Answer:
        """A request that names no model, asked of one provider as it is. Raises `Refused`."""
        return await Flow(self, call).pass_through()

    @asynccontextmanager
    async def answering(self, call: Call) -> AsyncGenerator[Answer]:
        answer = await self.answer(call)
        try:
            yield answer
        finally:
            await answer.close()

    async def ask(self, caller: Caller, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """One whole answer of JSON. Raises `Refused` for whatever went wrong, here or upstream."""
        async with self.answering(
            Call(caller, endpoint, as_body({**body, "stream": False} if "stream" in body else dict(body)))
        ) as answer:
            value = orjson.loads(await answer.whole())
        if answer.status >= 400:
            raise refused(value, answer.status)
        return value

    async def events(self, caller: Caller, endpoint: str, body: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """The events of a streamed answer. Raises `Refused`, also in the middle, when the upstream fails."""
        async with self.answering(Call(caller, endpoint, as_body({**body, "stream": True}))) as answer:
            if answer.status >= 400:
                raise refused(orjson.loads(await answer.whole()), answer.status)
            async for part in answer:
                for line in part.splitlines():
                    if line.startswith(b"data:") and (data := line[5:].strip()) != b"[DONE]":
                        value = orjson.loads(data)
                        if "error" in value and ("choices" not in value) and value.get("type", "error") == "error":
                            raise refused(value, 502)
                        yield value

    def plan(self, caller: Caller, model: str) -> Plan:
        """Where to ask for this model. Raises `Refused` (404)."""
        return self.workspace(caller.workspace).plan(model)

    def workspace(self, id: str) -> Workspace:
        """What is known of a workspace; one that was founded a moment ago has nothing of its own yet."""
        return self.known.workspaces.get(id) or Workspace.fresh(id, self.here)

    @property
    def here(self) -> tuple[Model, ...]:
        """The models that live in this process; asked anew whenever something has changed."""
        return tuple(self._here() if callable(self._here) else self._here)

    @property
    def directory(self) -> Directory:
        """The directory of models that this installation shows."""
        return self._directory()

    @property
    def shows_metrics(self) -> bool:
        """Whether an owner wants the metrics shown to anybody who reaches them."""
        return any(workspace.settings.metrics for workspace in self.known.workspaces.values())

    def rate(self, caller: Caller) -> Rate | None:
        if caller.key is None or (caller.requests_per_minute is None and caller.tokens_per_minute is None):
            return None
        limits = (caller.requests_per_minute, caller.tokens_per_minute)
        of = (caller.key, *limits, self._processes)
        rate = self._rates.get(of)
        if rate is None:
            if len(self._rates) >= RATES_REMEMBERED_MAX:
                self._rates.clear()
            rate = self._rates[of] = Rate(*(Bucket.full(n, self._processes) if n else None for n in limits))
        return rate

    # ── life ──────────────────────────────────────────────────

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["Gateway"]:
        """Brings in what was left by a process that was killed, then answers until the block ends."""
        if found := await ledgers.recover(self.engine, self._journals):
            log.warning("brought %d calls of a process that was killed into the ledger", found)
        journal = Journal(self._journals / self.process)
        self.books = Books(journal, self.prices, self.metrics, self.bodies, Traces(self._traces) if self._traces else None)
        self.ledger = Ledger(self.engine, journal, self.process)
        await asyncio.to_thread(self._directory)
        await self.budgets.alive()
        await self.read_again()
        listening = asyncio.Event()
        tasks = [
            asyncio.create_task(self._listen(listening), name="sayso gateway listens"),
            asyncio.create_task(self.ledger.run(), name="sayso ledger"),
            asyncio.create_task(self._keep_budgets(), name="sayso budgets"),
            asyncio.create_task(self._keep_house(), name="sayso gateway's house"),
        ]
        try:
            await listening.wait()
            async with self.endpoints.running():
                yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self._stop()

    async def _stop(self) -> None:
        self.pools.close()
        if await self.ledger.flush():
            with suppress(Exception):  # PostgreSQL has gone meanwhile: others take back what we hold after a minute
                await self.budgets.give_back(all_of_it=True)
                async with self.engine.begin() as tx:
                    await ledgers.budgets.ended(tx, self.process)
        self.books.journal.close()
        if self.books.traces is not None:
            await asyncio.to_thread(self.books.traces.close)

    async def read_again(self) -> None:
        """After something has changed. Calls under way keep what they began with."""
        async with self._reading:
            self.known = await knowing.read(self.engine, self.vault, self.pools, self.here)

    async def _listen(self, ready: asyncio.Event) -> None:
        """For ever. After a break in listening everything is read again, since who knows what was missed."""
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
                    await listener.execute(f"listen {CHANNEL}")
                    await self.read_again()
                    ready.set()
                    while True:
                        heard = [one async for one in listener.notifies(timeout=STILL_THERE_SECONDS, stop_after=1)]
                        if heard:  # whoever makes a hundred keys is read once
                            [one async for one in listener.notifies(timeout=TOGETHER_SECONDS)]
                        else:
                            await listener.execute("select 1")
                        await self.read_again()
            except (psycopg.Error, OSError) as error:
                log.warning("the gateway does not hear of changes, and tries again in a moment: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _keep_budgets(self) -> None:
        while True:
            try:
                await self.budgets.alive()
                await self.budgets.give_back()
                async with self.engine.connect() as tx:
                    processes = (await tx.execute(select(func.count()).select_from(t.processes))).scalar_one()
                self._processes = max(1, processes)
            except Exception as error:
                log.warning("budgets wait for PostgreSQL: %s", error)
            await asyncio.sleep(BUDGETS_SECONDS)

    async def _keep_house(self) -> None:
        """Writes what was said where that is kept, and removes what is older than the owner wants."""
        sweep_at = time.monotonic() + SWEEP_FIRST_SECONDS
        while True:
            await asyncio.sleep(BODIES_SECONDS)
            try:
                await self.bodies.flush()
                if time.monotonic() >= sweep_at:
                    sweep_at = time.monotonic() + SWEEP_SECONDS
                    await self.sweep()
            except Exception as error:
                log.warning("the gateway's house waits for PostgreSQL: %s", error)

    async def sweep(self) -> None:
        """Removes what is older than each owner keeps."""
        for workspace in list(self.known.workspaces.values()):
            s = workspace.settings
            async with self.engine.begin() as tx:
                await ledger_book.swept(
                    tx, workspace.id, ledger_days=s.keep_ledger_days, bodies_days=s.keep_bodies_days, work_days=s.keep_work_days
                )


def refused(value: Any, status: int) -> Refused:
    """An error in OpenAI's shape, as it came back, as what is raised here."""
    error = value.get("error", value) if isinstance(value, dict) else {}
    error = error if isinstance(error, dict) else {"message": str(error)}
    return Refused(
        str(error.get("message") or "the upstream failed"),
        status,
        code=error.get("code"),
        param=error.get("param"),
        type=error.get("type"),
        upstream=error.get("upstream"),
    )
