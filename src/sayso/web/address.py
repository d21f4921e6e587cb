"""Where a request came from: the address of the one who connected, or what a proxy that the operator trusts says of it.

Everybody can write `X-Forwarded-For`. It is read from its right end, where the nearest proxy wrote, for as long as the speaker is one that
`SAYSO_PROXIES` names; the first address that is not is who asked.
"""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

from sayso.settings import Settings

AGENT_CHARACTERS_MAX = 300
HOPS_MAX = 10
NETWORK_BITS = 64


def address_of(connection: HTTPConnection, settings: Settings) -> str:
    """An IP address as text; `""` when there is none (a Unix socket)."""
    here = connection.client.host if connection.client else ""
    if not settings.proxies:
        return here
    said = [part.strip() for line in connection.headers.getlist("x-forwarded-for") for part in line.split(",")]
    for before in reversed(said[-HOPS_MAX:]):
        if not _trusted(here, settings) or not _is_address(before):
            return here
        here = before
    return here


def counted_as(connection: HTTPConnection, settings: Settings) -> str:
    """Under what requests are counted for limits: the address, of IPv6 the network of 64 bits that one customer has, who could otherwise take a
    fresh one for every request. An IPv4 address that is written as IPv6 is itself."""
    return neighbours(address_of(connection, settings))


def neighbours(address: str) -> str:
    if not _is_address(address):
        return address
    ip = ip_address(address)
    if not isinstance(ip, IPv6Address):
        return address
    return str(ip.ipv4_mapped or ip_network((int(ip), NETWORK_BITS), strict=False))


def agent_of(connection: HTTPConnection) -> str:
    """What the browser or program calls itself."""
    return connection.headers.get("user-agent", "")[:AGENT_CHARACTERS_MAX]


def _trusted(address: str, settings: Settings) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in settings.proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
