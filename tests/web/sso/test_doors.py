"""The sign-in page and single sign-on together: buttons, domains that lead on, directories, SAML's form, and the only way in."""

import base64
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from lxml import etree
from sqlalchemy import text

from sayso.db import transaction
from sayso.team import sessions
from sayso.team.actor import Actor
from sayso.team.sso.saml.sides import Ours
from sayso.team.sso.saml.xml import NS
from tests.connections.sign_on.slapd import ADD, ANA, PROGRAM, SERVICE, Slapd, slapd
from tests.team.sso.idp import Idp
from tests.team.sso.idp import idp as saml_provider
from tests.web.conftest import URL, Company, problem
from tests.web.sso.conftest import Browser, added, proved, signed_in
from tests.web.sso.provider import Provider

Made = Callable[[], Browser]
FORM = {"content-type": "application/x-www-form-urlencoded"}
real = pytest.mark.skipif(PROGRAM is None or ADD is None, reason="slapd is not installed: apt-get install slapd")


# ── the page ──────────────────────────────────────────────────


async def test_the_page_has_a_button_until_it_is_hidden(company: Company, idp: Provider):
    known = await added(company, idp, name="Northlight <ID>")
    page = (await company.nobody.get("/signin")).text
    assert f'href="/sso/{known["id"]}/start"' in page and "Northlight &lt;ID&gt;" in page
    await company.ana.patch(f"/api/sso/{known['id']}", json={"shown": False})
    assert known["id"] not in (await company.nobody.get("/signin")).text


