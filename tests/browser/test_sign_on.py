"""Identity providers before a real browser: each set up in the settings by keyboard, its typical mistakes told, and signed in by.

The providers are not ours: Authlib's server (OpenID Connect), SignXML (SAML), OpenLDAP.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.team import links
from tests.browser.barriers import violations
from tests.browser.conftest import ANSWER_MS_MAX, START_SECONDS_MAX, Arrives, Person
from tests.browser.saml_idp import Idp, saml_idp
from tests.conftest import Northlight
from tests.connections.sign_on.slapd import ADD, BASE, MIA, PROGRAM, SERVICE, Slapd, slapd

pytestmark = pytest.mark.browser
OTTOS = [
    {"sub": f"otto-{n}", "name": "Otto Falk", "email": f"otto{n}@northlight.example", "email_verified": True} for n in range(1, 7)
]
TRIES = count(1)
"""Each try of a story has an Otto who was never here."""
ANA = {"sub": "ana-1", "name": "Ana Prado"}
TABS_MAX = 60
ENDED_SECONDS_MAX = 1.0


@pytest.fixture(scope="module")
def egress_allow() -> str:
    return "127.0.0.0/8"


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[str]:
    """`oidc-provider-mock`: Authlib's server, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = [one for user in (*OTTOS, ANA) for one in ("--user-claims", json.dumps(user))]
    arguments = ("-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *known)
    running = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(START_SECONDS_MAX):
        while not _listens(port):
            assert running.returncode is None, "the provider did not start"
            await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    await running.wait()


@pytest.fixture(scope="module")
async def idp() -> AsyncIterator[Idp]:
    async with saml_idp() as one:
        yield one


@pytest.fixture(scope="module")
async def directory() -> AsyncIterator[Slapd]:
    if PROGRAM is None or ADD is None:
        pytest.skip("slapd is not installed: apt-get install slapd")
    async with slapd() as one:
        yield one


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
async def ana(arrives: Arrives, engine: AsyncEngine, northlight_kept: Northlight) -> Person:
    """At her screen, and nobody has come in by anything yet."""
    async with transaction(engine) as tx:
        for statement in (
            "delete from sayso.sso_providers",
            "delete from sayso.scim_tokens",
            "delete from sayso.sign_in_policies",
            "delete from sayso.groups",
        ):
            await tx.execute(text(statement))
    return await arrives(northlight_kept.ana)


# ── the keyboard ──────────────────────────────────────────────


async def reaches(page: Page, place: Locator) -> None:
    """By Tab alone."""
    await expect(place).to_be_visible()
    for _ in range(TABS_MAX):
        if await place.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{place} is not reached by Tab")


async def presses(page: Page, name: str, *, within: Locator | None = None) -> None:
    button = (within or page).get_by_role("button", name=name)
    await expect(button).to_be_enabled()
    await reaches(page, button)
    await page.keyboard.press("Enter")


async def types(page: Page, label: str, words: str) -> None:
    place = page.get_by_label(label, exact=True)
    await reaches(page, place)
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(words)


async def begins(page: Page, url: str, preset: str, name: str) -> None:
    await page.goto(f"{url}/settings/identity-providers")
    await presses(page, "Add a provider")
    await presses(page, preset)
    await types(page, "Name", name)


async def kept(page: Page, name: str, says: str) -> Locator:
    """Saves; the card says how it is."""
    await presses(page, "Save and look at it")
    card = page.get_by_role("article", name=name)
    await expect(card.get_by_text(says).first).to_be_visible()
    return card


async def changes(page: Page, card: Locator) -> None:
    await presses(page, "Change", within=card)
    await expect(page.get_by_role("button", name="Save and look at it")).to_be_visible()


async def fine(page: Page) -> None:
    assert await violations(page) == []


async def stranger(chromium: Browser, *, wide: int = 1440) -> Page:
    context = await chromium.new_context(viewport={"width": wide, "height": 844}, locale="en-GB")
    page = await context.new_page()
    page.set_default_timeout(ANSWER_MS_MAX)
    return page


async def me_of(page: Page) -> dict[str, Any]:
    return await page.evaluate("fetch('/api/me').then((answer) => answer.json())")


async def agrees(page: Page, issuer: str, sub: str) -> None:
    """The provider's own page."""
    await page.wait_for_url(f"{issuer}/**")
    await page.get_by_role("button", name=sub, exact=True).first.click()


# ── the stories ───────────────────────────────────────────────


async def test_openid_connect(ana: Person, chromium: Browser, url: str, issuer: str):
    page, otto_now = ana.page, f"otto-{next(TRIES)}"
    await begins(page, url, "OpenID Connect", "Northlight ID")
    callback = page.get_by_role("button", name="Copy Callback (redirect URI)")
    await reaches(page, callback)
    await page.keyboard.press("Enter")
    await types(page, "Issuer", issuer + "/wrong")
    await types(page, "Client ID", "sayso")
    await types(page, "Client secret (if needed)", "cs-1")
    card = await kept(page, "Northlight ID", "Needs a look")
    await changes(page, card)
    await types(page, "Issuer", issuer)
    await types(page, "Client secret (if needed)", "cs-1")
    card = await kept(page, "Northlight ID", f"It is {issuer}.")
    known = (await ana.api.get("/api/sso")).json()["items"][0]
    assert await page.evaluate("navigator.clipboard.readText()") == known["addresses"]["callback"], "as it was shown before"
    await fine(page)
    await presses(page, "Try it", within=card)
    await agrees(page, issuer, otto_now)
    await expect(page.get_by_text("They would come in as Otto Falk, member.")).to_be_visible()

    otto = await stranger(chromium, wide=390)
    await otto.goto(f"{url}/signin?to=/settings/you")
    await otto.get_by_role("link", name="Go on with Northlight ID").click()
    await agrees(otto, issuer, otto_now)
    await otto.wait_for_url(f"{url}/settings/you")
    me = await me_of(otto)
    assert me["member"]["name"] == "Otto Falk" and me["member"]["role"] == "member"
    await otto.context.close()


async def test_saml(ana: Person, chromium: Browser, url: str, idp: Idp):
    page, idp.minutes = ana.page, 0
    idp.person = (f"otto-{next(TRIES)}", "Otto Falk", ("Support",))
    group = (await ana.api.post("/api/groups", json={"name": "Helpers"})).json()
    await begins(page, url, "SAML 2.0", "Northlight SAML")
    await types(page, "Address of its metadata (if needed)", f"{idp.there.url}/nothing")
    await presses(page, "Save and look at it")
    await expect(page.get_by_text("leads to something else than metadata")).to_be_visible()
    await types(page, "Address of its metadata (if needed)", idp.entity)
    await presses(page, "Add a rule")
    await types(page, "Whoever is in", "support")
    await reaches(page, page.get_by_label("is in our group"))
    await page.keyboard.type("Helpers")
    await kept(page, "Northlight SAML", "In order")
    await fine(page)
    where = (await ana.api.get("/api/sso")).json()["items"][0]["addresses"]

    otto = await stranger(chromium)
    for minutes, said in ((9, "clock is 9 minutes ahead of ours"), (0, "")):
        idp.minutes = minutes
        await otto.goto(f"{url}/signin?to=/settings/you")
        await otto.get_by_role("link", name="Go on with Northlight SAML").click()
        await otto.get_by_role("button", name="Go on as Otto Falk").press("Enter")
        if said:
            await expect(otto.get_by_role("alert")).to_contain_text(said)
    await otto.wait_for_url(f"{url}/settings/you")
    me = await me_of(otto)
    inside = (await ana.api.get("/api/groups")).json()["items"]
    assert [one["members"] for one in inside if one["id"] == group["id"]] == [[me["member"]["id"]]]
    before = idp.out
    await otto.get_by_role("button", name="Sign out", exact=True).click()
    await expect(otto.get_by_text("Here, and at Northlight SAML.")).to_be_visible()
    assert idp.out == before + 1

    await otto.goto(f"{url}/signin?to=/settings/you")
    await otto.get_by_role("link", name="Go on with Northlight SAML").click()
    await otto.get_by_role("button", name="Go on as Otto Falk").press("Enter")
    await expect(otto.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    tab = await stranger(chromium)
    await tab.goto(idp.ends(where["slo"]))
    ended = time.monotonic()
    await expect(tab.get_by_text("Signed out everywhere")).to_be_visible()
    await expect(otto.get_by_text("You are signed out")).to_be_visible()
    assert time.monotonic() - ended < ENDED_SECONDS_MAX * 3, "the open page hears of it by its socket"
    for one in (otto, tab):
        await one.context.close()


async def test_a_directory(ana: Person, chromium: Browser, url: str, directory: Slapd):
    page = ana.page
    await begins(page, url, "LDAP directory", "Directory")
    await types(page, "Host", "ldap.northlight.example")
    encryption = page.get_by_label("Encryption", exact=True)
    await encryption.select_option("none")
    await types(page, "Below", f"ou=nobody,{BASE}")
    await types(page, "Who looks people up (if needed)", f"cn=sayso,{BASE}")
    await types(page, "Its password (if needed)", SERVICE)
    await presses(page, "Save and look at it")
    await expect(page.get_by_text("passwords would be readable on the way")).to_be_visible()
    await types(page, "Host", "127.0.0.1")
    await encryption.select_option("starttls")
    await types(page, "Port (if needed)", str(directory.port))
    card = await kept(page, "Directory", "certificate that cannot be trusted")
    await changes(page, card)
    await page.get_by_text("More", exact=True).click()
    await types(page, "Certificate of its authority (if needed)", directory.certificate)
    card = await kept(page, "Directory", f"There is nothing at ou=nobody,{BASE}.")
    await changes(page, card)
    await types(page, "Below", f"ou=people,{BASE}")
    await kept(page, "Directory", "2 people fit the filter.")
    await fine(page)

    mia = await stranger(chromium)
    await mia.goto(f"{url}/signin?to=/settings/you")
    await mia.get_by_label("E-mail").fill("mia@northlight.example")
    await mia.get_by_label("Password", exact=True).fill(MIA)
    await mia.keyboard.press("Enter")
    await expect(mia.get_by_text("has never confirmed it")).to_be_visible()
    await mia.context.close()


async def test_the_only_way_in(ana: Person, chromium: Browser, url: str, issuer: str, engine: AsyncEngine):
    """Single sign-on keeps passwords out, an owner's way back in stays; and whom the directory (SCIM) switches off is out at once."""
    page, otto_now = ana.page, f"otto-{next(TRIES)}"
    told = {
        "preset": "oidc",
        "name": "Northlight ID",
        "settings": {"issuer": issuer, "client_id": "sayso"},
        "secrets": {"client_secret": "cs-1"},
    }
    assert (await ana.api.post("/api/sso", json=told)).status_code == 201
    await page.goto(f"{url}/settings/identity-providers")
    await presses(page, "Connect me")
    await agrees(page, issuer, "ana-1")
    await expect(page.get_by_text("Northlight ID knows you from now on")).to_be_visible()
    await presses(page, "Make a token")
    token = await page.get_by_text("Copy the token now").locator("code").inner_text()
    await reaches(page, page.get_by_label("Single sign-on is the only way in"))
    await page.keyboard.press("Space")
    await expect(page.get_by_text("Single sign-on is the only way in now.")).to_be_visible()

    otto = await stranger(chromium)
    await otto.goto(f"{url}/signin?to=/settings/you")
    await otto.get_by_role("link", name="Go on with Northlight ID").click()
    await agrees(otto, issuer, otto_now)
    await expect(otto.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    member = (await me_of(otto))["member"]["id"]
    asked = {"headers": {"authorization": f"Bearer {token}", "content-type": "application/scim+json"}}
    change = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": False}],
    }
    answer = await otto.request.patch(f"{url}/scim/v2/Users/{member}", data=json.dumps(change), **asked)
    ended = time.monotonic()
    assert answer.status == 200
    await expect(otto.get_by_text("You are signed out")).to_be_visible()
    assert time.monotonic() - ended < ENDED_SECONDS_MAX * 3, "the open page hears of it by its socket"
    assert (await otto.request.get(f"{url}/api/me")).status == 401

    back = await stranger(chromium)
    async with transaction(engine) as tx:
        link = await links.sign_in(tx, by=ana.actor, to="/settings/identity-providers")
    await back.goto(f"{url}/sign-in/{link}")
    await back.wait_for_url(f"{url}/settings/identity-providers")
    await expect(back.get_by_label("Single sign-on is the only way in")).to_be_checked()
    for one in (otto, back):
        await one.context.close()
