"""What an address opens: the share, and the app as its maker sees it now. Nothing is remembered between two requests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.data.publishing.agreed import Agreed, OfOneTable, Published
from sayso.data.publishing.choosing import agreed_now
from sayso.db import net
from sayso.db import tables as t
from sayso.errors import Forbidden, NotFound
from sayso.spec.fields import AnyField
from sayso.spec.table import Table
from sayso.spec.view import Chart, Dashboard, Form
from sayso.team import standing
from sayso.team.actor import Actor
from sayso.team.shares import kept
from sayso.team.shares.share import Share

SENDS = frozenset({"read", "write"})
"""All that somebody who sends a form may do, and only with the one row that is made of it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`app` is open with the eyes of the share's maker; `fields` are those that may be shown, or asked. A dashboard has `tiles`, by id,
    each as the view that shows the same, and no table of its own."""

    share: Share
    app: OpenApp
    view: Published
    of: Table | None
    fields: tuple[AnyField, ...]
    workspace: str
    hue: int
    tiles: dict[str, Opened] = field(default_factory=dict[str, "Opened"])

    @property
    def table(self) -> Table:
        if self.of is None:
            raise NotFound(self.share.not_open)
        return self.of

    @property
    def rows_of(self) -> OfOneTable:
        """The view, where it is one over rows. Raises `NotFound`."""
        if isinstance(self.view, (Form, Dashboard)):
            raise NotFound(self.share.not_open)
        return self.view


async def opened(tx: AsyncConnection, token: str, kind: str) -> Opened:
    """Raises `NotFound` when there is nothing to be shown: stopped, over, its maker gone or without the right, the app changed."""
    share = await kept.found(tx, token)
    if share.kind != kind:
        raise NotFound(share.not_open)
    await net.narrow(tx, share.workspace)
    maker = await maker_of(tx, share)
    query = (
        select(t.apps.c.id, t.workspaces.c.name, t.workspaces.c.hue)
        .join_from(t.apps, t.workspaces, t.apps.c.workspace_id == t.workspaces.c.id)
        .where(t.apps.c.number == share.app, t.apps.c.workspace_id == share.workspace, t.apps.c.deleted_at.is_(None))
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None or maker is None:
        raise NotFound(share.not_open)
    try:
        app = await apps.open_app(tx, row.id, by=maker, to="write" if kind == "form" else "read")
    except (Forbidden, NotFound):
        raise NotFound(share.not_open) from None
    agreed = await agreed_of(tx, share, app)
    view, table = _shown(share, app, agreed)
    whole = Opened(share, app, view, table, agreed.shown(app.spec), row.name, row.hue)
    tiles = {
        id: replace(whole, view=one.rows_of, of=one.table(app.spec), fields=one.shown(app.spec))
        for id, one in agreed.showing(app.spec).items()
    }
    return replace(whole, tiles=tiles)


async def maker_of(tx: AsyncConnection, share: Share) -> Actor | None:
    """Whoever published it, with the rights that they have now; None when they may not publish any more."""
    maker = await standing.read(tx, share.maker)
    return maker if maker is not None and maker.workspace == share.workspace and maker.may("share") else None


async def agreed_of(tx: AsyncConnection, share: Share, app: OpenApp) -> Agreed:
    if share.agreed is not None:
        return Agreed.model_validate(share.agreed)
    agreed = agreed_now(app, share.view)
    await kept.agreed(tx, share.id, agreed.model_dump(mode="json"))
    return agreed


def _shown(share: Share, app: OpenApp, agreed: Agreed) -> tuple[Published, Table | None]:
    """A form speaks in its words of now; a view shows the rows that were agreed to."""
    live = app.spec.view(share.view)
    then = agreed.shape
    table = agreed.table(app.spec)
    if live is None or live.kind != then.kind or not agreed.stands_still(app.spec):
        raise NotFound(share.not_open)
    if isinstance(live, Form):
        return live, table
    figures = isinstance(then, (Chart, Dashboard)) and not agreed.fields
    if not figures and not agreed.shown(app.spec):
        raise NotFound(share.not_open)
    return then, table


def sending(opened: Opened) -> OpenApp:
    """The app for the one row that a stranger sends: with the maker's reach, told as what came by a public form."""
    share = opened.share
    share.must("send")
    if not isinstance(opened.view, Form):
        raise NotFound(share.not_open)
    return replace(opened.app, by=replace(share.actor, allowed=SENDS))
