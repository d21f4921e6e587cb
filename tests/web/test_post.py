"""Letters with what people were told: one for a burst, none for what was seen, none that its reader may not read, and an end to them."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text, update

from sayso.db import transaction
from sayso.db.notification_tables import letters as t
from sayso.db.notification_tables import notifications as n
from sayso.team import notifications
from sayso.team.actor import system
from sayso.web.parts import Parts
from sayso.web.post import carrier
from sayso.web.post.carrier import CLAIMS, Post, gathered
from tests.connections.post_office import PASSWORD, USER, PostOffice, post_office
from tests.web.conftest import Caller, Company, problem
from tests.web.crm import CLIENTS, CRM

COMMENTS = f"{CLIENTS}/rows/1/comments"


@pytest.fixture(scope="module", autouse=True)
def the_servers_own_post_sleeps() -> Iterator[None]:
    """It looks once when it starts, and then not before these stories are over: they say themselves when it is time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrier, "LOOK_SECONDS", 3600.0)
        yield


@pytest.fixture(scope="module")
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as one:
        yield one


@pytest.fixture(scope="module")
async def post(app: FastAPI, company: Company, office: PostOffice) -> Post:
    parts: Parts = app.state.parts
    url = f"smtp+plain://{USER.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{office.port}"
    settings = replace(parts.settings, smtp_url=url, mail_from="Sayso <sayso@northlight.example>")
    assert (await company.ben.post("/api/apps", json={"spec": CRM})).status_code == 201
    assert (await company.ben.post(f"{CLIENTS}/rows", json={"values": {"name": "Otto & Sons"}})).status_code == 201
    return Post(replace(parts, settings=settings))


@pytest.fixture(autouse=True)
async def nothing_waits(company: Company, office: PostOffice, post: Post) -> None:
    async with transaction(company.engine) as tx:
        await tx.execute(text("delete from sayso.notifications"))
        await tx.execute(text("delete from sayso.letters"))
        await tx.execute(text("delete from sayso.notification_preferences"))
    office.came.clear()


async def due(post: Post) -> int:
    """Everything that waits is due now."""
    async with transaction(post.engine) as tx:
        await tx.execute(update(n).where(n.c.letter_due.is_not(None)).values(letter_due=datetime.now(UTC)))
        await tx.execute(update(t).values(due_at=datetime.now(UTC) - timedelta(seconds=1)))
    return await post.step(datetime.now(UTC))


def part(message: Any, kind: str) -> str:
    return next(one for one in message.walk() if one.get_content_type() == f"text/{kind}").get_content()


async def names(mia: Caller, *whom: Caller, words: str = "please <b>call</b>") -> dict[str, Any]:
    said = " ".join(f"@[x]({one.actor.id})" for one in whom)
    answer = await mia.post(COMMENTS, json={"text": f"{said} {words}"})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_burst_is_one_letter_that_says_what_its_reader_may_see(company: Company, post: Post, office: PostOffice):
    for n_ in range(3):
        await names(company.mia, company.ben, words=f"number {n_} <img src=x>")
    assert await post.step(datetime.now(UTC)) == 0  # it waits for what else happens
    assert await due(post) == 1 and await due(post) == 0
    [message] = office.messages
    assert message["To"] == "ben@northlight.example"
    assert message["Subject"] == "Mia Lindqvist mentioned you in “Otto & Sons”, and 2 more in Northlight"
    plain, drawn = part(message, "plain"), part(message, "html")
    assert all(f"number {n_}" in plain for n_ in range(3)) and "CRM, Clients" in plain
    assert "<img" not in drawn.replace("&lt;img", "") and "Otto &amp; Sons" in drawn
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://sayso\.test/letters/[\w.-]+>", message["List-Unsubscribe"])


async def test_what_was_seen_or_lost_or_taken_back_is_not_written(company: Company, post: Post, office: PostOffice):
    await names(company.mia, company.ben)
    assert (await company.ben.patch("/api/notifications", json={"read": True})).status_code == 200
    assert await due(post) == 0 and office.messages == []

    await names(company.mia, company.cleo, words="the price is 7000")
    async with transaction(company.engine) as tx:
        await tx.execute(text("update sayso.members set role = 'nothing' where id = :id"), {"id": company.cleo.actor.id})
    assert await due(post) == 0 and office.messages == []
    async with transaction(company.engine) as tx:
        await tx.execute(text("update sayso.members set role = 'viewer' where id = :id"), {"id": company.cleo.actor.id})

    said = await names(company.mia, company.cleo, words="a slip of the tongue")
    assert (await company.mia.delete(f"{COMMENTS}/{said['id']}")).status_code == 204
    assert await due(post) == 1 and "slip" not in office.messages[0].as_string()


