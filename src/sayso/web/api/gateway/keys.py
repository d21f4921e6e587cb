"""Keys: how programs, apps and people ask for models."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from fastapi import Request, Response
from pydantic import AwareDatetime, Field

from sayso.gateway import keys
from sayso.web.actor import By
from sayso.web.api.gateway.shapes import KeyId, ModelName, Name, Subject, only_given
from sayso.web.shapes import Asked, Shown
from sayso.web.work import Tx

PerMinute = Annotated[int, Field(ge=1, le=10**9)]
Patterns = Annotated[list[ModelName], Field(max_length=200)]


class KeySettings(Asked):
    """What a key is for. Nothing set means no limit."""

    models: Patterns | None = None
    """Names, or patterns such as `openai/*`."""
    endpoints: Patterns | None = None
    """Such as `chat/completions`, or `images` for all of images."""
    requests_per_minute: PerMinute | None = None
    tokens_per_minute: PerMinute | None = None


class GatewayKey(Shown):
    id: str
    name: str
    hint: str
    """How its secret begins."""
    app: str | None
    member: str | None
    settings: KeySettings
    created_by: str
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: keys.Key) -> Self:
        return cls.model_validate(asdict(key))


class GatewayKeys(Shown):
    items: list[GatewayKey]
    next: str | None = None


class NewGatewayKey(Asked):
    name: Name
    app: Subject | None = None
    """What is spent with it counts for this app, too."""
    member: Subject | None = None
    settings: KeySettings = KeySettings()
    expires_at: AwareDatetime | None = None


class GatewayKeyChange(Asked):
    name: Name | None = None
    settings: KeySettings | None = None
    expires_at: AwareDatetime | None = None


class FreshGatewayKey(GatewayKey):
    secret: str
    """Shown once, here."""


async def listed(tx: Tx, by: By) -> GatewayKeys:
    """The keys that work, newest first."""
    return GatewayKeys(items=[GatewayKey.of(key) for key in await keys.listed(tx, by=by)])


async def create(new: NewGatewayKey, request: Request, tx: Tx, by: By) -> FreshGatewayKey:
    """A new key; its secret is shown this once."""
    request.state.secret = True
    settings = new.settings.model_dump(exclude_none=True)
    key, secret = await keys.create(
        tx, new.name, by=by, app=new.app, member=new.member, settings=settings, expires_at=new.expires_at
    )
    return FreshGatewayKey.model_validate({**asdict(key), "secret": secret})


async def show(id: KeyId, tx: Tx, by: By) -> GatewayKey:
    """One key."""
    return GatewayKey.of(await keys.read(tx, id, by=by))


async def update(id: KeyId, change: GatewayKeyChange, tx: Tx, by: By) -> GatewayKey:
    """Change a key's name, limits or end; counts within a second."""
    given = {name: value for name, value in only_given(change).items() if value is not None or name == "expires_at"}
    if change.settings is not None:
        given["settings"] = change.settings.model_dump(exclude_none=True)
    return GatewayKey.of(await keys.change(tx, id, given, by=by))


async def remove(id: KeyId, tx: Tx, by: By) -> Response:
    """Withdraw a key; within a second nothing takes it any more."""
    await keys.revoke(tx, id, by=by)
    return Response(status_code=204)
