"""What the sign-in page shows of single sign-on: its buttons, and where people of a domain are led."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.sso_tables import domains as d
from sayso.db.sso_tables import sso_providers as t
from sayso.errors import Invalid
from sayso.team.sso.domains import named

BUTTONS_MAX = 6


@dataclass(frozen=True, slots=True)
class Way:
    id: str
    name: str
    kind: str

    @property
    def url(self) -> str:
        return f"/sso/{self.id}/start"


async def shown(tx: AsyncConnection) -> tuple[Way, ...]:
    """The buttons: of all workspaces, since nobody has said yet which one is theirs. A directory has none: its password is asked for
    by the page."""
    query = select(t.c.id, t.c.name, t.c.kind).where(t.c.on, t.c.shown, t.c.kind != "ldap")
    return tuple(Way(*row) for row in await tx.execute(query.order_by(t.c.created_at, t.c.id).limit(BUTTONS_MAX)))


async def for_address(tx: AsyncConnection, email: str) -> Way | None:
    """Where somebody of this domain is led; the same for every name before the @."""
    try:
        domain = named(email) if "@" in email else ""
    except Invalid:
        return None
    query = select(t.c.id, t.c.name, t.c.kind).join(d, d.c.capture == t.c.id)
    row = (await tx.execute(query.where(d.c.domain == domain, d.c.proved_at.is_not(None), t.c.on))).one_or_none()
    return None if row is None else Way(*row)
