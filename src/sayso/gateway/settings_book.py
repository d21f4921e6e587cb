"""The gateway's settings as the owner keeps them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import gateway_tables as t
from sayso.gateway import news
from sayso.gateway.settings import GatewaySettings
from sayso.team import audit
from sayso.team.actor import Actor


async def read(tx: AsyncConnection, *, by: Actor) -> GatewaySettings:
    by.must("manage")
    stored = await tx.scalar(select(t.settings.c.settings).where(t.settings.c.workspace_id == by.workspace))
    return GatewaySettings.of(stored or {})


async def change(tx: AsyncConnection, changes: Mapping[str, Any], *, by: Actor) -> GatewaySettings:
    """`changes` are checked by the shape that they came in."""
    settings = replace(await read(tx, by=by), **changes)
    row = insert(t.settings).values(workspace_id=by.workspace, settings=settings.stored())
    await tx.execute(row.on_conflict_do_update(index_elements=["workspace_id"], set_={"settings": row.excluded.settings}))
    await audit.write(tx, "gateway.settings.changed", "changed the settings of the gateway", by=by, detail=dict(changes))
    await news.changed(tx)
    return settings
