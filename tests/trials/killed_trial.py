"""A process that works on one trial, to be killed: `python -m tests.trials.killed_trial URL HOME TRIAL`. Prints a line for each answer kept."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from sayso.connections.egress import Door, networks
from sayso.db import open_engine, transaction
from sayso.gateway.gateway import Gateway
from sayso.models.directory import packaged
from sayso.trials import stored
from sayso.trials.players import Fields
from sayso.trials.run import Run
from sayso.trials.work import Work

TAKE = text("update sayso.trials set process = :process, seen_at = now() where id = :id returning *")


async def main(url: str, home: str, id: str) -> None:
    gateway = Gateway(open_engine(url), Path(home), Door(networks("127.0.0.0/8")))
    keep = stored.keep

    async def told(tx: Any, trial: str, said: Any) -> None:
        await keep(tx, trial, said)
        print(*("kept" for _ in said), sep="\n", flush=True)  # noqa: T201

    stored.keep = told
    async with gateway.running():
        work = Work(gateway, {"field": Fields(gateway)}, packaged)
        async with transaction(gateway.engine) as tx:
            row = (await tx.execute(TAKE, {"process": work.process, "id": id})).one()
        await Run(work, row).through()


asyncio.run(main(*sys.argv[1:4]))
