"""How many transactions of runs go on together in one process. Where the process also serves people, fewer while it does.

A run can wait for a moment and somebody who has sent a request cannot: the fewer runs take turns with it, the sooner it is answered.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType

TRANSACTIONS_AT_ONCE = 8
"""Of one process, for automations; all others are for people."""
BESIDE_PEOPLE = 1
"""While people, or webhooks, are served."""


class Gate:
    """A semaphore whose room depends on the moment. Who waits is let in first come, first served."""

    def __init__(self, busy: Callable[[], bool] = lambda: False, most: int = TRANSACTIONS_AT_ONCE) -> None:
        self._busy, self._most = busy, most
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        if not self._waiting and self._room():
            self._inside += 1
            return
        one = asyncio.get_running_loop().create_future()
        self._waiting.append(one)
        try:
            await one
        except asyncio.CancelledError:
            if one.done() and not one.cancelled():
                self.release()  # it was let in just now, and does not come
            elif one in self._waiting:
                self._waiting.remove(one)
            raise

    def release(self) -> None:
        self._inside -= 1
        while self._waiting and self._room():
            one = self._waiting.popleft()
            if not one.done():
                self._inside += 1
                one.set_result(None)

    def _room(self) -> bool:
        """Always for one, so that runs get on however many people are served."""
        return self._inside < (BESIDE_PEOPLE if self._busy() else self._most)

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
