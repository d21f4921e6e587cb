"""API tokens: how a program acts for a member, with that member's rights or fewer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
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


@dataclass(frozen=True, slots=True)
class Key:
    """One token, without its secret. `begins` is what tells it from others in a list; no `scopes` means all rights."""

    id: str
    name: str
    begins: str
    scopes: tuple[Right, ...]
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None


async def create(
    tx: AsyncConnection, name: str, *, by: Actor, scopes: Collection[Right] | None = None, expires_at: datetime | None = None
) -> tuple[Key, str]:
    """A new token for the member behind `by`, and its secret, which is shown this once.

    Raises `Invalid` for a name or scope that makes no sense, `Forbidden` for more rights than `by` has.
    """
    if by.member is None:
        raise Forbidden("Only members have tokens.")
    _must_be_whole(by)
    name = " ".join(name.split())
    _check(name, scopes, by)
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
        )
        .returning(*COLUMNS)
    )
    key = Key(*row.one())
    await audit.write(tx, "token.created", f"created the token {name}", by=by, subject=key.id)
    return key, secret


async def actor(tx: AsyncConnection, secret: str) -> Actor:
    """Who shows this token. Raises `SignInNeeded` when it is unknown, withdrawn, over, or of somebody who has left."""
    refused = SignInNeeded("This token is not known here, or no longer. Make one with `sayso token create` or in the settings.")
    if not is_token(secret):
        raise refused
    now = datetime.now(UTC)
    k = t.tokens.c
    query = standing.standing(k.scopes, k.used_at, k.id.label("key")).join(t.tokens, k.member == t.members.c.id)
    query = query.where(k.hash == hashed(secret), k.revoked_at.is_(None), k.expires_at.is_(None) | (k.expires_at > now))
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise refused
    if row.used_at is None or row.used_at < now - timedelta(minutes=USED_MINUTES):
        await tx.execute(t.tokens.update().where(k.id == row.key).values(used_at=now))
    return standing.actor_of(row, "token", scopes=frozenset(row.scopes) if row.scopes else None, token=row.key)


async def renewed(tx: AsyncConnection, id: str, expires_at: datetime) -> str | None:
    """Another secret for the same token, in place of the one before; None when it was withdrawn."""
    secret, k = new_token(), t.tokens.c
    mine = t.tokens.update().where(k.id == id, k.revoked_at.is_(None))
    row = await tx.execute(mine.values(hash=hashed(secret), hint=secret[:BEGINS_LENGTH], expires_at=expires_at).returning(k.id))
    return None if row.one_or_none() is None else secret


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Key, ...]:
    """The member's own tokens that still work, newest first."""
    k = t.tokens.c
    query = select(*COLUMNS).where(k.workspace_id == by.workspace, k.member == by.member, k.revoked_at.is_(None))
    return tuple(Key(*row) for row in await tx.execute(query.order_by(k.created_at.desc(), k.id)))


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
    if by.scopes is not None:
        raise Forbidden("A token with scopes neither makes nor withdraws tokens. Sign in, or use one that may do everything.")


def _check(name: str, scopes: Collection[Right] | None, by: Actor) -> None:
    if not name or len(name) > NAME_LENGTH_MAX:
        raise Invalid(Problem("name", f"has 1 to {NAME_LENGTH_MAX} characters", "Reporting"))
    if scopes is not None and (not scopes or unknown_in(scopes)):
        raise Invalid(Problem("scopes", f"are some of {', '.join(RIGHTS)}", "read"))
    for right in scopes or ():
        by.must(right)


def unknown_in(scopes: Collection[str]) -> list[str]:
    return [scope for scope in scopes if scope not in RIGHTS]


COLUMNS = tuple(t.tokens.c[name] for name in ("id", "name", "hint", "scopes", "created_at", "used_at", "expires_at"))
