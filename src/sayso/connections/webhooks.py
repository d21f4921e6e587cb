"""Webhooks out, after Standard Webhooks (standardwebhooks.com, specification 1.0.0): what is signed, and when it is tried again.

`send` is one message to one address; `endpoints.py` keeps the addresses, `deliveries.py` carries the messages there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.connections.address import Url
from sayso.db.connection_tables import deliveries, webhooks
from sayso.errors import Forbidden, TooLarge
from sayso.team.actor import Actor
from sayso.team.ids import new_id

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Between attempts: 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours; ten attempts over 75 hours. The schedule that the
specification recommends ("Deliverability and reliability")."""
SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
BODY_BYTES_MAX = 2**18
CHANNEL = "sayso_deliveries"
"""Workers are woken by it at the commit."""
BY_AUTOMATIONS = "Sent by automations"


async def send(
    tx: AsyncConnection, connections: Connections, *, url: str, event: str, body: Any, key: str, by: Actor, hops: int = 0
) -> str:
    """One message to an address, signed with this workspace's own secret for that address, and retried for 75 hours. Gives its id; the
    same `key` is the same message; `hops` counts the runs that led to it. Raises `Invalid`, `Forbidden` (the address was switched off here), `TooLarge`."""
    by.must("write")
    to = str(Url.of(url))
    w = webhooks.c
    await tx.execute(text("select pg_advisory_xact_lock(hashtextextended(:of, 0))"), {"of": f"{by.workspace} {to}"})
    mine = select(w.id, w.on, w.why).where(w.workspace_id == by.workspace, w.url == to, w.events == [])
    found = (await tx.execute(mine)).first()
    if found is not None and not found.on:
        raise Forbidden(f"Webhooks to {to} are switched off here{f': {found.why}' if found.why else ''}.")
    id = found.id if found is not None else await added(tx, connections, url=to, name=BY_AUTOMATIONS, by=by)
    return await put(tx, by.workspace, id, event=event, body=written(event, datetime.now(UTC), body, hops), key=key)


async def added(tx: AsyncConnection, connections: Connections, *, url: str, name: str, by: Actor, **more: Any) -> str:
    """A new address with a secret of its own; gives its id."""
    id, secret = new_id("wh"), new_secret()
    row = {
        "id": id,
        "workspace_id": by.workspace,
        "url": url,
        "name": name,
        "created_by": by.id,
        **sealed(connections, id, secret),
        **more,
    }
    await tx.execute(webhooks.insert().values(**row))
    return id


async def put(
    tx: AsyncConnection, workspace: str, webhook: str, *, event: str, body: bytes, key: str, replay_of: str | None = None
) -> str:
    """A message that waits to be delivered; its id, also when the same key was put before."""
    if len(body) > BODY_BYTES_MAX:
        raise TooLarge(f"A webhook's message has at most {BODY_BYTES_MAX // 2**10} KB.")
    d = deliveries.c
    new = insert(deliveries).values(
        id=new_id("msg"), workspace_id=workspace, webhook=webhook, key=key, event=event, body=body, replay_of=replay_of
    )
    id = await tx.scalar(new.on_conflict_do_nothing(index_elements=["webhook", "key"]).returning(d.id))
    if id is not None:
        await tx.execute(text(f"notify {CHANNEL}"))
        return id
    return (await tx.execute(select(d.id).where(d.webhook == webhook, d.key == key))).scalar_one()


def written(event: str, at: datetime, data: Any, hops: int = 0) -> bytes:
    """`{type, timestamp, data}`, as the specification recommends; and `hops` where runs of automations led to it."""
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    told = {"type": event, "timestamp": moment, "data": data}
    return orjson.dumps({**told, "hops": hops} if hops else told, default=str)


def hops_of(body: bytes) -> int:
    """How many runs led to this message."""
    told = orjson.loads(body)
    return told["hops"] if isinstance(told, dict) and isinstance(told.get("hops"), int) else 0


def headers(id: str, at: datetime, body: bytes, signing: tuple[str, ...]) -> dict[str, str]:
    """What a message carries: one signature for each secret in force."""
    seconds = str(int(at.timestamp()))
    signed = " ".join(signature(secret, id, seconds, body) for secret in signing)
    told = {"webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signed}
    return {"Content-Type": "application/json; charset=utf-8", **told}


def signature(secret: str, id: str, seconds: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    said = b"%b.%b.%b" % (id.encode(), seconds.encode(), body)
    return "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sealed(connections: Connections, id: str, secret: str) -> dict[str, Any]:
    return {"secret": connections.vault.seal(secret, id), "hint": secret[-4:]}
