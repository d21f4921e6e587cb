"""Single sign-on before a real browser and a provider that is not ours: set up in the settings, tried, and signed on by."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from itertools import count

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.barriers import violations
from tests.browser.conftest import ANSWER_MS_MAX, START_SECONDS_MAX, Arrives
from tests.conftest import Northlight

pytestmark = pytest.mark.browser
OTTOS = [
    {"sub": f"otto-{n}", "name": "Otto Falk", "email": f"otto{n}@northlight.example", "email_verified": True} for n in range(1, 5)
]
TRIES = count(1)
"""Each try of the story has an Otto who was never here."""
ANA = {"sub": "ana-1", "name": "Ana Prado"}


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


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


async def agrees(page: Page, issuer: str, sub: str) -> None:
    """The provider's own page."""
    await page.wait_for_url(f"{issuer}/**")
    await page.get_by_role("button", name=sub, exact=True).first.click()


async def test_an_owner_sets_it_up_and_somebody_signs_on(
    arrives: Arrives, chromium: Browser, url: str, issuer: str, northlight_kept: Northlight
):
    ana, otto_now = await arrives(northlight_kept.ana), f"otto-{next(TRIES)}"
    for known in (await ana.api.get("/api/sso")).json()["items"]:  # of a story that was begun before
        await ana.api.delete(f"/api/sso/{known['id']}")
    page = ana.page
    await page.goto(f"{url}/settings/identity-providers")
    await page.get_by_role("button", name="Add a provider").click()
    await page.get_by_role("button", name="OpenID Connect").click()
    await page.get_by_label("Name", exact=True).fill("Northlight ID")
    await page.get_by_label("Issuer").fill(issuer)
    await page.get_by_label("Client ID").fill("sayso")
    await page.get_by_label("Client secret").fill("cs-1")
    await page.get_by_role("button", name="Save and look at it").click()
    card = page.get_by_role("article", name="Northlight ID")
    await expect(card.get_by_text("In order")).to_be_visible()
    await expect(card.get_by_text(f"It is {issuer}.")).to_be_visible()
    assert await violations(page) == []

    await card.get_by_role("button", name="Connect me").click()
    await agrees(page, issuer, "ana-1")
    await expect(page.get_by_text("Northlight ID knows you from now on")).to_be_visible()
    await page.get_by_role("article", name="Northlight ID").get_by_role("button", name="Try it").click()
    await agrees(page, issuer, otto_now)
    await expect(page.get_by_text("They would come in as Otto Falk, member.")).to_be_visible()

    context = await chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    otto = await context.new_page()
    otto.set_default_timeout(ANSWER_MS_MAX)
    await otto.goto(f"{url}/signin?to=/settings/you")
    await otto.get_by_role("link", name="Go on with Northlight ID").click()
    await agrees(otto, issuer, otto_now)
    await otto.wait_for_url(f"{url}/settings/you")
    me = await otto.evaluate("fetch('/api/me').then((answer) => answer.json())")
    assert me["member"]["name"] == "Otto Falk" and me["member"]["role"] == "member"
    await context.close()
