"""Addresses that people name: read once, in one way, by everything that goes there."""

import ipaddress
import re
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

from sayso.connections.egress import HOST_LENGTH_MAX
from sayso.errors import Invalid, Problem

URL_LENGTH_MAX = 8_000
PORT_MAX = 65_535
SAFE = "/:?[]@!$&'()*+,;=%~-._"
"""What may stand in a path or a query as it is; everything else is written in percent."""
CLOSED_PORTS = frozenset(
    (
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117,
        119, 123, 135, 137, 138, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587,
        601, 636, 989, 990, 993, 995, 1433, 1719, 1720, 1723, 2049, 2375, 2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5900, 6000,
        6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 10250, 11211, 27017,
    )
)  # fmt: skip
"""Where HTTP is not spoken and a request could still do harm: the WHATWG's bad ports (fetch.spec.whatwg.org, "port blocking"), and databases, caches and daemons."""
ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Url:
    """An http or https address, taken apart. `target` is what stands in a request's first line."""

    tls: bool
    host: str
    port: int
    target: str

    @classmethod
    def of(cls, text: str, where: str = "url") -> Self:
        """Raises `Invalid` for whatever could be read in two ways: names and passwords in it, backslashes, odd hosts, closed ports."""

        def wrong(why: str) -> Invalid:
            return Invalid(Problem(where, why, "https://api.example.com/v1/orders"))

        text = text.strip()
        if not text or len(text) > URL_LENGTH_MAX:
            raise wrong(f"is an address of at most {URL_LENGTH_MAX:,} characters")
        if "\\" in text or any(ord(c) < 33 or ord(c) == 127 for c in text.replace(" ", "")):
            raise wrong("holds characters that do not belong into an address")
        try:
            parts = urlsplit(text)
            port, host = parts.port, parts.hostname
        except ValueError:
            raise wrong("is no address") from None
        if parts.scheme.lower() not in ("http", "https") or not host:
            raise wrong("begins with https:// or http:// and names a host")
        if "@" in parts.netloc:
            raise wrong("holds a name or a password; they belong into a connection")
        tls = parts.scheme.lower() == "https"
        port = port if port is not None else 443 if tls else 80
        if port in CLOSED_PORTS or port == 0:
            raise wrong(f"leads to port {port}, where something else than HTTP is spoken")
        path = ENCODED.sub("%25", parts.path or "/")
        query = f"?{ENCODED.sub('%25', parts.query)}" if parts.query else ""
        return cls(tls, checked_host(host, where), port, quote(path + query, safe=SAFE))

    def joined(self, text: str, where: str = "url") -> Self:
        """Where a redirect, or a path of this host, leads: `orders/7` below this address, `/orders/7` from the host's root. What names
        another host by two slashes is no path: it is read as the address that it is."""
        if "\\" in text:
            raise Invalid(Problem(where, "holds characters that do not belong into an address"))
        return type(self).of(urljoin(str(self), text.strip()), where)

    def below(self, path: str, where: str = "url") -> Self:
        """A path below this address, whatever it begins with: it never leads to another host."""
        at, _, asked = self.target.partition("?")
        path, _, query = path.partition("?")
        steps = [step for step in path.replace("\\", "/").split("/") if step not in ("", ".")]
        if ".." in steps or any(step.lower() in ("%2e%2e", ".%2e", "%2e.") for step in steps):
            raise Invalid(Problem(where, "leads out of the connection's address", "orders/7"))
        end = "/" if path.endswith("/") and steps else ""
        whole = at.rstrip("/") + ("/" + "/".join(steps) + end if steps else "") or "/"
        asks = "&".join(part for part in (asked, query) if part)
        target = quote(ENCODED.sub("%25", whole + (f"?{asks}" if asks else "")), safe=SAFE)
        return replace(self, target=target)

    def asking(self, pairs: tuple[tuple[str, str], ...]) -> Self:
        """With these added to its query."""
        if not pairs:
            return self
        more = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
        return replace(self, target=f"{self.target}{'&' if '?' in self.target else '?'}{more}")

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what secrets are bound to."""
        return f"{'https' if self.tls else 'http'}://{self.authority}"

    def __str__(self) -> str:
        return self.origin + self.target


def checked_host(host: str, where: str = "host") -> str:
    """A host's name in small ASCII letters. Raises `Invalid`. Whether it may be reached is the door's to say."""
    host = host.strip().removesuffix(".").lower()
    wrong = Invalid(Problem(where, "is no host's name", "mail.example.com"))
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            raise wrong from None
    bare = host.removeprefix("[").removesuffix("]")
    if not bare or len(bare) > HOST_LENGTH_MAX or not all(c.isalnum() or c in "-._:" for c in bare):
        raise wrong
    if ":" in bare:
        try:
            ipaddress.IPv6Address(bare)
        except ValueError:
            raise wrong from None
    return bare


def host_port(host: object, port: object, where: str = "host", otherwise: int = 0) -> str:
    """`smtp.example.com:587`, for what is no HTTP. Raises `Invalid`."""
    name = checked_host(str(host or ""), where)
    try:
        number = int(str(port or otherwise))
    except ValueError:
        number = 0
    if not 0 < number <= PORT_MAX:
        raise Invalid(Problem("port", f"is a number from 1 to {PORT_MAX}", str(otherwise or 443)))
    return f"[{name}]:{number}" if ":" in name else f"{name}:{number}"
