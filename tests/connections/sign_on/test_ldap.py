"""Signing on by a directory: against OpenLDAP itself, and against servers that lie."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from sayso.connections.connections import Connections
from sayso.connections.delivered import NotAnswered
from sayso.connections.sign_on.ldap import ber, filters
from sayso.connections.sign_on.ldap.client import Broken, Refused
from sayso.connections.sign_on.ldap.directory import Directory, counted, entered
from sayso.errors import Invalid
from tests.connections.sign_on.slapd import ADD, ANA, BASE, MIA, PROGRAM, SERVICE, Slapd, slapd

real = pytest.mark.skipif(PROGRAM is None or ADD is None, reason="slapd is not installed: apt-get install slapd")


@pytest.fixture(scope="module")
async def there() -> AsyncIterator[Slapd]:
    async with slapd() as one:
        yield one


@real
@pytest.mark.parametrize("security", ["starttls", "ldaps", "none"])
async def test_somebody_signs_in(connections: Connections, there: Slapd, security: str):
    port = there.tls_port if security == "ldaps" else there.port
    directory = Directory.of(there.settings(security=security, port=port))
    ana = await entered(connections, directory, SERVICE, "ana", ANA)
    assert ana and (ana.name, ana.email, ana.verified, ana.groups) == ("Ana Prado", "ana@northlight.example", True, ("staff",))
    again = await entered(connections, directory, SERVICE, "ana@northlight.example", ANA)
    assert again and again.subject == ana.subject and len(ana.subject) == 36, "known by entryUUID, whatever name was typed"


@real
async def test_groups_are_told_by_their_names(connections: Connections, there: Slapd):
    mia = await entered(connections, Directory.of(there.settings()), SERVICE, "mia", MIA)
    assert mia and set(mia.groups) == {"Support, North", "staff"}


@real
@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ana", "wrong"),
        ("ana", ""),
        ("ana", MIA),
        ("nobody", ANA),
        ("", ANA),
        ("ana\0", ANA),
        ("ana", "\0"),
        ("a" * 255, ANA),
        ("ana", "x" * 1_025),
    ],
)
async def test_nobody_else_does(connections: Connections, there: Slapd, name: str, password: str):
    assert await entered(connections, Directory.of(there.settings()), SERVICE, name, password) is None


INJECTIONS = (
    "*", "a*", "ana)(|(uid=*", "*)(uid=*))(|(uid=*", "ana)(objectClass=*", "\\2a", "ana\\00", "*)(&", "ana)(!(uid=x)", "(uid=ana)", "ana,ou=people",
    "*)(userPassword=*", "{name}", "{dn}", "ana\\", "\\29\\28",
)  # fmt: skip


@real
@pytest.mark.parametrize("name", INJECTIONS)
async def test_what_is_typed_never_becomes_a_filter(connections: Connections, there: Slapd, name: str):
    """Each of these would find Ana if it were read as part of the filter."""
    assert await entered(connections, Directory.of(there.settings()), SERVICE, name, ANA) is None


@real
async def test_an_empty_password_asks_nobody(connections: Connections, there: Slapd):
    """Servers take a bind with a name and no password for an anonymous one, and say yes (RFC 4513, 5.1.2)."""
    closed = Directory.of(there.settings(port=1))
    assert await entered(connections, closed, SERVICE, "ana", "") is None


@real
async def test_a_certificate_of_nobody_we_trust_ends_it(connections: Connections, there: Slapd):
    for security, port in (("starttls", there.port), ("ldaps", there.tls_port)):
        with pytest.raises((Broken, NotAnswered), match="certificate"):
            await entered(
                connections, Directory.of(there.settings(security=security, port=port, authority="")), SERVICE, "ana", ANA
            )


@real
async def test_trying_it_says_what_is_wrong(connections: Connections, there: Slapd):
    many, one, groups = await counted(connections, Directory.of(there.settings()), SERVICE)
    assert many == 2 and one is not None and groups == ("staff",)
    with pytest.raises(Refused, match="does not accept this name and password"):
        await counted(connections, Directory.of(there.settings()), "wrong")
    with pytest.raises(Refused, match="nothing at this place"):
        await counted(connections, Directory.of(there.settings(base=f"ou=nowhere,{BASE}")), SERVICE)
    with pytest.raises(NotAnswered):
        await counted(connections, Directory.of(there.settings(port=1)), SERVICE)


@real
async def test_two_of_one_name_are_nobody(connections: Connections, there: Slapd):
    wide = Directory.of(there.settings(filter="(|(uid={name})(objectClass=inetOrgPerson))"))
    assert await entered(connections, wide, SERVICE, "ana", ANA) is None


def test_filters_are_made_as_the_standard_says():
    made = filters.made("(&(objectClass=person)(!(uid=a\\2ab))(cn=x*y*z)(mail=*)(m:1.2.3:={name}))", {"name": "*)("})
    (whole,) = ber.read_all(made)
    kinds = [part.tag for part in whole.parts]
    assert whole.tag == 0xA0 and kinds == [0xA3, 0xA2, 0xA4, 0x87, 0xA9]
    assert whole.parts[1].parts[0].parts[1].content == b"a*b"
    assert [part.tag for part in whole.parts[2].parts[1].parts] == [0x80, 0x81, 0x82]
    assert whole.parts[4].parts[2].content == b"*)(", "a value goes in as it is"


@pytest.mark.parametrize(
    "bad", ["(uid={name}", "(uid=x))", "(&", "()", "(=x)", "(uid=\\zz)", "(uid={who})", "((a=b))", "(!(a=b)(c=d))", "x", "(" * 30]
)
def test_filters_that_cannot_be_read_are_told(bad: str):
    with pytest.raises(Invalid):
        filters.made(bad, {"name": "x"})


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"security": "none", "host": "ldap.northlight.example"}, "settings/security"),
        ({"filter": "(uid=ana)"}, "settings/filter"),
        ({"base": ""}, "settings/base"),
        ({"security": "ssl"}, "settings/security"),
        ({"port": 70_000}, "settings/port"),
    ],
)
def test_settings_that_cannot_work_are_told(settings: dict[str, object], path: str):
    told = {"host": "127.0.0.1", "base": BASE, "filter": "(uid={name})", **settings}
    with pytest.raises(Invalid) as error:
        Directory.of(told)
    assert error.value.problems[0].path == path


Says = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def liar(says: bytes) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(says)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    "says",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"",
        b"\x30\x84\x7f\xff\xff\xff",
        b"\x30\x80\x00\x00",
        b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00",
        b"\x30\x05\x02\x01\x00\x78\x00",
        b"\x30\x03\x02\x01\x01",
        b"\x1f\x85\x00",
    ],
)
async def test_what_is_no_directory_lets_nobody_in(connections: Connections, says: bytes):
    async with liar(says) as port:
        directory = Directory.of({"host": "127.0.0.1", "port": port, "security": "none", "base": BASE, "filter": "(uid={name})"})
        with pytest.raises((Broken, NotAnswered)):
            await entered(connections, directory, "", "ana", ANA)
