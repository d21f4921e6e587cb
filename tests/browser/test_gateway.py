"""Models, as their owner sets them up in the browser: a provider is a scripted upstream on this machine."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.barriers import violations, violations_in_light_and_dark
from tests.browser.conftest import Arrives, Person
from tests.browser.patience import pick, soon
from tests.conftest import Northlight
from tests.gateway.upstream import WORDS, Normal, Status, Upstream, upstream

pytestmark = pytest.mark.browser

SAID = "".join(WORDS)
CALL_COST = "$0.00125"
"""250 tokens in at $1, 100 out at $10 for a million."""


@pytest.fixture(scope="module")
def egress_allow() -> str:
    return "127.0.0.0/8"


@pytest.fixture
async def up() -> AsyncIterator[Upstream]:
    async with upstream() as up:
        yield up


async def provider(person: Person, up: Upstream, name: str) -> str:
    """A tested provider with a price, by the API."""
    price = {"input_mtok": "1", "output_mtok": "10"}
    about = {"prices": dict.fromkeys(("gpt-6-luna", "gpt-6.1-sol"), price)}
    made = await person.api.post(
        "/api/gateway/providers",
        json={"name": name, "kind": "compatible", "base_url": up.url, "secret": "sk-upstream-secret", "settings": about},
    )
    id = made.raise_for_status().json()["id"]
    (await person.api.post(f"/api/gateway/providers/{id}/tests", json={})).raise_for_status()
    return id


async def forget(person: Person) -> None:
    """Takes away what a story before this one has set up."""
    for what in ("providers", "aliases", "keys", "budgets"):
        for one in (await person.api.get(f"/api/gateway/{what}")).json()["items"]:
            (await person.api.delete(f"/api/gateway/{what}/{one['id']}")).raise_for_status()


async def ask(page: Page, words: str) -> None:
    await page.get_by_label("Prompt", exact=True).fill(words)
    await page.keyboard.press("Control+Enter")


async def test_a_provider_is_added_tested_given_a_name_and_asked_beside_another(
    arrives: Arrives, url: str, northlight_kept: Northlight, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await forget(ana)
    page = ana.page
    await page.goto(f"{url}/gateway/providers")
    await page.get_by_role("button", name="Add a provider").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Kind").select_option("compatible")
    await dialog.get_by_label("Name").fill("Up Stream")
    await dialog.get_by_label("Address").fill(up.url)
    await dialog.get_by_label("Key, if it wants one").fill("sk-upstream-secret")
    await dialog.get_by_role("button", name="Add and test").click()
    await expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_label("Address")).to_have_value(up.url)

    await dialog.get_by_label("Name").fill("up")
    up.will(Status(401, "Incorrect API key provided: sk-upstream-secret."))
    await dialog.get_by_role("button", name="Add and test").click()
    await expect(dialog.get_by_role("status")).to_contain_text("Kept, but the test failed.")
    await expect(dialog.get_by_role("status")).not_to_contain_text("sk-upstream-secret")
    await dialog.get_by_role("button", name="Test again").click()
    await expect(dialog.get_by_role("status")).to_contain_text("6 models can be asked for")
    await dialog.get_by_role("button", name="Done").click()

    await page.get_by_role("button", name="Set the price of up/gpt-6-luna").click()
    await dialog.get_by_label("Input").fill("1")
    await dialog.get_by_label("Output").fill("10")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name=re.compile("gpt-6-luna"))).to_contain_text("$1 in, $10 out")

    await page.get_by_role("link", name="Aliases").click()
    await page.get_by_role("button", name="New alias").first.click()
    await dialog.get_by_label("Name").fill("writer")
    await dialog.get_by_role("button", name="The model that is asked first").click()
    await page.get_by_role("combobox", name="The model that is asked first").fill("up/gpt-6-luna")
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Make it").click()
    await expect(page.get_by_role("row", name=re.compile("writer"))).to_contain_text("up/gpt-6-luna")

    # Both stream at once: each has begun, and neither is done.
    up.always = Normal(pause=0.2)
    await page.goto(f"{url}/gateway/playground?models=writer,up/gpt-6-luna")
    await ask(page, "Write a line.")
    lanes = [page.get_by_role("article", name=name, exact=True) for name in ("writer", "up/gpt-6-luna")]
    for lane in lanes:
        await expect(lane).to_contain_text("The quick")
        await expect(lane).to_have_attribute("aria-busy", "true")
    for lane in lanes:
        await expect(lane).to_contain_text(SAID)
        await expect(lane).to_contain_text(CALL_COST)
        await expect(lane).to_contain_text("250 in, 100 out")
    assert [heard.json["messages"] for heard in up.heard[-2:]] == [[{"role": "user", "content": "Write a line."}]] * 2

    await page.goto(f"{url}/gateway/ledger")
    calls = page.get_by_role("row", name=re.compile("Open the call"))
    await page.get_by_label("Read again").wait_for()

    async def written() -> int:
        await page.get_by_label("Read again").click()
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        return await calls.filter(has_text=CALL_COST).count()

    await soon(written, 2)
    await calls.first.get_by_role("button").click()
    call = page.get_by_role("complementary", name="One call")
    await expect(call).to_contain_text("gpt-6-luna-2026-10-01")
    await expect(call).to_contain_text(CALL_COST)
    await page.keyboard.press("Escape")
    await expect(call).to_have_count(0)


async def test_a_spent_budget_stops_calls_and_a_key_works_until_it_is_withdrawn(
    arrives: Arrives, url: str, northlight_kept: Northlight, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await forget(ana)
    await provider(ana, up, "dear")
    page, dialog = ana.page, ana.page.get_by_role("dialog")

    await page.goto(f"{url}/gateway/keys")
    await page.get_by_role("button", name="New key").first.click()
    await dialog.get_by_label("Name").fill("Website")
    await dialog.get_by_label("Requests a minute").fill("many")
    await dialog.get_by_role("button", name="Make it").click()
    await expect(dialog.get_by_label("Requests a minute")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Requests a minute").fill("600")
    await dialog.get_by_role("button", name="Make it").click()
    fresh = page.get_by_role("status", name="The new key")
    secret = await fresh.locator("code").first.inner_text()
    await fresh.get_by_role("button", name="Copy", exact=True).click()
    assert await page.evaluate("navigator.clipboard.readText()") == secret

    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {secret}"}, timeout=30) as program:

        async def asked(model: str = "dear/gpt-6-luna") -> int:
            body = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
            return (await program.post("/v1/chat/completions", json=body)).status_code

        assert await asked() == 200

        await pick(page, "More about Website", "Limit what it spends")
        await expect(dialog.get_by_label("Which")).to_have_value(re.compile("^v_"))
        await dialog.get_by_label("Dollars").fill("a lot")
        await dialog.get_by_role("button", name="Make it").click()
        await expect(dialog.get_by_label("Dollars")).to_have_attribute("aria-invalid", "true")
        await expect(dialog.get_by_label("Dollars")).to_have_value("a lot")
        await dialog.get_by_label("Dollars").fill("0.0001")
        await dialog.get_by_role("button", name="Make it").click()
        await expect(page.get_by_role("listitem").filter(has_text="Website")).to_contain_text("of $0.0001 a month")
        await soon(asked, 429)

        # The playground is nobody's key, and so goes on; a budget of the workspace stops it, too.
        await page.get_by_role("button", name="New budget").first.click()
        await dialog.get_by_label("Dollars").fill("0.0001")
        await dialog.get_by_role("button", name="Make it").click()
        await expect(dialog).to_have_count(0)
        await page.goto(f"{url}/gateway/playground?models=dear/gpt-6-luna,sayso/reader")
        dear, own = (page.get_by_role("article", name=name, exact=True) for name in ("dear/gpt-6-luna", "sayso/reader"))
        await ask(page, "Summarise this: the parcel came late.")
        await expect(dear.get_by_role("alert")).to_contain_text("budget")
        await expect(own).to_contain_text("free")

        assert await asked("sayso/reader") == 200
        await page.goto(f"{url}/gateway/keys")
        await expect(page.get_by_text(secret)).to_have_count(0)
        await pick(page, "More about Website", "Withdraw")
        await expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
        await dialog.get_by_role("button", name="Withdraw").click()
        await expect(page.get_by_role("row", name=re.compile("Website"))).to_have_count(0)
        await soon(lambda: asked("sayso/reader"), 401)


async def test_who_may_not_manage_plays_and_sees_no_settings(arrives: Arrives, url: str, northlight_kept: Northlight):
    ben, cleo = await arrives(northlight_kept.ben), await arrives(northlight_kept.cleo)
    await ben.page.goto(f"{url}/gateway/providers")
    await expect(ben.page.get_by_text("Only an owner sets up models")).to_be_visible()
    side = ben.page.get_by_role("complementary", name="Workspace")
    await expect(side.get_by_role("link", name="Usage")).to_have_count(0)
    await side.get_by_role("link", name="Playground").click()
    await ben.page.get_by_role("button", name="Sort a message").click()
    await expect(ben.page.get_by_role("article", name="sayso/reader", exact=True)).to_contain_text("complaint")

    await cleo.page.goto(f"{url}/gateway/playground")
    await expect(cleo.page.get_by_text("The playground is for people who may change rows")).to_be_visible()


SECTIONS = (
    "playground?models=look/gpt-6-luna,sayso/reader",
    "providers",
    "aliases",
    "keys",
    "budgets",
    "usage",
    "ledger",
    "settings",
)


@pytest.mark.parametrize("look", ["desk", "phone"])
async def test_no_barriers_and_nothing_runs_off(look: str, arrives: Arrives, url: str, northlight_kept: Northlight, up: Upstream):
    size: dict[str, Any] = {"wide": 390, "high": 844, "has_touch": True} if look == "phone" else {}
    ana = await arrives(northlight_kept.ana, color_scheme="light", reduced_motion="reduce", **size)
    page = ana.page
    await forget(ana)
    id = await provider(ana, up, "look")
    await ana.api.post("/api/gateway/aliases", json={"name": "ending", "targets": [{"provider": "look", "model": "gpt-image-1"}]})
    await ana.api.post(
        "/api/gateway/budgets", json={"scope": "member", "subject": northlight_kept.ana.member, "period": "month", "amount": "40"}
    )
    await ana.api.post(
        "/api/gateway/calls", json={"body": {"model": "look/gpt-6-luna", "messages": [{"role": "user", "content": "Hi"}]}}
    )
    found: dict[str, Any] = {}
    for section in (*SECTIONS, f"providers/{id}"):
        await page.goto(f"{url}/gateway/{section}")
        await expect(page.locator("#main")).to_be_visible()
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        if wrong := await (violations if look == "phone" else violations_in_light_and_dark)(page):
            found[section] = wrong
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found[f"{section} runs off"] = wide
    assert found == {}
