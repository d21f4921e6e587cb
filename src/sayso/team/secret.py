"""Secrets that people and programs show to be let in. We keep their hashes only."""

import hashlib
import secrets
import string
import zlib

BYTES = 32
"""256 bits: no need for a slow hash, and no way to guess one."""

ALPHABET = string.digits + string.ascii_letters
TOKEN_PREFIX = "sayso_"
MODEL_KEY_PREFIX = "sk-sayso-"
"""Keys of the gateway begin as programs for OpenAI expect it."""
TOKEN_LENGTH = 32
CHECKSUM_LENGTH = 6


def new_secret() -> str:
    """For cookies and links."""
    return secrets.token_urlsafe(BYTES)


def new_token(prefix: str = TOKEN_PREFIX) -> str:
    """For programs: `sayso_`, 32 random characters, 6 of checksum. Secret scanners know such a thing when they see it."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
    return prefix + body + _checksum(body)


def is_token(text: str) -> bool:
    """Whether this could be one of ours at all: told by its checksum, without asking the database."""
    body = text.removeprefix(TOKEN_PREFIX)
    return body != text and len(body) == TOKEN_LENGTH + CHECKSUM_LENGTH and _checksum(body[:TOKEN_LENGTH]) == body[TOKEN_LENGTH:]


def hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode(errors="replace")), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
