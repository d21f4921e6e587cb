"""The one door outwards: every socket to a host that somebody has named is opened here.

A name is resolved once, every address it has must be a public one, and the socket is opened to that very address, so a name
that changes its mind in between leads nowhere. What the operator lets through (`SAYSO_EGRESS_ALLOW`, networks such as
`127.0.0.0/8,10.1.0.0/16`) passes too: for a model on this machine or an intranet.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

from sayso.errors import Forbidden, Invalid, Problem, Unavailable

CONNECT_SECONDS_MAX = 10
SILENT_SECONDS_MAX = 30
"""How long a socket that blocks waits for the other side; whoever has it may say otherwise."""
RESOLVE_SECONDS_MAX = 5
ADDRESSES_TRIED_MAX = 4
HOST_LENGTH_MAX = 253

IPv4, IPv6 = ipaddress.IPv4Address, ipaddress.IPv6Address
Address = IPv4 | IPv6
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
P = TypeVar("P", bound=asyncio.BaseProtocol)
Socket = socket.socket

NOT_PUBLIC_4 = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # carriers' own (CGNAT)
    "127.0.0.0/8",  # this machine
    "169.254.0.0/16",  # link-local, and the metadata of clouds
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # AMT
    "192.88.99.0/24",  # 6to4 relays
    "192.168.0.0/16",  # private
    "192.175.48.0/24",  # AS112
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, broadcast
)
PUBLIC_6 = "2000::/3"
"""All global unicast; what is not in it (loopback, mapped, NAT64, unique local, site-local, multicast …) is not public."""
NOT_PUBLIC_6 = (
    "2001::/23",  # protocol assignments, Teredo, benchmarks, ORCHID
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4: carries any IPv4 address
    "3fff::/20",  # documentation
    "2620:4f:8000::/48",  # AS112
)
"""IANA's special-purpose registries, as of November 2026."""


@cache
def _special() -> tuple[tuple[Network, ...], Network, tuple[Network, ...]]:
    network = ipaddress.ip_network
    return tuple(map(network, NOT_PUBLIC_4)), network(PUBLIC_6), tuple(map(network, NOT_PUBLIC_6))


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could be behind this address. By our own lists: Python's `is_global` lets NAT64 and 6to4 pass."""
    four, public, six = _special()
    if isinstance(address, IPv4):
        return not any(address in network for network in four)
    return address in public and not any(address in network for network in six)


def networks(text: str) -> tuple[Network, ...]:
    """The networks of a list such as `127.0.0.0/8, ::1`. Raises `Invalid`."""
    try:
        return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise Invalid(Problem("SAYSO_EGRESS_ALLOW", f"holds what is no network: {error}", "127.0.0.0/8, 10.1.0.0/16")) from None


class NotLetOut(Forbidden):
    """The host lies where only the operator may let us."""


