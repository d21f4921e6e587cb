"""Public forms, as somebody without an account uses them, and as a robot does."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Route

from sayso.settings import Settings
from sayso.team.shares import challenges, counting
from sayso.web.pages.form import send
from sayso.web.pages.share import received, visiting
from tests.web.conftest import URL, Company, problem
from tests.web.crm import CLIENTS, CRM
from tests.web.sharing import agreeing, in_person, path_of, published, solved


@pytest.fixture(scope="module")
async def crm(company: Company) -> None:
    made = await company.ben.post("/api/apps", json={"spec": CRM})
    assert made.status_code == 201, made.text


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puzzles that cost nothing, and nobody who was counted before."""
    monkeypatch.setattr(challenges, "TRIES_MIN", 10)
    monkeypatch.setattr(challenges, "TRIES_MAX", 50)
    received.by_one._seen.clear()
    visiting.by_one._seen.clear()


@pytest.fixture
async def form(company: Company, crm: None) -> str:
    made = await published(await in_person(company, company.ben), "crm", "hello")
    assert "/f/" in made["url"] and made["kind"] == "form" and made["state"] == "open"
    return path_of(made)


async def _sends(company: Company, form: str, data: dict[str, Any], **more: Any) -> httpx.Response:
    """As a browser does it: with the check against robots."""
    return await company.nobody.post(form, data={**data, "_challenge": await solved(company.nobody, form)}, **more)


async def _rows(company: Company) -> list[dict[str, Any]]:
    return [r["values"] for r in (await company.mia.get(f"{CLIENTS}/rows")).json()["rows"]]


async def test_a_stranger_adds_a_row(company: Company, form: str):
    page = await company.nobody.get(form)
    assert page.status_code == 200 and "Tell us about you" in page.text and "Northlight" in page.text
    assert "Deals" not in page.text and "Double" not in page.text, "only what the form asks is shown"
    once = re.findall(r'name="_once" value="([^"]+)"', page.text)[0]

    answers = {"_once": once, "name": "Orla Byrne", "email": "orla@tolka.example", "stage": "new", "worth": "5,600"}
    sent = await _sends(company, form, answers)
    assert sent.status_code == 303
    assert "Thank you" in (await company.nobody.get(sent.headers["location"])).text
    row = (await _rows(company))[-1]
    assert (row["name"], row["worth"], row["stage"]) == ("Orla Byrne", "5600.00", "new")
    assert (await company.events())[-1] == "row.created"

    before = len(await _rows(company))
    assert (await _sends(company, form, answers)).status_code == 303
    assert len(await _rows(company)) == before, "the same page sent twice makes one row"


async def test_problems_stand_under_their_question_and_what_was_typed_is_kept(company: Company, form: str):
    before = len(await _rows(company))
    sent = await company.nobody.post(form, data={"name": "", "email": "orla@tolkabrewery", "worth": '"><script>x</script>'})
    assert sent.status_code == 422 and len(await _rows(company)) == before
    assert 'id="name-problem">This is needed.' in sent.text
    assert 'id="email-problem">This is an e-mail address' in sent.text
    assert 'value="orla@tolkabrewery"' in sent.text
    assert "3 answers need another look" in sent.text
    assert "<script>x" not in sent.text


async def test_an_address_fills_in_what_it_says_and_nothing_runs(company: Company, form: str):
    said = {
        "name": '"><script>alert(1)</script>',
        "stage": "Won",
        "worth": "1200",
        "papers": "x",
        "notes": "hidden",
        "deals": "1",
    }
    page = (await company.nobody.get(form, params=said)).text
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)' in page and 'value="1200"' in page and "<script>alert" not in page
    assert re.search(r'value="won" checked', page) and "untold" not in page
    odd = await company.nobody.get(form, params={"stage": "nonsense", "name": "x" * 50_000, "worth": "\0"})
    assert odd.status_code == 200 and "checked" not in odd.text and "x" * 2_001 not in odd.text


async def test_a_robot_is_thanked_and_ignored(company: Company, form: str):
    before = len(await _rows(company))
    spam = {"name": "Buy", "email": "a@b.example", "_website": "https://spam.example"}
    assert (await company.nobody.post(form, data=spam)).status_code == 303
    assert len(await _rows(company)) == before


