"""The PostgreSQL that comes with Sayso: one for each home, shared by every process of that home.

account.py       who runs it and where it lies (as root: an account of its own, nobody's folders widened)
postmaster.py    initdb, start, adopt, stop
presence.py      who is using it: the last one out turns it off
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sayso.db.embedded import postmaster, presence
from sayso.db.embedded.account import Place, make_home, place_of
from sayso.errors import Unavailable
from sayso.settings import SHARED

log = logging.getLogger(__name__)
WATCH_SECONDS = 1.0

__all__ = ["Place", "make_home", "place_of", "postgres"]


@asynccontextmanager
async def postgres(home: Path, *, shared: Path = SHARED, durable: bool = True) -> AsyncGenerator[str]:
    """A running PostgreSQL for this home; gives the URL of its database `sayso`.

    The first process starts it, others share it, the last one stops it. One that was left behind by a `kill -9`
    is taken over; one that dies meanwhile is started again. `shared` is used as root only: the folder for the
    binaries that its account runs. `durable=False` is for tests: faster, and lost when the machine stops.
    Raises `Unavailable` with what to do when it cannot run.
    """
    make_home(home)
    async with presence.alone(home):
        using = presence.enter(home)
        try:
            place = await asyncio.to_thread(place_of, home, shared)
            await postmaster.ensure_running(place, durable=durable)
        except BaseException:
            using.close()
            raise
    watch = asyncio.create_task(_keep_running(home, place, durable=durable))
    try:
        yield url_of(place)
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        async with presence.alone(home):
            if presence.is_last(using):
                await postmaster.stop(place)
            using.close()


def url_of(place: Place, database: str = postmaster.DATABASE) -> str:
    return f"postgresql://{postmaster.ROLE}@/{database}?host={quote(str(place.run), safe='/')}"


async def _keep_running(home: Path, place: Place, *, durable: bool) -> None:
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        if postmaster.pid_of(place) is None:
            log.warning("PostgreSQL went away; starting it again")
            try:
                async with presence.alone(home):
                    await postmaster.ensure_running(place, durable=durable)
            except Unavailable as error:
                log.error("%s", error)
