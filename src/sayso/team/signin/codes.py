"""The second factor: codes that an app on a phone shows (TOTP, RFC 6238), and ten on paper for the day when it is lost.

A code counts once: the step of time that it stands for has to be later than the last one used, which is compared and written in one statement.
"""

import hmac
import secrets
from base64 import b32encode
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
SECRET_BYTES = 20
"""160 bits, as RFC 4226 recommends."""
TYPED_CHARACTERS_MAX = 60
WRONG = Problem("code", "is not the one that the app shows now. Look at the clock of this device too")


class Seal(Protocol):
    """What seals secrets with the key of this home: the vault."""

    def seal(self, secret: str, of: str) -> bytes: ...
    def open(self, sealed: bytes, of: str) -> str: ...
    def key_for(self, purpose: str) -> bytes: ...


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


def offered(person: str, visit: str, *, label: str, vault: Seal) -> Begun:
    """A secret that is kept nowhere: for a page that only shows, where a GET may write nothing.

    It is made of this home's key and of `visit`, the secret of a session or of a half sign-in: the same when the page is loaded again, and nobody
    else's."""
    made = hmac.digest(vault.key_for("codes offered"), f"{person} {visit}".encode(), "sha256")
    return _shown(b32encode(made[:SECRET_BYTES]).decode(), label)


async def take(
    tx: AsyncConnection, person: str, offer: Begun, code: str, *, vault: Seal, now: datetime | None = None
) -> tuple[str, ...]:
    """Turns codes on with what was offered and a first code of it, and writes only then; gives the recovery codes. Raises `Invalid`, `Conflict`."""
    now = now or datetime.now(UTC)
    step = _step(offer.secret, code, now, after=0)
    if step is None:
        raise Invalid(WRONG)
    values = {"secret": vault.seal(offer.secret, _of(person)), "on_at": now, "step": step, "created_at": now}
    made = (
        insert(totps)
        .values(person=person, **values)
        .on_conflict_do_update(index_elements=[totps.c.person], set_=values, where=totps.c.on_at.is_(None))
        .returning(totps.c.person)
    )
    if (await tx.execute(made)).one_or_none() is None:
        raise Conflict("Codes are on already. Turn them off first.")
    return await fresh_recovery_codes(tx, person)


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
        raise Invalid(WRONG)
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
    c = totps.c
    row = (
        await tx.execute(select(c.secret, c.step).where(c.person == person, c.on_at.is_not(None) if on else c.on_at.is_(None)))
    ).one_or_none()
    step = None if row is None else _step(vault.open(row.secret, _of(person)), typed, now, after=row.step)
    if step is None:
        return False
    used = await tx.execute(update(totps).where(c.person == person, c.step < step).values(step=step))
    return used.rowcount == 1


def _step(secret: str, typed: str, now: datetime, *, after: int) -> int | None:
    """The step of time, later than `after`, that these digits stand for."""
    digits = "".join(typed.split())
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        return None
    totp, step = TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    near = range(step - STEPS_ASIDE, step + STEPS_ASIDE + 1)
    found = [n for n in near if hmac.compare_digest(totp.at(n * STEP_SECONDS), digits) and n > after]
    return found[-1] if found else None


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
