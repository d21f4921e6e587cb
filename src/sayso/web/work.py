"""One request, one transaction: committed before the answer leaves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.requests import Request

from sayso import db
from sayso.web import idempotency
from sayso.web.parts import parts


async def work(request: Request) -> AsyncIterator[AsyncConnection]:
    async with db.transaction(parts(request).engine) as tx:
        await idempotency.claimed(tx, request)
        yield tx


async def apart(request: Request) -> AsyncIterator[None]:
    """For what opens transactions of its own."""
    engine = parts(request).engine
    mine = await idempotency.claimed_apart(engine, request)
    try:
        yield
    except BaseException:
        if mine is not None:
            await idempotency.given_up(engine, mine)
        raise


async def engine(request: Request) -> AsyncEngine:
    return parts(request).engine


Tx = Annotated[AsyncConnection, Depends(work, scope="function")]
Once = Annotated[None, Depends(apart, scope="function")]
"""A write without `Tx`: sent twice under one key, it is done once all the same."""
Engine = Annotated[AsyncEngine, Depends(engine)]
"""For what takes longer than one transaction: builds, imports, streams."""
