"""Signing on by OpenID Connect, over sockets: the way in, and fourteen ways that are none (T20)."""

import hmac
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from sayso.team.sso.id_token import LOGOUT
from tests.web.conftest import Company, problem
from tests.web.sso.conftest import OTTO, Browser, added, proved, signed_in
from tests.web.sso.provider import FIRST, SECOND, STRANGER, Provider, raw

Made = Callable[[], Browser]


async def left(one: Browser, id: str, **query: str) -> str:
    answer = await one.get(f"/sso/{id}/start", params=query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def came(one: Browser, id: str, told: dict[str, str]):
    return await one.get(f"/sso/{id}/callback", params=told)


async def test_somebody_signs_on_and_is_where_they_wanted(company: Company, idp: Provider, browser_of: Made):
    await proved(company)
    known = await added(company, idp)
    otto = browser_of()
    url = await left(otto, known["id"], to="/a/crm", hint="otto@northlight.example")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256" and asked["redirect_uri"] == known["addresses"]["callback"]
    assert asked["login_hint"] == "otto@northlight.example" and len(asked["nonce"]) > 30 and "openid" in asked["scope"]
    back = await came(otto, known["id"], idp.agrees(url))
    assert (back.status_code, back.headers["location"]) == (303, "/a/crm")
    me = await otto.me()
    assert me and me["member"]["name"] == "Otto Falk" and me["member"]["role"] == "member"
    heard = next(one for one in idp.there.heard if one.target == "/token")
    assert heard.header("authorization").startswith("Basic ") and b"cs-1" not in heard.body
    shown = (await company.ana.get(f"/api/sso/{known['id']}")).json()
    assert shown["people"] == 1 and shown["used_at"] and shown["secrets"] == {"client_secret": True} and "cs-1" not in str(shown)


async def test_what_the_token_leaves_out_is_asked_for(company: Company, idp: Provider, browser_of: Made):
    await proved(company)
    known = await added(company, idp)
    idp.claims = {"sub": "ada-1"}
    idp.info = {"sub": "ada-1", "email": "ada@northlight.example", "email_verified": True, "name": "Ada Quint"}
    one = browser_of()
    await came(one, known["id"], idp.agrees(await left(one, known["id"])))
    me = await one.me()
    assert me and me["member"]["name"] == "Ada Quint"
    idp.info = {**idp.info, "sub": "ana-1", "email": "ana@northlight.example"}
    other = browser_of()
    back = await came(other, known["id"], idp.agrees(await left(other, known["id"])))
    assert back.status_code == 403 and "somebody else" in back.text and await other.me() is None


async def test_keys_may_change(company: Company, idp: Provider, browser_of: Made, monkeypatch: pytest.MonkeyPatch):
    known = await added(company, idp)
    one = browser_of()
    await came(one, known["id"], idp.agrees(await left(one, known["id"])))
    idp.keys, idp.signs = [FIRST, SECOND], SECOND
    monkeypatch.setattr("sayso.connections.sign_on.oidc.ANEW_SECONDS", 0)
    other = browser_of()
    back = await came(other, known["id"], idp.agrees(await left(other, known["id"])))
    assert back.status_code == 303 and await other.me()


def hs256(idp: Provider, claims: dict[str, Any]) -> str:
    unsigned = raw({"alg": "HS256", "typ": "JWT", "kid": "first"}, claims).removesuffix(".")
    mac = hmac.digest(FIRST.as_pem(private=False), unsigned.encode(), "sha256")
    return raw({"alg": "HS256", "typ": "JWT", "kid": "first"}, claims, mac)


Bad = Callable[[Provider, dict[str, Any]], str]
TOKENS: dict[str, Bad] = {
    "none": lambda idp, told: raw({"alg": "none", "typ": "JWT"}, told),
    "HS256 with the public key": hs256,
    "jwk in the header": lambda idp, told: idp.signed(told, STRANGER, jwk=dict(STRANGER.as_dict(private=False))),
    "jku in the header": lambda idp, told: idp.signed(told, STRANGER, jku=f"{idp.issuer}/evil"),
    "x5u in the header": lambda idp, told: idp.signed(told, STRANGER, x5u=f"{idp.issuer}/evil.pem"),
    "crit that nobody knows": lambda idp, told: raw(
        {"alg": "RS256", "kid": "first", "crit": ["exp"], "exp": 1}, told, b"x" * 256
    ),
    "another audience": lambda idp, told: idp.signed({**told, "aud": "another"}),
    "another issuer": lambda idp, told: idp.signed({**told, "iss": "https://evil.example"}),
    "another nonce": lambda idp, told: idp.signed({**told, "nonce": "another"}),
    "over": lambda idp, told: idp.signed({**told, "exp": int(time.time()) - 61, "iat": int(time.time()) - 300}),
}


async def test_a_bad_token_lets_nobody_in(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    for name, idp.token in TOKENS.items():
        one = browser_of()
        back = await came(one, known["id"], idp.agrees(await left(one, known["id"])))
        assert back.status_code == 403 and await one.me() is None, name
    assert (await company.ana.get(f"/api/sso/{known['id']}")).json()["people"] == 0


async def test_a_code_is_good_once(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    one, other = browser_of(), browser_of()
    told = idp.agrees(await left(one, known["id"]))
    assert (await came(one, known["id"], told)).status_code == 303
    assert (await came(one, known["id"], told)).status_code == 403, "the same answer once more"
    fresh = idp.agrees(await left(other, known["id"]))
    back = await came(other, known["id"], {**fresh, "code": told["code"]})
    assert back.status_code == 403 and "the code was used" in back.text and await other.me() is None


async def test_a_code_of_another_beginning_is_worth_nothing(company: Company, idp: Provider, browser_of: Made):
    """PKCE: the code was made for another verifier."""
    known = await added(company, idp)
    one, other = browser_of(), browser_of()
    stolen = idp.agrees(await left(other, known["id"]))["code"]
    told = idp.agrees(await left(one, known["id"]))
    back = await came(one, known["id"], {**told, "code": stolen})
    assert back.status_code == 403 and "PKCE" in back.text and await one.me() is None


async def test_an_address_nobody_stands_for_makes_nobody_of_ours(company: Company, idp: Provider, browser_of: Made):
    await proved(company)
    known = await added(company, idp)
    idp.claims = {**OTTO, "sub": "evil", "email": "mia@northlight.example", "email_verified": False}
    one = browser_of()
    back = await came(one, known["id"], idp.agrees(await left(one, known["id"])))
    assert back.status_code == 403 and "sign in as before" in back.text and await one.me() is None


async def test_an_answer_of_another_provider_is_refused(company: Company, idp: Provider, browser_of: Made):
    """RFC 9207: mixed up with an honest provider, an attacker's one gets no code, and we take none from it."""
    idp.more = {"authorization_response_iss_parameter_supported": True}
    known = await added(company, idp)
    other = await added(company, idp, name="Other")
    one = browser_of()
    for bend in ({"iss": "https://evil.example"}, {}):
        told = idp.agrees(await left(one, known["id"]), **bend)
        back = await came(one, known["id"], told)
        assert back.status_code == 403 and "another provider" in back.text
    told = idp.agrees(await left(one, known["id"]), iss=idp.issuer)
    assert (await came(one, other["id"], told)).status_code == 403, "begun with another one here"
    assert await one.me() is None
    told = idp.agrees(await left(one, known["id"]), iss=idp.issuer)
    assert (await came(one, known["id"], told)).status_code == 303


async def test_another_browser_cannot_finish_it(company: Company, idp: Provider, browser_of: Made):
    """Whoever sends somebody the link of their own sign-in does not get them into their account (login CSRF)."""
    known = await added(company, idp)
    mallory, victim = browser_of(), browser_of()
    told = idp.agrees(await left(mallory, known["id"]))
    assert (await came(victim, known["id"], told)).status_code == 403
    await left(victim, known["id"])
    told = idp.agrees(await left(mallory, known["id"]))
    back = await came(victim, known["id"], told)
    assert back.status_code == 403 and "another browser" in back.text and await victim.me() is None


async def test_whoever_comes_from_nowhere_is_told_so(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    for told in ({}, {"state": "x", "code": "y"}, {"error": "access_denied", "state": "x"}, {"state": "a" * 9_000}):
        back = await came(browser_of(), known["id"], told)
        assert back.status_code in (403, 404) and "Back to signing in" in back.text


async def test_what_the_provider_refuses_is_told(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    one = browser_of()
    state = idp.agrees(await left(one, known["id"]))["state"]
    told = {"state": state, "error": "access_denied", "error_description": "<b>not</b> you"}
    back = await came(one, known["id"], told)
    assert back.status_code == 403 and "access_denied" in back.text and "<b>not" not in back.text


ELSEWHERE = ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/api/me", "/sso/x/start", "a")


async def test_nobody_is_led_elsewhere(company: Company, idp: Provider, browser_of: Made):
    known, one = await added(company, idp), browser_of()
    for to in ELSEWHERE:
        back = await came(one, known["id"], idp.agrees(await left(one, known["id"], to=to)))
        assert back.headers["location"] == "/", to


async def test_a_provider_that_is_off_lets_nobody_in(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    one = browser_of()
    told = idp.agrees(await left(one, known["id"]))
    await company.ana.patch(f"/api/sso/{known['id']}", json={"on": False})
    assert (await came(one, known["id"], told)).status_code == 404
    assert (await one.get(f"/sso/{known['id']}/start")).status_code == 404


async def test_signing_out_goes_on_at_the_provider(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    one = browser_of()
    await came(one, known["id"], idp.agrees(await left(one, known["id"])))
    one.headers["sec-fetch-site"] = "same-origin"
    told = (await one.post("/api/sso/sign-out", json={})).json()
    asked = parse_qs(urlsplit(told["url"]).query)
    assert told["url"].startswith(f"{idp.issuer}/logout?") and asked["id_token_hint"] and asked["client_id"] == ["sayso"]
    assert await one.me() is None
    back = known["addresses"]["signed_out"]
    assert asked["post_logout_redirect_uri"] == [back]
    for state in ("x", asked["state"][0]):
        landed = await one.get(back, params={"state": state})
        assert (landed.status_code, "Northlight ID" in landed.text) == ((303, False) if state == "x" else (200, True))
    assert (await one.get(f"/sso/{known['id']}/callback", params={"state": asked["state"][0]})).status_code == 403
    await company.ana.patch(f"/api/sso/{known['id']}", json={"settings": {"sign_out": False}})
    two = browser_of()
    await came(two, known["id"], idp.agrees(await left(two, known["id"])))
    assert (await two.post("/api/sso/sign-out", json={}, headers={"sec-fetch-site": "same-origin"})).json() == {"url": None}


async def test_the_provider_ends_a_session_here(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    idp.claims = {**OTTO, "sid": "s-1"}
    one, two = browser_of(), browser_of()
    await came(one, known["id"], idp.agrees(await left(one, known["id"])))
    idp.claims = {**OTTO, "sid": "s-2"}
    await came(two, known["id"], idp.agrees(await left(two, known["id"])))
    now = int(time.time())
    claims = {"iss": idp.issuer, "aud": "sayso", "iat": now, "jti": "j-1", "sid": "s-1", "sub": "otto-1", "events": {LOGOUT: {}}}
    where = f"/sso/{known['id']}/logout"
    for bad in (idp.signed(claims, STRANGER), idp.signed({**claims, "aud": "x"}), idp.signed({**claims, "events": {}}), "x", ""):
        assert (await two.post(where, data={"logout_token": bad})).status_code == 400
    assert await one.me()
    token = idp.signed(claims, typ="logout+jwt")
    assert (await two.post(where, data={"logout_token": token})).status_code == 200
    assert await one.me() is None and await two.me(), "the other session of theirs goes on"
    assert (await two.post(where, data={"logout_token": token})).status_code == 400, "told twice"


async def test_a_member_lets_the_provider_know_them(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    idp.claims = {"sub": "ben-1", "email": "other@elsewhere.example"}
    ben = await signed_in(browser_of(), company.engine, company.ben.actor)
    url = (await ben.post(f"/api/sso/{known['id']}/link", json={})).json()["url"]
    landed = (await came(ben, known["id"], idp.agrees(url))).headers["location"]
    assert landed == f"/settings/identity-providers?linked={known['id']}"
    one = browser_of()
    await came(one, known["id"], idp.agrees(await left(one, known["id"])))
    me = await one.me()
    assert me and me["member"]["id"] == company.ben.actor.member
    refused = await company.ben.post(f"/api/sso/{known['id']}/link", json={})
    assert problem(refused)["status"] == 403, "a token has no browser"


async def test_trying_shows_and_signs_nobody_in(company: Company, idp: Provider, browser_of: Made):
    known = await added(company, idp)
    ana = await signed_in(browser_of(), company.engine, company.ana.actor)
    idp.claims = {"sub": "zed-1", "email": "zed@northlight.example", "email_verified": True, "name": "Zed", "groups": ["Support"]}
    url = (await ana.post(f"/api/sso/{known['id']}/link", json={"try": True})).json()["url"]
    shown = await came(ana, known["id"], idp.agrees(url))
    assert shown.status_code == 200 and "They would come in as Zed, member" in shown.text and "Support" in shown.text
    async with company.engine.connect() as tx:
        assert (await tx.execute(text("select count(*) from sayso.identities where subject = 'zed-1'"))).scalar_one() == 0
        assert (await tx.execute(text("select count(*) from sayso.members where name = 'Zed'"))).scalar_one() == 0
    ben = await signed_in(browser_of(), company.engine, company.ben.actor)
    assert (await ben.post(f"/api/sso/{known['id']}/link", json={"try": True})).status_code == 403


async def test_looking_at_it_says_what_is_wrong(company: Company, idp: Provider):
    known = await added(company, idp)
    told = (await company.ana.post(f"/api/sso/{known['id']}/test", json={})).json()
    assert {one["name"]: one["ok"] for one in told["checks"]}["Discovery"] is True
    idp.more = {"issuer": "https://other.example"}
    told = (await company.ana.post(f"/api/sso/{known['id']}/test", json={})).json()
    assert not told["ok"] and "https://other.example" in told["said"]
    idp.more = {"claims_supported": ["sub", "email"]}
    rules = {"rules": [{"value": "staff", "role": "viewer"}]}
    await company.ana.patch(f"/api/sso/{known['id']}", json={"mapping": rules, "secrets": {"client_secret": "wrong"}})
    told = (await company.ana.post(f"/api/sso/{known['id']}/test", json={})).json()
    assert not told["ok"] and "does not take the client ID sayso with this secret" in told["said"]
    assert {one["name"]: one["ok"] for one in told["checks"]}["Groups"] is None
    idp.more = {"id_token_signing_alg_values_supported": ["HS256", "none"]}
    told = (await company.ana.post(f"/api/sso/{known['id']}/test", json={})).json()
    assert not told["ok"] and "signs with none" in told["said"]
    idp.more = {"token_endpoint": "http://login.example/token"}
    told = (await company.ana.post(f"/api/sso/{known['id']}/test", json={})).json()
    assert not told["ok"] and "http://" in told["said"]


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ({"issuer": "http://login.example", "client_id": "x"}, "settings/issuer"),
        ({"issuer": "https://login.example/{tenant}", "client_id": "x"}, "settings/issuer"),
        ({"issuer": "https://a@login.example", "client_id": "x"}, "settings/issuer"),
        ({"issuer": "ldap://login.example", "client_id": "x"}, "settings/issuer"),
        ({"issuer": "https://login.example"}, "settings/client_id"),
        ({"issuer": "https://login.example", "client_id": "x", "verify": False}, "settings/verify"),
    ],
)
async def test_settings_that_cannot_be_are_told(company: Company, typed: dict[str, Any], path: str):
    told = problem(await company.ana.post("/api/sso", json={"preset": "oidc", "settings": typed}))
    assert [one["path"] for one in told["problems"]] == [path]


async def test_a_provider_has_the_addresses_that_were_shown_before(company: Company, idp: Provider):
    """It is asked for them before it gives us anything. Nobody chooses an id, another workspace's neither, and each is good once."""
    shown = (await company.ana.get("/api/sso/kinds")).json()["reserved"]
    for bad in ("x", "00" * 40, (await company.zoe.get("/api/sso/kinds")).json()["reserved"]["token"]):
        told = {"preset": "oidc", "settings": {"issuer": idp.issuer, "client_id": "sayso"}, "reserved": bad}
        assert problem(await company.ana.post("/api/sso", json=told))["problems"][0]["path"] == "reserved"
    known = await added(company, idp, reserved=shown["token"])
    assert known["addresses"] == shown["addresses"]["oidc"]
    again = {"preset": "oidc", "settings": {"issuer": idp.issuer, "client_id": "sayso"}, "reserved": shown["token"]}
    assert problem(await company.ana.post("/api/sso", json=again))["status"] == 409


async def test_everybodys_tenant_is_nobodys(company: Company):
    settings = {"tenant": "common", "client_id": "x"}
    told = problem(await company.ana.post("/api/sso", json={"preset": "entra", "settings": settings}))
    assert "everybody" in told["detail"]


async def test_a_secret_goes_only_where_it_was_entered_for(company: Company, idp: Provider):
    known = await added(company, idp)
    where = f"/api/sso/{known['id']}"
    told = problem(await company.ana.patch(where, json={"settings": {"issuer": "https://evil.example"}}))
    assert told["problems"][0]["path"] == "secrets/client_secret"
    moved = await company.ana.patch(
        where, json={"settings": {"issuer": "https://new.example"}, "secrets": {"client_secret": "cs-2"}}
    )
    assert moved.status_code == 200 and moved.json()["settings"]["issuer"] == "https://new.example"
    for caller in (company.ben, company.mia, company.cleo):
        assert (await caller.patch(where, json={"on": False})).status_code == 403
    assert (await company.zoe.patch(where, json={"on": False})).status_code == 404
