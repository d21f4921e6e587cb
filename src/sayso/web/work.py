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


async def engine(request: Request) -> AsyncEngine:
    return parts(request).engine


Tx = Annotated[AsyncConnection, Depends(work, scope="function")]
Engine = Annotated[AsyncEngine, Depends(engine)]
"""For what takes longer than one transaction: builds, imports, streams."""
