"""What a process knows of keys, providers, aliases and budgets: read from PostgreSQL whole, and again whenever something changes."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.connections.vault import Vault
from sayso.db import gateway_tables as t
from sayso.errors import SaysoError
from sayso.gateway.bridge.bridged import Bridged
from sayso.gateway.caller import Caller
from sayso.gateway.here import Here, first_name
from sayso.gateway.here import Model as ModelHere
from sayso.gateway.pricing import FREE, Price, of_operator
from sayso.gateway.providers.kinds import KINDS
from sayso.gateway.providers.provider import Adapter, Provider
from sayso.gateway.refusals import no_such_model
from sayso.gateway.settings import GatewaySettings
from sayso.gateway.upstream import Pools

PLANS_REMEMBERED_MAX = 10_000
SLOTS = ("text", "vision", "image", "embedding")
BUILT_IN = {"text": "sayso/reader", "image": "sayso/canvas", "embedding": "sayso/embed"}
"""What stands in for a slot that nobody has filled."""
HERE = Provider("here", "", "sayso", "sayso")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a model: an upstream and its own name for it. `price` is only there when the owner has set one."""

    provider: Provider
    adapter: Adapter
    model: str
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a name stands for: where to ask, and where to ask next when that fails. `retries` are per route."""

    asked: str
    routes: tuple[Route, ...]
    retries: int | None = None
    cache_seconds: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alias:
    id: str
    name: str
    slot: str | None
    targets: tuple[Mapping[str, Any], ...]
    settings: Mapping[str, Any]


@dataclass(slots=True)
class Workspace:
    """One workspace's part of it."""

    id: str
    settings: GatewaySettings
    providers: dict[str, tuple[Provider, Adapter]]
    """By name, the one that is asked first in front."""
    aliases: dict[str, Alias]
    budgets: dict[tuple[str, str], tuple[str, ...]]
    """Ids by scope and subject."""
    here: Mapping[str, ModelHere]
    here_adapter: Adapter
    _plans: dict[str, Plan] = field(default_factory=dict)

    @classmethod
    def fresh(cls, id: str, here: Sequence[ModelHere]) -> "Workspace":
        return cls(id, GatewaySettings(), {}, {}, {}, {model.name: model for model in here}, bridged_here(here))

    def plan(self, name: str) -> Plan:
        """Where to ask for the model of this name: an alias, `provider/model`, a model here, or what some provider lists.

        Raises `Refused` (404) when it is none of these.
        """
        plan = self._plans.get(name)
        if plan is None:
            plan = self._planned(name)
            if len(self._plans) < PLANS_REMEMBERED_MAX:
                self._plans[name] = plan
        return plan

    def _planned(self, name: str) -> Plan:
        if name.startswith("slot:"):
            name = self.slot(name.removeprefix("slot:"))
        alias = self.aliases.get(name)
        if alias is None:
            return Plan(name, (self._route(name),))
        routes: list[Route] = []
        for target in alias.targets:
            try:
                routes.append(self._target(target))
            except SaysoError as error:
                log.warning("the alias %s leads nowhere: %s", name, error)
        if not routes:
            raise no_such_model(name)
        s = alias.settings
        return Plan(name, tuple(routes), s.get("retries"), int(s.get("cache_seconds") or 0), s)

    def slot(self, slot: str) -> str:
        """The name of the alias that an empty slot stands for; where there is none, the built-in model of that kind."""
        found = next((alias.name for alias in self.aliases.values() if alias.slot == slot), None)
        if found is None and BUILT_IN.get(slot) in self.here:
            return BUILT_IN[slot]
        if found is None:
            raise no_such_model("slot:" + slot)
        return found

    def slot_or_none(self, slot: str) -> str | None:
        return next((alias.name for alias in self.aliases.values() if alias.slot == slot), None)

    def _target(self, target: Mapping[str, Any]) -> Route:
        price = of_operator(target["price"]) if target.get("price") else None
        if not target.get("provider"):
            found = self._route(str(target.get("model", "")))
            return Route(found.provider, found.adapter, found.model, price or found.price)
        known = self.providers.get(str(target["provider"]))
        if known is None:
            raise no_such_model(f"{target['provider']}/{target.get('model')}")
        model = str(target.get("model", ""))
        return Route(*known, model, price or self._price(known[0], model))

    def _route(self, name: str) -> Route:
        if name in self.here or first_name(name, self.here):
            return Route(HERE, self.here_adapter, name, FREE)
        first, slash, rest = name.partition("/")
        if slash and rest and (known := self.providers.get(first)) is not None:
            return Route(*known, rest, self._price(known[0], rest))
        for provider, adapter in self.providers.values():
            if name in provider.models or provider.settings.get("any_model"):
                return Route(provider, adapter, name, self._price(provider, name))
        raise no_such_model(name)

    @staticmethod
    def _price(provider: Provider, model: str) -> Price | None:
        prices = provider.settings.get("prices") or {}
        if model in prices:
            return of_operator(prices[model])
        return FREE if KINDS[provider.kind].local else None

    def budgets_of(self, *, key: str | None = None, app: str | None = None, member: str | None = None) -> tuple[str, ...]:
        """The ids of all budgets that a call of this key, app and member spends."""
        found = self.budgets.get(("workspace", ""), ())
        for scope, subject in (("app", app), ("member", member), ("key", key)):
            if subject:
                found += self.budgets.get((scope, subject), ())
        return found


