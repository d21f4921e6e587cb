"""Links that let somebody in: once, as a member; or again and again, to one public form and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.errors import NotFound, SignInNeeded
from sayso.team import audit, standing
from sayso.team.actor import Actor
from sayso.team.secret import hashed, new_secret

SIGN_IN_MINUTES_MAX = 15


@dataclass(frozen=True, slots=True)
class FormLink:
    """A public form: `app` is the app's number, `view` the form's id."""

    token: str
    workspace: str
    app: int
    view: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Whoever uses the link: it has no rights of its own; the form's page does the one thing that it is for."""
        return Actor("link", self.workspace, None, "nothing", "Public form")


async def sign_in(tx: AsyncConnection, *, by: Actor, to: str = "/") -> str:
    """A secret that signs the member behind `by` in: once, within 15 minutes. `to` is the page that they want then."""
    secret = new_secret()
    await tx.execute(
        t.links.insert().values(
            hash=hashed(secret),
            workspace_id=by.workspace,
            kind="sign_in",
            member=by.member,
            settings={"to": to},
            created_by=by.id,
            expires_at=datetime.now(UTC) + timedelta(minutes=SIGN_IN_MINUTES_MAX),
        )
    )
    return secret


async def redeem(tx: AsyncConnection, secret: str) -> Actor:
    """The member whom this link signs in. It is used up now. Raises `SignInNeeded` when it was before, or is too old."""
    c = t.links.c
    used = (
        t.links.update()
        .where(c.hash == hashed(secret), c.kind == "sign_in", c.used_at.is_(None), c.revoked_at.is_(None))
        .where(c.expires_at > datetime.now(UTC))
        .values(used_at=func.now())
        .returning(c.member)
    )
    member = (await tx.execute(used)).scalar_one_or_none()
    actor = await standing.read(tx, member) if member else None
    if actor is None:
        raise SignInNeeded("This sign-in link was used already, or is too old. `sayso up` prints a fresh one.")
    await audit.write(tx, "member.signed_in", "signed in with a link", by=actor)
    return actor


async def destination(tx: AsyncConnection, secret: str) -> str:
    """The page that a sign-in link leads to: an address of ours, kept with the link, never taken from a request."""
    wanted = select(t.links.c.settings["to"].astext).where(t.links.c.hash == hashed(secret))
    return (await tx.execute(wanted)).scalar_one_or_none() or "/"


async def share_form(tx: AsyncConnection, app: int, view: str, *, by: Actor, expires_at: datetime | None = None) -> FormLink:
    """Makes a form public: whoever has the link may send it."""
    by.must("build")
    token = new_secret()
    values = {"workspace_id": by.workspace, "kind": "form", "token": token, "app": app, "view": view, "created_by": by.id}
    row = await tx.execute(t.links.insert().values(hash=hashed(token), expires_at=expires_at, **values).returning(*COLUMNS))
    await audit.write(tx, "form.shared", "made a form public", by=by, subject=f"{app}/{view}")
    return FormLink(*row.one())


async def forms_listed(tx: AsyncConnection, app: int, view: str, *, by: Actor) -> tuple[FormLink, ...]:
    """The links to this form that still work, newest first."""
    c = t.links.c
    query = _working().where(c.workspace_id == by.workspace, c.app == app, c.view == view)
    return tuple(FormLink(*row) for row in await tx.execute(query.order_by(c.created_at.desc())))


async def form(tx: AsyncConnection, token: str) -> FormLink:
    """The form behind a public link. Raises `NotFound` when it was withdrawn, is over, or never was."""
    row = (await tx.execute(_working().where(t.links.c.hash == hashed(token)))).one_or_none()
    if row is None:
        raise NotFound("This form is not open, or no longer.")
    return FormLink(*row)


async def withdraw_form(tx: AsyncConnection, token: str, *, by: Actor) -> None:
    by.must("build")
    c = t.links.c
    query = t.links.update().where(
        c.workspace_id == by.workspace, c.hash == hashed(token), c.kind == "form", c.revoked_at.is_(None)
    )
    if (await tx.execute(query.values(revoked_at=func.now()))).rowcount == 0:
        raise NotFound("There is no such link.")
    await audit.write(tx, "form.withdrawn", "withdrew a public form", by=by)


COLUMNS = tuple(t.links.c[name] for name in ("token", "workspace_id", "app", "view", "created_by", "created_at", "expires_at"))


def _working() -> Select[*tuple[Any, ...]]:
    c = t.links.c
    return (
        select(*COLUMNS)
        .where(c.kind == "form", c.revoked_at.is_(None))
        .where(c.expires_at.is_(None) | (c.expires_at > datetime.now(UTC)))
    )
