"""Providers: where models come from."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Self

from fastapi import Request, Response
from pydantic import Field, StringConstraints

from sayso import db
from sayso.gateway.providers import kinds as known
from sayso.gateway.providers import stored
from sayso.gateway.providers.provider import Provider as Upstream
from sayso.models.observed import observe
from sayso.web.actor import By
from sayso.web.api.gateway.shapes import ModelName, Name, ProviderId, only_given
from sayso.web.parts import Parts, parts
from sayso.web.shapes import Asked, Json, Shown
from sayso.web.work import Engine, Once, Tx

Secret = Annotated[str, StringConstraints(max_length=8192), Field(description="Goes in, and never comes out again")]
Url = Annotated[str, StringConstraints(max_length=2000)]
Rank = Annotated[int, Field(ge=-1000, le=1000, description="Lower is asked first, when several have the same model")]
Models = Annotated[list[ModelName], Field(max_length=2000)]


class ProviderKind(Shown):
    """A kind of upstream that Sayso can speak to."""

    kind: str
    title: str
    base_url: str
    needs_key: bool
    local: bool
    """Runs on your own machine: costs nothing, and needs SAYSO_EGRESS_ALLOW."""
    settings: dict[str, str]
    """What it can be told beside address and key, each with an example."""


class ProviderKinds(Shown):
    items: list[ProviderKind]


class Provider(Shown):
    id: str
    name: str
    kind: str
    base_url: str
    """Empty: the kind's own address."""
    hint: str
    """The last characters of its key."""
    has_secret: bool
    settings: Json
    models: list[Json]
    """What it has, as of the last test: `id`, and what else it told."""
    rank: int
    enabled: bool
    problem: str | None
    """What the last test said; null when all was well."""
    checked_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, one: stored.Stored) -> Self:
        return cls(
            id=one.id,
            name=one.name,
            kind=one.kind,
            base_url=one.base_url,
            hint=one.hint,
            has_secret=one.sealed,
            settings=dict(one.settings),
            models=[dict(model) for model in one.models],
            rank=one.rank,
            enabled=one.enabled,
            problem=one.problem,
            checked_at=one.checked_at,
            created_at=one.created_at,
            updated_at=one.updated_at,
        )


class Providers(Shown):
    items: list[Provider]
    next: str | None = None


class NewProvider(Asked):
    name: Name
    """Short, in small letters: the part before the slash in `openai/gpt-6-luna`."""
    kind: Name
    base_url: Url = ""
    secret: Secret = ""
    settings: Json = {}
    models: Models = []
    """Only where the provider cannot list its own."""
    rank: Rank = 0


class ProviderChange(Asked):
    base_url: Url | None = None
    secret: Secret | None = None
    settings: Json | None = None
    models: Models | None = None
    rank: Rank | None = None
    enabled: bool | None = None


async def kinds(by: By) -> ProviderKinds:
    """The kinds of provider that there are."""
    by.must("read")
    return ProviderKinds(
        items=[
            ProviderKind(
                kind=name,
                title=kind.title,
                base_url=kind.base_url,
                needs_key=kind.needs_key,
                local=kind.local,
                settings=dict(kind.settings),
            )
            for name, kind in known.KINDS.items()
        ]
    )


async def listed(tx: Tx, by: By) -> Providers:
    """All providers, the one that is asked first in front."""
    return Providers(items=[Provider.of(one) for one in await stored.listed(tx, by=by)])


async def create(new: NewProvider, request: Request, tx: Tx, by: By) -> Provider:
    """Add a provider. Test it next: that also reads its list of models."""
    made = await stored.create(tx, parts(request).gateway.vault, by=by, **new.model_dump())
    return Provider.of(made)


async def show(id: ProviderId, tx: Tx, by: By) -> Provider:
    """One provider."""
    return Provider.of(await stored.read(tx, id, by=by))


async def update(id: ProviderId, change: ProviderChange, request: Request, tx: Tx, by: By) -> Provider:
    """Change a provider. Another host needs the key entered again."""
    given = {name: value for name, value in only_given(change).items() if value is not None}
    return Provider.of(await stored.change(tx, parts(request).gateway.vault, id, given, by=by))


async def remove(id: ProviderId, tx: Tx, by: By) -> Response:
    """Remove a provider; its key is forgotten."""
    await stored.remove(tx, id, by=by)
    return Response(status_code=204)


async def test(id: ProviderId, request: Request, engine: Engine, by: By, once: Once) -> Provider:
    """Ask the provider for its models: `problem` says what is wrong, if anything is; else its list is kept."""
    gateway = parts(request).gateway
    async with db.transaction(engine) as tx:
        provider = await stored.opened(tx, gateway.vault, id, by=by)
    models, problem = await stored.tested(provider, gateway.pools)
    if problem is None:
        await told(parts(request), provider, models)
    async with db.transaction(engine) as tx:
        return Provider.of(await stored.keep_test(tx, id, models, problem, by=by))


MAKERS = {"gemini": "google"}
"""Kinds that the directory of models has under another name."""


async def told(with_: Parts, provider: Upstream, models: list[Json]) -> None:
    """A maker's own list tells when its models end: the directory takes that in, from the maker's own address only."""
    if provider.base_url != known.KINDS[provider.kind].base_url:
        return
    maker = MAKERS.get(provider.kind, provider.kind)
    if await asyncio.to_thread(observe, with_.settings.home, maker, models, datetime.now(UTC).date()):
        with_.shelf.forget()
