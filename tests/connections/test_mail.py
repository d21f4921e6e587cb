"""E-mail, to a real server: what arrives, and what is told when it does not."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sayso.connections import mail
from sayso.connections.connections import Connections
from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.connections.egress import Door
from sayso.connections.mail import Message
from sayso.connections.opened import Opened
from sayso.errors import Invalid
from sayso.team.actor import Actor
from tests.connections.conftest import opened
from tests.connections.outside import LOOPBACK, Outside, answer
from tests.connections.papers import certificate
from tests.connections.post_office import OTHER_LETTERS, PASSWORD, TOKEN, USER, PostOffice, post_office

HELLO = Message(("Ana Prado <ana@northlight.example>",), "Deals of the week", "Two are open.", key="run:step:1")


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as one:
        yield one


async def account(connections: Connections, by: Actor, port: int, **other: object) -> Opened:
    settings = {"host": "127.0.0.1", "port": port, "security": "none", "user": USER, "from_name": "Northlight", **other}
    return await opened(connections, by, "smtp", settings, password=PASSWORD)


async def test_a_message_with_everything(connections: Connections, ben: Actor, office: PostOffice):
    one = await account(connections, ben, office.port)
    pictures = (("deals.csv", "text/csv", b"a,b\n1,2\n"), ("chart ä.png", "image/png", b"\x89PNG"))
    whole = replace(
        HELLO,
        html="<p>Two are <b>open</b>.</p>",
        cc=("ben@northlight.example; mia@northlight.example",),
        bcc=("cleo@northlight.example",),
    )
    sent = await mail.send(connections, one, replace(whole, attachments=pictures, subject="Geschäfte, día & 中文"))
    (envelope,), (message,) = office.came, office.messages
    assert envelope.mail_from == USER
    assert envelope.rcpt_tos == [f"{name}@northlight.example" for name in ("ana", "ben", "mia", "cleo")]
    assert (
        message["Subject"] == "Geschäfte, día & 中文"
        and message["From"] == f"Northlight <{USER}>"
        and message["To"] == "Ana Prado <ana@northlight.example>"
    )
    assert "cleo" not in message.as_string() and message["Message-ID"] == sent.id
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text and html and text.get_content().strip() == "Two are open." and "<b>open</b>" in html.get_content()
    assert [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True)) for part in message.iter_attachments()
    ] == list(pictures)
    assert "ana@northlight.example" in sent.told


async def test_the_same_key_is_the_same_message(connections: Connections, ben: Actor, office: PostOffice):
    one = await account(connections, ben, office.port)
    first, again = [await mail.send(connections, one, HELLO) for _ in range(2)]
    other = await mail.send(connections, one, replace(HELLO, key="run:step:2"))
    assert first.id == again.id != other.id and "run" not in first.id


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (replace(HELLO, to=()), "to"),
        (replace(HELLO, to=("ana",)), "to"),
        (replace(HELLO, to=("ana@northlight.example\r\nBcc: x@evil.example",)), "to"),
        (replace(HELLO, to=("a@b.example>, <x@evil.example",)), "to"),
        (replace(HELLO, to=("team: a@b.example, c@d.example;",)), "to"),
        (replace(HELLO, subject="Hi\r\nBcc: x@evil.example"), "subject"),
        (replace(HELLO, subject="Hi\nthere"), "subject"),
        (replace(HELLO, subject=["Hi"]), "subject"),  # type: ignore[arg-type]
        (replace(HELLO, in_reply_to="x\r\ny"), "in_reply_to"),
        (replace(HELLO, attachments=(("a\r\nb", "text/plain", b""),)), "attachments"),
        (replace(HELLO, to=tuple(f"n{n}@x.example" for n in range(101))), "to"),
        (replace(HELLO, attachments=(("big", "application/zip", b"x" * 26_000_000),)), "attachments"),
    ],
)  # fmt: skip
async def test_what_is_no_message(connections: Connections, ben: Actor, office: PostOffice, message: Message, field: str):
    one = await account(connections, ben, office.port)
    with pytest.raises(Invalid) as wrong:
        await mail.send(connections, one, message)
    assert wrong.value.problems[0].path == field
    assert office.sessions == 0


async def test_other_letters(connections: Connections, ben: Actor, office: PostOffice):
    one = await account(connections, ben, office.port)
    await mail.send(connections, one, replace(HELLO, to=("jürgen@müller.example",)))
    assert office.came[0].rcpt_tos == ["jürgen@xn--mller-kva.example"]


async def test_passwords_of_other_letters(connections: Connections, ben: Actor, office: PostOffice):
    settings = {"host": "127.0.0.1", "port": office.port, "security": "none", "user": USER}
    await mail.send(connections, await opened(connections, ben, "smtp", settings, password=OTHER_LETTERS), HELLO)
    assert len(office.came) == 1
    with pytest.raises(NotDelivered, match="does not accept this user"):
        await mail.send(connections, await opened(connections, ben, "smtp", settings, password="fälsch"), HELLO)


async def test_tokens_in_place_of_a_password(connections: Connections, ben: Actor, office: PostOffice, there: Outside):
    settings = {
        "host": "127.0.0.1", "port": office.port, "security": "none", "user": USER, "auth": "client_credentials",
        "token_address": f"{there.url}/token", "client_id": "sayso",
    }  # fmt: skip
    one = await opened(connections, ben, "smtp", settings, client_secret="cs-1234")
    there.at["/token"] = answer(200, f'{{"access_token": "{TOKEN}", "expires_in": 3600}}')
    await mail.send(connections, one, HELLO)
    assert len(office.came) == 1
    other = await opened(connections, ben, "smtp", settings, client_secret="cs-1234")
    there.at["/token"] = answer(200, '{"access_token": "at-wrong", "expires_in": 3600}')
    with pytest.raises(NotDelivered, match="does not accept this user") as refused:
        await mail.send(connections, other, HELLO)
    assert "at-wrong" not in str(refused.value) + refused.value.detail


async def test_wrong_password(connections: Connections, ben: Actor, office: PostOffice):
    one = await opened(
        connections,
        ben,
        "smtp",
        {"host": "127.0.0.1", "port": office.port, "security": "none", "user": USER},
        password="wrong-pw",
    )
    with pytest.raises(NotDelivered, match="does not accept this user and password") as refused:
        await mail.send(connections, one, HELLO)
    assert not refused.value.again and "wrong-pw" not in repr(refused.value)
    assert await connections.tried(one) == (False, str(refused.value))


@pytest.mark.parametrize(("said", "again"), [("451 4.7.1 greylisted, later", True), ("550 5.1.1 no such mailbox", False)])
async def test_what_the_server_does_not_take(connections: Connections, ben: Actor, office: PostOffice, said: str, again: bool):
    one = await account(connections, ben, office.port)
    office.refuses["ana@northlight.example"] = said
    with pytest.raises(NotDelivered, match="does not take mail for ana@northlight") as refused:
        await mail.send(connections, one, HELLO)
    assert refused.value.again is again and said[4:] in refused.value.detail
    office.refuses = {"DATA": said}
    with pytest.raises(NotDelivered) as refused:
        await mail.send(connections, one, HELLO)
    assert refused.value.again is again
    office.refuses = {"mia@northlight.example": said}
    sent = await mail.send(connections, one, replace(HELLO, cc=("mia@northlight.example",)))
    assert sent.told.endswith("did not take mia@northlight.example.")


async def test_nobody_there_and_nobody_let_out_to(connections: Connections, ben: Actor, office: PostOffice):
    one = await account(connections, ben, 9)
    with pytest.raises(NotAnswered, match="takes no connections") as gone:
        await mail.send(connections, one, HELLO)
    assert gone.value.again
    inside = await account(connections, ben, 25, host="10.0.0.1")
    with pytest.raises(NotAnswered, match="SAYSO_EGRESS_ALLOW") as refused:
        await mail.send(connections, inside, HELLO)
    assert not refused.value.again


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_tls(connections: Connections, ben: Actor, tmp_path: Path, security: str, monkeypatch: pytest.MonkeyPatch):
    authority, context = certificate(tmp_path)
    given: dict[str, ssl.SSLContext] = {security: context}
    async with post_office(**given) as office:
        one = await account(connections, ben, office.port, security=security, host="localhost")
        with pytest.raises(NotAnswered, match="certificate that cannot be trusted"):
            await mail.send(connections, one, HELLO)
        monkeypatch.setattr(connections, "door", Door(LOOPBACK.allow, str(authority)))
        await mail.send(connections, one, HELLO)
        ok, said = await connections.tried(one)
    assert len(office.came) == 1
    assert ok and said.endswith(f"lets us in, with TLS. It will send as Northlight <{USER}>.")


async def test_tls_where_there_is_none(connections: Connections, ben: Actor, office: PostOffice):
    for security, said in (("starttls", "STARTTLS"), ("tls", "does not speak TLS here")):
        one = await account(connections, ben, office.port, security=security)
        with pytest.raises(NotDelivered, match=said):
            await mail.send(connections, one, HELLO)
    assert office.came == []
