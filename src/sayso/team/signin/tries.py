"""How often something may be tried: counted before it is tried, in PostgreSQL, so that all processes count as one.

The first few are free; then each has to wait longer than the last. Waiting is for one way in and for one name: whoever tries passwords at
somebody's address stops passwords there, never their passkey or a mailed link, nor a browser that they have used before, which has a count
of its own. A name that nobody has is counted as any other. What is counted is kept as a hash: people type passwords into the wrong field.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.signin_tables import sign_in_tries as t

DOUBLINGS_MAX = 12


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` tries; then `wait_seconds`, doubled with each more, up to `wait_seconds_max`. Forgotten when nobody tried for `quiet_hours`."""

    name: str
    free: int
    wait_seconds: int
    wait_seconds_max: int
    quiet_hours: int

    def wait(self, count: int) -> timedelta:
        """How long after the try of this number."""
        beyond = count - self.free
        return timedelta(
            seconds=min(self.wait_seconds_max, self.wait_seconds * 2 ** min(beyond, DOUBLINGS_MAX)) if beyond >= 0 else 0
        )


PASSWORD = Limit("password", free=5, wait_seconds=30, wait_seconds_max=60 * 60, quiet_hours=24)
"""Passwords at one address of e-mail."""
DEVICE = Limit("device", free=5, wait_seconds=30, wait_seconds_max=60 * 60, quiet_hours=24)
"""Passwords of one person at a browser that they have used before."""
ADDRESS = Limit("address", free=50, wait_seconds=10, wait_seconds_max=10 * 60, quiet_hours=1)
"""Whatever is tried from one network address: an office may stand behind one."""
NEAR = Limit("near", free=1_000, wait_seconds=5, wait_seconds_max=60, quiet_hours=1)
"""The same from an address of this machine or house: often a proxy, behind which everybody is."""
CODE = Limit("code", free=5, wait_seconds=30, wait_seconds_max=60 * 60, quiet_hours=24)
"""Codes of the second factor: one million, so a thousand years at this pace."""
LETTERS = Limit("letters", free=3, wait_seconds=60, wait_seconds_max=60 * 60, quiet_hours=3)
"""Letters to one address of e-mail, so that nobody fills a stranger's mailbox."""
PROOF = Limit("proof", free=5, wait_seconds=30, wait_seconds_max=60 * 60, quiet_hours=24)
"""Passwords tried inside a session: whoever found a screen unlocked."""


@dataclass(frozen=True, slots=True)
class Key:
    limit: Limit
    subject: str

    @property
    def hash(self) -> bytes:
        return sha256(f"{self.limit.name}\0{self.subject}".encode(errors="replace")).digest()


@dataclass(frozen=True, slots=True)
class Claimed:
    """`wait` in seconds, when it may not be tried now (then nothing was counted); else `left`, how many are free after this one."""

    wait: int = 0
    left: int = 0


async def claim(tx: AsyncConnection, *keys: Key, now: datetime) -> Claimed:
    """Counts one try under all of these, or none when one of them has to wait. Commit it before the try itself is made."""
    counts, waiting = await _locked(tx, keys, now)
    if waiting > now:
        return Claimed(wait=max(1, round((waiting - now).total_seconds())))
    for key in keys:
        n = counts.get(key.hash, 0) + 1
        values = {"count": n, "last_at": now, "until": now + key.limit.wait(n)}
        await tx.execute(insert(t).values(key=key.hash, **values).on_conflict_do_update(index_elements=[t.c.key], set_=values))
    await _forget(tx, now)
    return Claimed(left=max(0, min(key.limit.free - counts.get(key.hash, 0) - 1 for key in keys)))


async def _locked(tx: AsyncConnection, keys: Sequence[Key], now: datetime) -> tuple[dict[bytes, int], datetime]:
    """The counts that still hold, with their rows locked, those that are not there yet by their hash; and until when one has to wait."""
    hashes = sorted(key.hash for key in keys)
    for hash in hashes:
        await tx.execute(select(func.pg_advisory_xact_lock(int.from_bytes(hash[:8], "big", signed=True))))
    rows: dict[bytes, Any] = {row.key: row for row in await tx.execute(select(t).where(t.c.key.in_(hashes)))}
    quiet = {key.hash: now - timedelta(hours=key.limit.quiet_hours) for key in keys}
    held = {hash: row for hash, row in rows.items() if row.last_at > quiet[hash]}
    return {hash: row.count for hash, row in held.items()}, max((row.until for row in held.values()), default=now)


async def forgive(tx: AsyncConnection, *keys: Key) -> None:
    """It was right: nothing of these counts any more."""
    await tx.execute(delete(t).where(t.c.key.in_([key.hash for key in keys])))


async def give_back(tx: AsyncConnection, key: Key) -> None:
    """It was right: this one try does not count, the others do."""
    await tx.execute(t.update().where(t.c.key == key.hash, t.c.count > 0).values(count=t.c.count - 1, until=t.c.last_at))


async def _forget(tx: AsyncConnection, now: datetime) -> None:
    longest = max(limit.quiet_hours for limit in (PASSWORD, DEVICE, ADDRESS, NEAR, CODE, LETTERS, PROOF))
    old = select(t.c.key).where(t.c.last_at < now - timedelta(hours=longest)).limit(20).with_for_update(skip_locked=True)
    await tx.execute(delete(t).where(t.c.key.in_(old)))
