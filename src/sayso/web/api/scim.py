"""The token with which a directory provisions this workspace."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import StringConstraints

from sayso.team import proof
from sayso.team.scim import tokens
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Shown
from sayso.web.work import Tx

Role = Annotated[str, StringConstraints(max_length=20)]


class ScimState(Shown):
    on: bool
    url: str
    begins: str | None = None
    role: str = "member"
    """Of whoever is new."""
    created_at: datetime | None = None
    used_at: datetime | None = None
    users: int = 0
    groups: int = 0


class FreshScim(ScimState):
    token: str
    """Shown once, here."""


class NewScim(Asked):
    role: Role | None = None


class ScimChange(Asked):
    role: Role


async def show(request: Request, tx: Tx, by: By) -> ScimState:
    """Whether a directory may provision people here."""
    return ScimState(**_told(request, await tokens.read(tx, by=by)))


async def create(new: NewScim, request: Request, tx: Tx, by: By) -> FreshScim:
    """A new token, shown this once; the one before stops."""
    by.must("own")
    proof.must(by)
    request.state.secret = True
    token = await tokens.make(tx, by=by, role=new.role)  # pyright: ignore[reportArgumentType]  checked there
    return FreshScim(**_told(request, await tokens.read(tx, by=by)), token=token)


async def update(change: ScimChange, request: Request, tx: Tx, by: By) -> ScimState:
    """The role of whoever is new."""
    by.must("own")
    await tokens.give_role(tx, change.role, by=by)  # pyright: ignore[reportArgumentType]  checked there
    return ScimState(**_told(request, await tokens.read(tx, by=by)))


async def remove(tx: Tx, by: By) -> Response:
    """No directory provisions here any more; who is here stays."""
    by.must("own")
    proof.must(by)
    await tokens.end(tx, by=by)
    return Response(status_code=204)


def _told(request: Request, known: tokens.Provisioning | None) -> dict[str, Any]:
    url = f"{parts(request).settings.url}/scim/v2"
    if known is None:
        return {"on": False, "url": url}
    names = ("begins", "role", "created_at", "used_at", "users", "groups")
    return {"on": True, "url": url, **{name: getattr(known, name) for name in names}}