async def test_what_the_form_does_not_ask_is_not_taken(company: Company, form: str):
    sent = {
        "name": "Sly",
        "email": "a@b.example",
        "notes": "injected",
        "id": "1",
        "version": "9",
        "deals": "1",
        "workspace_id": "x",
    }
    assert (await _sends(company, form, sent)).status_code == 303
    row = (await _rows(company))[-1]
    assert row["name"] == "Sly" and row["notes"] is None and row["deals"] == []


async def test_one_sender_has_a_limit(company: Company, form: str):
    before, good = len(await _rows(company)), {"name": "Many", "email": "a@b.example"}
    answers = [await _sends(company, form, good) for _ in range(25)]
    assert [a.status_code for a in answers].count(303) == 20 and answers[-1].status_code == 429
    assert len(await _rows(company)) == before + 20
    assert 'value="Many"' in answers[-1].text, "nothing typed is lost"


async def test_a_stopped_form_is_gone_at_once(company: Company, form: str):
    items = (await company.ben.get("/api/apps/crm/shares")).json()["items"]
    share = next(one["id"] for one in items if one["url"].endswith(form))
    assert (await company.mia.delete(f"/api/shares/{share}")).status_code == 403
    assert (await company.zoe.delete(f"/api/shares/{share}")).status_code == 404
    assert (await company.ben.delete(f"/api/shares/{share}")).status_code == 204
    gone = await company.nobody.get(form)
    assert gone.status_code == 404 and "not open" in gone.text
    assert (await company.nobody.post(form, data={"name": "X", "email": "a@b.example"})).status_code == 404
    assert share not in (await company.ben.get("/api/apps/crm/shares")).text


