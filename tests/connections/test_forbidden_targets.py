"""Sixty ways to name this machine and the network it stands in, in every field that takes an address: nobody comes.

The canary listens on loopback and counts TCP connections. Answered is nothing, asked is everything: a test button, a request, a token of
OAuth, mail, a webhook, a redirect, whatever kinds there are.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from sayso.connections import chat, endpoints, http, imap, mail, oauth, webhooks
from sayso.connections.connections import SORRY, Connections
from sayso.connections.deliveries import Deliveries
from sayso.connections.egress import Door, networks
from sayso.connections.http import Asked
from sayso.connections.kind import Kind
from sayso.connections.mail import Message
from sayso.connections.opened import Opened, Secrets
from sayso.db import transaction
from sayso.errors import SaysoError
from sayso.team.actor import Actor
from tests.connections.conftest import added
from tests.connections.outside import Outside, answer

LOOPBACK_NAMES = {
    "localhost": ("127.0.0.1",),
    "localtest.test": ("127.0.0.1",),
    "six.test": ("::1",),
    "mapped.test": ("::ffff:127.0.0.1",),
    "nat64.test": ("64:ff9b::7f00:1",),
    "both.test": ("93.184.216.34", "127.0.0.1"),
    "metadata.test": ("169.254.169.254",),
    "intranet.test": ("10.1.2.3",),
    "any.test": ("0.0.0.0",),
}
"""What the resolver of this test knows: names that lead inside."""
HOSTS = (
    "127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.0.0.1.",
    "127.255.255.254", "localhost", "LOCALHOST", "localhost.", "localtest.test", "six.test", "mapped.test", "nat64.test", "both.test",
    "metadata.test", "intranet.test", "any.test", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]",
    "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]",
    "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.0.1",
    "100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.192", "203.0.113.1", "127.0.0.1%00.example.com",
    "127。0。0。1", "①②⑦.⓪.⓪.①", "a@127.0.0.1", "example.com@127.0.0.1", "127.0.0.1#@example.com", "example.com\\@127.0.0.1",
    " 127.0.0.1", "127.0.0.1\t", "127.0.0.1\r\nHost: x",
)  # fmt: skip


SET_UP = tuple(f"The webhook is set up. Whether {name} takes it shows with the first message." for name in ("Slack", "Teams"))
NO_DOCUMENT = "Give the document as a file, under Operations."
"""What test buttons say where nobody need be asked."""


@dataclass
class Canary:
    port: int
    came: int = 0


@pytest.fixture
async def canary(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Canary]:
    """Listens on every address of this machine, IPv4 and IPv6, and answers nothing."""
    there = Canary(0)

    async def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there.came += 1
        writer.close()

    async def resolve(host: str, port: int, **_: Any) -> list[Any]:
        known = LOOPBACK_NAMES.get(host.lower().removesuffix("."))
        if known is None:
            raise socket.gaierror(socket.EAI_NONAME, "not known here")
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in known]

    async with await asyncio.start_server(count, "0.0.0.0", 0) as server:
        there.port = server.sockets[0].getsockname()[1]
        async with await asyncio.start_server(count, "::1", there.port):
            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
            yield there


@pytest.fixture
def closed(connections: Connections, monkeypatch: pytest.MonkeyPatch) -> Connections:
    """With a door that lets nothing through but the public internet and the one server that redirects."""
    monkeypatch.setattr(connections, "door", Door(networks("127.0.0.2/32")))
    return connections


async def refused(asked: Any) -> None:
    with pytest.raises(SaysoError):
        await asked


def test_there_are_sixty():
    assert len(set(HOSTS)) >= 60


async def test_requests(closed: Connections, canary: Canary):
    for host in HOSTS:
        for scheme in ("http", "https"):
            await refused(http.ask(closed, Asked(url=f"{scheme}://{host}:{canary.port}/x"), seconds_max=3))
    assert canary.came == 0


async def test_redirects(closed: Connections, canary: Canary):
    """A server that may be asked, and sends on to where nobody may go."""
    there = Outside()
    async with await asyncio.start_server(there.serve, "127.0.0.2", 0) as server:
        url = f"http://127.0.0.2:{server.sockets[0].getsockname()[1]}/"
        for host in HOSTS:
            location = f"http://{host}:{canary.port}/x".replace("\r\n", "").replace("\t", "")
            if location.isascii():
                there.says = [answer(302, headers={"Location": location})]
                await refused(http.ask(closed, Asked(url=url), seconds_max=3))
    assert canary.came == 0 and there.came >= 55


async def test_webhooks_out(closed: Connections, ben: Actor, canary: Canary):
    put = 0
    for n, host in enumerate(HOSTS):
        try:
            async with transaction(closed.engine) as tx:
                await webhooks.send(tx, closed, url=f"http://{host}:{canary.port}/x", event="x", body={}, key=f"k{n}", by=ben)
                put += 1
        except SaysoError:
            continue
    assert put >= 30
    await Deliveries(closed).once()
    async with transaction(closed.engine) as tx:
        states = {one.last_state for one in await endpoints.listed(tx, by=ben)}
    assert canary.came == 0 and states == {"failed"}


async def test_tokens_of_oauth(closed: Connections, ben: Actor, canary: Canary):
    fine = {
        "address": "https://api.example.com",
        "auth": "client_credentials",
        "token_address": "https://api.example.com/t",
        "client_id": "x",
    }
    made = await added(closed, ben, "http", fine, {"client_secret": "secret-1234"})
    async with transaction(closed.engine) as tx:
        one = await closed.opened(tx, made.id, "http", by=ben)
    for host in HOSTS:
        elsewhere = replace(one, settings={**one.settings, "token_address": f"http://{host}:{canary.port}/t"})
        await refused(oauth.token(closed, elsewhere))
    assert canary.came == 0


def takes(kind: Kind) -> list[str]:
    """The fields of a kind that name a place, among settings and secrets."""
    return [one.name for one in kind.fields if one.kind in ("address", "host") or one.name in ("webhook", "url", "more_hosts")]


def filled(kind: Kind, name: str, value: str, port: int) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Every way of being let in, with this field naming the place; the first is enough for most hosts."""
    field = kind.field(name)
    assert field
    choices = [one for one in kind.fields if one.kind == "choice"] or [None]
    for choice in choices:
        for option in [option.value for option in choice.choices] if choice else [None]:
            settings: dict[str, Any] = {
                one.name: one.default for one in kind.fields if not one.secret and one.default is not None
            }
            settings |= {
                one.name: "x"
                for one in kind.fields
                if not one.secret and one.required and one.default is None and one.kind == "text"
            }
            secrets = {one.name: "secret-1234" for one in kind.fields if one.secret and one.name != name}
            if choice:
                settings[choice.name] = option
            for one in kind.fields:
                if one.kind in ("address", "host") and one.required and one.name != name:
                    settings[one.name] = "https://api.invalid/" if one.kind == "address" else "host.invalid"
            scheme = "bigquery" if kind.key == "sql_url" else "http"
            place = value if field.kind == "host" else f"{scheme}://{value}:{port}/x"
            if kind.field("port"):
                settings["port"] = port
            (secrets if field.secret else settings)[name] = place
            if field.asked(settings):
                yield settings, secrets


