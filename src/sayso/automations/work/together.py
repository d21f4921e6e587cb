"""Steps that share a transaction: rows, and what is kept of the steps that wrote them."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction

from sayso.automations.work.checkpoints import Checkpoints, Kept
from sayso.automations.work.gate import Gate
from sayso.automations.work.records import Change, Record

STEPS_TOGETHER_MAX = 20
TOGETHER_SECONDS_MAX = 2.0
"""A transaction is not held open for longer than this before its next step begins: others may wait for its rows."""


class Together:
    """Opened by the first step that needs rows. Without any, what is kept is written with other runs' (`Checkpoints.put`)."""

    def __init__(self, engine: AsyncEngine, checkpoints: Checkpoints, gate: Gate, *, careful: bool = False) -> None:
        """`careful`: each step by itself, after several together could not be done."""
        self.engine, self.checkpoints, self.gate, self.careful = engine, checkpoints, gate, careful
        self.records: list[Record] = []
        self.tx: AsyncConnection | None = None
        self._begun: AsyncTransaction | None = None
        self._since = 0.0

    @property
    def full(self) -> bool:
        return len(self.records) >= STEPS_TOGETHER_MAX or (
            self.tx is not None and time.monotonic() - self._since > TOGETHER_SECONDS_MAX
        )

    async def open(self) -> AsyncConnection:
        if self.tx is None:
            await self.gate.acquire()
            try:
                self.tx = await self.engine.connect()
                self._begun = await self.tx.begin()
            except BaseException:
                await self._close()
                self.gate.release()
                raise
            self._since = time.monotonic()
        return self.tx

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """The transaction, when there is one, which sees its own rows; else one for this alone."""
        if self.tx is not None:
            yield self.tx
            return
        async with self.gate, self.engine.connect() as tx:
            yield tx

    async def commit(self, change: Change) -> Kept:
        """Keeps the steps and what changes of the run, with the rows. Raises `Lost`, with all of it undone."""
        records, self.records = self.records, []
        if self.tx is None:
            return await self.checkpoints.put(change, records)
        try:
            kept = await self.checkpoints.within(self.tx, change, records)
            if self._begun is not None:
                await self._begun.commit()
            return kept
        finally:
            await self.rollback()

    async def rollback(self) -> None:
        """Of what was not committed: nothing happened."""
        self.records = []
        if self.tx is not None:
            await self._close()
            self.gate.release()

    async def _close(self) -> None:
        tx, begun = self.tx, self._begun
        self.tx = self._begun = None
        if tx is None:
            return
        with suppress(DBAPIError, psycopg.Error):  # a connection that broke has rolled back by itself
            if begun is not None and begun.is_active:
                await begun.rollback()
        with suppress(DBAPIError, psycopg.Error):
            await tx.close()


class Trial(Together):
    """Of a dry run: everything happens in one transaction that is never committed, and what is kept is only remembered."""

    def __init__(self, engine: AsyncEngine, tx: AsyncConnection) -> None:
        super().__init__(engine, Any, Gate())  # pyright: ignore[reportArgumentType]
        self.tx = tx
        self.kept: dict[str, Record] = {}
        self.answer: dict[str, Any] | None = None

    @property
    def full(self) -> bool:
        return False

    async def open(self) -> AsyncConnection:
        assert self.tx is not None
        return self.tx

    async def commit(self, change: Change) -> Kept:
        self.kept |= {record.place: record for record in self.records}
        self.answer = change.answer or self.answer
        self.records = []
        return Kept(pause=False)

    async def rollback(self) -> None:
        self.records = []
