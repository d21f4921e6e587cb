"""Newer facts about models, once a day, when the operator allows it. One process of a home does it; the others see the file."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sayso.errors import SaysoError
from sayso.gateway.upstream.download import download
from sayso.models.listing import rows_of
from sayso.models.refresh import PRICES, refresh, use_prices
from sayso.models.shelf import FILE, FOLDER
from sayso.web.parts import Parts

AGE_SECONDS_MAX = 20 * 3600
LOOK_SECONDS = 3600
WARM_SECONDS = 600
FOLLOWED_SECONDS = 60
LAST_HOUR = 23
START_SECONDS = 30
"""A server that starts has other things to do first."""

log = logging.getLogger(__name__)


async def daily(parts: Parts) -> None:
    """Ends with the server. A refresh that fails is told in the log and tried again at the next look."""
    await asyncio.sleep(START_SECONDS)
    while True:
        if _old(parts):
            await once(parts)
        await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def prices_followed(home: Path) -> AsyncGenerator[None]:
    """While it lasts, calls in this process are charged by what the last refresh brought, whichever process did it."""
    seen = await asyncio.to_thread(_charge, home, 0.0)
    task = asyncio.create_task(_follow(home, seen))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _follow(home: Path, seen: float) -> None:
    while True:
        await asyncio.sleep(FOLLOWED_SECONDS)
        seen = await asyncio.to_thread(_charge, home, seen)


def _charge(home: Path, seen: float) -> float:
    """Takes the prices when their file is another than the one seen; answers its time."""
    try:
        there = (home / FOLDER / PRICES).stat().st_mtime
    except OSError:
        return 0.0
    if there != seen:
        use_prices(home)
    return there


async def warm(parts: Parts) -> None:
    """Keeps ready what every page of the directory stands on, so that no visitor waits for it: today's, and before midnight tomorrow's."""
    while True:
        now = datetime.now(UTC)
        await asyncio.to_thread(rows_of, parts.shelf.directory, now.date())
        if now.hour == LAST_HOUR:
            await asyncio.to_thread(rows_of, parts.shelf.directory, now.date() + timedelta(days=1))
        await asyncio.sleep(WARM_SECONDS)


async def once(parts: Parts) -> None:
    try:
        found = await refresh(parts.settings.home, partial(download, parts.gateway.pools.door), datetime.now(UTC).date())
    except SaysoError as error:
        log.warning("The directory of models was not refreshed: %s", error)
        return
    for problem in found.problems:
        log.warning("The directory of models was refreshed in part: %s", problem)
    log.info("The directory of models was refreshed: %d models, %d changes", found.models, len(found.changes))
    await asyncio.to_thread(use_prices, parts.settings.home)
    parts.shelf.forget()


def _old(parts: Parts) -> bool:
    try:
        return time.time() - (parts.settings.home / FOLDER / FILE).stat().st_mtime > AGE_SECONDS_MAX
    except OSError:
        return True
