"""Newer facts about models, once a day, when the operator allows it. One process of a home does it; the others see the file."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from functools import partial

from sayso.errors import SaysoError
from sayso.gateway.upstream.download import download
from sayso.models.listing import rows_of
from sayso.models.refresh import refresh, use_prices
from sayso.models.shelf import FILE, FOLDER
from sayso.web.parts import Parts

AGE_SECONDS_MAX = 20 * 3600
LOOK_SECONDS = 3600
WARM_SECONDS = 600
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
