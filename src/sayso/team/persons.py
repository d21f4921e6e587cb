"""People, whatever workspaces they are in: their name, address, picture, time zone and language.

Each of their memberships carries the name, address and colour too, since that is where rows and lists read them; they change together.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import net
from sayso.db import tables as t
from sayso.db.people_tables import people as p
from sayso.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from sayso.team.actor import Actor
from sayso.team.addressed import is_address
from sayso.team.ids import new_id

NAME_LENGTH_MAX = 100
LANGUAGES = (
    "en-GB", "en-US", "bg-BG", "cs-CZ", "da-DK", "de-AT", "de-CH", "de-DE", "el-GR", "es-ES", "es-MX", "et-EE", "fi-FI", "fr-CA", "fr-FR",
    "hr-HR", "hu-HU", "it-IT", "ja-JP", "ko-KR", "lt-LT", "lv-LV", "nb-NO", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "sk-SK", "sl-SI",
    "sv-SE", "tr-TR", "uk-UA", "zh-CN", "zh-TW",
)  # fmt: skip
"""How dates and numbers are written; BCP 47."""
GONE = "Somebody who left"


@dataclass(frozen=True, slots=True)
class Person:
    """`verified`: they have shown that the address is theirs."""

    id: str
    name: str
    email: str | None
    verified: bool
    zone: str | None
    language: str | None
    hue: int
    picture: str | None
    """Changes with the picture; None without one."""


async def read(tx: AsyncConnection, id: str) -> Person:
    row = (await tx.execute(select(*COLUMNS).where(p.c.id == id, p.c.deleted_at.is_(None)))).one_or_none()
    if row is None:
        raise NotFound("There is no such person.")
    return _person(row)


async def of_address(tx: AsyncConnection, email: str) -> Person | None:
    """Whoever says that this address is theirs; look at `verified`."""
    query = select(*COLUMNS).where(func.lower(p.c.email) == email.strip().lower(), p.c.deleted_at.is_(None))
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else _person(row)


@net.through_all
async def create(tx: AsyncConnection, name: str, email: str | None, hue: int, *, verified: bool = False) -> Person:
    """Raises `Conflict` when the address is somebody's. An address that nobody ever confirmed gives way to who shows that it is theirs."""
    if email:
        await _free(tx, email, verified=verified)
    id, at = new_id("pe"), datetime.now(UTC) if verified else None
    await tx.execute(p.insert().values(id=id, name=named(name), email=email or None, email_verified_at=at, hue=hue))
    return await read(tx, id)


@net.through_all
async def change(
    tx: AsyncConnection,
    id: str,
    *,
    name: str | None = None,
    zone: str | None = None,
    language: str | None = None,
    hue: int | None = None,
) -> Person:
    """What is None stays; an empty zone or language is taken away. Raises `Invalid`."""
    if zone and zone not in available_timezones():
        raise Invalid(Problem("zone", "is no time zone", "Europe/Berlin"))
    if language and language not in LANGUAGES:
        raise Invalid(Problem("language", f"is one of {', '.join(LANGUAGES)}", "de-DE"))
    own: dict[str, Any] = {"name": None if name is None else named(name), "hue": None if hue is None else hue % 360}
    given = {key: value for key, value in own.items() if value is not None}
    more = {key: value or None for key, value in (("zone", zone), ("language", language)) if value is not None}
    if given or more:
        await tx.execute(update(p).where(p.c.id == id).values(**given, **more))
    if given:
        await tx.execute(update(t.members).where(t.members.c.person == id).values(**given))
    return await read(tx, id)


@net.through_all
async def write_to(tx: AsyncConnection, id: str, email: str | None, *, verified: bool) -> Person:
    """Their address from now on, here and in every workspace. Raises `Conflict` when it is somebody else's."""
    if email and not is_address(email):
        raise Invalid(Problem("email", "is no e-mail address", "ana@example.com"))
    if email:
        await _free(tx, email, verified=verified, but=id)
        await _not_a_members(tx, id, email)
    at = datetime.now(UTC) if verified and email else None
    await tx.execute(update(p).where(p.c.id == id).values(email=email or None, email_verified_at=at))
    await tx.execute(update(t.members).where(t.members.c.person == id).values(email=email or None))
    return await read(tx, id)


async def confirmed(tx: AsyncConnection, id: str) -> None:
    """They have shown that the address they have is theirs."""
    mine = update(p).where(p.c.id == id, p.c.email.is_not(None), p.c.email_verified_at.is_(None))
    await tx.execute(mine.values(email_verified_at=func.now()))


async def put_picture(tx: AsyncConnection, id: str, picture: bytes | None) -> Person:
    """A square WebP of our own making, or none."""
    await tx.execute(update(p).where(p.c.id == id).values(picture=picture, picture_at=None if picture is None else func.now()))
    return await read(tx, id)


async def picture(tx: AsyncConnection, member: str, *, by: Actor) -> bytes:
    """Of a member of the workspace of `by`. Raises `NotFound`."""
    m = t.members.c
    query = select(p.c.picture).join(t.members, m.person == p.c.id).where(m.workspace_id == by.workspace, m.id == member)
    found = (await tx.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such picture.")
    return found


def of(by: Actor) -> str:
    """The person who asks. Raises `Forbidden` for who is none, such as a service account."""
    if by.person is None:
        raise Forbidden("This is a person's own.")
    return by.person


def must_be_sure(by: Actor) -> None:
    """Before what counts in all workspaces of a person: their address, how they sign in, all that is kept of them. A provider speaks for
    the workspace that trusts it; else whoever runs one workspace could be its people in all others. Raises `Forbidden`."""
    if by.vouched:
        raise Forbidden(
            "This counts in your other workspaces too, and only this one's provider says who you are. Sign in another way for it: by a link, your password or a passkey."
        )


def named(name: str) -> str:
    name = " ".join("".join(c for c in name if c.isprintable()).split())
    if not name or len(name) > NAME_LENGTH_MAX:
        raise Invalid(Problem("name", f"has 1 to {NAME_LENGTH_MAX} characters", "Ana Prado"))
    return name


async def _free(tx: AsyncConnection, email: str, *, verified: bool, but: str = "") -> None:
    other = await of_address(tx, email)
    if other is None or other.id == but:
        return
    if other.verified or not verified:
        raise Conflict(f"{email} is somebody's already. Sign in with it.")
    await tx.execute(update(p).where(p.c.id == other.id).values(email=None))
    await tx.execute(update(t.members).where(t.members.c.person == other.id).values(email=None))


async def _not_a_members(tx: AsyncConnection, id: str, email: str) -> None:
    """Members who are no persons, or have left, may still carry an address: it goes to who has it now."""
    m = t.members.c
    mine = select(m.workspace_id).where(m.person == id)
    same = update(t.members).where(m.workspace_id.in_(mine), func.lower(m.email) == email.lower(), m.person.is_distinct_from(id))
    await tx.execute(same.values(email=None))


_mark = func.extract("epoch", p.c.picture_at).label("mark")
COLUMNS = (p.c.id, p.c.name, p.c.email, p.c.email_verified_at, p.c.zone, p.c.language, p.c.hue, _mark)


def _person(row: Any) -> Person:
    mark = None if row.mark is None else f"{int(row.mark * 1000):x}"
    return Person(row.id, row.name, row.email, row.email_verified_at is not None, row.zone, row.language, row.hue, mark)
