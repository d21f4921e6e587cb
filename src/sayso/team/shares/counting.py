"""How often one address, and everybody together, may do something at a share: counted in PostgreSQL, by all processes together.

An address is kept as a keyed hash, for a day, and can be told from another one only within the same share.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.share_tables import share_tries as t
from sayso.errors import TooMany
from sayso.team.shares.share import Share

What = Literal["answer", "password"]
KEPT_HOURS = 24
WHO_BYTES = 16


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` in `seconds`; of one address, or of everybody."""

    times: int
    seconds: int
    of_one: bool


ANSWERS_BY_ONE_A_MINUTE_MAX = 20
ANSWERS_BY_ONE_A_DAY_MAX = 200
ANSWERS_BY_ALL_A_DAY_MAX = 5_000
PASSWORDS_BY_ONE_IN_15_MINUTES_MAX = 10
PASSWORDS_BY_ALL_AN_HOUR_MAX = 500
LIMITS: dict[What, tuple[Limit, ...]] = {
    "answer": (
        Limit(ANSWERS_BY_ONE_A_MINUTE_MAX, 60, of_one=True),
        Limit(ANSWERS_BY_ONE_A_DAY_MAX, 24 * 3600, of_one=True),
        Limit(ANSWERS_BY_ALL_A_DAY_MAX, 24 * 3600, of_one=False),
    ),
    "password": (
        Limit(PASSWORDS_BY_ONE_IN_15_MINUTES_MAX, 900, of_one=True),
        Limit(PASSWORDS_BY_ALL_AN_HOUR_MAX, 3600, of_one=False),
    ),
}


def who(key: bytes, share: Share, address: str) -> bytes:
    return hmac.digest(key, f"{share.id} {address}".encode(), "sha256")[:WHO_BYTES]


async def count(tx: AsyncConnection, share: Share, what: What, who: bytes, *, now: datetime | None = None) -> None:
    """Counts one more. Raises `TooMany` with the seconds to wait; what was refused does not count.

    Those who come at the same time are counted one after the other, so that no two of them are the last that there is room for.
    """
    now = now or datetime.now(UTC)
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"share {share.id} {what}", 0))))
    for limit in LIMITS[what]:
        mine = (t.c.share == share.id, t.c.what == what, t.c.at > now - timedelta(seconds=limit.seconds))
        mine = (*mine, t.c.who == who) if limit.of_one else mine
        last = select(t.c.at).where(*mine).order_by(t.c.at.desc()).offset(limit.times - 1).limit(1)
        first = (await tx.execute(last)).scalar_one_or_none()
        if first is not None:
            wait = max(1, int((first + timedelta(seconds=limit.seconds) - now).total_seconds()) + 1)
            raise TooMany(f"That was often. Try again in {_span(wait)}.", retry_after_seconds=wait)
    await tx.execute(t.insert().values(workspace_id=share.workspace, share=share.id, what=what, who=who, at=now))


async def forget(tx: AsyncConnection) -> None:
    """What is older than any limit looks back."""
    await tx.execute(delete(t).where(t.c.at < datetime.now(UTC) - timedelta(hours=KEPT_HOURS)))


def _span(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{round(seconds / 60)} minutes" if seconds < 7200 else f"{round(seconds / 3600)} hours"
