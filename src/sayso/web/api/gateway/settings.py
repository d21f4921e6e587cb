"""What the owner decides for the whole gateway."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from sayso.gateway import settings_book
from sayso.gateway.settings import GatewaySettings as Kept
from sayso.gateway.settings import Unpriced
from sayso.web.actor import By
from sayso.web.api.gateway.shapes import only_given
from sayso.web.shapes import Asked, Shown
from sayso.web.work import Tx


class GatewaySettings(Shown):
    unpriced: Unpriced
    """Calls whose price nobody has published: refused; let through where no budget limits them; or let through and flagged."""
    keep_bodies: bool
    """Whether what is asked and answered is kept, for `keep_bodies_days`."""
    keep_bodies_days: int
    keep_ledger_days: int
    keep_work_days: int
    """How long the past work of AI fields and steps is kept, for trials."""
    retries: int
    """How often an upstream is asked again, when an alias does not say otherwise."""
    follow_replacements: bool
    """After a model's shutdown date its named replacement is asked in its place."""
    metrics: bool
    """`/metrics` is for anybody who reaches it, not for owners alone."""

    @classmethod
    def of(cls, kept: Kept) -> "GatewaySettings":
        return cls(**asdict(kept))


class GatewaySettingsChange(Asked):
    unpriced: Unpriced | None = None
    keep_bodies: bool | None = None
    keep_bodies_days: Annotated[int, Field(ge=1, le=400)] | None = None
    keep_ledger_days: Annotated[int, Field(ge=7, le=4000)] | None = None
    keep_work_days: Annotated[int, Field(ge=1, le=4000)] | None = None
    retries: Annotated[int, Field(ge=0, le=5)] | None = None
    follow_replacements: bool | None = None
    metrics: bool | None = None


async def show(tx: Tx, by: By) -> GatewaySettings:
    """The gateway's settings."""
    return GatewaySettings.of(await settings_book.read(tx, by=by))


async def update(change: GatewaySettingsChange, tx: Tx, by: By) -> GatewaySettings:
    """Change some of them."""
    given = {name: value for name, value in only_given(change).items() if value is not None}
    return GatewaySettings.of(await settings_book.change(tx, given, by=by))
