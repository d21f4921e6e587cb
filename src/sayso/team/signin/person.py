"""The person who signs in, as much of them as that takes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.net import through_all
from sayso.db.people_tables import people as t
from sayso.db.tables import members
from sayso.errors import NotFound

EMAIL_CHARACTERS_MAX = 254
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    email: str | None

    @property
    def words(self) -> tuple[str, ...]:
        """What others know of them, which a password should not be made of."""
        return tuple(dict.fromkeys(_WORD.findall(f"{self.name} {(self.email or '').casefold()}".casefold())))


async def by_email(tx: AsyncConnection, email: str) -> Person | None:
    """Who has this address; None for nobody, and for what is no address."""
    return _one((await tx.execute(_living().where(func.lower(t.c.email) == folded(email)))).one_or_none())


async def by_id(tx: AsyncConnection, id: str) -> Person:
    found = _one((await tx.execute(_living().where(t.c.id == id))).one_or_none())
    if found is None:
        raise NotFound("This person is not here any more.")
    return found


async def verified(tx: AsyncConnection, id: str, email: str) -> None:
    """They have opened what was sent to this address: it is theirs."""
    mine = update(t).where(t.c.id == id, func.lower(t.c.email) == folded(email), t.c.email_verified_at.is_(None))
    await tx.execute(mine.values(email_verified_at=datetime.now(UTC)))


@through_all
async def memberships(tx: AsyncConnection, id: str) -> list[tuple[str, str]]:
    """The workspaces that they are in, each with the member that they are there; the one they have been in longest first."""
    m = members.c
    query = select(m.workspace_id, m.id).where(m.person == id, m.removed_at.is_(None)).order_by(m.created_at, m.id)
    return [(row[0], row[1]) for row in await tx.execute(query)]


def folded(email: str) -> str:
    """How addresses are compared: no case, no space around. What is too long to be one matches none."""
    return email.replace("\0", "").strip()[: EMAIL_CHARACTERS_MAX + 1].lower()


def _living() -> Select[*tuple[Any, ...]]:
    return select(t.c.id, t.c.name, t.c.email).where(t.c.deleted_at.is_(None))


def _one(row: Any) -> Person | None:
    return None if row is None else Person(*row)
