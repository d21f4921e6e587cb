"""SAML through the doors: certificates of ours and theirs that change, encrypted answers, and single logout both ways."""

import base64
import zlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from lxml import etree

from sayso.connections.sign_on import described
from sayso.team.sso.saml.sides import Ours
from tests.connections.outside import answer, outside
from tests.team.sso.idp import Idp
from tests.team.sso.idp import idp as provider_of
from tests.web.conftest import Company, problem
from tests.web.sso.conftest import Browser, proved
from tests.web.sso.test_doors import Made, asked, posts, saml

OWN = {"sec-fetch-site": "same-origin"}


async def comes(company: Company, app: FastAPI, one: Browser, known: dict[str, Any], theirs: Idp, **other: Any) -> httpx.Response:
    """Leaves, is sent back with a response, lands."""
    request, state = await asked(one, known["id"])
    back = await posts(app, known["id"], theirs.sent(request, **other), state)
    return await one.get(back.headers["location"]) if back.status_code == 303 else back


def shown(known: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["state"], one["certificate"]) for one in known["certificates"]]


async def test_our_certificate_changes_and_nobody_notices(company: Company, app: FastAPI, browser_of: Made):
    known, theirs = await saml(company)
    await proved(company)
    where = f"/api/sso/{known['id']}/certificates"
    ((_, first),) = shown(known)
    assert problem(await company.ana.post(f"{where}/change", json={}))["status"] == 409
    known = (await company.ana.post(where, json={})).json()
    assert [state for state, _ in shown(known)] == ["now", "next"]
    assert problem(await company.ana.post(where, json={}))["status"] == 409, "one change at a time"
    second = shown(known)[1][1]
    metadata = (await company.nobody.get(f"/sso/{known['id']}/metadata")).text
    assert metadata.count("<ds:X509Certificate>") == 4, "both, for signing and for encryption"
    for n, certificate in enumerate((first, second)):
        assert (await comes(company, app, browser_of(), known, theirs, encrypt=certificate, id=f"_c{n}")).status_code == 303
    known = (await company.ana.post(f"{where}/change", json={})).json()
    assert shown(known) == [("now", second), ("before", first)]
    assert (await comes(company, app, browser_of(), known, theirs, encrypt=first, id="_b1")).status_code == 303
    known = (await company.ana.delete(where)).json()
    assert shown(known) == [("now", second)]
    refused = await comes(company, app, browser_of(), known, theirs, encrypt=first, id="_b2")
    assert refused.status_code == 403 and "cannot be opened" in refused.text
    assert "PRIVATE KEY" not in str(known) and (await company.ben.post(where, json={})).status_code == 403


async def test_their_certificate_changes_and_is_fetched(
    company: Company, app: FastAPI, browser_of: Made, monkeypatch: pytest.MonkeyPatch
):
    before, after = (provider_of(entity="https://idp.northlight.example") for _ in range(2))
    async with outside() as there:
        there.at["/metadata"] = lambda _: answer(200, before.metadata)
        told = {"preset": "saml", "name": "Northlight SAML", "settings": {"metadata_url": f"{there.url}/metadata"}}
        known = (await company.ana.post("/api/sso", json=told)).json()
        assert known["settings"]["entity"] == before.entity and known["settings"]["logout_url"] == f"{before.entity}/slo"
        await proved(company)
        before.ours = after.ours = Ours(known["addresses"]["entity"], known["addresses"]["acs"])
        assert (await comes(company, app, browser_of(), known, before)).status_code == 303
        refused = await comes(company, app, browser_of(), known, after, id="_a2")
        assert refused.status_code == 403 and "another certificate" in refused.text
        there.at["/metadata"] = lambda _: answer(200, after.metadata.replace(after.entity, "https://evil.example"))
        monkeypatch.setattr(described, "AGAIN_SECONDS", 0)
        refused = await comes(company, app, browser_of(), known, after, id="_a3")
        assert refused.status_code == 403, "another provider at the same address is not taken over"
        there.at["/metadata"] = lambda _: answer(200, after.metadata)
        assert (await comes(company, app, browser_of(), known, after, id="_a4")).status_code == 303
        there.at["/metadata"] = lambda _: answer(200, "<html/>")
        test = (await company.ana.post(f"/api/sso/{known['id']}/test", json={})).json()
        assert not test["ok"] and "something else than metadata" in test["said"]
        refused = await company.ana.post(
            "/api/sso", json={"preset": "saml", "settings": {"metadata_url": f"{there.url}/metadata"}}
        )
        assert problem(refused)["problems"][0]["path"] == "settings/metadata_url"


