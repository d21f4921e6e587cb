"""Public forms: links that let strangers add a row."""

from datetime import datetime

from fastapi import Request, Response
from pydantic import AwareDatetime

from sayso.data import apps, public_forms
from sayso.team import links
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, PartId, Shown, Token
from sayso.web.work import Tx


class FormLink(Shown):
    url: str
    token: str
    created_at: datetime
    created_by: str | None
    expires_at: AwareDatetime | None = None


class FormLinks(Shown):
    items: list[FormLink]
    next: str | None = None


class NewFormLink(Asked):
    expires_at: AwareDatetime | None = None


async def listed(app: AppId, view: PartId, request: Request, tx: Tx, by: By) -> FormLinks:
    """Links at which this form can be reached."""
    by.must("build")
    found = await public_forms.listed(tx, await apps.open_app(tx, app, by=by), view, by=by)
    return FormLinks(items=[_shown(request, one) for one in found])


async def create(app: AppId, view: PartId, new: NewFormLink, request: Request, tx: Tx, by: By) -> FormLink:
    """Make the form public: anyone with the link may send it."""
    opened = await apps.open_app(tx, app, by=by, to="build")
    return _shown(request, await public_forms.shared(tx, opened, view, by=by, expires_at=new.expires_at))


async def remove(app: AppId, view: PartId, token: Token, tx: Tx, by: By) -> Response:
    """Withdraw a link; it stops at once."""
    opened = await apps.open_app(tx, app, by=by, to="build")
    await public_forms.withdrawn(tx, opened, view, token, by=by)
    return Response(status_code=204)


def _shown(request: Request, link: links.FormLink) -> FormLink:
    return FormLink(
        url=f"{parts(request).settings.url}/f/{link.token}",
        token=link.token,
        created_at=link.created_at,
        created_by=link.created_by,
        expires_at=link.expires_at,
    )
