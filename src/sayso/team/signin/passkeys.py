"""Passkeys (WebAuthn, level 3): keys that a device or a password manager keeps, that know our address, and that verify who uses them.

They are discoverable, so nobody types an address, and count as two factors: having the device, and a finger, face or PIN on it. A challenge
is kept hashed in PostgreSQL and taken away by the answer to it, so each answer counts once, in whichever process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from webauthn.helpers import base64url_to_bytes, generate_challenge, options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sayso.db.signin_tables import challenges, passkeys
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.team.ids import new_id
from sayso.team.secret import hashed
from sayso.team.signin.person import Person

CHALLENGE_MINUTES_MAX = 5
PASSKEYS_MAX = 20
NAME_CHARACTERS_MAX = 60
TRANSPORTS = frozenset({"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"})

Purpose = Literal["sign_in", "proof", "new"]


@dataclass(frozen=True, slots=True)
class Site:
    """What passkeys are bound to: the address that people use. `host` is the relying party's id."""

    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or "localhost"


@dataclass(frozen=True, slots=True)
class Passkey:
    id: str
    name: str
    created_at: datetime
    used_at: datetime | None
    synced: bool
    """Kept by a password manager on several devices."""


async def listed(tx: AsyncConnection, person: str) -> tuple[Passkey, ...]:
    """Oldest first."""
    query = select(*COLUMNS).where(passkeys.c.person == person).order_by(passkeys.c.created_at, passkeys.c.id)
    return tuple(Passkey(*row) for row in await tx.execute(query))


async def ask_new(tx: AsyncConnection, person: Person, *, site: Site) -> dict[str, Any]:
    """What a browser needs to make one (`navigator.credentials.create`)."""
    challenge = await _challenge(tx, "new", person.id)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Sayso",
        user_id=person.id.encode(),
        user_name=person.email or person.name,
        user_display_name=person.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=await _mine(tx, person.id),
    )
    return options_to_json_dict(options)


async def add(tx: AsyncConnection, person: str, name: str, credential: Mapping[str, Any], *, site: Site) -> Passkey:
    """Keeps the one that a browser has made. Raises `Invalid`, or `Conflict` when it is known already."""
    name = named(name)
    count = (await tx.execute(select(func.count()).select_from(passkeys).where(passkeys.c.person == person))).scalar_one()
    if count >= PASSKEYS_MAX:
        raise Invalid(Problem("", f"nobody needs more than {PASSKEYS_MAX} passkeys; remove some first"))
    challenge = await _answered(tx, credential, "new", person)
    try:
        made = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except NOT_A_PASSKEY:
        raise _unknown() from None
    known = select(passkeys.c.id).where(passkeys.c.credential == made.credential_id)
    if (await tx.execute(known)).first():
        raise Conflict("This passkey is known here already.")
    values = {
        "id": new_id("pk"),
        "person": person,
        "name": name,
        "credential": made.credential_id,
        "public_key": made.credential_public_key,
        "uses": made.sign_count,
        "synced": made.credential_backed_up,
        "transports": _transports(credential),
    }
    row = await tx.execute(passkeys.insert().values(**values).returning(*COLUMNS))
    return Passkey(*row.one())


