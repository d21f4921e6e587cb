"""Virtual keys: how a program, an app or a person asks for models. Only their hashes are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import gateway_tables as t
from sayso.db.tables import members
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.gateway import news
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.secret import MODEL_KEY_PREFIX, hashed, new_token

NAME_LENGTH_MAX = 100
HINT_LENGTH = len(MODEL_KEY_PREFIX) + 4
OWN_SECRET_LENGTH_LEAST = 10
OWN_SECRET_LENGTH_MAX = 400
PATTERNS_MAX = 200
PER_MINUTE_MAX = 10**9


@dataclass(frozen=True, slots=True)
class Key:
    """One key, without its secret. `settings`: `models`, `endpoints` (patterns), `requests_per_minute`, `tokens_per_minute`."""

    id: str
    name: str
    hint: str
    app: str | None
    member: str | None
    settings: Mapping[str, Any]
    created_by: str
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


async def create(
    tx: AsyncConnection,
    name: str,
    *,
    by: Actor,
    app: str | None = None,
    member: str | None = None,
    settings: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
    secret: str | None = None,
) -> tuple[Key, str]:
    """A new key and its secret, which is shown this once. `secret` is one that exists already, when moving from another gateway.

    Raises `Forbidden`, `Invalid`, `Conflict`.
    """
    by.must("manage")
    name = checked_name(name)
    kept = checked_settings(settings or {})
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise Invalid(Problem("expires_at", "lies in the past"))
    if member is not None and not await tx.scalar(
        select(members.c.id).where(members.c.workspace_id == by.workspace, members.c.id == member)
    ):
        raise Invalid(Problem("member", "is nobody in this workspace"))
    if secret is None:
        secret = new_token(MODEL_KEY_PREFIX)
    elif not OWN_SECRET_LENGTH_LEAST <= len(secret) <= OWN_SECRET_LENGTH_MAX or not secret.isascii() or not secret.isprintable():
        raise Invalid(Problem("secret", f"has {OWN_SECRET_LENGTH_LEAST} to {OWN_SECRET_LENGTH_MAX} characters of ASCII"))
    if await tx.scalar(select(t.keys.c.id).where(t.keys.c.hash == hashed(secret))):
        raise Conflict("This key is there already.")
    row = await tx.execute(
        t.keys.insert()
        .values(
            id=new_id("v"),
            workspace_id=by.workspace,
            name=name,
            hash=hashed(secret),
            hint=secret[:HINT_LENGTH] if secret.startswith(MODEL_KEY_PREFIX) else secret[:4],
            app=app,
            member=member,
            settings=kept,
            created_by=by.id,
            expires_at=expires_at,
        )
        .returning(*COLUMNS)
    )
    key = Key(*row.one())
    await audit.write(tx, "gateway.key.created", f"made the key {name}", by=by, subject=key.id)
    await news.changed(tx)
    return key, secret


async def listed(tx: AsyncConnection, *, by: Actor, revoked: bool = False) -> tuple[Key, ...]:
    """Newest first; with `revoked` also those that do not work any more."""
    by.must("manage")
    query = select(*COLUMNS).where(t.keys.c.workspace_id == by.workspace)
    if not revoked:
        query = query.where(t.keys.c.revoked_at.is_(None))
    return tuple(Key(*row) for row in await tx.execute(query.order_by(t.keys.c.created_at.desc(), t.keys.c.id)))


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Key:
    by.must("manage")
    row = (await tx.execute(select(*COLUMNS).where(t.keys.c.workspace_id == by.workspace, t.keys.c.id == id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no key {id}.")
    return Key(*row)


async def change(tx: AsyncConnection, id: str, changes: Mapping[str, Any], *, by: Actor) -> Key:
    """Changes `name`, `settings` or `expires_at`."""
    await read(tx, id, by=by)
    values: dict[str, Any] = {}
    if "name" in changes:
        values["name"] = checked_name(changes["name"])
    if "settings" in changes:
        values["settings"] = checked_settings(changes["settings"])
    if "expires_at" in changes:
        values["expires_at"] = changes["expires_at"]
    if values:
        await tx.execute(t.keys.update().where(t.keys.c.workspace_id == by.workspace, t.keys.c.id == id).values(**values))
        await audit.write(tx, "gateway.key.changed", f"changed the key {values.get('name') or id}", by=by, subject=id)
        await news.changed(tx)
    return await read(tx, id, by=by)


async def revoke(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """Withdraws a key; within a second no process takes it any more."""
    by.must("manage")
    k = t.keys.c
    query = t.keys.update().where(k.workspace_id == by.workspace, k.id == id, k.revoked_at.is_(None))
    row = (await tx.execute(query.values(revoked_at=func.now()).returning(k.name))).one_or_none()
    if row is None:
        raise NotFound(f"There is no key {id}.")
    await audit.write(tx, "gateway.key.revoked", f"withdrew the key {row.name}", by=by, subject=id)
    await news.changed(tx)


def checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH_MAX or not name.isprintable():
        raise Invalid(Problem("name", f"has 1 to {NAME_LENGTH_MAX} characters", "Reporting"))
    return name


def checked_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name in ("models", "endpoints"):
        patterns: Sequence[Any] | None = settings.get(name)
        if patterns:
            if len(patterns) > PATTERNS_MAX or not all(
                isinstance(p, str) and 0 < len(p) <= 200 and p.isprintable() for p in patterns
            ):
                raise Invalid(Problem(f"settings/{name}", "is a list of names, or patterns with a star", "openai/*"))
            kept[name] = list(patterns)
    for name in ("requests_per_minute", "tokens_per_minute"):
        number = settings.get(name)
        if number is not None:
            if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= PER_MINUTE_MAX:
                raise Invalid(Problem(f"settings/{name}", "is a whole number above nought", "600"))
            kept[name] = number
    return kept


COLUMNS = tuple(
    t.keys.c[name]
    for name in (
        "id",
        "name",
        "hint",
        "app",
        "member",
        "settings",
        "created_by",
        "created_at",
        "used_at",
        "expires_at",
        "revoked_at",
    )
)
