"""Letters of the server itself: by which way they go out, and what is told when they do not."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from email.message import EmailMessage

import pytest
from fastapi import FastAPI

from sayso.connections import carriers
from sayso.db import transaction
from sayso.errors import NotFound
from sayso.team import belongings, keys, members, people
from sayso.team.roles import RIGHTS, Right
from sayso.web import letters
from sayso.web.parts import Parts
from tests.connections.post_office import PASSWORD, USER, PostOffice, post_office
from tests.web.conftest import URL, Caller, Company


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


@pytest.fixture
async def post(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The connections that letters were about to go by; as far as this goes."""
    by_way = list[str | None]()

    async def opened(tx: object, id: str | None, *_: object, **__: object) -> None:
        by_way.append(id)
        raise NotFound("as far as this goes")

    monkeypatch.setattr(parts.connections, "opened", opened)
    return by_way


SMTP = {"host": "mail.northlight.example", "security": "none", "user": "ops@northlight.example"}


async def added(caller: Caller) -> str:
    made = {"kind": "smtp", "settings": SMTP, "secrets": {"password": "pw-1"}}
    answer = await caller.post("/api/connections", json=made)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def test_letters_go_by_no_mail_server_of_somebody_who_may_do_less(
    parts: Parts, company: Company, office: PostOffice, post: list[str | None]
):
    """Whoever puts a mail server there reads what goes out by it: an owner's link to a new password, invitations, what others are told."""
    home = company.ana.actor.workspace

    async def sent(known: Parts = parts, lets_in: Collection[Right] = RIGHTS) -> list[str | None]:
        post.clear()
        await letters.send(known, "ana@x.example", "A new password", "Here.", workspace=home, lets_in=lets_in)
        return list(post)

    async def counts(of: Collection[Right]) -> bool:
        went, there = await sent(lets_in=of), await letters.possible(parts, home, lets_in=of)
        assert there is bool(went)
        return there

    async with transaction(company.engine) as tx:
        max = await people.add(tx, "Max Adler", role="admin", by=company.ana.actor)
        _, secret = await keys.create(tx, "Tests", by=max.actor)
    admin = Caller(transport=company.ben._transport, base_url=URL, headers={"authorization": f"Bearer {secret}"})
    builders = await added(company.ben)
    assert not await counts(RIGHTS) and not await counts(()) and not await letters.anywhere(parts)
    admins = await added(admin)
    assert not await counts(RIGHTS) and await counts(("read", "write", "manage")) and await sent(lets_in=()) == [admins]
    owners = await added(company.ana)
    assert await sent() == [owners] and await letters.anywhere(parts)
    assert await letters.send(with_mail(parts, office), "ana@x.example", "Hello", "Here.", workspace=home, lets_in=RIGHTS)
    assert office.came and post == [owners], "the server's own goes first"

    refused = await admin.patch(
        f"/api/connections/{owners}", json={"settings": {"host": "max.example"}, "secrets": {"password": "p"}}
    )
    assert refused.status_code == 403 and "only owners" in refused.json()["detail"]
    assert (await admin.delete(f"/api/connections/{owners}")).status_code == 403
    assert not (await admin.get(f"/api/connections/{owners}")).json()["may"]["manage"]
    async with transaction(company.engine) as tx:
        await belongings.hand_over(tx, company.ben.actor.id, company.ana.actor.id, by=company.ana.actor)
    assert (await company.ana.get(f"/api/connections/{builders}")).json()["owner"]["name"] == "Ana Prado"
    async with transaction(company.engine) as tx:
        trusted = await carriers.trusted(tx, parts.connections, home, RIGHTS)
        assert trusted == owners, "what a builder has set up stays that when an owner takes it over"
    await company.ana.delete(f"/api/connections/{owners}")
    await company.ana.patch(f"/api/connections/{builders}", json={"name": "Mine now"})
    assert await sent() == []
    whole = {"settings": SMTP | {"host": "own.example"}, "secrets": {"password": "pw-2"}}
    assert (await company.ana.patch(f"/api/connections/{builders}", json=whole)).status_code == 200
    assert await sent() == [builders], "unless all of it is entered anew"
    async with transaction(company.engine) as tx:
        await members.change_role(tx, max.id, "owner", by=company.ana.actor)
        await members.change_role(tx, company.ana.actor.id, "builder", by=replace(max.actor, role="owner"))
    assert await sent() == [admins], "as they stand now"
    async with transaction(company.engine) as tx:
        await members.change_role(tx, company.ana.actor.id, "owner", by=replace(max.actor, role="owner"))


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
