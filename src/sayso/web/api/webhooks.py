"""Webhooks out: addresses that hear of what happens here."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Path, Query, Request, Response
from pydantic import Field, StringConstraints

from sayso.connections import deliveries, endpoints
from sayso.errors import Invalid, Problem
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, Shown
from sayso.web.work import Tx

WebhookId = Annotated[str, Path(alias="webhook", pattern=r"^wh_[a-z0-9]{1,40}$")]
DeliveryId = Annotated[str, Path(alias="delivery", pattern=r"^msg_[a-z0-9]{1,40}$")]
Url = Annotated[str, StringConstraints(max_length=2_000)]
Name = Annotated[str, StringConstraints(max_length=100)]
Events = Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=50)]
State = Literal["waiting", "delivered", "failed", "cancelled"]
Limit = Annotated[int, Query(ge=1, le=deliveries.PAGE_DELIVERIES_MAX)]
Cursor = Annotated[str | None, Query(max_length=20)]


class Event(Shown):
    kind: str
    sentence: str


class Followable(Shown):
    items: list[Event]


class Last(Shown):
    state: str
    at: datetime
    status: int | None


class Endpoint(Shown):
    id: str
    name: str
    url: str
    events: list[str]
    """Empty where only automations send."""
    app: str | None
    on: bool
    why: str | None
    """Why it is off."""
    secret: str | None
    """Once, right after it was made."""
    hint: str
    old_until: datetime | None
    """Until then the old secret signs too."""
    failing_since: datetime | None
    last: Last | None
    created_by: str
    created_at: datetime

    @classmethod
    def of(cls, one: endpoints.Endpoint) -> Self:
        last = Last(state=one.last_state, at=one.last_at, status=one.last_status) if one.last_state and one.last_at else None
        return cls(
            id=one.id,
            name=one.name,
            url=one.url,
            events=list(one.events),
            app=one.app,
            on=one.on,
            why=one.why or None,
            secret=one.secret,
            hint=one.hint,
            old_until=one.old_until,
            failing_since=one.failing_since,
            last=last,
            created_by=one.created_by,
            created_at=one.created_at,
        )


class Endpoints(Shown):
    items: list[Endpoint]
    next: str | None = None


class Delivery(Shown):
    id: str
    event: str
    state: str
    attempts: int
    next_at: datetime | None
    status: int | None
    problem: str
    ms: int | None
    body: str
    replay_of: str | None
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, one: deliveries.Delivery) -> Self:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class DeliveryList(Shown):
    items: list[Delivery]
    next: str | None = None


class NewEndpoint(Asked):
    url: Url
    name: Name = ""
    events: Events
    app: AppId | None = None
    """Only what happens in this app."""
    on: bool = True


class EndpointChange(Asked):
    url: Url | None = None
    name: Name | None = None
    events: Events | None = None
    app: AppId | None = None
    on: bool | None = None


async def events(by: By) -> Followable:
    """What can be followed."""
    by.must("read")
    return Followable(items=[Event(kind=kind, sentence=sentence) for kind, sentence in endpoints.EVENTS.items()])


async def listed(tx: Tx, by: By) -> Endpoints:
    """The webhooks of the workspace, oldest first."""
    return Endpoints(items=[Endpoint.of(one) for one in await endpoints.listed(tx, by=by)])


async def create(new: NewEndpoint, request: Request, tx: Tx, by: By) -> Endpoint:
    """Add a webhook. Its secret is told once, here."""
    request.state.secret = True
    made = await endpoints.create(
        tx, parts(request).connections, by=by, url=new.url, events=new.events, name=new.name, app=new.app, on=new.on
    )
    return Endpoint.of(made)


async def show(id: WebhookId, request: Request, tx: Tx, by: By) -> Endpoint:
    """One webhook."""
    return Endpoint.of(await endpoints.read(tx, parts(request).connections, id, by=by))


async def update(id: WebhookId, change: EndpointChange, request: Request, tx: Tx, by: By) -> Endpoint:
    """Change a webhook, or switch it off and on."""
    given = {
        name: getattr(change, name) for name in change.model_fields_set if name == "app" or getattr(change, name) is not None
    }
    return Endpoint.of(await endpoints.change(tx, parts(request).connections, id, given, by=by))


async def remove(id: WebhookId, tx: Tx, by: By) -> Response:
    """Remove a webhook, with its deliveries."""
    await endpoints.remove(tx, id, by=by)
    return Response(status_code=204)


async def rotate(id: WebhookId, request: Request, tx: Tx, by: By) -> Endpoint:
    """A new secret, told once; the old one signs too for a day."""
    request.state.secret = True
    return Endpoint.of(await endpoints.rotate(tx, parts(request).connections, id, by=by))


async def sent(
    id: WebhookId, tx: Tx, by: By, state: State | None = None, cursor: Cursor = None, limit: Limit = 50
) -> DeliveryList:
    """What was sent to it, newest first."""
    if cursor is not None and not (cursor.isascii() and cursor.isdecimal()):
        raise Invalid(Problem("cursor", "is the `next` of the page before"))
    found = await deliveries.listed(tx, id, by=by, state=state, before=int(cursor) if cursor else None, limit=limit)
    return DeliveryList(items=[Delivery.of(one) for one in found], next=str(found[-1].position) if len(found) == limit else None)


async def ping(id: WebhookId, tx: Tx, by: By) -> Delivery:
    """Send a `ping` now, to see whether it arrives."""
    return Delivery.of(await deliveries.ping(tx, id, by=by))


async def replay(id: WebhookId, delivery: DeliveryId, tx: Tx, by: By) -> Delivery:
    """Send the same message once more, under the same `webhook-id`."""
    return Delivery.of(await deliveries.replay(tx, id, delivery, by=by))