@pytest.mark.parametrize(
    ("body", "type"),
    [
        (b"name=%00&email=%ff%fe", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"", "multipart/form-data"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"&".join(b"a%d=1" % n for n in range(5000)), "application/x-www-form-urlencoded"),
        (b"--x\r\nContent-Disposition: form-data; name=\"papers\"; filename=\"../../etc\"\r\n\r\nhi\r\n--x--", "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
async def test_a_broken_form_is_refused_kindly(company: Company, form: str, body: bytes, type: str):
    sent = await company.nobody.post(form, content=body, headers={"content-type": type})
    said = "application/problem+json" if type == "application/json" else "text/html"
    assert 400 <= sent.status_code < 500 and said in sent.headers["content-type"]


async def test_a_file_comes_with_the_answers(company: Company, form: str):
    answers = {"name": "With papers", "email": "a@b.example"}
    files = [("papers", ("brief.txt", b"On stone, please", "text/html")), ("papers", ("second.txt", b"And wood", "text/plain"))]
    assert (await _sends(company, form, answers, files=files)).status_code == 303
    papers = (await _rows(company))[-1]["papers"]
    assert [(p["name"], p["type"]) for p in papers] == [("brief.txt", "text/plain"), ("second.txt", "text/plain")]
    saved = await company.cleo.get(f"/api/files/{papers[0]['id']}")
    assert saved.content == b"On stone, please" and saved.headers["content-disposition"].startswith("attachment")
    assert (await company.zoe.get(f"/api/files/{papers[0]['id']}")).status_code == 404

    before = len(await _rows(company))
    wrong = await company.nobody.post(form, data={"name": "No mail", "email": ""}, files=files)
    assert wrong.status_code == 422 and "choose your files again" in wrong.text and len(await _rows(company)) == before


async def test_a_form_that_strangers_could_never_send_is_not_made_public(company: Company, crm: None):
    field = {"kind": "person", "id": "contact", "name": "Contact", "required": True}
    form = {"kind": "form", "id": "ask", "name": "Ask", "table": "visits", "fields": [{"field": "contact"}]}
    table = {"id": "visits", "name": "Visits", "fields": [{"kind": "text", "id": "name", "name": "Name"}, field]}
    made = await company.ben.post("/api/apps", json={"spec": {"name": "Visits", "tables": [table], "views": [form]}})
    ben = await in_person(company, company.ben)
    shown = (await ben.get(f"/api/apps/{made.json()['id']}/exposure?view=ask")).json()
    assert "Contact is required" in shown["refused"]
    refused = await ben.post(f"/api/apps/{made.json()['id']}/shares", json=await agreeing(ben, made.json()["id"], "ask"))
    assert refused.status_code == 422 and "Contact is required" in problem(refused)["problems"][0]["reason"]


async def test_what_is_sent_to_no_form_is_not_read(company: Company, crm: None):
    asked = 0

    async def endless():
        nonlocal asked
        for _ in range(64):
            asked += 1
            yield b"name=" + b"x" * 60_000

    sent = await company.nobody.post(
        "/f/nothing-here", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert sent.status_code == 404
    assert asked <= 1


async def test_unsolved_reused_and_foreign_challenges_add_nothing_on_either_path(company: Company, form: str):
    """T33: an answer costs its own work, whichever way it is sent."""
    before, good = len(await _rows(company)), {"name": "Robot", "email": "a@b.example"}
    other = path_of(await published(await in_person(company, company.ben), "crm", "hello"))
    foreign, mine = await solved(company.nobody, other), await solved(company.nobody, form)
    for wrong in ("", "x", foreign, mine[:-8] + "AAAAAAA=", "e30="):
        assert (await company.nobody.post(form, data={**good, "_challenge": wrong})).status_code == 422
        told = await company.nobody.post(form, json={"values": good, "challenge": wrong})
        assert problem(told)["status"] == 422 and "robots" in problem(told)["problems"][0]["reason"]
    assert problem(await company.nobody.post(form, json={"values": good}))["status"] == 422
    assert len(await _rows(company)) == before

    assert (await company.nobody.post(form, json={"values": good, "challenge": mine})).status_code == 201
    assert problem(await company.nobody.post(form, json={"values": good, "challenge": mine}))["status"] == 422
    assert (await company.nobody.post(form, data={**good, "_challenge": mine})).status_code == 422
    assert len(await _rows(company)) == before + 1


async def test_a_flood_adds_no_more_than_a_minute_takes_over_all_processes(
    company: Company, form: str, app: FastAPI, settings: Settings
):
    """T33: counted in PostgreSQL, by all processes together; one customer's IPv6 addresses and headers that anybody may write are one sender."""
    before, good = len(await _rows(company)), {"name": "Flood", "email": "a@b.example"}
    other = Starlette(routes=[Route("/f/{token}", send, methods=["POST"])])
    other.state.parts = replace(app.state.parts, settings=replace(settings, proxies=(ip_network("10.0.0.0/8"),)))
    processes = [app, other]

    async def comes(n: int, **header: str) -> httpx.Response:
        proxied = bool(n % 2)
        near = "10.0.0.7" if proxied else f"2001:db8:7:7::{n:x}"
        said = {"x-forwarded-for": f"198.51.100.{n % 250}" + (f", 2001:db8:7:7:{n:x}::1" if proxied else "")}
        way = httpx.ASGITransport(processes[proxied], client=(near, 4000 + n))
        async with httpx.AsyncClient(transport=way, base_url=URL, headers={**said, **header}) as sender:
            return await sender.post(form, json={"values": good, "challenge": ready[n % len(ready)]})

    ready = [await solved(company.nobody, form) for _ in range(30)]
    answers = await asyncio.gather(*(comes(n) for n in range(30)))
    assert sorted(a.status_code for a in answers) == [201] * 20 + [429] * 10
    embedded = {"referer": "https://site.example/", "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site"}
    flood = [await comes(n, **(embedded if n % 3 else {})) for n in range(40)]
    assert {a.status_code for a in flood} == {429} and int(flood[-1].headers["retry-after"]) > 0
    assert len(await _rows(company)) == before + counting.ANSWERS_BY_ONE_A_MINUTE_MAX


async def test_a_form_ends_at_its_date_and_at_its_number_of_answers(company: Company, crm: None):
    ben = await in_person(company, company.ben)
    share = await published(ben, "crm", "hello", form={"answers_max": 2, "thanks": "See you there."})
    form, good = path_of(share), {"name": "Guest", "email": "a@b.example"}
    for _ in range(2):
        assert (await _sends(company, form, good)).status_code == 303
    assert "See you there." in (await company.nobody.get(f"{form}/sent")).text
    before = len(await _rows(company))
    full = await company.nobody.get(form)
    assert full.status_code == 410 and "takes no more answers" in full.text
    assert (await _sends(company, form, good)).status_code == 409 and len(await _rows(company)) == before
    assert (await ben.get(f"/api/shares/{share['id']}")).json()["state"] == "full"

    soon = (datetime.now(UTC) + timedelta(seconds=0.2)).isoformat()
    closing = path_of(await published(ben, "crm", "hello", form={"closes_at": soon}))
    await asyncio.sleep(0.25)
    assert (await company.nobody.get(closing)).status_code == 410
    assert (await _sends(company, closing, good)).status_code == 409


async def test_once_is_once_for_a_browser_and_thanks_lead_to_https_only(company: Company, crm: None):
    ben = await in_person(company, company.ben)
    rules = {"once": True, "redirect": "https://www.example.com/thanks"}
    form, good = path_of(await published(ben, "crm", "hello", form=rules)), {"name": "Once", "email": "a@b.example"}
    page = await company.nobody.get(form)
    assert "form-action 'self' https://www.example.com;" in page.headers["content-security-policy"]
    sent = await _sends(company, form, good)
    assert sent.headers["location"] == "https://www.example.com/thanks"
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith("sayso_sent=1;") and f"Path={form};" in cookie and "HttpOnly" in cookie
    mine = {"cookie": cookie.split(";")[0]}
    assert "sent your answer already" in (await company.nobody.get(form, headers=mine)).text
    again = await company.nobody.post(form, json={"values": good, "challenge": await solved(company.nobody, form)}, headers=mine)
    assert problem(again)["status"] == 409
    for bad in ("http://example.com", "javascript:alert(1)", "//example.com", "https://me@example.com", "https://a.example/;x"):
        asked = await agreeing(ben, "crm", "hello", form={"redirect": bad})
        assert (await ben.post("/api/apps/crm/shares", json=asked)).status_code == 422


async def test_files_are_held_to_their_rules_by_what_is_in_them(company: Company, crm: None):
    ben = await in_person(company, company.ben)
    rules = {"files": {"kinds": ["pdf"], "mb_max": 1, "count_max": 1}}
    form, good = path_of(await published(ben, "crm", "hello", form=rules)), {"name": "Paper", "email": "a@b.example"}
    before = len(await _rows(company))
    for files in (
        [("papers", ("brief.pdf", b"On stone, please", "application/pdf"))],
        [("papers", ("a.pdf", b"%PDF-1.4 a", "application/pdf")), ("papers", ("b.pdf", b"%PDF-1.4 b", "application/pdf"))],
        [("papers", ("large.pdf", b"%PDF-1.4 " + b"x" * 2**20, "application/pdf"))],
    ):
        refused = await _sends(company, form, good, files=files)
        assert (
            (refused.status_code == 422 and "This takes" in refused.text)
            or "takes PDF" in refused.text
            or "at most 1" in refused.text
        )
    assert len(await _rows(company)) == before
    assert (await _sends(company, form, good, files=[("papers", ("a.pdf", b"%PDF-1.4 a", "x/y"))])).status_code == 303


async def test_a_form_behind_a_password_shows_nothing_before_it(company: Company, crm: None):
    ben = await in_person(company, company.ben)
    form = path_of(await published(ben, "crm", "hello", password="three plain words"))
    locked = await company.nobody.get(form)
    assert locked.status_code == 401 and "Tell us" not in locked.text and "has a password" in locked.text
    assert (await company.nobody.get(f"{form}/challenge")).status_code == 401
    assert (await company.nobody.post(form, data={"name": "X", "email": "a@b.example"})).status_code == 401
    assert (await company.nobody.post(f"{form}/password", data={"password": "wrong"})).status_code == 401
    entered = await company.nobody.post(f"{form}/password", data={"password": "three plain words"})
    assert entered.status_code == 303 and f"Path={form};" in entered.headers["set-cookie"]
    cookie = {"cookie": entered.headers["set-cookie"].split(";")[0]}
    assert "Tell us about you" in (await company.nobody.get(form, headers=cookie)).text
