"""API tokens: how a program acts for a member, with that member's rights or fewer."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.errors import Forbidden, Invalid, NotFound, Problem, SignInNeeded
from sayso.team import audit, standing
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.roles import RIGHTS, Right
from sayso.team.secret import hashed, is_token, new_token

BEGINS_LENGTH = len("sayso_") + 4
NAME_LENGTH_MAX = 100
TOKENS_MAX = 100
USED_MINUTES = 1
APPS_MAX = 100
"""That one token may be narrowed to; more is all of them."""
EXPIRES_DAYS = 90
"""When nobody says otherwise. Never is possible, and told."""
OVERLAP_HOURS_MAX = 7 * 24


class UnknownToken(SignInNeeded):
    """It is made as ours are, and never was one of ours: somebody guesses."""


@dataclass(frozen=True, slots=True)
class Key:
    """One token, without its secret. `begins` is what tells it from others in a list; no `scopes` means all rights, no `apps` all apps.
    `old_until`: until then the secret before works too. `member` is whose it is."""

    id: str
    name: str
    begins: str
    scopes: tuple[Right, ...]
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None
    apps: tuple[str, ...] | None
    used_address: str
    old_until: datetime | None
    member: str
    member_name: str


def in_days(days: int = EXPIRES_DAYS) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


async def create(
    tx: AsyncConnection,
    name: str,
    *,
    by: Actor,
    scopes: Collection[Right] | None = None,
    expires_at: datetime | None = None,
    only: Collection[str] | None = None,
) -> tuple[Key, str]:
    """A new token for the member behind `by`, and its secret, which is shown this once. `only` are ids of apps; None: all.

    Raises `Invalid` for a name or scope that makes no sense, `Forbidden` for more rights than `by` has.
    """
    if by.member is None:
        raise Forbidden("Only members have tokens.")
    _must_be_whole(by)
    name = " ".join(name.split())
    _check(name, scopes, by)
    reached = None if only is None else await _apps(tx, only, by)
    mine = (t.tokens.c.member == by.member) & t.tokens.c.revoked_at.is_(None)
    if (await tx.execute(select(func.count()).where(mine))).scalar_one() >= TOKENS_MAX:
        raise Invalid(Problem("", f"nobody needs more than {TOKENS_MAX} tokens; withdraw some first"))
    secret = new_token()
    row = await tx.execute(
        t.tokens.insert()
        .values(
            id=new_id("k"),
            workspace_id=by.workspace,
            member=by.member,
            name=name,
            hash=hashed(secret),
            hint=secret[:BEGINS_LENGTH],
            scopes=[right for right in RIGHTS if right in (scopes or ())],
            expires_at=expires_at,
            apps=reached,
        )
        .returning(t.tokens.c.id)
    )
    key = await _one(tx, row.scalar_one(), by=by)
    after = {
        "scopes": list(key.scopes) or "everything",
        "apps": reached or "all",
        "expires_at": expires_at and expires_at.isoformat(),
    }
    await audit.write(tx, "token.created", f"created the token {name}", by=by, subject=key.id, after=after)
    return key, secret


async def rotated(tx: AsyncConnection, id: str, *, by: Actor, overlap_hours: int = 24) -> tuple[Key, str]:
    """Another secret for one's own token, shown this once; the one before works beside it for a while."""
    _must_be_whole(by)
    if not 0 <= overlap_hours <= OVERLAP_HOURS_MAX:
        raise Invalid(Problem("overlap_hours", f"is a number from 0 to {OVERLAP_HOURS_MAX}", "24"))
    secret, k = new_token(), t.tokens.c
    mine = (k.workspace_id == by.workspace) & (k.id == id) & (k.member == by.member) & k.revoked_at.is_(None)
    live = mine & (k.expires_at.is_(None) | (k.expires_at > func.now()))
    until = datetime.now(UTC) + timedelta(hours=overlap_hours)
    before = {"old_hash": k.hash, "old_until": until} if overlap_hours else {"old_hash": None, "old_until": None}
    new = t.tokens.update().where(live).values(**before, hash=hashed(secret), hint=secret[:BEGINS_LENGTH]).returning(k.id)
    if (await tx.execute(new)).one_or_none() is None:
        raise NotFound(f"There is no token {id} of yours.")
    key = await _one(tx, id, by=by)
    told = {"overlap_hours": overlap_hours}
    await audit.write(tx, "token.rotated", f"gave the token {key.name} a new secret", by=by, subject=id, detail=told)
    return key, secret


