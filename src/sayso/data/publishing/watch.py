"""Watching over what is public: its people are told when an app becomes another than what was agreed to."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.publishing.agreed import Agreed
from sayso.data.publishing.drift import drift
from sayso.spec.app import App
from sayso.team import notifications
from sayso.team.actor import Actor
from sayso.team.shares import kept


async def changed(tx: AsyncConnection, number: int, before: App, after: App, *, by: Actor) -> None:
    """Tells the makers of an app's shares what is there now that they have not agreed to."""
    for share in await kept.working(tx, number):
        if share.agreed is None:
            continue
        agreed = Agreed.model_validate(share.agreed)
        known = set(drift(agreed, before, share.view))
        if new := [one for one in drift(agreed, after, share.view) if one not in known]:
            text = " ".join((*new, "What the public sees has not grown. Look through it if it should."))
            await notifications.tell(
                tx, [share.maker], "share", f"{share.name} is public, and {after.name} has changed", text,
                by=by, link="/settings/public", about=f"share {share.id}",
            )  # fmt: skip
