"""Secrets at rest: encrypted with a key that lies in the home, outside the database and its backups."""

import hmac
import os
from base64 import urlsafe_b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sayso.errors import Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12


class Vault:
    """Seals and opens, with AES-256-GCM. `of` what a secret is (a provider's id) is bound into it: a row's secret opens nowhere else."""

    def __init__(self, home: Path) -> None:
        self.path = home / "secrets.key"
        self._cipher: AESGCM | None = None

    def seal(self, secret: str, of: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._with_key().encrypt(nonce, secret.encode(), of.encode())

    def open(self, sealed: bytes, of: str) -> str:
        """Raises `Unavailable` when this home's key is not the one it was sealed with."""
        try:
            return self._with_key().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], of.encode()).decode()
        except (InvalidTag, ValueError):
            raise Unavailable(
                f"A stored secret cannot be opened with {self.path}. Put the file back that belonged to this database, or enter the secret again."
            ) from None

    def mark(self, text: str, of: str) -> str:
        """A signature of a text that only this home can make (HMAC-SHA-256, base64url): for addresses that say what they are for."""
        key = hmac.digest(self._key(), f"mark:{of}".encode(), "sha256")
        return urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).rstrip(b"=").decode()

    def key_for(self, purpose: str) -> bytes:
        """A key of this installation for one purpose, the same in every process: what is signed with it is worth nothing elsewhere."""
        return hmac.digest(self._key(), purpose.encode(), "sha256")

    def _with_key(self) -> AESGCM:
        if self._cipher is None:
            self._cipher = AESGCM(self._key())
        return self._cipher

    def _key(self) -> bytes:
        try:
            file = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            key = self.path.read_bytes()
            if len(key) != KEY_BYTES:
                raise Unavailable(f"{self.path} does not hold a key of {KEY_BYTES} bytes.") from None
            return key
        key = os.urandom(KEY_BYTES)
        with os.fdopen(file, "wb") as opened:
            opened.write(key)
            opened.flush()
            os.fsync(opened.fileno())
        return key
