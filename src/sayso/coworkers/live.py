"""Who listens to an answer that is being written in this process. What others write is read from the database instead."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

LINES_WAITING_MAX = 5_000
"""Of one reader who does not keep up; it is cut off then, and comes back."""

Line = dict[str, Any]


class Live:
    """Readers by turn, the turns that are being worked on here as they are now, and the tasks that do."""

    def __init__(self) -> None:
        self._readers: dict[str, set[asyncio.Queue[Line | None]]] = {}
        self.turns: dict[str, Any] = {}
        self.tasks: dict[str, asyncio.Task[Any]] = {}

    def tell(self, turn: str, line: Line) -> None:
        """A part goes on growing after it was told: readers get it as it is now."""
        line = {**line, "part": dict(line["part"])} if "part" in line else line
        for queue in self._readers.get(turn, ()):
            if queue.qsize() >= LINES_WAITING_MAX:
                queue.put_nowait(None)
            else:
                queue.put_nowait(line)

    @asynccontextmanager
    async def reading(self, turn: str) -> AsyncGenerator[asyncio.Queue[Line | None]]:
        queue: asyncio.Queue[Line | None] = asyncio.Queue()
        readers = self._readers.setdefault(turn, set())
        readers.add(queue)
        try:
            yield queue
        finally:
            readers.discard(queue)
            if not readers:
                self._readers.pop(turn, None)

    def stop(self, turn: str) -> bool:
        task = self.tasks.get(turn)
        return task is not None and task.cancel()