async def ask(
    tx: AsyncConnection, purpose: Literal["sign_in", "proof"], *, site: Site, person: str | None = None
) -> dict[str, Any]:
    """What a browser needs to show one (`navigator.credentials.get`); whose, it finds out itself while signing in."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=await _challenge(tx, purpose, person),
        allow_credentials=await _mine(tx, person) if person else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


async def shown(
    tx: AsyncConnection,
    credential: Mapping[str, Any],
    purpose: Literal["sign_in", "proof"],
    *,
    site: Site,
    person: str | None = None,
) -> str:
    """Whose passkey this answer is of. Raises `Invalid` for one that proves nothing, or not `person`."""
    challenge = await _answered(tx, credential, purpose, person)
    found = select(passkeys).where(passkeys.c.credential == _bytes(credential.get("rawId"))).with_for_update()
    row = (await tx.execute(found)).one_or_none()
    if row is None or (person is not None and row.person != person):
        raise _unknown()
    try:
        proved = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.uses,
            require_user_verification=True,
        )
    except NOT_A_PASSKEY:
        raise _unknown() from None
    handle = _handle(credential)
    if handle is not None and handle != row.person.encode():
        raise _unknown()
    values = {"uses": proved.new_sign_count, "synced": proved.credential_backed_up, "used_at": datetime.now(UTC)}
    await tx.execute(update(passkeys).where(passkeys.c.id == row.id).values(**values))
    return row.person


async def rename(tx: AsyncConnection, person: str, id: str, name: str) -> Passkey:
    mine = update(passkeys).where(passkeys.c.person == person, passkeys.c.id == id).values(name=named(name))
    row = (await tx.execute(mine.returning(*COLUMNS))).one_or_none()
    if row is None:
        raise NotFound("You have no such passkey.")
    return Passkey(*row)


async def remove(tx: AsyncConnection, person: str, id: str) -> Passkey:
    mine = delete(passkeys).where(passkeys.c.person == person, passkeys.c.id == id)
    row = (await tx.execute(mine.returning(*COLUMNS))).one_or_none()
    if row is None:
        raise NotFound("You have no such passkey.")
    return Passkey(*row)


def named(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_CHARACTERS_MAX:
        raise Invalid(Problem("name", f"has 1 to {NAME_CHARACTERS_MAX} characters", "Ana’s laptop"))
    return name


async def _challenge(tx: AsyncConnection, purpose: Purpose, person: str | None) -> bytes:
    now = datetime.now(UTC)
    await tx.execute(delete(challenges).where(challenges.c.expires_at < now))
    challenge = generate_challenge()
    values = {
        "hash": _hash(challenge),
        "purpose": purpose,
        "person": person,
        "expires_at": now + timedelta(minutes=CHALLENGE_MINUTES_MAX),
    }
    await tx.execute(challenges.insert().values(**values))
    return challenge


async def _answered(tx: AsyncConnection, credential: Mapping[str, Any], purpose: Purpose, person: str | None) -> bytes:
    """The challenge that this answers; it is used up. Raises `Invalid`."""
    answer = credential.get("response")
    try:
        said = parse_client_data_json(_bytes(answer.get("clientDataJSON") if isinstance(answer, Mapping) else None))
    except NOT_A_PASSKEY:
        raise _unknown() from None
    c = challenges.c
    mine = delete(challenges).where(c.hash == _hash(said.challenge), c.purpose == purpose, c.expires_at > datetime.now(UTC))
    mine = mine.where(c.person.is_(None) if person is None else c.person == person)
    if (await tx.execute(mine)).rowcount == 0:
        raise Invalid(Problem("credential", "came too late, or for something else. Try once more"))
    return said.challenge


async def _mine(tx: AsyncConnection, person: str) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=one)
        for one in await tx.scalars(select(passkeys.c.credential).where(passkeys.c.person == person))
    ]


def _transports(credential: Mapping[str, Any]) -> list[str]:
    said = credential.get("response", {}).get("transports")
    return [one for one in said if isinstance(one, str) and one in TRANSPORTS] if isinstance(said, list) else []


def _handle(credential: Mapping[str, Any]) -> bytes | None:
    said = credential["response"].get("userHandle")
    return _bytes(said) if said else None


def _bytes(said: object) -> bytes:
    try:
        return base64url_to_bytes(said) if isinstance(said, str) else b""
    except ValueError:
        return b""


def _hash(challenge: bytes) -> bytes:
    return hashed(challenge.hex())


def _unknown() -> Invalid:
    return Invalid(Problem("credential", "is no passkey that is known here"))


NOT_A_PASSKEY = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, UnicodeError)
"""What reading and verifying bytes from elsewhere may raise."""
COLUMNS = tuple(passkeys.c[name] for name in ("id", "name", "created_at", "used_at", "synced"))
