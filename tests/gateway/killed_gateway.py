"""A gateway in a process of its own, to be killed: `python -m tests.gateway.killed_gateway URL HOME WORKSPACE`.

Makes eight calls at a time as the workspace's own, and prints the id of each that was answered.
"""

import asyncio
import sys
from pathlib import Path

from sayso.connections.egress import Door, networks
from sayso.db import open_engine
from sayso.gateway import ledger
from sayso.gateway.calls import Call
from sayso.gateway.gateway import Gateway

BODY = b'{"model":"stub","messages":[{"role":"user","content":"Hello"}],"max_completion_tokens":100}'


async def main(url: str, home: str, workspace: str) -> None:
    gateway = Gateway(open_engine(url), Path(home), Door(networks("127.0.0.0/8")))
    ledger.FLUSH_SECONDS = 3600  # nothing reaches PostgreSQL before the kill
    async with gateway.running():
        caller = gateway.caller(workspace)
        print("ready", flush=True)  # noqa: T201

        async def call() -> None:
            async with gateway.answering(Call(caller, "chat/completions", BODY)) as answer:
                await answer.whole()
                print(answer.id, flush=True)  # noqa: T201

        while True:
            await asyncio.gather(*(call() for _ in range(8)))


asyncio.run(main(*sys.argv[1:4]))
