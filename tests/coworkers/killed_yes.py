"""A process of its own that says yes to a card, and kills itself before its n-th statement: `python killed_yes.py URL CARD N`."""

import asyncio
import os
import signal
import sys
from typing import Any

from sqlalchemy import event, select

from sayso.coworkers import cards
from sayso.db import coworker_tables as t
from sayso.db import open_engine, transaction
from sayso.team import people
from sayso.team.actor import system


async def approve(url: str, card: str, last: int) -> None:
    engine = open_engine(url)
    statements = 0

    def counted(*_: Any) -> None:
        nonlocal statements
        statements += 1
        if statements > last:
            os.kill(os.getpid(), signal.SIGKILL)

    async with transaction(engine) as tx:
        query = select(t.conversations.c.member, t.conversations.c.workspace_id).join_from(t.cards, t.conversations)
        row = (await tx.execute(query.where(t.cards.c.id == card))).one()
        by = (await people.read(tx, row.member, by=system(row.workspace_id))).actor
    event.listen(engine.sync_engine, "before_cursor_execute", counted)
    await cards.approve(engine, card, 1, by=by)
    event.remove(engine.sync_engine, "before_cursor_execute", counted)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(approve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
