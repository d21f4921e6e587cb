"""Nobody is led into the network that Sayso stands in, by whatever name."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sayso.connections.egress import Door, NotLetOut, NotReached, is_public, networks
from sayso.errors import Invalid, SaysoError

INSIDE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "203.0.113.9",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::",
    "2001:0:7f00:1::", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1", "3fff::1", "5f00::1",
]  # fmt: skip
ODD = [
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "127.1",
    "017700000001",
    "0",
    "127.0.0.1.",
    "a b",
    "",
    "a/b",
    "a@b",
    "x" * 300,
    "127。0。0。1",
    "[",
    "\\",
]


@pytest.fixture
async def canary() -> AsyncIterator[tuple[int, list[int]]]:
    """A port on this machine that counts who comes."""
    came: list[int] = []

    async def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(1)
        writer.close()

    async with await asyncio.start_server(count, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], came


@pytest.mark.parametrize("address", INSIDE)
async def test_addresses_inside_are_refused(address: str):
    with pytest.raises(NotLetOut):
        await Door().addresses(address, 80)


@pytest.mark.parametrize("host", ODD)
async def test_odd_spellings_are_refused(host: str, canary: tuple[int, list[int]]):
    with pytest.raises(SaysoError):
        await Door().connect(asyncio.Protocol, host, canary[0], tls=False)
    assert canary[1] == []


async def test_a_name_that_leads_inside_opens_no_socket(canary: tuple[int, list[int]]):
    with pytest.raises((NotLetOut, NotReached)):
        await Door().connect(asyncio.Protocol, "localhost", canary[0], tls=False)
    assert canary[1] == []


async def test_a_name_of_which_one_address_lies_inside_is_refused_whole(monkeypatch: pytest.MonkeyPatch):
    async def both(*_: object, **__: object) -> list[object]:
        return [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with pytest.raises(NotLetOut):
        await Door().addresses("rebinding.example", 80)


async def test_what_the_operator_lets_through_passes(canary: tuple[int, list[int]]):
    connected = await Door(networks("127.0.0.0/8, ::1")).connect(asyncio.Protocol, "127.0.0.1", canary[0], tls=False)
    assert connected is not None
    while not canary[1]:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    with pytest.raises(NotLetOut):
        await Door(networks("127.0.0.0/8")).addresses("10.0.0.1", 80)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001::1"])
async def test_the_internet_is_let_through(address: str):
    (found,) = await Door().addresses(address, 443)
    assert is_public(found)


def test_networks_that_are_none():
    with pytest.raises(Invalid):
        networks("127.0.0.0/8, nonsense")
    assert networks("") == ()
