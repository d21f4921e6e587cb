"""The people of the workspace."""

from typing import Literal, Self

from sayso.team import people
from sayso.web.actor import By
from sayso.web.shapes import Shown
from sayso.web.work import Tx


class Member(Shown):
    id: str
    name: str
    email: str | None
    role: Literal["owner", "builder", "member", "viewer", "nothing"]
    initials: str
    hue: int

    @classmethod
    def of(cls, one: people.Member) -> Self:
        return cls(id=one.id, name=one.name, email=one.email, role=one.role, initials=one.initials, hue=one.hue)


class Members(Shown):
    items: list[Member]
    next: str | None = None


async def listed(tx: Tx, by: By) -> Members:
    """Everyone in the workspace."""
    return Members(items=[Member.of(one) for one in await people.listed(tx, by=by)])
