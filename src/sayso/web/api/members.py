"""The people of the workspace."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import Query, Request, Response
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.errors import Invalid, NotFound, Problem
from sayso.gateway import news
from sayso.team import belongings, members, people, persons, rank
from sayso.team.actor import Actor
from sayso.team.roles import Right
from sayso.team.signin import shown as signing_in
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Shown, Token
from sayso.web.work import Tx

PICTURE_SECONDS_MAX = 86_400
RoleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
"""`owner`, `admin`, `builder`, `member`, `viewer`, `guest`, or the id of a role of the workspace's own."""
Properties = Annotated[
    dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=1_000)]], Field(max_length=100)
]
Ids = Annotated[list[Token], Field(max_length=2_000)]


class MemberMay(Shown):
    change: bool = False
    """Their role, groups and properties; suspend and remove them: within one's own rights."""


class Member(Shown):
    id: str
    name: str
    email: str | None
    role: str
    """`owner`, `admin`, `builder`, `member`, `viewer`, `guest`, or the id of a role of the workspace's own."""
    role_name: str = ""
    initials: str
    hue: int
    picture: str | None = None
    """The address of a square picture."""
    kind: Literal["person", "service"] = "person"
    groups: list[str] = []
    suspended: bool = False
    properties: dict[str, str] = {}
    seen_at: datetime | None = None
    joined_at: datetime | None = None
    ways: list[signing_in.Way] = []
    """With what they sign in, for who manages; none of these: by a link."""
    may: MemberMay = MemberMay()

    @classmethod
    def of(cls, one: people.Member) -> Self:
        """As they see themselves where no list is at hand."""
        return cls(id=one.id, name=one.name, email=one.email, role=one.role, initials=one.initials, hue=one.hue)


class Members(Shown):
    items: list[Member]
    next: str | None = None


class MemberChange(Asked):
    role: RoleId | None = None
    suspended: bool | None = None
    properties: Properties | None = None
    """What rules about rows may ask for: `my.region`. All of them; what is not named goes."""
    groups: Ids | None = None
    """Exactly these."""


class Belonging(Shown):
    id: str
    name: str
    app: str | None = None
    app_name: str | None = None
    on: bool = False


class Belongings(Shown):
    """What is theirs, and stops when they go unless somebody takes it over."""

    automations: list[Belonging]
    connections: list[Belonging]
    webhooks: list[Belonging]
    tables: list[Belonging]
    tokens: list[Belonging]
    keys: list[Belonging]
    sentence: str


async def listed(tx: Tx, by: By) -> Members:
    """Everyone in the workspace, as far as one may know them."""
    return Members(items=await shown(tx, await members.listed(tx, by=by), by))


async def show(member: Token, tx: Tx, by: By) -> Member:
    """One of them; for a guest, only oneself."""
    if by.role == "guest" and member != by.member:
        raise NotFound(f"Nobody here has the id {member}.")
    return await one(tx, member, by)


async def update(member: Token, change: MemberChange, request: Request, tx: Tx, by: By) -> Member:
    """Change their role, groups or properties; suspend them, or bring them back."""
    by.must("manage")
    if not change.model_fields_set:
        raise Invalid(Problem("role", "or suspended, properties or groups is needed", "member"))
    await members.read(tx, member, by=by)
    await changed(tx, member, change.role, change.suspended, change.groups, by)
    if change.properties is not None:
        await members.describe(tx, member, change.properties, by=by)
    forget(request)
    return await one(tx, member, by)


async def remove(member: Token, request: Request, tx: Tx, by: By, to: Annotated[Token | None, Query()] = None) -> Response:
    """Remove a member, or leave. `to` takes over what is theirs; without, it stops."""
    await members.remove(tx, member, by=by, to=to)
    await news.changed(tx)
    forget(request)
    return Response(status_code=204)


async def owned(member: Token, tx: Tx, by: By) -> Belongings:
    """What they own, and what stops when they go."""
    what = await belongings.of(tx, member, by=by)
    kinds = ("automations", "connections", "webhooks", "tables", "tokens", "keys")
    lists: dict[str, Any] = {
        kind: [Belonging.model_validate(one, from_attributes=True) for one in getattr(what, kind)] for kind in kinds
    }
    return Belongings(**lists, sentence=what.sentence)


async def picture(member: Token, tx: Tx, by: By) -> Response:
    """Their face: a square WebP."""
    content = await persons.picture(tx, member, by=by)
    headers = {"cache-control": f"private, max-age={PICTURE_SECONDS_MAX}", "content-security-policy": "default-src 'none'"}
    return Response(content, media_type="image/webp", headers=headers)


async def changed(
    tx: AsyncConnection, member: str, role: str | None, suspended: bool | None, groups: Collection[str] | None, by: Actor
) -> None:
    """What of these is not None; the same for service accounts."""
    if role is not None:
        await members.change_role(tx, member, role, by=by)
    if suspended is not None:
        await (members.suspend if suspended else members.bring_back)(tx, member, by=by)
        await news.changed(tx)
    if groups is not None:
        await members.put_in_groups(tx, member, groups, by=by)


async def one(tx: AsyncConnection, id: str, by: Actor) -> Member:
    return (await shown(tx, [await members.read(tx, id, by=by)], by))[0]


async def shown(tx: AsyncConnection, known: Collection[members.Known], by: Actor) -> list[Member]:
    rights = await rank.roles(tx, by.workspace)
    own = await rank.names(tx, by.workspace)
    ways = await signing_in.of_members(tx, by.workspace) if by.may("manage") else {}
    return [_shown(one, rights, own, by).model_copy(update={"ways": list(ways.get(one.id, ()))}) for one in known]


def _shown(one: members.Known, rights: Mapping[str, frozenset[Right]], own: Mapping[str, str], by: Actor) -> Member:
    may = by.may("manage") and rank.within(by, rights.get(one.role, frozenset()))
    return Member(
        id=one.id, name=one.name, email=one.email, role=one.role, role_name=rank.named(one.role, own), initials=people.initials(one.name),
        hue=one.hue, picture=address_of(one.id, one.picture), kind=one.kind, groups=list(one.groups), suspended=one.suspended,
        properties=dict(one.properties), seen_at=one.seen_at, joined_at=one.joined_at, may=MemberMay(change=may),
    )  # fmt: skip


def address_of(member: str, mark: str | None) -> str | None:
    """Another address for another picture, so that browsers keep one for long."""
    return None if mark is None else f"/api/members/{member}/picture?v={mark}"


def forget(request: Request) -> None:
    """Who was remembered may stand otherwise now."""
    parts(request).callers.forget()
