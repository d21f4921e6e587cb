"""A process of its own that works syncs off until it is killed: python killed_sync.py DATABASE_URL HOME"""

import asyncio
import sys
from pathlib import Path

from sayso.connections.connections import Connections
from sayso.connections.databases import reader
from sayso.db import open_engine
from sayso.sources.work import Syncs
from tests.connections.outside import LOOPBACK

reader.BATCH_ROWS = 25


async def main(url: str, home: str) -> None:
    async with Syncs(Connections(open_engine(url), Path(home), LOOPBACK)).running():
        print("ready", flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