async def test_signing_out_goes_to_the_provider_and_back(company: Company, app: FastAPI, browser_of: Made):
    known, theirs = await saml(company)
    await proved(company)
    one = browser_of()
    await comes(company, app, one, known, theirs)
    url = (await one.post("/api/sso/sign-out", json={}, headers=OWN)).json()["url"]
    assert await one.me() is None and url.startswith(f"{theirs.entity}/slo?")
    told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert told["SigAlg"].endswith("rsa-sha256") and told["Signature"]
    request = _id_of(told["SAMLRequest"])
    where = known["addresses"]["slo"]
    bad = theirs.query("SAMLResponse", theirs.told("LogoutResponse", where, answers="_other"), told["RelayState"])
    good = theirs.query("SAMLResponse", theirs.told("LogoutResponse", where, answers=request), told["RelayState"])
    assert (await one.get(f"/sso/{known['id']}/slo?{good}x")).status_code == 403
    assert "Northlight SAML" in (await one.get(f"/sso/{known['id']}/slo?{good}")).text
    assert (await one.get(f"/sso/{known['id']}/slo?{bad}")).status_code == 403
    await company.ana.patch(f"/api/sso/{known['id']}", json={"settings": {"sign_out": False}})
    two = browser_of()
    await comes(company, app, two, known, theirs, id="_a2")
    assert (await two.post("/api/sso/sign-out", json={}, headers=OWN)).json() == {"url": None}


async def test_the_provider_ends_what_it_began(company: Company, app: FastAPI, browser_of: Made):
    known, theirs = await saml(company)
    await proved(company)
    one, stranger = browser_of(), provider_of()
    await comes(company, app, one, known, theirs)
    where, door = known["addresses"]["slo"], f"/sso/{known['id']}/slo"
    for bad in (
        stranger.query("SAMLRequest", theirs.told("LogoutRequest", where)),
        theirs.query("SAMLRequest", theirs.told("LogoutRequest", where), sign=False),
        theirs.query("SAMLRequest", theirs.told("LogoutRequest", "https://other.example/slo")),
        theirs.query("SAMLRequest", theirs.told("LogoutRequest", where, minutes=-60)),
        "SAMLRequest=",
    ):
        assert (await one.get(f"{door}?{bad}")).status_code == 403
    assert (await one.post(door, data={"SAMLRequest": "x"})).status_code == 403 and await one.me()
    other = theirs.query("SAMLRequest", theirs.told("LogoutRequest", where, sessions=("_s9",), id="_l0"))
    assert (await company.nobody.get(f"{door}?{other}")).status_code == 303 and await one.me(), "another session of theirs"
    request = theirs.query("SAMLRequest", theirs.told("LogoutRequest", where, sessions=("_s1",)), "theirs")
    back = await company.nobody.get(f"{door}?{request}")
    assert back.status_code == 303 and back.headers["location"].startswith(f"{theirs.entity}/slo?SAMLResponse=")
    assert "RelayState=theirs" in back.headers["location"] and await one.me() is None
    assert (await company.nobody.get(f"{door}?{request}")).status_code == 403, "told twice"


async def test_no_secret_of_another_step_opens_this_one(company: Company, app: FastAPI, browser_of: Made):
    """A response that nobody asked for is none because it came with the secret of a landing, and a state is no landing."""
    known, theirs = await saml(company)
    one = browser_of()
    _, state = await asked(one, known["id"])
    assert (await one.get(f"/sso/{known['id']}/landing/{state}")).status_code == 403
    request, state = await asked(one, known["id"])
    landing = (await posts(app, known["id"], theirs.sent(request), state)).headers["location"].rpartition("/")[2]
    refused = await posts(app, known["id"], theirs.sent(None, id="_a2"), landing)
    assert refused.status_code == 403 and await one.me() is None


def _id_of(packed: str) -> str:
    return etree.fromstring(zlib.decompress(base64.b64decode(packed), -15)).get("ID")
