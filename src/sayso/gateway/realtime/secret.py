"""Short-lived secrets for a browser: good for realtime sessions only, of the key that asked for them."""

import hashlib
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.endpoint_tables import objects as t
from sayso.gateway import kept
from sayso.gateway.bridge.items import wrong
from sayso.gateway.caller import Caller
from sayso.gateway.refusals import Refused, wrong_key

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

PREFIX = "ek_"
SECONDS, SECONDS_LEAST, SECONDS_MAX = 600, 10, 7200
KIND = "client_secret"


async def create(tx: AsyncConnection, caller: Caller, body: dict[str, Any]) -> tuple[str, int, dict[str, Any]]:
    """The secret, when it ends (seconds since 1970), and the session that it is for."""
    if caller.key is None:
        raise Refused("Only a key can make a client secret.", 403)
    after = body.get("expires_after") or {}
    seconds = after.get("seconds", SECONDS) if isinstance(after, dict) else None
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not SECONDS_LEAST <= seconds <= SECONDS_MAX:
        raise Refused(
            f"'expires_after.seconds' must be from {SECONDS_LEAST} to {SECONDS_MAX}.",
            400,
            param="expires_after",
            code="invalid_value",
        )
    session = body.get("session") or {}
    if not isinstance(session, dict):
        raise wrong("session", "an object")
    secret = PREFIX + secrets.token_hex(24)
    ends = int(time.time()) + seconds
    inside = {"key": caller.key, "session": session}
    await kept.put(
        tx, caller.workspace, KIND, {"id": _digest(secret)}, inside=inside, expires_at=datetime.fromtimestamp(ends, UTC)
    )
    return secret, ends, session


async def caller_of(gateway: "Gateway", secret: str) -> tuple[Caller, dict[str, Any]]:
    """Whose it is, and its session. Raises `Refused` (401)."""
    async with gateway.engine.connect() as tx:
        query = select(t.c.workspace_id, t.c.inside).where(
            t.c.kind == KIND, t.c.id == _digest(secret), t.c.expires_at > func.now()
        )
        row = (await tx.execute(query)).first()
    if row is None:
        raise wrong_key()
    found = (one for one in gateway.known.keys.values() if one.key == row.inside["key"] and one.workspace == row.workspace_id)
    caller = next(found, None)
    if caller is None or (caller.expires_at is not None and caller.expires_at < time.time()):
        raise wrong_key()
    return caller, row.inside["session"]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
