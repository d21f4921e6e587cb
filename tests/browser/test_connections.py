"""Something is connected in the browser: what is wrong is told, what is mended works, and what is secret never comes back."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from playwright.async_api import expect
from standardwebhooks import Webhook

from tests.browser.barriers import violations
from tests.browser.conftest import Arrives
from tests.browser.patience import pick, soon
from tests.conftest import Northlight
from tests.connections.outside import Outside, answer, outside

pytestmark = pytest.mark.browser

SECRET = "a-token-that-nobody-reads"


@pytest.fixture(scope="module")
def egress_allow() -> str:
    return "127.0.0.0/8"


@pytest.fixture
async def there() -> AsyncIterator[Outside]:
    async with outside() as one:
        one.at["/v1/me"] = lambda heard: (
            answer(200, b'{"name": "Ana"}')
            if heard.header("authorization") == f"Bearer {SECRET}"
            else answer(401, b'{"error": "who?"}')
        )
        yield one


async def test_a_service_is_connected_mended_and_removed(arrives: Arrives, url: str, northlight_kept: Northlight, there: Outside):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await page.goto(f"{url}/connections")
    await page.get_by_role("link", name="Connect something").first.click()
    await page.get_by_label("Find a kind").fill("http")
    await page.get_by_role("link", name=re.compile("HTTP API")).click()
    await page.get_by_label("Name", exact=True).fill("Our stock")
    await page.get_by_label("Address", exact=True).fill(f"{there.url}/v1/")
    await page.get_by_label("Lets in by").select_option(value="bearer")
    await page.get_by_label("Token", exact=True).fill("wrong")
    await page.get_by_text("More", exact=True).click()
    await page.get_by_label("Path for tests").fill("me")
    assert await violations(page) == []
    await page.get_by_role("button", name="Save and test").click()

    await expect(page.get_by_text("It does not work.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Our stock")).to_be_visible()
    assert await violations(page) == []
    await pick(page, "More about Our stock", "Other secrets")
    dialog = page.get_by_role("dialog", name="Other secrets for Our stock")
    await dialog.get_by_label(re.compile("^Token")).fill(SECRET)
    await dialog.get_by_role("button", name="Replace and test").click()
    await expect(page.get_by_text("Works", exact=True)).to_be_visible()
    assert SECRET not in await page.content()

    await page.get_by_role("button", name="Change").click()
    await page.get_by_label("Name", exact=True).fill("Stock of the warehouse")
    await page.get_by_role("button", name="Save and test").click()
    await expect(page.get_by_role("heading", name="Stock of the warehouse")).to_be_visible()
    await page.get_by_role("navigation", name="Where this is").get_by_role("link", name="Connections").click()
    await expect(page.get_by_role("link", name=re.compile("Stock of the warehouse"))).to_contain_text("Works")

    await page.get_by_role("link", name=re.compile("Stock of the warehouse")).click()
    await pick(page, "More about Stock of the warehouse", "Remove")
    await page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    await expect(page).to_have_url(f"{url}/connections")
    await expect(page.get_by_role("link", name=re.compile("Stock of the warehouse"))).to_have_count(0)


async def test_a_webhook_is_told_signed_and_sent_again(arrives: Arrives, url: str, northlight_kept: Northlight, there: Outside):
    there.at["/hook"] = answer(204)
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await page.goto(f"{url}/connections/webhooks")
    await page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog", name="New webhook")
    name = f"Our books {uuid4().hex[:6]}"
    await dialog.get_by_label("Address").fill(f"{there.url}/hook")
    await dialog.get_by_label("Name (if needed)").fill(name)
    await dialog.get_by_role("checkbox").first.check()
    await dialog.get_by_role("button", name="Make it").click()
    await expect(page.get_by_text("Copy it now")).to_be_visible()
    secret = (await page.locator("code.token").inner_text()).strip()
    assert secret.startswith("whsec_")
    assert await violations(page) == []

    await pick(page, f"More about {name}", "Send a test")
    line = page.get_by_role("listitem").filter(has_text=name)
    await expect(line.get_by_text("Delivered")).to_be_visible()
    heard = there.heard[-1]
    headers = dict(heard.headers)
    Webhook(secret).verify(heard.body, {n: headers[n] for n in ("webhook-id", "webhook-timestamp", "webhook-signature")})
    await line.get_by_role("button", name=re.compile("Send .* again")).first.click()
    await soon(lambda: _count(there), 2)
    await page.reload()
    await expect(page.get_by_text(secret)).to_have_count(0)


async def test_a_file_elsewhere_becomes_a_table_that_keeps_in_step(
    arrives: Arrives, url: str, northlight_kept: Northlight, there: Outside
):
    there.at["/orders.csv"] = answer(
        200, "order_no,customer,amount\nA-1,Ostra,120.50\nA-2,Halden,80\n", headers={"Content-Type": "text/csv"}
    )
    ana = await arrives(northlight_kept.ana)
    desk = {
        "id": "desk",
        "name": f"Desk {uuid4().hex[:6]}",
        "tables": [{"id": "jobs", "name": "Jobs", "fields": [{"id": "name", "name": "Name", "kind": "text"}]}],
    }
    app = (await ana.api.post("/api/apps", json={"spec": desk})).raise_for_status().json()["id"]
    made = await ana.api.post(
        "/api/connections",
        json={"kind": "csv", "name": f"Orders {uuid4().hex[:6]}", "settings": {"address": f"{there.url}/orders.csv"}},
    )
    page = ana.page
    await page.goto(f"{url}/connections/{made.raise_for_status().json()['id']}")
    await page.get_by_role("button", name="Use orders.csv as a table").click()
    dialog = page.get_by_role("dialog", name="orders.csv as a table")
    await dialog.get_by_label("In which app").select_option(app)
    await expect(dialog.get_by_label("Name of the table")).to_have_value("Orders")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Make the table").click()
    await expect(page.get_by_role("gridcell", name="Ostra")).to_be_visible()
    await expect(page.get_by_text("brought up to date")).to_be_visible()

    there.at["/orders.csv"] = answer(
        200,
        "order_no,customer,amount\nA-1,Ostra Ceramics,120.50\nA-2,Halden,80\nA-3,Moor,9\n",
        headers={"Content-Type": "text/csv"},
    )
    await page.get_by_role("button", name="Where its rows come from").click()
    about = page.get_by_role("dialog", name=re.compile("Where the rows of Orders come from"))
    await about.get_by_role("tab", name="What would change").click()
    await expect(about.get_by_text("Ostra Ceramics")).to_be_visible()
    assert await violations(page) == []
    await about.get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="Update now").click()
    await expect(page.get_by_role("gridcell", name="Ostra Ceramics")).to_be_visible()
    await expect(page.get_by_role("gridcell", name="Moor")).to_be_visible()


async def _count(there: Outside) -> int:
    return len([one for one in there.heard if one.target == "/hook"])


async def test_who_may_not_build_is_told_so(arrives: Arrives, url: str, northlight_kept: Northlight):
    cleo = await arrives(northlight_kept.cleo)
    await cleo.page.goto(f"{url}/connections")
    await expect(cleo.page.get_by_text("Connections are set up by builders")).to_be_visible()
    assert await violations(cleo.page) == []
