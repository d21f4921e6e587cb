"""Signing on, between leaving for a provider and coming back: who left, from which browser, and what has to fit when they return.

The state that travels with the browser is known here by its hash; it is used up by the first that shows it. The browser shows that it
is the one that left by a cookie: an answer that somebody else fetched signs nobody in (login CSRF).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.sso_tables import sso_attempts as t
from sayso.db.sso_tables import sso_seen
from sayso.team.secret import hashed, new_secret
from sayso.team.sso.arrival import Arrival, NotAdmitted
from sayso.team.sso.providers import Provider

ATTEMPT_MINUTES_MAX = 10
LANDING_SECONDS_MAX = 120
Purpose = Literal["sign_in", "link", "try", "out"]
ANEW = "That took too long, or it was used already. Sign in once more."


@dataclass(frozen=True, slots=True)
class Attempt:
    workspace: str
    provider: str
    browser: bytes
    purpose: Purpose
    member: str | None
    nonce: str | None
    verifier: bytes | None
    request: str | None
    to: str
    arrival: Arrival | None


async def begin(
    tx: AsyncConnection,
    provider: Provider,
    browser: str,
    *,
    purpose: Purpose = "sign_in",
    member: str | None = None,
    nonce: str | None = None,
    verifier: bytes | None = None,
    request: str | None = None,
    to: str = "/",
    arrival: Arrival | None = None,
    state: str | None = None,
) -> str:
    """The state that goes along. With an `arrival` it is what the browser lands with."""
    state = state or new_secret()
    await tx.execute(delete(t).where(t.c.expires_at < func.now()))
    lasts = timedelta(seconds=LANDING_SECONDS_MAX) if arrival else timedelta(minutes=ATTEMPT_MINUTES_MAX)
    await tx.execute(
        t.insert().values(
            hash=hashed(state), workspace_id=provider.workspace, provider=provider.id, browser=hashed(browser), purpose=purpose, member=member,
            nonce=nonce, verifier=verifier, request=request, to=to, arrival=arrival and arrival.as_json(), expires_at=datetime.now(UTC) + lasts,
        )
    )  # fmt: skip
    return state


async def come_back(tx: AsyncConnection, provider: Provider, state: str, browser: str | None) -> Attempt:
    """The attempt of this state, which is over now. `browser` is its cookie; None where the browser cannot show it yet (a form that
    another site sent). Raises `NotAdmitted`."""
    gone = delete(t).where(t.c.hash == hashed(state), t.c.provider == provider.id, t.c.expires_at > func.now())
    row = (await tx.execute(gone.returning(*t.c))).one_or_none()
    if row is None:
        raise NotAdmitted(ANEW)
    if browser is not None and row.browser != hashed(browser):
        raise NotAdmitted("This sign-in was begun in another browser. Sign in once more, here.")
    return _of(row)


async def land(tx: AsyncConnection, attempt: Attempt, provider: Provider, arrival: Arrival) -> str:
    """Keeps what came until the browser shows its cookie; gives the secret that it lands with."""
    secret = new_secret()
    values: dict[str, Any] = {"purpose": attempt.purpose, "member": attempt.member, "to": attempt.to}
    await begin(tx, provider, "", arrival=arrival, state=secret, **values)
    await tx.execute(t.update().where(t.c.hash == hashed(secret)).values(browser=attempt.browser))
    return secret


async def once(tx: AsyncConnection, provider: Provider, what: str, until: datetime) -> bool:
    """Whether this is shown here for the first time: an assertion, a logout token."""
    await tx.execute(delete(sso_seen).where(sso_seen.c.expires_at < func.now()))
    values = {"provider": provider.id, "hash": hashed(what), "workspace_id": provider.workspace, "expires_at": until}
    done = await tx.execute(insert(sso_seen).values(**values).on_conflict_do_nothing().returning(sso_seen.c.hash))
    return done.first() is not None


def _of(row: Any) -> Attempt:
    arrival = Arrival.from_json(row.arrival) if row.arrival else None
    return Attempt(
        row.workspace_id,
        row.provider,
        row.browser,
        row.purpose,
        row.member,
        row.nonce,
        row.verifier,
        row.request,
        row.to,
        arrival,
    )