@pytest.mark.parametrize("key", [key for key, kind in Connections.kinds.items() if takes(kind)])
async def test_every_kind(closed: Connections, ben: Actor, canary: Canary, key: str):
    kind, asked = closed.kinds[key], 0
    for name in takes(kind):
        for host in HOSTS:
            fills = [
                one for one in filled(kind, name, host, canary.port) if not kind.oauth(one[0])
            ]  # tokens have a test of their own
            for settings, secrets in fills if host in HOSTS[:5] else fills[:1]:
                try:
                    hosts = (*kind.hosts(settings), *kind.hosts_of_secrets(secrets))
                except SaysoError:
                    continue
                one = Opened("cn_none", "Canary", key, ben.workspace, settings, hosts, Secrets(secrets))
                async with asyncio.timeout(60):
                    ok, said = await closed.tried(one)
                assert said != SORRY and (not ok or said in (*SET_UP, NO_DOCUMENT)), (name, host, said)
                await _used(closed, one)
                asked += 1
    assert canary.came == 0 and asked >= 20


async def _used(connections: Connections, one: Opened) -> None:
    """As steps use it, beside the test button."""
    does = connections.kinds[one.kind].does
    if "message" in does:
        await refused(chat.post(connections, one, "#sales", "Hello", "key"))
    if "email" in does:
        await refused(
            mail.send(
                connections,
                replace(one, settings={**one.settings, "from_address": "a@b.example"}),
                Message(("a@b.example",), "Hi"),
            )
        )
    if "http" in does:
        await refused(http.ask(connections, Asked(url="orders"), opened=one, seconds_max=3))
    if "inbox" in does:
        await refused(imap.fetch(connections, one))


async def test_a_name_that_changes_its_mind(closed: Connections, monkeypatch: pytest.MonkeyPatch):
    """It is asked once where it is, and that very address is connected to: what it says later leads nowhere."""
    asked: list[str] = []
    reached: list[str] = []
    loop = asyncio.get_running_loop()

    async def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

    async def connect(_: Any, host: str, port: int, **__: Any) -> Any:
        reached.append(host)
        raise ConnectionRefusedError

    async def sock_connect(_: Any, address: tuple[str, int]) -> None:
        reached.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    monkeypatch.setattr(loop, "create_connection", connect)
    monkeypatch.setattr(loop, "sock_connect", sock_connect)
    await refused(http.ask(closed, Asked(url="http://rebinding.test/")))
    await refused(http.ask(closed, Asked(url="http://rebinding.test/")))
    asked.clear()
    await refused(closed.door.socket("rebinding.test", 25))
    assert reached == ["93.184.216.34"] * 2
