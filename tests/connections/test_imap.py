"""E-mail in, from a real server (Dovecot)."""

import asyncio
import base64
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from sayso.connections import imap, letters
from sayso.connections.connections import Connections
from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.connections.egress import Door
from sayso.connections.imap import Place
from sayso.connections.opened import Opened
from sayso.errors import Invalid
from sayso.team.actor import Actor
from tests.connections.conftest import opened
from tests.connections.mailbox import PASSWORD, PROGRAM, USER, Mailbox, mailbox
from tests.connections.outside import LOOPBACK, Outside, answer
from tests.connections.papers import certificate

real = pytest.mark.skipif(PROGRAM is None, reason="Dovecot is not installed: apt-get install dovecot-imapd")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(tmp_path_factory.mktemp("papers"))
    certificate(folder)
    return folder


@pytest.fixture(scope="module")
async def box(papers: Path) -> AsyncIterator[Mailbox]:
    async with mailbox(papers) as one:
        yield one


async def account(connections: Connections, by: Actor, box: Mailbox, password: str = PASSWORD, **other: object) -> Opened:
    settings = {"host": "127.0.0.1", "port": box.port, "security": "none", "user": USER, **other}
    return await opened(connections, by, "imap", settings, password=password)


def letter(subject: str, **headers: str) -> EmailMessage:
    one = EmailMessage()
    one["From"], one["To"], one["Subject"] = "Otto Brandt <Otto@client.example>", f"{USER}, x@client.example", subject
    one["Message-ID"], one["Date"] = f"<{subject.replace(' ', '')}@client.example>", "Sun, 22 Nov 2026 20:00:00 +0100"
    for name, value in headers.items():
        one[name.replace("_", "-")] = value
    one.set_content("Please send two.\n")
    return one


@real
async def test_only_what_is_new_and_each_once(connections: Connections, ben: Actor, box: Mailbox):
    one = await account(connections, ben, box)
    await asyncio.to_thread(box.puts, letter("Old"))
    begun = await imap.fetch(connections, one)
    assert begun.messages == () and begun.place.uid >= 1
    order = letter("An order")
    order.add_alternative("<p>Please send <b>two</b>.</p>", subtype="html")
    order.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="../../order ä.csv")
    for message in (order, letter("Second", Auto_Submitted="auto-replied"), letter("Third", In_Reply_To="<An@x>")):
        await asyncio.to_thread(box.puts, message)
    first = await imap.fetch(connections, one, "INBOX", begun.place, many=2)
    then = await imap.fetch(connections, one, "INBOX", first.place, many=2)
    last = await imap.fetch(connections, one, "INBOX", then.place)
    assert [m.subject for m in (*first.messages, *then.messages)] == ["An order", "Second", "Third"]
    assert (first.more, then.more, last.messages, last.place) == (True, False, (), then.place)
    came = first.messages[0]
    assert (came.sender, came.sender_name, came.to) == ("otto@client.example", "Otto Brandt", (USER, "x@client.example"))
    assert came.text == "Please send two." and "<b>two</b>" in came.html and came.id == "<Anorder@client.example>"
    assert [(a.name, a.type, a.content) for a in came.attachments] == [("order ä.csv", "text/csv", b"a,b\n")]
    assert came.at and came.at.isoformat() == "2026-11-22T19:00:00+00:00"
    assert [m.automatic for m in (*first.messages, *then.messages)] == [False, True, False]


@real
async def test_other_folders_and_numbers_that_begin_anew(connections: Connections, ben: Actor, box: Mailbox):
    one = await account(connections, ben, box)
    name = "Aufträge & Co"
    await asyncio.to_thread(box.puts, letter("There"), imap.encoded(name))
    assert {"INBOX", name} <= set(await imap.folders(connections, one))
    place = (await imap.fetch(connections, one, name)).place
    await asyncio.to_thread(box.puts, letter("More"), imap.encoded(name))
    assert [m.subject for m in (await imap.fetch(connections, one, name, place)).messages] == ["More"]
    anew = await imap.fetch(connections, one, name, Place(place.validity + 1, 0))
    assert anew.anew and anew.messages == () and anew.place.validity == place.validity
    with pytest.raises(Invalid, match="cannot be read"):
        await imap.fetch(connections, one, "Nothing")


