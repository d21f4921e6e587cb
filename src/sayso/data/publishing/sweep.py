"""What nobody stands for any more stops by itself, and its people are told. A request asks the same; the sweep is for the telling."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.data import apps
from sayso.data.publishing.opening import maker_of
from sayso.db import tables as t
from sayso.errors import Forbidden, NotFound
from sayso.team import audit, notifications
from sayso.team.actor import system
from sayso.team.shares import challenges, counting, kept
from sayso.team.shares.share import Share

log = logging.getLogger(__name__)
SWEEP_SECONDS = 60
RIGHTS_LOST = "Whoever published it may not share any more, or has left."
APP_LOST = "Whoever published it may not open this app any more."


async def every_minute(engine: AsyncEngine) -> None:
    while True:
        try:
            async with db.transaction(engine) as tx:
                await sweep(tx)
        except SQLAlchemyError as error:
            log.warning("What is public could not be looked through: %s", error)
        await asyncio.sleep(SWEEP_SECONDS)


async def sweep(tx: AsyncConnection) -> int:
    """Stops what its maker may not show any more, and tells the workspace's owners. How many were stopped."""
    stopped = 0
    for share in await kept.every_working(tx):
        why = await _why(tx, share)
        if why and await kept.stopped_by_itself(tx, share.id, why):
            stopped += 1
            await _told(tx, share, why)
    await challenges.forget(tx)
    await counting.forget(tx)
    return stopped


async def _why(tx: AsyncConnection, share: Share) -> str:
    maker = await maker_of(tx, share)
    if maker is None:
        return RIGHTS_LOST
    c = t.apps.c
    id = (await tx.execute(select(c.id).where(c.number == share.app, c.deleted_at.is_(None)))).scalar_one_or_none()
    if id is None:
        return ""
    try:
        await apps.open_app(tx, id, by=maker)
    except (Forbidden, NotFound):
        return APP_LOST
    return ""


async def _told(tx: AsyncConnection, share: Share, why: str) -> None:
    m = t.members.c
    owners = select(m.id).where(m.workspace_id == share.workspace, m.role.in_(("owner", "admin")), m.removed_at.is_(None))
    by = system(share.workspace)
    whom = {share.maker, *(await tx.execute(owners)).scalars()}
    text = f"{why} Nobody outside sees it now. Look through it, and agree to it yourself, if it should be public."
    await notifications.tell(
        tx, whom, "share", f"{share.name} is not public any more", text, by=by, link="/settings/public", about=f"share {share.id}"
    )
    await audit.write(tx, "share.stopped", f"stopped sharing {share.name}: {why}", by=by, subject=share.id)
