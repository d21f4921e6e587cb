"""The second factor: codes that an app on a phone shows (TOTP, RFC 6238), and ten on paper for the day when it is lost.

A code counts once: the step of time that it stands for has to be later than the last one used, which is compared and written in one statement.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import segno
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.signin_tables import recovery_codes, totps
from sayso.errors import Conflict, Invalid, Problem
from sayso.team.secret import hashed

STEP_SECONDS = 30
STEPS_ASIDE = 1
"""Clocks differ, and people are slow: the code before and the one after count too (RFC 6238, 5.2)."""
DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without signs that are read for others."""
RECOVERY_GROUPS, RECOVERY_GROUP_LENGTH = 4, 4
"""79 bits: no need for a slow hash."""
ISSUER = "Sayso"
TYPED_CHARACTERS_MAX = 60


class Seal(Protocol):
    """What seals secrets with the key of this home: the vault."""

    def seal(self, secret: str, of: str) -> bytes: ...
    def open(self, sealed: bytes, of: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Begun:
    """For the authenticator: to scan (`qr`, an SVG drawing), to open on this device (`uri`), or to type (`secret`)."""

    secret: str
    uri: str
    qr: str


async def begin(tx: AsyncConnection, person: str, *, label: str, vault: Seal) -> Begun:
    """A new secret, which counts once a code of it was right. Raises `Conflict` when codes are on already."""
    if await since(tx, person) is not None:
        raise Conflict("Codes are on already. Turn them off first.")
    secret = random_base32()
    values = {"secret": vault.seal(secret, _of(person)), "on_at": None, "step": 0, "created_at": datetime.now(UTC)}
    made = (
        insert(totps)
        .values(person=person, **values)
        .on_conflict_do_update(index_elements=[totps.c.person], set_=values, where=totps.c.on_at.is_(None))
    )
    await tx.execute(made)
    return _shown(secret, label)


async def pending(tx: AsyncConnection, person: str, *, label: str, vault: Seal) -> Begun:
    """The secret that was begun and is not on yet, to be shown once more; else a new one."""
    query = select(totps.c.secret).where(totps.c.person == person, totps.c.on_at.is_(None))
    sealed = (await tx.execute(query)).scalar_one_or_none()
    return await begin(tx, person, label=label, vault=vault) if sealed is None else _shown(vault.open(sealed, _of(person)), label)


def _shown(secret: str, label: str) -> Begun:
    uri = TOTP(secret).provisioning_uri(name=label, issuer_name=ISSUER)
    drawn = segno.make(uri, error="m").svg_inline(
        scale=4, border=2, dark="#000", light="#fff", title="QR code for your authenticator app", omitsize=True
    )
    return Begun(secret, uri, drawn)


async def confirm(tx: AsyncConnection, person: str, code: str, *, vault: Seal, now: datetime | None = None) -> tuple[str, ...]:
    """Turns codes on with a first one; gives the recovery codes, which are shown this once. Raises `Invalid`."""
    now = now or datetime.now(UTC)
    if not await _takes(tx, person, code, vault, now, on=False):
        raise Invalid(Problem("code", "is not the one that the app shows now. Look at the clock of this device too"))
    await tx.execute(update(totps).where(totps.c.person == person).values(on_at=now))
    return await fresh_recovery_codes(tx, person)


async def since(tx: AsyncConnection, person: str) -> datetime | None:
    """Since when codes are on; None when they are not."""
    return (await tx.execute(select(totps.c.on_at).where(totps.c.person == person))).scalar_one_or_none()


async def right(tx: AsyncConnection, person: str, typed: str, *, vault: Seal, now: datetime | None = None) -> str | None:
    """Whether this code is theirs and unused: `code` or `recovery` says which, None that it is neither. It is used up now."""
    typed = typed[:TYPED_CHARACTERS_MAX]
    if await _takes(tx, person, typed, vault, now or datetime.now(UTC), on=True):
        return "code"
    c = recovery_codes.c
    mine = update(recovery_codes).where(c.person == person, c.hash == _recovery_hash(person, typed), c.used_at.is_(None))
    used = await tx.execute(mine.values(used_at=func.now()))
    return "recovery" if used.rowcount else None


async def _takes(tx: AsyncConnection, person: str, typed: str, vault: Seal, now: datetime, *, on: bool) -> bool:
    digits = "".join(typed.split())
    c = totps.c
    row = (
        await tx.execute(select(c.secret, c.step).where(c.person == person, c.on_at.is_not(None) if on else c.on_at.is_(None)))
    ).one_or_none()
    if row is None or len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        return False
    totp, step = TOTP(vault.open(row.secret, _of(person))), int(now.timestamp()) // STEP_SECONDS
    found = [
        n
        for n in range(step - STEPS_ASIDE, step + STEPS_ASIDE + 1)
        if hmac.compare_digest(totp.at(n * STEP_SECONDS), digits) and n > row.step
    ]
    if not found:
        return False
    used = await tx.execute(update(totps).where(c.person == person, c.step < found[-1]).values(step=found[-1]))
    return used.rowcount == 1


async def turn_off(tx: AsyncConnection, person: str) -> None:
    for table in (totps, recovery_codes):
        await tx.execute(delete(table).where(table.c.person == person))


async def fresh_recovery_codes(tx: AsyncConnection, person: str) -> tuple[str, ...]:
    """Ten new ones; those before count no more."""
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    await tx.execute(delete(recovery_codes).where(recovery_codes.c.person == person))
    await tx.execute(recovery_codes.insert(), [{"person": person, "hash": _recovery_hash(person, code)} for code in codes])
    return codes


async def recovery_left(tx: AsyncConnection, person: str) -> tuple[int, datetime | None]:
    """How many are unused, and when they were made."""
    c = recovery_codes.c
    query = select(func.count().filter(c.used_at.is_(None)), func.min(c.created_at)).where(c.person == person)
    row = (await tx.execute(query)).one()
    return row[0], row[1]


def _recovery_code() -> str:
    group = lambda: "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_GROUP_LENGTH))  # noqa: E731
    return "-".join(group() for _ in range(RECOVERY_GROUPS))


def _recovery_hash(person: str, typed: str) -> bytes:
    letters: Sequence[str] = [one for one in typed.lower() if one.isalnum()]
    return hashed(f"{person} {''.join(letters)}")


def _of(person: str) -> str:
    return f"totp {person}"
