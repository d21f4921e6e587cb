"""Members that are programs: no person, no address, no way to sign in; only tokens, which whoever manages makes for them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.errors import Forbidden, Invalid, NotFound, Problem
from sayso.team import audit, groups, keys, members, news, proof, rank, standing
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.keys import Key
from sayso.team.persons import named
from sayso.team.roles import Right

ACCOUNTS_MAX = 200

m = t.members.c


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[members.Known, ...]:
    by.must("manage")
    return tuple(one for one in await members.listed(tx, by=by) if one.kind == "service")


async def create(tx: AsyncConnection, name: str, role: str, *, by: Actor, within: Collection[str] = ()) -> members.Known:
    """With a role within the rights of `by`; never an owner. `within` are ids of groups."""
    await rank.must_give(tx, role, by=by)
    if role == "owner":
        raise Invalid(Problem("role", "of a service account is not owner", "builder"))
    count = select(func.count()).where(m.workspace_id == by.workspace, m.kind == "service", m.removed_at.is_(None))
    if (await tx.execute(count)).scalar_one() >= ACCOUNTS_MAX:
        raise Invalid(Problem("", f"a workspace has at most {ACCOUNTS_MAX} service accounts"))
    id, name = new_id("m"), named(name)
    hue = int.from_bytes(sha256(id.encode()).digest()[:2]) % 360
    await tx.execute(t.members.insert().values(id=id, workspace_id=by.workspace, kind="service", name=name, role=role, hue=hue))
    if within:
        await groups.put_member(tx, id, within, by=by)
    await audit.write(tx, "service_account.created", f"made the service account {name}", by=by, subject=id, detail={"role": role})
    await news.changed(tx, [id], by=by)
    return await members.read(tx, id, by=by)


async def rename(tx: AsyncConnection, id: str, name: str, *, by: Actor) -> None:
    before = await found(tx, id, by=by)
    name = named(name)
    await tx.execute(update(t.members).where(m.id == id).values(name=name))
    said = f"renamed the service account {before.name} to {name}"
    await audit.write(tx, "service_account.renamed", said, by=by, subject=id)
    await news.changed(tx, [id], by=by)


async def found(tx: AsyncConnection, id: str, *, by: Actor) -> members.Known:
    """Raises `NotFound` for who is none, a person too."""
    one = next((one for one in await listed(tx, by=by) if one.id == id), None)
    if one is None:
        raise NotFound("There is no such service account.")
    return one


async def tokens(tx: AsyncConnection, id: str, *, by: Actor) -> tuple[Key, ...]:
    await found(tx, id, by=by)
    return await keys.listed(tx, by=Actor("member", by.workspace, id, "nothing", ""))


async def make_token(
    tx: AsyncConnection,
    id: str,
    name: str,
    *,
    by: Actor,
    scopes: Sequence[Right] | None = None,
    expires_at: datetime | None = None,
    only: Sequence[str] | None = None,
) -> tuple[Key, str]:
    """The token and its secret, shown this once. Raises `Forbidden` when the account may do what `by` may not."""
    account = await found(tx, id, by=by)
    await rank.must_touch(tx, id, by=by)
    if by.scopes is not None:
        raise Forbidden("A token with scopes makes no tokens. Sign in, or use one that may do everything.")
    if scopes is None:
        proof.must(by)
    as_account = await standing.read(tx, id, workspace=by.workspace)
    if as_account is None:
        raise Invalid(Problem("", f"{account.name} is suspended"))
    made = await keys.create(
        tx, name, by=replace(as_account, address=by.address), scopes=scopes, expires_at=expires_at, only=only
    )
    said = f"made the token {made[0].name} for the service account {account.name}"
    await audit.write(tx, "service_account.token", said, by=by, subject=made[0].id)
    return made


async def withdraw_token(tx: AsyncConnection, id: str, token: str, *, by: Actor) -> None:
    if token not in {one.id for one in await tokens(tx, id, by=by)}:
        raise NotFound(f"There is no token {token}.")
    await keys.revoke(tx, token, by=by)
