"""Proving a domain: by a TXT record asked of a name server, or by a file asked of its website."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from sayso.connections.connections import Connections
from sayso.connections.sign_on import dns, proofs
from sayso.team.sso.domains import Domain
from tests.connections.outside import Outside, answer

DOMAIN = Domain("northlight.example", "sayso-domain-abc", None, None, "", None, None)
Says = Callable[[bytes], bytes]


def told(query: bytes, *texts: bytes, code: int = 0, id: int | None = None) -> bytes:
    """An answer to this question, its records pointing at the name in it."""
    head = struct.pack(">HHHHHH", struct.unpack(">H", query[:2])[0] if id is None else id, 0x8180 | code, 1, len(texts), 0, 0)
    return head + query[12:] + b"".join(record(one) for one in texts)


def record(text: bytes) -> bytes:
    pieces = [text[at : at + 255] for at in range(0, len(text), 255)] or [b""]
    data = b"".join(bytes((len(piece),)) + piece for piece in pieces)
    return b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(data)) + data


@asynccontextmanager
async def name_server(monkeypatch: pytest.MonkeyPatch, says: Says) -> AsyncIterator[list[bytes]]:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        query = await reader.readexactly(struct.unpack(">H", await reader.readexactly(2))[0])
        asked.append(query)
        said = says(query)
        writer.write(struct.pack(">H", len(said)))
        await writer.drain()
        writer.write(said)  # in two pieces, as it may come
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        monkeypatch.setattr(dns, "servers", lambda: (("127.0.0.1", server.sockets[0].getsockname()[1]),))
        yield asked


async def test_a_record_that_is_there_proves_it(connections: Connections, monkeypatch: pytest.MonkeyPatch):
    long = b"v=spf1 " + b"x" * 600
    async with name_server(monkeypatch, lambda query: told(query, long, b"sayso-domain-abc")) as asked:
        assert await dns.texts(connections, "_sayso.northlight.example") == (long.decode(), "sayso-domain-abc")
        assert await proofs.looked(connections, DOMAIN, "dns") == (True, "The TXT record _sayso.northlight.example is there.")
    assert b"\x06_sayso\x0anorthlight\x07example\x00\x00\x10\x00\x01" in asked[0]


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (lambda q: told(q), "no TXT record"),
        (lambda q: told(q, code=3), "no TXT record"),
        (lambda q: told(q, b"sayso-domain-other"), "not the one"),
        (lambda q: told(q, b"xsayso-domain-abcx"), "not the one"),
        (lambda q: told(q, code=2), "the error 2"),
        (lambda q: told(q, b"sayso-domain-abc", id=struct.unpack(">H", q[:2])[0] ^ 1), "something else"),
        (lambda q: told(q.replace(b"northlight", b"evilnorth1"), b"sayso-domain-abc"), "something else"),
        (lambda q: b"\x00", "cannot be read"),
        (lambda q: told(q, b"sayso-domain-abc")[:-9], "not the one"),
        (lambda q: q, "something else"),
    ],
)
async def test_nothing_else_does(connections: Connections, monkeypatch: pytest.MonkeyPatch, says: Says, words: str):
    async with name_server(monkeypatch, says):
        proved, said = await proofs.looked(connections, DOMAIN, "dns")
    assert not proved and words in said


async def test_without_a_name_server_it_says_so(connections: Connections, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dns, "servers", lambda: ())
    proved, said = await proofs.looked(connections, DOMAIN, "dns")
    assert not proved and "by a file" in said
    monkeypatch.setattr(dns, "servers", lambda: (("127.0.0.1", 1),))
    proved, said = await proofs.looked(connections, DOMAIN, "dns")
    assert not proved and "could not be asked" in said


async def test_a_file_of_its_website_proves_it(connections: Connections, there: Outside, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Domain, "file", property(lambda _: f"{there.url}/.well-known/sayso-domain.txt"))
    there.at["/.well-known/sayso-domain.txt"] = answer(200, "sayso-domain-abc\n")
    assert (await proofs.looked(connections, DOMAIN, "file"))[0]
    assert not (await proofs.looked(connections, replace(DOMAIN, token="sayso-domain-ab"), "file"))[0]
    for said in (
        answer(404, "sayso-domain-abc"),
        answer(302, "", headers={"Location": f"{there.url}/x"}),
        answer(200, "sayso-domain-abc\nmore"),
        answer(200, "x" * 9_000),
    ):
        there.at["/.well-known/sayso-domain.txt"] = said
        assert not (await proofs.looked(connections, DOMAIN, "file"))[0]


async def test_a_domain_that_leads_inside_is_not_asked(connections: Connections):
    inside = Domain("10.0.0.1.nip.example", "x", None, None, "", None, None)
    proved, said = await proofs.looked(connections, inside, "file")
    assert not proved and said
