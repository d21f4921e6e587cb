"""Providers as the owner keeps them: added, tested, changed, removed. Their secrets go in, and never come out again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.connections.vault import Vault
from sayso.db import gateway_tables as t
from sayso.errors import Conflict, Invalid, NotFound, Problem, SaysoError
from sayso.gateway import news
from sayso.gateway.pricing import of_operator
from sayso.gateway.providers.kinds import KINDS, Kind
from sayso.gateway.providers.provider import Provider
from sayso.gateway.upstream import Broken, Pools, Target
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
RESERVED = frozenset({"sayso", "slot"})
SECRET_LENGTH_MAX = 8192
MODELS_KEPT_MAX = 2000
MODEL_LENGTH_MAX = 200
SECONDS_MAX = 7200


@dataclass(frozen=True, slots=True)
class Stored:
    """One provider, without its secret: `sealed` tells that there is one, `hint` its last characters. `problem` is what the last test said, None when all was well."""

    id: str
    name: str
    kind: str
    base_url: str
    hint: str
    sealed: bool
    settings: Mapping[str, Any]
    models: tuple[Mapping[str, Any], ...]
    rank: int
    enabled: bool
    problem: str | None
    checked_at: datetime | None
    created_at: datetime
    updated_at: datetime


async def create(
    tx: AsyncConnection,
    vault: Vault,
    *,
    by: Actor,
    name: str,
    kind: str,
    base_url: str = "",
    secret: str = "",
    settings: Mapping[str, Any] | None = None,
    models: list[str] | None = None,
    rank: int = 0,
) -> Stored:
    """Raises `Forbidden`, `Invalid`, `Conflict`."""
    by.must("manage")
    if not NAME.fullmatch(name) or name in RESERVED:
        raise Invalid(Problem("name", "is short, in small letters, digits, dots and dashes", "openai"))
    known = _kind(kind)
    _check_address(base_url or known.base_url)
    if known.needs_key and not secret:
        raise Invalid(Problem("secret", f"{known.title} needs a key"))
    p = t.providers.c
    if await tx.scalar(select(p.id).where(p.workspace_id == by.workspace, p.name == name)):
        raise Conflict(f"There is a provider called {name} already.")
    id = new_id("p")
    values = {"settings": checked_settings(settings or {}), "models": _models(models or []), "rank": rank}
    if secret:
        values |= _sealed(vault, secret, id)
    await tx.execute(
        t.providers.insert().values(id=id, workspace_id=by.workspace, name=name, kind=kind, base_url=base_url.strip(), **values)
    )
    await audit.write(tx, "gateway.provider.created", f"added the provider {name}", by=by, subject=id)
    await news.changed(tx)
    return await read(tx, id, by=by)


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Stored, ...]:
    by.must("manage")
    query = select(t.providers).where(t.providers.c.workspace_id == by.workspace)
    return tuple(
        _stored(row) for row in await tx.execute(query.order_by(t.providers.c.rank, t.providers.c.created_at, t.providers.c.id))
    )


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Stored:
    return _stored(await _row(tx, id, by))


async def change(tx: AsyncConnection, vault: Vault, id: str, changes: Mapping[str, Any], *, by: Actor) -> Stored:
    """Changes `base_url`, `secret`, `settings`, `models`, `rank` or `enabled`. Another host needs the secret entered again, so that
    nobody can send a stored one to a place of their own."""
    before = await _row(tx, id, by)
    known = _kind(before.kind)
    values: dict[str, Any] = {name: changes[name] for name in ("rank", "enabled") if name in changes}
    if "base_url" in changes:
        base_url = str(changes["base_url"]).strip()
        target, was = _check_address(base_url or known.base_url), _address(before.base_url or known.base_url)
        moved = was is None or (target.host, target.port, target.tls) != (was.host, was.port, was.tls)
        if moved and before.secret is not None and "secret" not in changes:
            raise Invalid(Problem("secret", "must be entered again when the address changes to another host"))
        values["base_url"] = base_url
    if "settings" in changes:
        values["settings"] = checked_settings(changes["settings"])
    if "models" in changes:
        values["models"] = _models(changes["models"])
    if "secret" in changes:
        secret = str(changes["secret"] or "")
        if not secret and known.needs_key:
            raise Invalid(Problem("secret", f"{known.title} needs a key"))
        values |= _sealed(vault, secret, id) if secret else {"secret": None, "hint": ""}
    if values:
        p = t.providers.c
        values["updated_at"] = func.now()
        await tx.execute(t.providers.update().where(p.workspace_id == by.workspace, p.id == id).values(**values))
        await audit.write(tx, "gateway.provider.changed", f"changed the provider {before.name}", by=by, subject=id)
        await news.changed(tx)
    return await read(tx, id, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    row = await _row(tx, id, by)
    await tx.execute(t.providers.delete().where(t.providers.c.workspace_id == by.workspace, t.providers.c.id == id))
    await audit.write(tx, "gateway.provider.removed", f"removed the provider {row.name}", by=by, subject=id)
    await news.changed(tx)


async def opened(tx: AsyncConnection, vault: Vault, id: str, *, by: Actor) -> Provider:
    """The provider, ready to be spoken to: for a test, outside of any transaction."""
    row = await _row(tx, id, by)
    kind = _kind(row.kind)
    secret = vault.open(row.secret, row.id) if row.secret else ""
    models = tuple(model["id"] for model in row.models)
    return Provider(
        row.id, by.workspace, row.name, row.kind, row.base_url or kind.base_url, secret, row.settings, models, row.rank
    )


async def tested(provider: Provider, pools: Pools) -> tuple[list[dict[str, Any]], str | None]:
    """What the provider says it has, and what is wrong, in words. Holds no transaction: the upstream may be slow."""
    try:
        found = await KINDS[provider.kind].adapter(provider, pools).models()
    except (SaysoError, Broken) as error:
        said = str(error)
        return [], said.replace(provider.secret, "[key]") if provider.secret else said
    models = [{"id": str(one["id"])[:MODEL_LENGTH_MAX], **_known_of(one)} for one in found if str(one["id"]).isprintable()]
    return models[:MODELS_KEPT_MAX], None


async def keep_test(tx: AsyncConnection, id: str, models: list[dict[str, Any]], problem: str | None, *, by: Actor) -> Stored:
    """Writes down what a test has found. The list of models is kept when the test failed."""
    await _row(tx, id, by)
    values: dict[str, Any] = {"checked_at": datetime.now(UTC), "problem": problem}
    if problem is None and models:
        values["models"] = models
    await tx.execute(
        t.providers.update().where(t.providers.c.workspace_id == by.workspace, t.providers.c.id == id).values(**values)
    )
    await news.changed(tx)
    return await read(tx, id, by=by)


def checked_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What every kind understands is checked here; what only one does is kept as it is, when it is plain."""
    kept: dict[str, Any] = {}
    for name, value in settings.items():
        if len(name) > 60 or len(str(value)) > 20_000:
            raise Invalid(Problem(f"settings/{name[:60]}", "is too long"))
        match name:
            case "prices":
                if not isinstance(value, Mapping):
                    raise Invalid(
                        Problem("settings/prices", "are by model", '{"my-model": {"input_mtok": 0.15, "output_mtok": 0.6}}')
                    )
                for prices in value.values():
                    of_operator(prices if isinstance(prices, Mapping) else {"input_mtok": prices})
            case "headers":
                good = isinstance(value, Mapping) and all(
                    isinstance(k, str) and isinstance(v, str) and (k + v).isprintable() for k, v in value.items()
                )
                if not good:
                    raise Invalid(Problem("settings/headers", "are names and texts", '{"X-Team": "operations"}'))
            case "first_byte_seconds" | "idle_seconds" | "whole_seconds":
                if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= SECONDS_MAX:
                    raise Invalid(Problem(f"settings/{name}", f"is a number of seconds up to {SECONDS_MAX}", "60"))
            case _:
                pass
        kept[name] = value
    return kept


