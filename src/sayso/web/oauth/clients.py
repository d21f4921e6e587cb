"""Programs that ask to be let in. What one registers (RFC 7591) stands in the id that it gets, so nothing is kept for strangers.

Anybody may register anything, so such an id proves nothing about who shows it, and need not: what counts is that a code goes only to an
address that the id names, which the member is shown, and that it is worth nothing without the proof (PKCE) of whoever asked for it.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import orjson

from sayso.errors import Invalid, Problem

PREFIX = "sayso-client."
ID_CHARACTERS_MAX = 4_000
ADDRESSES_MAX = 10
ADDRESS_CHARACTERS_MAX = 500
NAME_CHARACTERS_MAX = 80
UNNAMED = "A program"
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
NO_PROGRAMS = frozenset(
    {
        "javascript",
        "data",
        "vbscript",
        "file",
        "blob",
        "about",
        "filesystem",
        "view-source",
        "ws",
        "wss",
        "ftp",
        "content",
        "intent",
    }
)
"""Schemes that no program goes by."""
PLAIN = re.compile(r"^[A-Za-z0-9._~:/?#\[\]@!$&()*+=%-]+$")
"""What an address is written with; nothing that could end a policy or a header."""


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    name: str
    addresses: tuple[str, ...]
    """Where codes may be sent."""

    def takes(self, address: str) -> bool:
        """Whether it registered this address. A program on this machine listens on another port each time (RFC 8252)."""
        return address in self.addresses or any(_same_but_port(address, one) for one in self.addresses)


def registered(asked: Any) -> Client:
    """A new client, from what it says of itself. Raises `Invalid`."""
    if not isinstance(asked, dict):
        raise Invalid(Problem("", "is no object"))
    addresses, name = asked.get("redirect_uris"), asked.get("client_name")
    if not isinstance(addresses, list) or not 0 < len(addresses) <= ADDRESSES_MAX:
        raise Invalid(Problem("redirect_uris", f"lists 1 to {ADDRESSES_MAX} addresses", "http://127.0.0.1/callback"))
    for one in addresses:
        split(one)
    said = " ".join(str(name).split())[:NAME_CHARACTERS_MAX] if isinstance(name, str) else ""
    said = "".join(letter for letter in said if letter.isprintable()) or UNNAMED
    known = orjson.dumps({"n": said, "r": list(dict.fromkeys(addresses))})
    id = PREFIX + base64.urlsafe_b64encode(known).decode().rstrip("=")
    if len(id) > ID_CHARACTERS_MAX:
        raise Invalid(Problem("redirect_uris", "are too long, all together"))
    return Client(id, said, tuple(addresses))


def known(id: str) -> Client:
    """The client behind an id. Raises `Invalid` for what is none of ours."""
    wrong = Invalid(Problem("client_id", "is none that was registered here"))
    body = id.removeprefix(PREFIX)
    if body == id or len(id) > ID_CHARACTERS_MAX or not id.isascii():
        raise wrong
    try:
        value: Any = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        again = registered({"client_name": value["n"], "redirect_uris": value["r"]})
    except (binascii.Error, ValueError, TypeError, KeyError, Invalid):
        raise wrong from None
    if again.id != id:
        raise wrong
    return again


def split(address: Any) -> SplitResult:
    """An address that a code may be sent to: a site over https, a program on the member's own machine. Raises `Invalid`."""
    wrong = Problem("redirect_uris", "are https, http on this machine, or a program's own scheme", "http://127.0.0.1/callback")
    if not isinstance(address, str) or len(address) > ADDRESS_CHARACTERS_MAX or not PLAIN.match(address):
        raise Invalid(wrong)
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise Invalid(wrong) from None
    match parts.scheme:
        case "https":
            good = bool(parts.hostname) and parts.username is None
        case "http":
            good = parts.hostname in HERE and parts.username is None
        case scheme:
            good = bool(scheme) and scheme not in NO_PROGRAMS and ":" in address
    if not good or "#" in address:
        raise Invalid(wrong)
    return parts


def origin(address: str) -> str:
    """The site that an address is of, or a program's own scheme: what a policy of content names."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def _same_but_port(address: str, registered: str) -> bool:
    one, other = urlsplit(address), urlsplit(registered)
    if one.scheme != "http" or other.scheme != "http" or other.hostname not in HERE:
        return False
    return (one.hostname, one.path, one.query) == (other.hostname, other.path, other.query)
