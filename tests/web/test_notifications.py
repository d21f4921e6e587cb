"""What members are told and asked, through the API, the live socket's hub and the page behind an e-mailed link."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from sayso.automations import approvals
from sayso.automations.approvals import Approval, Question
from sayso.data import apps
from sayso.db import transaction
from sayso.db.notification_tables import approvals as t
from sayso.db.tables import events
from sayso.team import notifications
from sayso.team.actor import Actor
from sayso.web.hub import messages
from tests.web.conftest import Caller, Company, problem
from tests.web.crm import CRM


@pytest.fixture(scope="module")
async def number(company: Company) -> int:
    assert (await company.ben.post("/api/apps", json={"spec": {**CRM, "id": "asked"}})).status_code == 201
    async with transaction(company.engine) as tx:
        return (await apps.open_app(tx, "asked", by=company.ben.actor)).number


async def tell(company: Company, *to: Caller, title: str = "Paper is low", **more: Any) -> None:
    by = Actor("automation", company.ana.actor.workspace, company.ana.actor.member, "owner", "Low stock")
    async with transaction(company.engine) as tx:
        await notifications.tell(tx, [one.actor.id for one in to], "automation", title, by=by, **more)


async def asked(company: Company, app: int, key: str, *whom: Caller, seconds: int = 3600) -> Approval:
    by = Actor("automation", company.ana.actor.workspace, company.ana.actor.member, "owner", "Refunds")
    members = tuple(one.actor.id for one in whom)
    question = Question(key, app, "refunds", "Refunds", "r_1", f"Refund {key}?", members, seconds, (("Client", "Otto <b>"),))
    async with transaction(company.engine) as tx:
        one, new = await approvals.ask(tx, question, by=by)
        again, anew = await approvals.ask(tx, question, by=by)
    assert new and not anew and again == one
    return one


async def test_mine_are_listed_read_and_read_all(company: Company):
    for n in range(3):
        await tell(company, company.ben, company.mia, title=f"Line {n}", link="/a/stock", app="stock")
    page = (await company.ben.get("/api/notifications?limit=2")).json()
    assert [one["title"] for one in page["items"]] == ["Line 2", "Line 1"] and page["unread"] == 3
    rest = (await company.ben.get(f"/api/notifications?cursor={page['next']}")).json()
    assert [one["title"] for one in rest["items"]] == ["Line 0"] and rest["next"] is None
    first = page["items"][0]
    assert {
        "kind": "automation",
        "link": "/a/stock",
        "app": "stock",
        "times": 1,
        "by_name": "Low stock",
        "read": False,
    }.items() <= first.items()

    assert (await company.cleo.get("/api/notifications")).json() == {"items": [], "next": None, "unread": 0}
    problem(await company.cleo.patch(f"/api/notifications/{first['id']}", json={"read": True}))
    assert (await company.ben.patch(f"/api/notifications/{first['id']}", json={})).json()["read"] is True
    assert [one["title"] for one in (await company.ben.get("/api/notifications?unread=1")).json()["items"]] == [
        "Line 1",
        "Line 0",
    ]
    until = page["items"][1]["place"]
    assert (await company.ben.patch("/api/notifications", json={"until": until})).json() == {"unread": 0}
    assert (await company.mia.get("/api/notifications")).json()["unread"] == 3, "hers are hers"


async def test_open_tabs_hear_of_it_without_its_words(company: Company):
    await tell(company, company.mia, title="Secret")
    async with company.engine.connect() as tx:
        event = (await tx.execute(events.select().order_by(events.c.id.desc()).limit(1))).one()
    assert messages(event) == [({"event": "notification"}, None)] and event.payload["members"] == [company.mia.actor.id]


async def test_who_was_asked_decides_once(company: Company, number: int):
    one = await asked(company, number, "k1", company.mia)
    listed = (await company.mia.get("/api/approvals?state=open&mine=1")).json()
    assert [item["id"] for item in listed["items"]] == [one.id] and listed["waiting"] == 1
    shown = listed["items"][0]
    assert shown["mine"] and shown["app"] == "asked" and shown["details"] == [{"name": "Client", "text": "Otto <b>"}]
    assert shown["members"] == [{"id": company.mia.actor.id, "name": "Mia Lindqvist"}]

    problem(await company.cleo.get(f"/api/approvals/{one.id}"))
    problem(await company.zoe.get(f"/api/approvals/{one.id}"))
    assert (await company.zoe.get("/api/approvals")).json()["items"] == []
    assert (await company.ben.get(f"/api/approvals/{one.id}")).json()["mine"] is False, "builders see it, and were not asked"
    assert problem(await company.ben.post(f"/api/approvals/{one.id}/decision", json={"approved": True}))["status"] == 403

    done = (await company.mia.post(f"/api/approvals/{one.id}/decision", json={"approved": False, "reason": " Too much "})).json()
    assert (done["state"], done["reason"], done["decided_by_name"], done["decided_through"]) == (
        "declined",
        "Too much",
        "Mia Lindqvist",
        "app",
    )
    again = problem(await company.mia.post(f"/api/approvals/{one.id}/decision", json={"approved": True}))
    assert again["status"] == 409 and again["detail"] == "This was declined by Mia Lindqvist already."
    assert (await company.mia.get("/api/approvals?state=open&mine=1")).json()["items"] == []


async def test_when_those_who_were_asked_have_left_owners_decide(company: Company, number: int):
    one = await asked(company, number, "k2", company.mia)
    async with transaction(company.engine) as tx:
        await tx.execute(update(t).where(t.c.id == one.id).values(members=["m_gone00000000"]))
    assert problem(await company.ben.post(f"/api/approvals/{one.id}/decision", json={"approved": True}))["status"] == 403
    assert (await company.ana.post(f"/api/approvals/{one.id}/decision", json={"approved": True})).json()["state"] == "approved"


async def test_the_page_of_an_e_mailed_link(company: Company, number: int):
    one = await asked(company, number, "k3", company.mia, company.ben)
    async with transaction(company.engine) as tx:
        secret, other = [await approvals.link(tx, one, who.actor.id) for who in (company.mia, company.ben)]
    nobody, address = company.nobody, f"/approve/{secret}"
    for _ in range(2):
        page = await nobody.get(address)
        assert (
            page.status_code == 200
            and "Refund k3?" in page.text
            and "Otto &lt;b&gt;" in page.text
            and "Mia Lindqvist" in page.text
        )
    assert page.headers["referrer-policy"] == "no-referrer" and "no-store" in page.headers["cache-control"]
    assert re.search(r"frame-ancestors 'none'", page.headers["content-security-policy"])
    assert (await company.mia.get(f"/api/approvals/{one.id}")).json()["state"] == "open", "to look is not to decide"

    assert (await nobody.post(address, data={"decision": "maybe"})).status_code == 422
    done = await nobody.post(address, data={"decision": "yes", "reason": "Fine by me"})
    assert done.status_code == 200 and "Approved by Mia Lindqvist: “Fine by me”" in done.text and "<form" not in done.text
    late = await nobody.post(f"/approve/{other}", data={"decision": "no"})
    assert late.status_code == 409 and "Approved by Mia Lindqvist" in late.text
    state = (await company.mia.get(f"/api/approvals/{one.id}")).json()
    assert (state["state"], state["decided_through"], state["decided_by"]) == ("approved", "link", company.mia.actor.id)
    for wrong in ("x", secret[:-1], f"{secret}a", "x" * 300):
        assert (await nobody.get(f"/approve/{wrong}")).status_code == 404
        assert (await nobody.post(f"/approve/{wrong}", data={"decision": "yes"})).status_code == 404


async def test_what_nobody_answered_in_time_is_over(company: Company, number: int):
    one = await asked(company, number, "k4", company.mia, seconds=60)
    async with transaction(company.engine) as tx:
        secret = await approvals.link(tx, one, company.mia.actor.id)
        await tx.execute(update(t).where(t.c.id == one.id).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert (await company.mia.get(f"/api/approvals/{one.id}")).json()["state"] == "expired"
    assert one.id not in [item["id"] for item in (await company.mia.get("/api/approvals?state=open")).json()["items"]]
    page = await company.nobody.get(f"/approve/{secret}")
    assert page.status_code == 200 and "left unanswered" in page.text and "<form" not in page.text
    assert problem(await company.mia.post(f"/api/approvals/{one.id}/decision", json={"approved": True}))["status"] == 409
    async with transaction(company.engine) as tx:
        assert (await approvals.settled(tx, one.id)).state == "expired"
    late = await company.nobody.post(f"/approve/{secret}", data={"decision": "yes"})
    assert late.status_code == 409 and "left unanswered" in late.text


async def test_pages_of_questions_and_withdrawn_ones(company: Company, number: int):
    made = [await asked(company, number, f"p{n}", company.cleo) for n in range(3)]
    first = (await company.cleo.get("/api/approvals?limit=2")).json()
    rest = (await company.cleo.get(f"/api/approvals?limit=2&cursor={first['next']}")).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == [one.id for one in reversed(made)] and rest["next"] is None
    async with transaction(company.engine) as tx:
        await approvals.withdraw(tx, ["r_1"])
    assert {one["state"] for one in (await company.cleo.get("/api/approvals?app=asked")).json()["items"]} == {"withdrawn"}
    assert (await company.cleo.get("/api/approvals")).json()["waiting"] == 0


async def test_two_wishes_at_once_are_both_kept(company: Company):
    """Two switches of one page, one soon after the other: neither answer takes the other's change back."""
    for quiet in ({"from": "20:00", "until": "08:00"}, None) * 4:
        mail = "digest" if quiet else "now"
        asked = ({"quiet": quiet}, {"kinds": {"mention": {"mail": mail}}}, {"kinds": {"comment": {"mail": mail}}})
        answers = await asyncio.gather(*(company.mia.patch("/api/me/preferences", json=one) for one in asked))
        assert [one.status_code for one in answers] == [200] * 3
        kept = (await company.mia.get("/api/me/preferences")).json()
        assert kept["quiet"] == quiet and {kept["kinds"][topic]["mail"] for topic in ("mention", "comment")} == {mail}