def _known_of(model: Mapping[str, Any]) -> dict[str, Any]:
    """What upstreams tell of a model beside its name, as far as it is plain."""
    names = ("created", "owned_by", "shutdown_date", "context_length", "context_window", "max_output_tokens", "display_name")
    return {name: model[name] for name in names if isinstance(model.get(name), str | int)}


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Invalid(Problem("kind", f"is one of {', '.join(KINDS)}", "openai"))
    return KINDS[kind]


def _check_address(url: str) -> Target:
    return Target.of(url)


def _address(url: str) -> Target | None:
    try:
        return Target.of(url)
    except Invalid:
        return None


def _models(names: list[str]) -> list[dict[str, Any]]:
    if len(names) > MODELS_KEPT_MAX or not all(
        isinstance(n, str) and 0 < len(n) <= MODEL_LENGTH_MAX and n.isprintable() for n in names
    ):
        raise Invalid(Problem("models", "is a list of names", "gpt-6-luna"))
    return [{"id": name} for name in dict.fromkeys(names)]


def _sealed(vault: Vault, secret: str, id: str) -> dict[str, Any]:
    if len(secret) > SECRET_LENGTH_MAX or not secret.isascii() or not secret.isprintable() or secret != secret.strip():
        raise Invalid(Problem("secret", "is one line of plain characters, without spaces around it"))
    return {"secret": vault.seal(secret, id), "hint": secret[-4:] if len(secret) >= 12 else ""}


async def _row(tx: AsyncConnection, id: str, by: Actor) -> Any:
    by.must("manage")
    query = select(t.providers).where(t.providers.c.workspace_id == by.workspace, t.providers.c.id == id)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"There is no provider {id}.")
    return row


def _stored(row: Any) -> Stored:
    values: dict[str, Any] = {name: getattr(row, name) for name in Stored.__dataclass_fields__ if name != "sealed"}
    values["sealed"] = row.secret is not None
    values["models"] = tuple(row.models)
    return Stored(**values)