@real
async def test_large_letters_are_read_by_their_head(
    connections: Connections, ben: Actor, box: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    one = await account(connections, ben, box)
    place = (await imap.fetch(connections, one)).place
    large = letter("Large")
    large.set_content("x" * 70 + "\n" * 5_000)
    await asyncio.to_thread(box.puts, large)
    monkeypatch.setattr(imap, "MESSAGE_BYTES_MAX", 4_000)
    (came,) = (await imap.fetch(connections, one, "INBOX", place)).messages
    assert came.subject == "Large" and not came.whole and came.text == ""
    monkeypatch.undo()
    monkeypatch.setattr(imap, "ANSWER_BYTES_MAX", 2_000)
    with pytest.raises(NotAnswered, match="broke off"):
        await imap.fetch(connections, one, "INBOX", place)


@real
async def test_tls_and_the_test_button(
    connections: Connections, ben: Actor, box: Mailbox, papers: Path, monkeypatch: pytest.MonkeyPatch
):
    for security, port in (("tls", box.tls_port), ("starttls", box.port)):
        one = await account(connections, ben, box, host="localhost", security=security, port=port)
        with monkeypatch.context() as patched:
            patched.setattr(connections, "door", LOOPBACK)
            ok, said = await connections.tried(one)
            assert not ok and "certificate that cannot be trusted" in said
            patched.setattr(connections, "door", Door(LOOPBACK.allow, str(papers / "authority.pem")))
            ok, said = await connections.tried(one)
            assert ok and said.startswith("localhost lets us in. The inbox holds")


@real
async def test_who_is_not_let_in(connections: Connections, ben: Actor, box: Mailbox):
    one = await account(connections, ben, box, password="wrong-pw-canary")
    with pytest.raises(NotDelivered, match="does not accept this user and password") as refused:
        await imap.fetch(connections, one)
    assert "wrong-pw" not in str(refused.value) and not refused.value.again


async def test_what_is_no_mailbox(connections: Connections, ben: Actor):
    async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post.example ESMTP\r\n")
        await reader.read(100)
        writer.close()

    async with await asyncio.start_server(says, "127.0.0.1", 0) as server:
        one = await account(connections, ben, Mailbox(server.sockets[0].getsockname()[1], 0))
        with pytest.raises(NotDelivered):
            await imap.fetch(connections, one)
    gone = await account(connections, ben, Mailbox(9, 9))
    with pytest.raises(NotAnswered, match="takes no connections"):
        await imap.fetch(connections, gone)
    inside = await account(connections, ben, Mailbox(143, 993), host="192.168.1.1")
    with pytest.raises(NotAnswered) as refused:
        await imap.fetch(connections, inside)
    assert refused.value.reason == "refused_by_us"


async def test_tokens_and_other_ways(connections: Connections, ben: Actor, there: Outside):
    """A server that is scripted, since Dovecot would ask another one whether a token is good."""
    ways, heard = ["XOAUTH2"], list[str]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode().strip():
            tag, _, words = line.partition(" ")
            match words.split(" ")[0]:
                case "CAPABILITY":
                    writer.write(f"* CAPABILITY IMAP4rev1 AUTH={ways[0]}\r\n".encode())
                case "AUTHENTICATE":
                    writer.write(b"+ \r\n")
                    heard.append(base64.b64decode(await reader.readline()).decode())
                case "EXAMINE":
                    writer.write(b"* 1 EXISTS\r\n")
                case _:
                    heard.append(words)
            writer.write(f"{tag} OK done\r\n".encode())
        writer.close()

    there.at["/token"] = answer(200, '{"access_token": "at-1", "expires_in": 3600}')
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        oauth = {"auth": "client_credentials", "token_address": f"{there.url}/token", "client_id": "sayso"}
        settings = {"host": "127.0.0.1", "port": port, "security": "none", "user": USER}
        one = await opened(connections, ben, "imap", {**settings, **oauth}, client_secret="cs-1234")
        assert await connections.tried(one) == (True, "127.0.0.1 lets us in. The inbox holds 1 message.")
        assert heard[0] == f"user={USER}\x01auth=Bearer at-1\x01\x01"
        ways[0] = "LOGIN"
        assert (await connections.tried(await account(connections, ben, Mailbox(port, 0), 'a"b\\c')))[0]
        assert f'LOGIN "{USER}" "a\\"b\\\\c"' in heard
        ok, said = await connections.tried(await account(connections, ben, Mailbox(port, 0), "pässword"))
        assert not ok and "ASCII" in said


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe\x00", b"Subject: =?utf-8?b?!!!?=\r\n\r\nx", b"From: <<>>@@\r\nTo: ,,,;\r\nDate: never\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nbroken", b"Content-Type: text/plain; charset=klingon\r\n\r\n\xe4",
        b"Content-Transfer-Encoding: base64\r\n\r\n%%%", b"Subject: a\0b\r\n\r\nc\0d", b"Content-Type: text/html\r\n\r\n<script>alert(1)</script><p>Hi<p>you",
        b"To: " + b"a@b.example, " * 5_000 + b"\r\n\r\nx",
    ],
)  # fmt: skip
def test_broken_letters_are_letters_too(content: bytes):
    one = letters.read(content)
    told = one.as_json()
    assert one.id.startswith("<") and "\0" not in repr(told) and "alert" not in one.text
    assert letters.read(content).id == one.id


@pytest.mark.parametrize(
    ("name", "coded"), [("Entwürfe", "Entw&APw-rfe"), ("A & B", "A &- B"), ("台北", "&U,BTFw-"), ("INBOX", "INBOX")]
)
def test_names_of_folders(name: str, coded: str):
    """The third is the example of RFC 3501, 5.1.3."""
    assert imap.encoded(name) == coded and imap.decoded(coded) == name