@dataclass(frozen=True, slots=True)
class Known:
    """All of it."""

    workspaces: Mapping[str, Workspace]
    keys: Mapping[bytes, Caller]
    """By the digest of their secrets."""


NOTHING = Known({}, {})


async def read(engine: AsyncEngine, vault: Vault, pools: Pools, here: Sequence[ModelHere]) -> Known:
    """Reads it all. A provider whose secret or address is broken is left out, and told in the log."""
    models_here = {model.name: model for model in here}
    here_adapter = bridged_here(here)
    async with engine.connect() as tx:
        settings = {row.workspace_id: row.settings for row in await tx.execute(select(t.settings))}
        workspaces = {
            id: Workspace(id, GatewaySettings.of(settings.get(id) or {}), {}, {}, {}, models_here, here_adapter)
            for id in await tx.scalars(select(t.settings.metadata.tables["sayso.workspaces"].c.id))
        }
        p = t.providers.c
        for row in await tx.execute(select(t.providers).where(p.enabled).order_by(p.rank, p.created_at, p.id)):
            if (made := _provider(row, vault, pools)) is not None:
                workspaces[row.workspace_id].providers[row.name] = made
        for row in await tx.execute(select(t.aliases).order_by(t.aliases.c.name)):
            workspaces[row.workspace_id].aliases[row.name] = Alias(row.id, row.name, row.slot, tuple(row.targets), row.settings)
        for row in await tx.execute(select(t.budgets).order_by(t.budgets.c.id)):
            of = workspaces[row.workspace_id].budgets
            of[row.scope, row.subject] = (*of.get((row.scope, row.subject), ()), row.id)
        keys = {row.hash: _caller(row, workspaces[row.workspace_id]) for row in await _living_keys(tx)}
    return Known(workspaces, keys)


async def key_of(engine: AsyncEngine, known: Known, digest: bytes) -> Caller | None:
    """A key that was made a moment ago, or by another process."""
    async with engine.connect() as tx:
        for row in await _living_keys(tx, digest):
            workspace = known.workspaces.get(row.workspace_id)
            return _caller(row, workspace) if workspace else None
    return None


async def _living_keys(tx: AsyncConnection, digest: bytes | None = None) -> Sequence[Any]:
    k, m, w = t.keys.c, t.keys.metadata.tables["sayso.members"].c, t.keys.metadata.tables["sayso.workspaces"].c
    query = select(t.keys).outerjoin(m.id.table, m.id == k.member).join(w.id.table, w.id == k.workspace_id)
    query = query.where(
        k.revoked_at.is_(None),
        m.removed_at.is_(None),
        m.suspended_at.is_(None),
        w.deleted_at.is_(None),
        k.expires_at.is_(None) | (k.expires_at > func.now()),
    )
    return (await tx.execute(query if digest is None else query.where(k.hash == digest))).all()


def _caller(row: Any, workspace: Workspace) -> Caller:
    s = row.settings
    return Caller(
        workspace=row.workspace_id,
        key=row.id,
        app=row.app,
        member=row.member,
        name=row.name,
        models=tuple(s["models"]) if s.get("models") else None,
        endpoints=tuple(s["endpoints"]) if s.get("endpoints") else None,
        budgets=workspace.budgets_of(key=row.id, app=row.app, member=row.member),
        requests_per_minute=s.get("requests_per_minute"),
        tokens_per_minute=s.get("tokens_per_minute"),
        expires_at=row.expires_at.timestamp() if row.expires_at else None,
    )


def bridged_here(here: Sequence[ModelHere]) -> Adapter:
    """The models here; those that only chat give responses too, and the other way round."""
    serves = {model.name: frozenset(model.endpoints) for model in here}

    def of(model: str) -> frozenset[str]:
        return serves[first_name(model, serves) or model]

    return Bridged(
        Here(here),
        lambda model: "responses" in of(model) or "chat/completions" not in of(model),
        lambda out: "chat/completions" in of(out.model) or "responses" not in of(out.model),
    )


def _provider(row: Any, vault: Vault, pools: Pools) -> tuple[Provider, Adapter] | None:
    kind = KINDS.get(row.kind)
    if kind is None:
        log.warning("the provider %s is of a kind that is not known here: %s", row.name, row.kind)
        return None
    try:
        provider = Provider(
            id=row.id,
            workspace=row.workspace_id,
            name=row.name,
            kind=row.kind,
            base_url=row.base_url or kind.base_url,
            secret=vault.open(row.secret, row.id) if row.secret else "",
            settings=row.settings,
            models=tuple(model["id"] for model in row.models),
            rank=row.rank,
        )
        return provider, Bridged.provider(kind.adapter(provider, pools), provider)
    except SaysoError as error:
        log.warning("the provider %s is left out: %s", row.name, error)
        return None
