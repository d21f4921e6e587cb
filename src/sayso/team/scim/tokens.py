"""The token with which a directory provisions one workspace. One at a time: a new one ends the old one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.sso_tables import scim_groups, scim_users
from sayso.db.sso_tables import scim_tokens as t
from sayso.errors import Invalid, NotFound, Problem, SignInNeeded
from sayso.team import audit
from sayso.team.actor import Actor, system
from sayso.team.roles import Reach
from sayso.team.secret import hashed, new_token
from sayso.team.sso.mapping import ROLES

PREFIX = "sayso_scim_"
SEEN_MINUTES = 1
TOKEN_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Provisioning:
    """`begins` are the token's first characters; `role` is that of whoever is new."""

    begins: str
    role: Reach
    created_at: datetime
    used_at: datetime | None
    users: int
    groups: int


async def read(tx: AsyncConnection, *, by: Actor) -> Provisioning | None:
    by.must("manage")
    users = select(func.count()).where(scim_users.c.workspace_id == by.workspace).scalar_subquery()
    groups = select(func.count()).where(scim_groups.c.workspace_id == by.workspace).scalar_subquery()
    query = select(t.c.hint, t.c.role, t.c.created_at, t.c.used_at, users, groups).where(t.c.workspace_id == by.workspace)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else Provisioning(*row)


async def make(tx: AsyncConnection, *, by: Actor, role: Reach | None = None) -> str:
    """A new token; the one before stops at once."""
    by.must("own")
    _check(role)
    token = new_token(PREFIX)
    values = {"hash": hashed(token), "hint": token[: len(PREFIX) + 4], "created_at": func.now(), "used_at": None}
    values |= {"role": role} if role else {}
    made = insert(t).values(workspace_id=by.workspace, **values)
    await tx.execute(made.on_conflict_do_update(index_elements=[t.c.workspace_id], set_=values))
    await audit.write(tx, "scim.token", "made a token to provision people with (SCIM)", by=by)
    return token


async def give_role(tx: AsyncConnection, role: Reach, *, by: Actor) -> None:
    by.must("own")
    _check(role)
    done = await tx.execute(update(t).where(t.c.workspace_id == by.workspace).values(role=role))
    if not done.rowcount:
        raise NotFound("Nobody is provisioned here. Make a token first.")
    await audit.write(tx, "scim.role", f"made new people of the directory {role}", by=by)


async def end(tx: AsyncConnection, *, by: Actor) -> None:
    """Who was provisioned stays as they are."""
    by.must("own")
    if (await tx.execute(delete(t).where(t.c.workspace_id == by.workspace))).rowcount:
        await audit.write(tx, "scim.ended", "ended provisioning by a directory (SCIM)", by=by)


async def actor(tx: AsyncConnection, token: str) -> tuple[Actor, Reach]:
    """The directory behind a token, and the role of whoever is new. Raises `SignInNeeded`."""
    known = token.startswith(PREFIX) and len(token) <= TOKEN_CHARACTERS_MAX and token.isascii()
    query = select(t.c.workspace_id, t.c.role, t.c.used_at, func.now().label("now")).where(t.c.hash == hashed(token))
    row = (await tx.execute(query)).one_or_none() if known else None
    if row is None:
        raise SignInNeeded("Send the token of this workspace: Authorization: Bearer sayso_scim_…")
    if row.used_at is None or (row.now - row.used_at).total_seconds() > SEEN_MINUTES * 60:
        await tx.execute(update(t).where(t.c.workspace_id == row.workspace_id).values(used_at=func.now()))
    return system(row.workspace_id, "The directory (SCIM)"), row.role


def _check(role: Reach | None) -> None:
    if role is not None and role not in ROLES:
        raise Invalid(Problem("role", f"is one of {', '.join(ROLES)}", "member"))
