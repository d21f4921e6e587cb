"""A process that works fills off, to be killed: `python -m tests.ai.fills.killed_fill URL HOME`."""

import asyncio
import sys
from pathlib import Path

from sayso.ai.fills.work import Fills
from sayso.connections.egress import Door, networks
from sayso.db import open_engine
from sayso.gateway.gateway import Gateway


async def main(url: str, home: str) -> None:
    gateway = Gateway(open_engine(url), Path(home), Door(networks("127.0.0.0/8")))
    async with gateway.running(), Fills(gateway).running():
        print("ready", flush=True)  # noqa: T201
        await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:3]))
