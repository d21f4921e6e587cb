"""Aliases: names of one's own for models, with what to ask when that fails."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Response
from pydantic import Field

from sayso.gateway import aliases
from sayso.web.actor import By
from sayso.web.api.gateway.shapes import AliasId, ModelName, Name, only_given
from sayso.web.shapes import Asked, Json, Shown
from sayso.web.work import Tx

Slot = Literal["text", "vision", "image", "embedding"]


class AliasTarget(Asked):
    """One way to a model. Without a provider it is the name of another model of this gateway, such as `sayso/reader`."""

    provider: Name | None = None
    model: ModelName
    price: dict[str, float | str | None] | None = None
    """Dollars per million tokens, such as `{"input_mtok": 0.15, "output_mtok": 0.6}`, where nobody has published any."""


Targets = Annotated[
    list[AliasTarget], Field(min_length=1, max_length=10, description="The first is asked first, the others when it fails")
]


class Alias(Shown):
    id: str
    name: str
    slot: Slot | None
    """The slot that this is the default of."""
    targets: list[Json]
    settings: Json
    """`retries` (0 to 5, for each target), `cache_seconds`, `note`."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, one: aliases.Alias) -> Self:
        return cls.model_validate({**asdict(one), "targets": [dict(target) for target in one.targets]})


class Aliases(Shown):
    items: list[Alias]
    next: str | None = None


class NewAlias(Asked):
    name: Name
    targets: Targets
    slot: Slot | None = None
    settings: Json = {}


class AliasChange(Asked):
    targets: Targets | None = None
    slot: Slot | None = None
    settings: Json | None = None


async def listed(tx: Tx, by: By) -> Aliases:
    """All aliases."""
    return Aliases(items=[Alias.of(one) for one in await aliases.listed(tx, by=by)])


async def create(new: NewAlias, tx: Tx, by: By) -> Alias:
    """A new alias."""
    return Alias.of(await aliases.create(tx, new.name, _targets(new.targets), by=by, slot=new.slot, settings=new.settings))


async def show(id: AliasId, tx: Tx, by: By) -> Alias:
    """One alias."""
    return Alias.of(await aliases.read(tx, id, by=by))


async def update(id: AliasId, change: AliasChange, tx: Tx, by: By) -> Alias:
    """Change what an alias leads to; calls that begin from now on go there."""
    given = {name: value for name, value in only_given(change).items() if value is not None or name == "slot"}
    if change.targets is not None:
        given["targets"] = _targets(change.targets)
    return Alias.of(await aliases.change(tx, id, given, by=by))


async def remove(id: AliasId, tx: Tx, by: By) -> Response:
    """Remove an alias."""
    await aliases.remove(tx, id, by=by)
    return Response(status_code=204)


def _targets(targets: list[AliasTarget]) -> list[Json]:
    return [target.model_dump(exclude_none=True) for target in targets]