async def test_people_of_a_domain_are_led_on_whoever_they_are(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    await proved(company)
    await company.ana.patch("/api/domains/northlight.example", json={"capture": known["id"]})
    one = browser_of()
    one.headers["sec-fetch-site"] = "same-origin"
    for name in ("mia", "nobody-at-all"):
        answer = await one.post("/signin/password", data={"email": f"{name}@northlight.example", "password": "x"})
        assert answer.status_code == 200 and f"/sso/{known['id']}/start" in answer.text, (
            "by a page: a form may lead to no other site"
        )
    other = await one.post("/signin/password", data={"email": "mia@other.example", "password": "x"})
    assert other.status_code == 401


# ── a directory ───────────────────────────────────────────────


@pytest.fixture(scope="module")
async def there() -> AsyncIterator[Slapd]:
    async with slapd() as one:
        yield one


@real
async def test_somebody_of_the_directory_signs_in_with_its_password(company: Company, there: Slapd, browser_of: Made):
    told = {"preset": "ldap", "name": "Directory", "settings": there.settings(), "secrets": {"bind_password": SERVICE}}
    known = (await company.ana.post("/api/sso", json=told)).json()
    test = (await company.ana.post(f"/api/sso/{known['id']}/test", json={})).json()
    assert test["ok"] and "2 people" in str(test["checks"]), test
    await proved(company)
    one = browser_of()
    one.headers["sec-fetch-site"] = "same-origin"
    for wrong in ("", "wrong", "*"):
        answer = await one.post("/signin/password", data={"email": "mia@northlight.example", "password": wrong})
        assert answer.status_code in (401, 422) and await one.me() is None
    async with transaction(company.engine) as tx:
        await tx.execute(text("update sayso.members set email = null where email = 'ana@northlight.example'"))
    answer = await one.post("/signin/password", data={"email": "ana@northlight.example", "password": ANA, "to": "/a/crm"})
    assert (answer.status_code, answer.headers.get("location")) == (303, "/a/crm"), answer.text
    me = await one.me()
    assert me and me["member"]["name"] == "Ana Prado" and me["member"]["role"] == "member"
    async with transaction(company.engine) as tx:
        assert (
            await tx.execute(text("select method from sayso.sessions order by created_at desc limit 1"))
        ).scalar_one() == "ldap"


# ── SAML ──────────────────────────────────────────────────────


async def saml(company: Company, **settings: Any) -> tuple[dict[str, Any], Idp]:
    theirs = saml_provider(entity="https://idp.northlight.example")
    told = {"preset": "saml", "name": "Northlight SAML", "settings": {"metadata": theirs.metadata, **settings}}
    known = (await company.ana.post("/api/sso", json=told)).json()
    assert known["settings"]["entity"] == theirs.entity, known
    theirs.ours = Ours(known["addresses"]["entity"], known["addresses"]["acs"])
    return known, theirs


async def asked(one: Browser, id: str, **query: str) -> tuple[str, str]:
    """The id of the request, and what travels along."""
    url = httpx.URL((await one.get(f"/sso/{id}/start", params=query)).headers["location"])
    packed = base64.b64decode(url.params["SAMLRequest"])
    request = etree.fromstring(zlib.decompress(packed, -15))
    return request.get("ID"), url.params["RelayState"]


async def posts(app: FastAPI, id: str, response: str, state: str = "") -> httpx.Response:
    """The provider's page sends its form: from another site, so without any cookie of ours."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as elsewhere:
        return await elsewhere.post(
            f"/sso/{id}/acs", data={"SAMLResponse": response, "RelayState": state}, headers={"sec-fetch-site": "cross-site"}
        )


async def test_somebody_signs_on_by_saml(company: Company, app: FastAPI, browser_of: Made):
    known, theirs = await saml(company)
    await proved(company)
    one = browser_of()
    request, state = await asked(one, known["id"], to="/a/crm")
    response = theirs.sent(request)
    landing = await posts(app, known["id"], response, state)
    assert landing.status_code == 303, landing.text
    mallory = browser_of()
    await mallory.get(f"/sso/{known['id']}/start")
    back = await one.get(landing.headers["location"])
    assert (back.status_code, back.headers["location"]) == (303, "/a/crm")
    me = await one.me()
    assert me and me["member"]["name"] == "Otto Falk"
    assert (await one.get(landing.headers["location"])).status_code == 403, "a landing is used once"
    assert (await posts(app, known["id"], response, state)).status_code == 403, "and so is an answer"
    metadata = etree.fromstring((await one.get(f"/sso/{known['id']}/metadata")).content)
    assert metadata.find(".//md:AssertionConsumerService", NS).get("Location") == known["addresses"]["acs"]


async def test_a_landing_is_for_the_browser_that_left(company: Company, app: FastAPI, browser_of: Made):
    known, theirs = await saml(company)
    mallory, victim = browser_of(), browser_of()
    request, state = await asked(mallory, known["id"])
    landing = await posts(app, known["id"], theirs.sent(request), state)
    back = await victim.get(landing.headers["location"])
    assert back.status_code == 403 and "another browser" in back.text and await victim.me() is None


async def test_an_assertion_counts_once_whatever_asked_for_it(company: Company, app: FastAPI, browser_of: Made):
    known, theirs = await saml(company, unasked=True)
    response = theirs.sent(None)
    assert (await posts(app, known["id"], response)).status_code == 303
    again = await posts(app, known["id"], response)
    assert again.status_code == 403 and "used already" in again.text


async def test_nobody_is_sent_in_by_a_portal_unless_it_is_allowed(company: Company, app: FastAPI, browser_of: Made):
    known, theirs = await saml(company)
    refused = await posts(app, known["id"], theirs.sent(None))
    assert refused.status_code == 403 and "an owner can allow that" in refused.text
    await company.ana.patch(f"/api/sso/{known['id']}", json={"settings": {"unasked": True}})
    landing = (await posts(app, known["id"], theirs.sent(None, id="_a2"), "relay of theirs")).headers["location"]
    one = browser_of()
    shown = await one.get(landing)
    assert shown.status_code == 200 and "Is that you?" in shown.text and await one.me() is None, (
        "asked first: anybody could have sent them"
    )
    where = shown.text.partition('action="')[2].partition('"')[0]
    assert (await one.post(where, headers={"sec-fetch-site": "cross-site"})).status_code == 403
    assert (await one.post(where, headers={"sec-fetch-site": "same-origin"})).status_code == 303 and await one.me()


async def test_a_certificate_that_ended_is_told(company: Company):
    theirs = saml_provider(days=-1)
    known = (await company.ana.post("/api/sso", json={"preset": "saml", "settings": {"metadata": theirs.metadata}})).json()
    test = (await company.ana.post(f"/api/sso/{known['id']}/test", json={})).json()
    assert not test["ok"] and "ended on" in test["said"]


# ── the only way in ───────────────────────────────────────────


async def with_session(company: Company, browser: Browser, by: Actor, method: str) -> Browser:
    async with transaction(company.engine) as tx:
        browser.cookies.set("sayso_session", await sessions.begin(tx, by=by, method=method), domain="sayso.test")
    browser.headers["sec-fetch-site"] = "same-origin"
    return browser


async def test_it_becomes_the_only_way_in_and_owners_keep_another(company: Company, idp: Provider, browser_of: Made):
    ana = await signed_in(browser_of(), company.engine, company.ana.actor)
    assert "no provider" in problem(await ana.put("/api/sso/policy", json={"enforced": True}))["detail"].lower()
    known = await added(company, idp)
    assert "knows you yet" in problem(await ana.put("/api/sso/policy", json={"enforced": True}))["detail"]
    idp.claims = {"sub": "ana-1"}
    url = (await ana.post(f"/api/sso/{known['id']}/link", json={})).json()["url"]
    await ana.get(f"/sso/{known['id']}/callback", params=idp.agrees(url))
    ben = await with_session(company, browser_of(), company.ben.actor, "password")
    assert await ben.me()
    assert (await ana.put("/api/sso/policy", json={"enforced": True})).json()["enforced"]
    assert await ben.me() is None, "at once, for those who are in already too"
    for by, method, gets_in in (
        (company.ben.actor, "passkey", False), (company.ben.actor, "link", False), (company.ben.actor, "oidc", True),
        (company.ana.actor, "password", False), (company.ana.actor, "passkey", True), (company.ana.actor, "operator", True),
    ):  # fmt: skip
        one = await with_session(company, browser_of(), by, method)
        assert bool(await one.me()) is gets_in, (by.name, method)
    owner = await with_session(company, browser_of(), company.ana.actor, "passkey")
    for answer in (
        await owner.patch(f"/api/sso/{known['id']}", json={"on": False}),
        await owner.delete(f"/api/sso/{known['id']}"),
    ):
        assert "only way" in problem(answer)["detail"]
    back = browser_of()
    leaves = (await back.get(f"/sso/{known['id']}/start")).headers["location"]
    assert (await back.get(f"/sso/{known['id']}/callback", params=idp.agrees(leaves))).status_code == 303 and await back.me()
    assert not (await owner.put("/api/sso/policy", json={"enforced": False})).json()["enforced"]
    assert await ben.me()


@pytest.mark.parametrize("methods", ['["sso"]', None])
async def test_what_another_workspace_vouches_for_is_not_enough(
    company: Company, idp: Provider, browser_of: Made, methods: str | None
):
    """Zoe's own provider lets Mia into Zoe's workspace; Northlight takes nothing from it, whichever ways in it has, and nothing that counts
    there too is changed: else Zoe, who runs that provider, could be Mia everywhere."""
    async with transaction(company.engine) as tx:
        await tx.execute(text("update sayso.people set email = null where id = :p"), {"p": company.mia.actor.person})
        member = {"w": company.zoe.actor.workspace, "p": company.mia.actor.person}
        await tx.execute(
            text(
                "insert into sayso.members (id, workspace_id, person, name, role) values ('m_miaelsewhere', :w, :p, 'Mia', 'member') on conflict do nothing"
            ),
            member,
        )
    told = {"preset": "oidc", "name": "Zoe ID", "settings": {"issuer": idp.issuer, "client_id": "sayso"}}
    known = (await company.zoe.post("/api/sso", json=told)).json()
    async with transaction(company.engine) as tx:
        values = {"provider": known["id"], "issuer": idp.issuer, "w": company.zoe.actor.workspace, "p": company.mia.actor.person}
        await tx.execute(
            text(
                "insert into sayso.identities (provider, issuer, subject, workspace_id, person) values (:provider, :issuer, 'mia-1', :w, :p)"
            ),
            values,
        )
        policy = "insert into sayso.sign_in_policies (workspace_id, methods, second_factor, session_days) values (:w, cast(:m as jsonb), false, 30)"
        if methods:
            await tx.execute(text(policy), {"w": company.ana.actor.workspace, "m": methods})
    idp.claims = {"sub": "mia-1"}
    mia = browser_of()
    url = (await mia.get(f"/sso/{known['id']}/start")).headers["location"]
    await mia.get(f"/sso/{known['id']}/callback", params=idp.agrees(url))
    mia.headers["sec-fetch-site"] = "same-origin"
    assert await mia.me()
    switched = await mia.put("/api/session/workspace", json={"workspace": company.ana.actor.workspace})
    assert switched.status_code == 403, switched.text
    me = await mia.me()
    assert me and me["workspace"]["id"] == company.zoe.actor.workspace
    for act in (
        mia.put("/api/me/password", json={"password": "a long pass phrase of Zoe's"}),
        mia.post("/api/me/passkeys/challenge"),
        mia.post("/api/me/totp"),
        mia.patch("/api/me", json={"email": "zoe+mia@zoe.example"}),
        mia.get("/api/me/export"),
        mia.request("DELETE", "/api/me", json={"name": me["member"]["name"]}),
    ):
        refused = await act
        assert refused.status_code == 403 and "other workspaces" in problem(refused)["detail"], refused.text
    assert (await mia.get("/api/me/security")).status_code == 200
