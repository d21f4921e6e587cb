"""Pages for people without an account: signing in by link, and a form without JavaScript, in light and dark."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.team import links
from tests.browser.barriers import violations_in_light_and_dark
from tests.browser.conftest import Arrives, published
from tests.conftest import Northlight
from tests.web.crm import CLIENTS, CRM

pytestmark = pytest.mark.browser


async def test_a_link_signs_in_by_itself_once_it_is_seen(
    chromium: Browser, url: str, engine: AsyncEngine, northlight_kept: Northlight
):
    async with transaction(engine) as tx:
        secret = await links.sign_in(tx, by=northlight_kept.ben)
    async with httpx.AsyncClient(timeout=60) as preview:
        looked = await preview.get(f"{url}/sign-in/{secret}")
    assert looked.status_code == 200 and not looked.cookies, "a preview that fetches the link uses nothing up"
    context = await chromium.new_context()
    page, refused = await context.new_page(), list[str]()
    page.on("console", lambda m: refused.append(m.text) if "Content Security Policy" in m.text else None)
    await page.goto(f"{url}/sign-in/{secret}")
    await page.wait_for_url(f"{url}/")
    assert [c["name"] for c in await context.cookies() if c["httpOnly"]] == ["sayso_session", "sayso_device"]
    await page.goto(f"{url}/sign-in/{secret}")
    await page.get_by_role("heading", name="This link does not work any more").wait_for()
    assert refused == []
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_form_is_sent_from_a_phone_and_nobody_is_asked_whether_they_are_a_robot(
    chromium: Browser, url: str, arrives: Arrives, northlight_kept: Northlight, scheme: Any
):
    ben = await arrives(northlight_kept.ben)
    app = (await ben.api.post("/api/apps", json={"spec": CRM})).json()["id"]
    form = (await published(ben, app, "hello"))["url"]

    context = await chromium.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
    page = await context.new_page()
    await page.goto(form)
    await page.get_by_label("Your e-mail").fill("orla@tolka")
    await page.get_by_label("Won").check()
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("alert").get_by_text("2 answers need another look").wait_for()
    assert await page.get_by_label("Your e-mail").input_value() == "orla@tolka"
    assert await page.get_by_label("Won").is_checked()
    assert await page.get_by_label("Your name").get_attribute("aria-invalid") == "true"
    await page.get_by_label("Your name").fill("Orla")
    await page.get_by_label("Your e-mail").fill("orla@tolka.example")
    await page.get_by_label("Papers").set_input_files({"name": "brief.txt", "mimeType": "text/plain", "buffer": b"On stone"})
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("status").get_by_text("Thank you").wait_for()
    row = (await ben.api.get(CLIENTS.replace("crm", app) + "/rows")).json()["rows"][-1]["values"]
    assert (row["name"], row["stage"], row["papers"][0]["name"]) == ("Orla", "won", "brief.txt")
    await context.close()


async def test_public_pages_have_no_barriers(chromium: Browser, url: str, arrives: Arrives, northlight_kept: Northlight):
    ben = await arrives(northlight_kept.ben)
    app = (await ben.api.post("/api/apps", json={"spec": CRM})).json()["id"]
    form = (await published(ben, app, "hello"))["url"]
    context = await chromium.new_context(color_scheme="light")
    page = await context.new_page()
    for address in (form, f"{form}/sent", f"{url}/signin", f"{url}/sign-in/none", f"{url}/f/none", f"{url}/api/docs"):
        await page.goto(address)
        assert await violations_in_light_and_dark(page) == [], address
    await page.goto(form)
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("alert").wait_for()
    assert await violations_in_light_and_dark(page) == []
    assert await page.evaluate("document.activeElement.id") == "name", "the first problem has the focus"
    await context.close()