async def actor(tx: AsyncConnection, secret: str, address: str = "") -> Actor:
    """Who shows this token, from which address. Raises `SignInNeeded` when it is unknown, withdrawn, over, or of somebody who has left."""
    refused = SignInNeeded("This token is not known here, or no longer. Make one with `sayso token create` or in the settings.")
    if not is_token(secret):
        raise refused
    now = datetime.now(UTC)
    k = t.tokens.c
    query = standing.standing(k.scopes, k.apps, k.used_at, k.id.label("key")).join(t.tokens, k.member == t.members.c.id)
    shown = (k.hash == hashed(secret)) | ((k.old_hash == hashed(secret)) & (k.old_until > now))
    query = query.where(shown, k.revoked_at.is_(None), k.expires_at.is_(None) | (k.expires_at > now))
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        was = select(k.id).where((k.hash == hashed(secret)) | (k.old_hash == hashed(secret)))
        raise refused if (await tx.execute(was)).first() else UnknownToken(str(refused))
    if row.used_at is None or row.used_at < now - timedelta(minutes=USED_MINUTES):
        await tx.execute(t.tokens.update().where(k.id == row.key).values(used_at=now, used_address=address))
    only = None if row.apps is None else frozenset[str](row.apps)
    return standing.actor_of(row, "token", scopes=frozenset(row.scopes) if row.scopes else None, token=row.key, apps=only)


async def renewed(tx: AsyncConnection, id: str, expires_at: datetime) -> str | None:
    """Another secret for the same token, in place of the one before; None when it was withdrawn."""
    secret, k = new_token(), t.tokens.c
    mine = t.tokens.update().where(k.id == id, k.revoked_at.is_(None))
    row = await tx.execute(mine.values(hash=hashed(secret), hint=secret[:BEGINS_LENGTH], expires_at=expires_at).returning(k.id))
    return None if row.one_or_none() is None else secret


async def listed(tx: AsyncConnection, *, by: Actor, everybodys: bool = False) -> tuple[Key, ...]:
    """The member's own tokens that were not withdrawn, newest first; `everybodys` are all of the workspace, for who manages it."""
    k = t.tokens.c
    query = _query().where(k.workspace_id == by.workspace, k.revoked_at.is_(None))
    if everybodys:
        by.must("manage")
    else:
        query = query.where(k.member == by.member)
    return tuple(_key(row) for row in await tx.execute(query.order_by(k.created_at.desc(), k.id)))


async def _one(tx: AsyncConnection, id: str, *, by: Actor) -> Key:
    return _key((await tx.execute(_query().where(t.tokens.c.workspace_id == by.workspace, t.tokens.c.id == id))).one())


def _query() -> Select[Any]:
    return select(*COLUMNS).join_from(t.tokens, t.members, t.tokens.c.member == t.members.c.id)


def _key(row: Any) -> Key:
    key = Key(*row)
    return replace(key, scopes=tuple(key.scopes), apps=None if key.apps is None else tuple(key.apps))


async def _apps(tx: AsyncConnection, only: Collection[str], by: Actor) -> list[str]:
    a = t.apps.c
    asked = list(dict.fromkeys(only))
    query = select(a.id).where(a.workspace_id == by.workspace, a.id.in_(asked[:APPS_MAX]), a.deleted_at.is_(None))
    here = set((await tx.execute(query)).scalars())
    if not asked or len(asked) > APPS_MAX or len(here) < len(asked):
        raise Invalid(Problem("apps", f"are ids of 1 to {APPS_MAX} apps of this workspace, or null for all", "crm"))
    return asked


async def revoke(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """Withdraws one's own token, or as owner anybody's; it stops at once."""
    _must_be_whole(by)
    k = t.tokens.c
    query = t.tokens.update().where(k.workspace_id == by.workspace, k.id == id, k.revoked_at.is_(None))
    if not by.may("manage"):
        query = query.where(k.member == by.member)
    row = (await tx.execute(query.values(revoked_at=func.now()).returning(k.name))).one_or_none()
    if row is None:
        raise NotFound(f"There is no token {id}.")
    await audit.write(tx, "token.revoked", f"withdrew the token {row.name}", by=by, subject=id)


def _must_be_whole(by: Actor) -> None:
    """A token for less than everything neither multiplies, which would outlive its own withdrawal, nor withdraws others."""
    if by.scopes is not None or by.apps is not None:
        raise Forbidden(
            "A token with scopes or for some apps neither makes nor withdraws tokens. Sign in, or use one that may do everything."
        )


def _check(name: str, scopes: Collection[Right] | None, by: Actor) -> None:
    if not name or len(name) > NAME_LENGTH_MAX:
        raise Invalid(Problem("name", f"has 1 to {NAME_LENGTH_MAX} characters", "Reporting"))
    if scopes is not None and (not scopes or unknown_in(scopes)):
        raise Invalid(Problem("scopes", f"are some of {', '.join(RIGHTS)}", "read"))
    for right in scopes or ():
        by.must(right)


def unknown_in(scopes: Collection[str]) -> list[str]:
    return [scope for scope in scopes if scope not in RIGHTS]


COLUMNS = (
    *(t.tokens.c[name] for name in ("id", "name", "hint", "scopes", "created_at", "used_at", "expires_at", "apps", "used_address")),
    t.tokens.c.old_until, t.members.c.id.label("member"), t.members.c.name.label("member_name"),
)  # fmt: skip
