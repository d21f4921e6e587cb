"""Public forms, as somebody without an account and without JavaScript uses them."""

import re
from typing import Any

import pytest

from sayso.web.pages import form as form_page
from tests.web.conftest import Company, problem
from tests.web.crm import CLIENTS, CRM

LINKS = "/api/apps/crm/views/hello/links"


@pytest.fixture(scope="module")
async def crm(company: Company) -> None:
    made = await company.ben.post("/api/apps", json={"spec": CRM})
    assert made.status_code == 201, made.text


@pytest.fixture
async def form(company: Company, crm: None) -> str:
    form_page.by_one._seen.clear()
    made = await company.ben.post(LINKS, json={})
    assert made.status_code == 201, made.text
    assert made.json()["url"].endswith(f"/f/{made.json()['token']}")
    return f"/f/{made.json()['token']}"


async def _rows(company: Company) -> list[dict[str, Any]]:
    return [r["values"] for r in (await company.mia.get(f"{CLIENTS}/rows")).json()["rows"]]


async def test_a_stranger_adds_a_row(company: Company, form: str):
    page = await company.nobody.get(form)
    assert page.status_code == 200 and "Tell us about you" in page.text and "Northlight" in page.text
    assert "Deals" not in page.text and "Double" not in page.text, "only what the form asks is shown"
    once = re.findall(r'name="_once" value="([^"]+)"', page.text)[0]

    answers = {"_once": once, "name": "Orla Byrne", "email": "orla@tolka.example", "stage": "new", "worth": "5,600"}
    sent = await company.nobody.post(form, data=answers)
    assert sent.status_code == 303
    assert "Thank you" in (await company.nobody.get(sent.headers["location"])).text
    row = (await _rows(company))[-1]
    assert (row["name"], row["worth"], row["stage"]) == ("Orla Byrne", "5600.00", "new")
    assert (await company.events())[-1] == "row.created"

    before = len(await _rows(company))
    assert (await company.nobody.post(form, data=answers)).status_code == 303
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
    assert (await company.nobody.post(form, data=sent)).status_code == 303
    row = (await _rows(company))[-1]
    assert row["name"] == "Sly" and row["notes"] is None and row["deals"] == []


async def test_one_sender_has_a_limit(company: Company, form: str):
    before, good = len(await _rows(company)), {"name": "Many", "email": "a@b.example"}
    answers = [await company.nobody.post(form, data=good) for _ in range(25)]
    assert [a.status_code for a in answers].count(303) == 20 and answers[-1].status_code == 429
    assert len(await _rows(company)) == before + 20
    assert 'value="Many"' in answers[-1].text, "nothing typed is lost"


async def test_a_withdrawn_form_is_gone_at_once(company: Company, form: str):
    token = form.rpartition("/")[2]
    assert token in [one["token"] for one in (await company.ben.get(LINKS)).json()["items"]]
    assert (await company.mia.delete(f"{LINKS}/{token}")).status_code == 403
    assert (await company.zoe.delete(f"{LINKS}/{token}")).status_code == 404
    assert (await company.ben.delete(f"{LINKS}/{token}")).status_code == 204
    gone = await company.nobody.get(form)
    assert gone.status_code == 404 and "not open" in gone.text
    assert (await company.nobody.post(form, data={"name": "X", "email": "a@b.example"})).status_code == 404


async def test_only_builders_make_a_form_public(company: Company, crm: None):
    assert problem(await company.mia.post(LINKS, json={}))["status"] == 403
    assert problem(await company.ben.post("/api/apps/crm/views/all/links", json={}))["status"] == 422


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
    assert 400 <= sent.status_code < 500 and "text/html" in sent.headers["content-type"]


async def test_a_file_comes_with_the_answers(company: Company, form: str):
    answers = {"name": "With papers", "email": "a@b.example"}
    files = [("papers", ("brief.txt", b"On stone, please", "text/html")), ("papers", ("second.txt", b"And wood", "text/plain"))]
    assert (await company.nobody.post(form, data=answers, files=files)).status_code == 303
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
    refused = await company.ben.post(f"/api/apps/{made.json()['id']}/views/ask/links", json={})
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
