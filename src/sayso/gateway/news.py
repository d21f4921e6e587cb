"""Tells every process that what the gateway knows has changed, when the transaction is committed."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

CHANNEL = "sayso_gateway"


async def changed(tx: AsyncConnection) -> None:
    await tx.execute(text(f"notify {CHANNEL}"))
