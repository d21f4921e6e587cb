"""Processes of their own that import a file and kill themselves: `python killed_import.py URL ROOT FILE`, a line `STATEMENTS FRAMES` each.

Each dies before its statement of that number, or before it hands on its frame of that number; `done` is printed when neither came,
and always how it ended. This process has everything loaded and forks them.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sqlalchemy import event

from sayso.data.imports import arriving, process, running
from sayso.db import open_engine, transaction
from sayso.team import people


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def take_in(url: str, root: Path, file: Path, statements_max: int, frames_max: int) -> None:
    engine = open_engine(url)
    async with transaction(engine) as tx:
        owner = await people.first_owner(tx)
    statements = 0

    def counted(*_: Any) -> None:
        nonlocal statements
        statements += 1
        if statements > statements_max:
            die()

    frames = process.frames

    async def until(job: dict[str, Any]) -> AsyncIterator[tuple[bytes, bytes]]:
        n = 0
        async for frame in frames(job):
            n += 1
            if n > frames_max:
                die()
            yield frame

    process.frames = until
    event.listen(engine.sync_engine, "before_cursor_execute", counted)

    async def body() -> AsyncIterator[bytes]:
        yield file.read_bytes()

    id = await arriving.arrive(engine, root, file.name, body(), by=owner)
    await arriving.look(engine, root, id, by=owner)
    async with transaction(engine) as tx:
        await running.begin(tx, id, by=owner)
    await running.run(engine, root, id, by=owner)
    print("done", statements)  # noqa: T201


def main(url: str, root: Path, file: Path) -> None:
    for line in iter(sys.stdin.readline, ""):
        statements, frames = map(int, line.split())
        if not (child := os.fork()):
            asyncio.run(take_in(url, root, file, statements, frames))
            return
        print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