class NotReached(Unavailable):
    """The host has no address, or none that answers. `reason` is one of dns, refused, timeout, tls."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Door:
    """Opens sockets. One for each process; `allow` is what the operator lets through beside the public internet."""

    allow: tuple[Network, ...] = ()
    authorities: str | None = None
    """A file of certificate authorities to trust beside the system's own."""
    _tls: list[ssl.SSLContext] = field(default_factory=list)

    def lets(self, address: Address) -> bool:
        return is_public(address) or any(address.version == one.version and address in one for one in self.allow)

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Where this host is, when all of it may be reached. Raises `NotLetOut`, `NotReached`, `Invalid`."""
        found = _literal(host)
        literal = found is not None
        found_all = (found,) if found is not None else await _resolved(host, port)
        for address in found_all:
            if not self.lets(address):
                what = f"{host} is" if literal else f"{host} leads to {address}, which is"
                raise NotLetOut(
                    f"{what} not an address of the public internet. The operator can let it through: SAYSO_EGRESS_ALLOW={address}"
                )
        return found_all[:ADDRESSES_TRIED_MAX]

    async def connect(self, make: Callable[[], P], host: str, port: int, *, tls: bool) -> P:
        """A connection to the host, its protocol made by `make`. Raises `NotLetOut`, `NotReached`."""
        loop = asyncio.get_running_loop()
        failure: Exception | None = None
        for address in await self.addresses(host, port):
            try:
                async with asyncio.timeout(CONNECT_SECONDS_MAX):
                    _, protocol = await loop.create_connection(
                        make,
                        str(address),
                        port,
                        ssl=self._context() if tls else None,
                        server_hostname=host if tls else None,
                    )
                return protocol
            except OSError as error:
                failure = error
        raise _unreached(host, port, failure) from None

    async def socket(self, host: str, port: int) -> Socket:
        """A connected socket that blocks, for what speaks by one itself: mail, drivers of databases. Without TLS; wrap it in `tls()`.
        Raises `NotLetOut`, `NotReached`."""
        loop = asyncio.get_running_loop()
        failure: Exception | None = None
        for address in await self.addresses(host, port):
            opened = Socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
            opened.setblocking(False)
            try:
                async with asyncio.timeout(CONNECT_SECONDS_MAX):
                    await loop.sock_connect(opened, (str(address), port))
                opened.settimeout(SILENT_SECONDS_MAX)
                return opened
            except OSError as error:
                opened.close()
                failure = error
            except BaseException:
                opened.close()
                raise
        raise _unreached(host, port, failure) from None

    async def name_server(self, make: Callable[[], P], address: str, port: int) -> P:
        """A connection to one of this machine's own name servers, wherever it lies: the operator has named them. Raises `NotReached`."""
        try:
            async with asyncio.timeout(RESOLVE_SECONDS_MAX):
                _, protocol = await asyncio.get_running_loop().create_connection(make, address, port)
        except OSError as error:
            raise _unreached(address, port, error) from None
        return protocol

    def tls(self) -> ssl.SSLContext:
        """What a socket of this door is wrapped with: `door.tls().wrap_socket(socket, server_hostname=host)`."""
        context = ssl.create_default_context()
        if self.authorities:
            context.load_verify_locations(self.authorities)
        return context

    def _context(self) -> ssl.SSLContext:
        if not self._tls:
            context = self.tls()
            context.set_alpn_protocols(["http/1.1"])
            self._tls.append(context)
        return self._tls[0]


def _unreached(host: str, port: int, error: Exception | None) -> NotReached:
    match error:
        case ssl.SSLCertVerificationError():
            return NotReached(f"{host} shows a certificate that cannot be trusted: {error.verify_message}", "tls")
        case ssl.SSLError():
            return NotReached(f"{host} does not speak TLS as it should: {error.reason or 'handshake failed'}", "tls")
        case TimeoutError():
            return NotReached(f"{host}:{port} did not answer within {CONNECT_SECONDS_MAX} seconds", "timeout")
        case _:
            return NotReached(f"{host}:{port} takes no connections", "refused")


def _literal(host: str) -> Address | None:
    """The address that a host already is. Odd spellings of addresses (`127.1`, `0x7f.1`, `2130706433`) are refused as what they are."""
    bare = host.removeprefix("[").removesuffix("]")
    try:
        return ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        pass
    if not host or len(host) > HOST_LENGTH_MAX or not all(c.isalnum() or c in "-._" for c in host):
        raise Invalid(Problem("host", "is no host's name", "api.openai.com"))
    last = host.rstrip(".").rpartition(".")[2].lower()
    if last.isdigit() or last.startswith("0x"):
        raise Invalid(Problem("host", "is a number that is not written as an address", "203.0.113.7"))
    return None


async def _resolved(host: str, port: int) -> tuple[Address, ...]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS_MAX):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except TimeoutError:
        raise NotReached(f"the address of {host} was not found within {RESOLVE_SECONDS_MAX} seconds", "dns") from None
    except (OSError, UnicodeError):
        raise NotReached(f"{host} has no address", "dns") from None
    return unique(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found)


def unique(addresses: Iterable[Address]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(addresses))
