"""Letters of the server itself: by which way they go out, and what is told when they do not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from fastapi import FastAPI

from sayso.errors import NotFound
from sayso.web import letters
from sayso.web.parts import Parts
from tests.connections.post_office import PASSWORD, USER, PostOffice, post_office
from tests.web.conftest import Caller, Company


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as one:
        yield one


@pytest.fixture
def parts(app: FastAPI) -> Parts:
    return app.state.parts


def with_mail(parts: Parts, office: PostOffice, **other: str) -> Parts:
    url = f"smtp+plain://{USER.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{office.port}"
    return replace(parts, settings=replace(parts.settings, smtp_url=url, **other))


async def test_without_a_mail_server_nothing_is_sent_and_the_caller_is_told(parts: Parts, company: Company):
    assert not await letters.possible(parts, company.ana.actor.workspace)
    assert not await letters.send(parts, "new@northlight.example", "Hello", "Come in.", workspace=company.ana.actor.workspace)


async def test_the_servers_own_mail_carries_text_and_a_link_to_press(parts: Parts, office: PostOffice):
    known = with_mail(parts, office, mail_from="Sayso <sayso@northlight.example>")
    text = "Ana <b>invites</b> you.\n\nIt is good for a week."
    assert await letters.possible(known)
    assert await letters.send(
        known, "new@x.example", "Join\r\nBcc: all@x.example", text, press=("Join", "http://sayso.test/join/abc")
    )
    (message,), (envelope,) = office.messages, office.came
    assert envelope.rcpt_tos == ["new@x.example"] and message["Bcc"] is None and message["Subject"] == "Join Bcc: all@x.example"
    assert message["From"] == "Sayso <sayso@northlight.example>"
    assert "http://sayso.test/join/abc" in _part(message, "plain") and 'href="http://sayso.test/join/abc"' in _part(
        message, "html"
    )
    assert "&lt;b&gt;invites" in _part(message, "html") and "<b>invites" not in _part(message, "html")


async def test_the_same_letter_twice_is_two_letters(parts: Parts, office: PostOffice):
    known = with_mail(parts, office)
    for _ in range(2):
        assert await letters.send(known, "new@x.example", "Sign in", "Here.")
    first, second = office.messages
    assert first["Message-ID"] != second["Message-ID"]


async def test_what_a_server_refuses_is_false_and_no_error(parts: Parts, office: PostOffice):
    known = with_mail(parts, office)
    office.refuses["gone@x.example"] = "550 nobody here"
    assert not await letters.send(known, "gone@x.example", "Hello", "There.")
    assert not await letters.send(known, "this is no address", "Hello", "There.")
    wrong = replace(known, settings=replace(known.settings, smtp_url="carrier-pigeon://coop"))
    assert not await letters.send(wrong, "new@x.example", "Hello", "There.") and office.came == []


async def test_a_letter_that_lets_somebody_in_goes_by_no_builders_mail_server(
    parts: Parts, company: Company, office: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    """A builder who puts a mail server there must not read an owner's link to a new password."""
    home, by_way = company.ana.actor.workspace, list[str | None]()

    async def opened(tx: object, id: str | None, *_: object, **__: object) -> None:
        by_way.append(id)
        raise NotFound("as far as this goes")

    monkeypatch.setattr(parts.connections, "opened", opened)

    async def added(caller: Caller) -> str:
        settings = {"host": "127.0.0.1", "port": office.port, "security": "none"}
        made = await caller.post(
            "/api/connections", json={"kind": "smtp", "name": f"Mail of {caller.actor.name}", "settings": settings}
        )
        assert made.status_code == 201, made.text
        return made.json()["id"]

    async def sent(known: Parts = parts, secret: bool = True) -> bool:
        return await letters.send(known, "ana@x.example", "A new password", "Here.", workspace=home, secret=secret)

    await added(company.ben)
    assert await letters.possible(parts, home) and not await letters.possible(parts, home, secret=True)
    assert not await sent() and by_way == []
    assert not await sent(secret=False) and by_way == [None]
    assert await sent(with_mail(parts, office)) and by_way == [None], "the server's own goes first"
    owners = await added(company.ana)
    assert await letters.possible(parts, home, secret=True)
    assert not await sent() and by_way == [None, owners]


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
