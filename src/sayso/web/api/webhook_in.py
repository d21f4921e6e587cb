"""The web address that starts an automation, and the secret that its callers prove themselves with."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Request
from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import registry
from sayso.automations.hooks import secrets
from sayso.automations.hooks.verify import SECRET_HEADER
from sayso.automations.registry import Entry
from sayso.data import apps
from sayso.db.automation_tables import runs as t
from sayso.errors import Conflict
from sayso.spec.automation import WebhookReceived
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, PartId, Shown
from sayso.web.work import Tx


class LastDelivery(Shown):
    at: datetime
    run: str
    state: str


class Hook(Shown):
    url: str
    verify: Literal["none", "standard", "github", "stripe", "slack", "secret"]
    header: str | None
    """Where the secret or the signature is told."""
    has_secret: bool
    secret: str | None = None
    """Only when it was just made here."""
    dedupe: str
    example: str
    """How to call it from a command line."""
    last: LastDelivery | None

    @classmethod
    async def of(
        cls, tx: AsyncConnection, request: Request, entry: Entry, token: str, *, has: bool, secret: str | None = None
    ) -> Self:
        trigger = _trigger(entry)
        url = f"{parts(request).settings.url}/hooks/{token}"
        return cls(
            url=url,
            verify=trigger.verify,
            header=_header(trigger),
            has_secret=has,
            secret=secret,
            dedupe=trigger.dedupe,
            example=_example(trigger, url),
            last=await _last(tx, entry),
        )


class HookChange(Asked):
    """`secret` is one that the other side gave; `new_secret` makes one here, shown once."""

    secret: Annotated[str, StringConstraints(max_length=500)] | None = None
    new_secret: bool = False
    new_address: bool = False


async def show(app: AppId, automation: PartId, request: Request, tx: Tx, by: By) -> Hook:
    """Where it is called, and how callers prove themselves."""
    entry = await registry.entry(tx, await apps.open_app(tx, app, by=by, to="build"), automation)
    return await Hook.of(tx, request, entry, _token(entry), has="secret" in entry.settings)


async def update(app: AppId, automation: PartId, change: HookChange, request: Request, tx: Tx, by: By) -> Hook:
    """Set the secret, or make a new one or a new address: what was before is no longer good."""
    request.state.secret = True
    opened = await apps.open_app(tx, app, by=by, to="build")
    entry = await registry.entry(tx, opened, automation)
    token, made = _token(entry), secrets.made() if change.new_secret else None
    given = made or change.secret
    if given is not None:
        await secrets.keep(tx, parts(request).connections.vault, entry, given, by=by)
    if change.new_address:
        token = await secrets.move(tx, entry, by=by)
    return await Hook.of(tx, request, entry, token, has=given is not None or "secret" in entry.settings, secret=made)


def _trigger(entry: Entry) -> WebhookReceived:
    trigger = entry.registered.automation.trigger
    if not isinstance(trigger, WebhookReceived):
        raise Conflict(f"{entry.registered.automation.name} is not started by a web address.")
    return trigger


def _token(entry: Entry) -> str:
    _trigger(entry)
    return entry.token or ""


def _header(trigger: WebhookReceived) -> str | None:
    signed = {
        "standard": "webhook-signature",
        "github": "X-Hub-Signature-256",
        "stripe": "Stripe-Signature",
        "slack": "X-Slack-Signature",
        "secret": trigger.header or SECRET_HEADER,
    }
    return signed.get(trigger.verify)


def _example(trigger: WebhookReceived, url: str) -> str:
    proof = f" -H '{_header(trigger)}: $SECRET'" if trigger.verify == "secret" else ""
    return f'curl -X POST {url} -H \'Content-Type: application/json\'{proof} -d \'{{"id": 1, "name": "Otto"}}\''


async def _last(tx: AsyncConnection, entry: Entry) -> LastDelivery | None:
    mine = (t.c.app == entry.registered.app_number) & (t.c.automation == entry.registered.automation.id) & ~t.c.dry
    query = select(t.c.created_at, t.c.id, t.c.state).where(mine).order_by(t.c.position.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return LastDelivery(at=row.created_at, run=row.id, state=row.state) if row else None
