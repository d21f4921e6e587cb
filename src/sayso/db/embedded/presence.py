"""Who uses a home right now, kept by the kernel (flock), so that a killed process is never counted.

`locks/starting` is held for the moment of starting or stopping PostgreSQL, `locks/users` is shared by everyone who
uses it, `locks/server` belongs to the one server of the home and says where that one is reached.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

from sayso.errors import Unavailable

WAIT_SECONDS_MAX = 60
POLL_SECONDS = 0.02


def _opened(home: Path, name: str) -> IO[str]:
    folder = home / "locks"
    folder.mkdir(mode=0o700, exist_ok=True)
    return os.fdopen(os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600), "r+")


def _take(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def alone(home: Path) -> AsyncGenerator[None]:
    """Nobody else starts or stops PostgreSQL in this home meanwhile."""
    with _opened(home, "starting") as file:
        for _ in range(int(WAIT_SECONDS_MAX / POLL_SECONDS)):
            if _take(file, fcntl.LOCK_EX):
                break
            await asyncio.sleep(POLL_SECONDS)
        else:
            raise Unavailable(f"Another process has been starting or stopping the database in {home} for a minute.")
        yield


def enter(home: Path) -> IO[str]:
    """Be counted as a user until the file is closed or the process ends. Call it inside `alone`."""
    file = _opened(home, "users")
    _take(file, fcntl.LOCK_SH)
    return file


def is_last(using: IO[str]) -> bool:
    """Whether nobody else uses it. Call it inside `alone`."""
    return _take(using, fcntl.LOCK_EX)


@contextmanager
def the_server(home: Path, about: dict[str, Any]) -> Generator[None]:
    """Be the one server of this home. Raises `Unavailable`, naming the other one, when there is one already."""
    with _opened(home, "server") as file:
        if not _take(file, fcntl.LOCK_EX):
            raise Unavailable(already_running(home, server_of(home)))
        _say(file, about)
        try:
            yield
        finally:
            _say(file, None)


def _say(file: IO[str], about: dict[str, Any] | None) -> None:
    file.seek(0)
    file.truncate()
    if about:
        json.dump(about, file)
    file.flush()


def already_running(home: Path, other: dict[str, Any] | None) -> str:
    if other and "doing" in other:
        return f"{home} is {other['doing']} just now (process {other['pid']})."
    where = f" at {other['url']} (process {other['pid']})" if other else ""
    return f"Sayso is already running on {home}{where}."


def server_of(home: Path) -> dict[str, Any] | None:
    """What the running server of this home says of itself (`url`, `pid`), or None when there is none."""
    path = home / "locks" / "server"
    if not path.exists():
        return None
    with path.open("r+") as file:
        if _take(file, fcntl.LOCK_SH):
            return None
        try:
            return json.load(file)
        except ValueError:
            return None
