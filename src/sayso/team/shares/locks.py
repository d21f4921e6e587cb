"""Passwords of shares, and the visits of those who knew one.

A visit is kept in nobody's memory: its cookie is signed with the password's own hash, so that another password, a stopped share or
one that is over ends it. Argon2id with the parameters of OWASP's Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane).
"""

import hmac
from datetime import UTC, datetime, timedelta

from sayso.errors import Invalid, Problem
from sayso.team.shares.share import Share
from sayso.team.signin import hashing

PASSWORD_CHARACTERS_MIN = 8
PASSWORD_CHARACTERS_MAX = 200
VISIT_HOURS_MAX = 12


async def closed_with(password: str) -> str:
    """What is kept of a password. Raises `Invalid` when it is too short or too long."""
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
        length = f"{PASSWORD_CHARACTERS_MIN} to {PASSWORD_CHARACTERS_MAX}"
        raise Invalid(Problem("password", f"has {length} characters", "three-plain-words"))
    return await hashing.hashed(password)


async def opens(share: Share, password: str) -> bool:
    if share.password is None:
        return True
    if not 0 < len(password) <= PASSWORD_CHARACTERS_MAX:
        return False
    return await hashing.matches(password, share.password)


def visit(share: Share) -> str:
    """The cookie of whoever knew the password."""
    until = datetime.now(UTC) + timedelta(hours=VISIT_HOURS_MAX)
    at = str(int(min(until, share.expires_at or until).timestamp()))
    return f"{at}.{_signed(share, at)}"


def is_visiting(share: Share, cookie: str) -> bool:
    """Whether this cookie was given for this very share and password, and is not too old. Without a password everybody is."""
    if share.password is None:
        return True
    at, _, signature = cookie.partition(".")
    if not (at.isascii() and at.isdecimal() and len(at) <= 12 and signature.isascii()):
        return False
    return hmac.compare_digest(signature, _signed(share, at)) and int(at) > datetime.now(UTC).timestamp()


def _signed(share: Share, at: str) -> str:
    return hmac.digest(f"{share.password}".encode(), f"{share.id} {share.token} {at}".encode(), "sha256").hex()