async def test_what_a_dead_process_was_sending_is_not_sent_again(company: Company, post: Post, office: PostOffice):
    await names(company.mia, company.ben)
    async with transaction(company.engine) as tx:
        await tx.execute(update(n).where(n.c.letter_due.is_not(None)).values(letter_due=datetime.now(UTC)))
    async with transaction(company.engine) as tx:
        assert await gathered(tx, datetime.now(UTC)) == 1
        assert await gathered(tx, datetime.now(UTC)) == 0
        row = await CLAIMS.take(tx, "killed")
        await CLAIMS.beat(tx, row.id, "killed", state="sending")
    assert await post.step(datetime.now(UTC)) == 0  # somebody has it
    async with transaction(company.engine) as tx:
        await tx.execute(update(t).values(seen_at=datetime.now(UTC) - timedelta(minutes=1)))
    await post.step(datetime.now(UTC))
    async with transaction(company.engine) as tx:
        assert (await tx.execute(select(t.c.state))).scalars().all() == ["sent"]
    assert office.messages == []


async def test_letters_that_cannot_be_written_keep_no_others_back_and_are_given_up(
    company: Company, post: Post, office: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    """Two of them are enough, where each round ends with one."""
    for whom, words in ((company.ana, "broken one"), (company.cleo, "broken two"), (company.ben, "whole")):
        await names(company.mia, whom, words=words)
    right = carrier.written

    def written(told: Any, **how: Any) -> Any:
        if any("broken" in one.one.text for one in told):
            raise RuntimeError("nobody foresaw this")
        return right(told, **how)

    monkeypatch.setattr(carrier, "written", written)
    assert await due(post) == 1
    [message] = office.messages
    assert message["To"] == "ben@northlight.example"
    for _ in range(carrier.TRIES_MAX):
        await due(post)
    async with transaction(company.engine) as tx:
        assert sorted((await tx.execute(select(t.c.state))).scalars()) == ["failed", "failed", "sent"]


async def test_a_press_in_the_letter_ends_such_letters_and_nothing_else(company: Company, post: Post, office: PostOffice):
    await names(company.mia, company.ben)
    assert await due(post) == 1
    address = office.messages[0]["List-Unsubscribe"].strip("<>").removeprefix("http://sayso.test")
    shown = await company.nobody.get(address)
    assert shown.status_code == 200 and "no more letters about mentions" in shown.text
    mine = (await company.ben.get("/api/me/preferences")).json()
    assert mine["kinds"]["mention"] == {"app": True, "mail": "now"}  # looking changes nothing

    ended = await company.nobody.post(address, data={"List-Unsubscribe": "One-Click"})
    assert (ended.status_code, ended.text) == (200, "Done.")
    assert "You get no more such letters" in (await company.nobody.post(address, data={})).text
    mine = (await company.ben.get("/api/me/preferences")).json()
    assert mine["kinds"]["mention"] == {"app": True, "mail": "never"} and mine["kinds"]["assignment"]["mail"] == "now"
    await names(company.mia, company.ben)
    assert await due(post) == 0 and (await company.ben.get("/api/notifications")).json()["unread"] == 2

    token = address.rpartition("/")[2]
    other = token.replace(token[10], "A" if token[10] != "A" else "B", 1)
    for wrong in (other, token[:-2], "x", "a.b", "ä.ü", "x" * 500):
        assert (await company.nobody.post(f"/letters/{wrong}")).status_code == 404


async def test_security_is_told_by_letter_whatever_a_letter_is_asked(company: Company, post: Post, office: PostOffice):
    async with transaction(company.engine) as tx:
        by = system(company.ben.actor.workspace)
        await notifications.tell(tx, [company.ben.actor.id], "security", "Your password was changed", by=by)
    assert await due(post) == 1 and office.messages[0]["List-Unsubscribe"] is None
    wrong = await company.ben.patch("/api/me/preferences", json={"kinds": {"security": {"app": False}}})
    assert problem(wrong)["problems"][0]["path"] == "kinds/security/app"


async def test_preferences_are_ones_own_and_count_for_what_waits(company: Company, post: Post, office: PostOffice):
    ben = company.ben
    changed = await ben.patch(
        "/api/me/preferences",
        json={
            "kinds": {"mention": {"app": False, "mail": "digest"}},
            "digest": {"every": "week", "at": "09:30", "day": 5},
            "quiet": {"from": "22:00", "until": "07:00"},
        },
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["quiet"] == {"from": "22:00", "until": "07:00"} and changed.json()["digest"]["day"] == 5
    assert (await company.mia.get("/api/me/preferences")).json()["digest"] == {"every": "day", "at": "08:00", "day": 1}
    await names(company.mia, ben)
    assert (await ben.get("/api/notifications")).json() == {"items": [], "next": None, "unread": 0}
    assert await post.step(datetime.now(UTC) + timedelta(minutes=5)) == 0
    await ben.patch("/api/me/preferences", json={"kinds": {"mention": {"mail": "now"}}, "quiet": None})
    assert await post.step(datetime.now(UTC) + timedelta(minutes=5)) == 1  # sooner than on Friday
    followed = await ben.put("/api/me/preferences/apps/crm", json={"state": "mute"})
    assert followed.json()["apps"] == {"crm": "mute"}
    assert problem(await company.zoe.put("/api/me/preferences/apps/crm", json={"state": "mute"}))["status"] == 404
    await ben.put("/api/me/preferences/apps/crm", json={"state": "usual"})
    for wrong in (
        {"digest": {"at": "25:00"}},
        {"digest": {"day": 8}},
        {"kinds": {"gossip": {"app": True}}},
        {"quiet": {"from": "1"}},
    ):
        assert problem(await ben.patch("/api/me/preferences", json=wrong))["status"] == 422


async def test_without_a_mail_server_letters_do_not_pile_up(company: Company, app: FastAPI, post: Post):
    await names(company.mia, company.ben)
    async with transaction(company.engine) as tx:
        await tx.execute(update(n).where(n.c.letter_due.is_not(None)).values(letter_due=datetime.now(UTC)))
    assert await Post(app.state.parts).step(datetime.now(UTC)) == 0
    async with transaction(company.engine) as tx:
        assert (await tx.execute(select(t.c.state))).scalars().all() == ["skipped"]


async def test_comments_through_the_api_are_safe_to_show(company: Company):
    made = await names(company.mia, company.ben, words="<script>x</script> [a](javascript:x) ![p](http://x/p.png) **b**")
    assert "<script" not in made["html"] and "href" not in made["html"] and "http:" not in made["html"]
    assert "<strong>@Ben Okafor</strong>" in made["html"] and "<strong>b</strong>" in made["html"]
    page = (await company.cleo.get(COMMENTS)).json()
    assert (
        page["items"][-1]["mentions"] == [{"kind": "member", "id": company.ben.actor.id, "name": "Ben Okafor"}]
        and not page["items"][-1]["mine"]
    )
    assert problem(await company.cleo.post(COMMENTS, json={"text": "x"}))["status"] == 403
    sign = f"{COMMENTS}/{made['id']}/reactions"
    assert (await company.ben.put(f"{sign}/tada")).json()["reactions"] == [
        {"reaction": "tada", "count": 1, "names": ["Ben Okafor"], "mine": True}
    ]
    assert (await company.ben.delete(f"{sign}/tada")).json()["reactions"] == []
    assert problem(await company.ben.put(f"{sign}/bomb"))["status"] == 422
    counted = (await company.cleo.get(f"{CLIENTS}/comment-counts", params={"rows": "1,2,x,,-1"})).json()["counts"]
    assert counted["1"] == page["total"] > 0
    heard = (await company.cleo.get(f"{CLIENTS}/rows/1/audience", params={"q": "ana"})).json()["items"]
    assert [one["name"] for one in heard] == ["Ana Prado"]
    settled = await company.ben.patch(f"{COMMENTS}/{made['id']}", json={"resolved": True})
    assert settled.json()["resolved"]["by"] == company.ben.actor.id
    assert problem(await company.ben.patch(f"{COMMENTS}/{made['id']}", json={}))["status"] == 422


async def test_who_is_given_an_app_a_role_or_a_group_is_told_and_nobody_else(company: Company, post: Post, office: PostOffice):
    ana, ben, cleo, mia = company.ana, company.ben, company.cleo, company.mia
    group = (await ana.post("/api/groups", json={"name": "Support", "members": [mia.actor.id]})).json()["id"]
    grants = [{"kind": "member", "id": cleo.actor.id, "role": "@editor"}, {"kind": "group", "id": group, "role": "@reader"}]
    nothing = [{"kind": "member", "id": ben.actor.id, "role": "@nothing"}]
    given = await ana.put("/api/apps/crm/access", json={"grants": [*grants, *nothing]})
    assert given.status_code == 200, given.text
    try:
        await ana.patch(f"/api/groups/{group}", json={"members": [mia.actor.id, cleo.actor.id]})
        await ana.patch(f"/api/members/{cleo.actor.id}", json={"role": "member"})

        async def told(who: Caller) -> list[tuple[str, str, str]]:
            items = (await who.get("/api/notifications")).json()["items"]
            return [(one["title"], one["text"], one["link"]) for one in items]

        assert await told(cleo) == [
            ("Ana Prado made you Member", "Before, you were Viewer.", "/"),
            ("Ana Prado put you into the group Support", "With it you may use CRM.", "/a/crm"),
            ("Ana Prado gave you the app CRM", "You may read and change what is in it.", "/a/crm"),
        ]
        assert [title for title, *_ in await told(mia)] == [
            "Ana Prado gave you the app CRM",
            "Ana Prado put you into the group Support",
        ]
        assert await told(ben) == await told(ana) == []
        assert await due(post) == 2  # one letter for each of them
        [letter] = [one for one in office.messages if one["To"] == "cleo@northlight.example"]
        assert "http://sayso.test/a/crm" in part(letter, "plain")
    finally:
        await ana.patch(f"/api/members/{cleo.actor.id}", json={"role": "viewer"})
        await ana.put("/api/apps/crm/access", json={"grants": []})
        await ana.delete(f"/api/groups/{group}")
