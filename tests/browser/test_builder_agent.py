"""Wishes planned by a connected model, in the browser: who plans, what it is at, stopped, talked to, and failing."""

import base64
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrives, Person
from tests.browser.test_gateway import forget
from tests.builder.agent.test_planning import BOARD, FINISH, TABLES, WISH
from tests.conftest import Northlight
from tests.gateway.upstream import PIXEL, Endless, Status, Upstream, upstream
from tests.scripts import calls

pytestmark = pytest.mark.browser

MODEL = "gpt-4o"
"""One that the directory knows to call tools and to see."""


@pytest.fixture(scope="module")
def egress_allow() -> str:
    return "127.0.0.0/8"


@pytest.fixture
async def up() -> AsyncIterator[Upstream]:
    async with upstream() as up:
        yield up


async def connected(person: Person, up: Upstream) -> None:
    """The slot text has a model, whose answers are scripted."""
    await forget(person)
    price = {"prices": {MODEL: {"input_mtok": "1", "output_mtok": "10"}}}
    provider = {
        "name": "maker",
        "kind": "compatible",
        "base_url": up.url,
        "secret": "sk-upstream",
        "models": [MODEL],
        "settings": price,
    }
    (await person.api.post("/api/gateway/providers", json=provider)).raise_for_status()
    alias = {"name": "writer", "slot": "text", "targets": [{"provider": "maker", "model": MODEL}]}
    (await person.api.post("/api/gateway/aliases", json=alias)).raise_for_status()
    for _ in range(200):
        if (await person.api.get("/api/builder")).json()["model"] == MODEL:
            return
    raise AssertionError("the alias has not arrived")


async def test_a_model_plans_from_words_and_a_picture_and_says_what_it_cost(
    arrives: Arrives, url: str, northlight_kept: Northlight, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await connected(ana, up)
    up.will(calls(("create_tables", TABLES), ("create_views", BOARD), ("finish", FINISH)))
    page = ana.page
    await page.goto(url)
    await expect(page.get_by_text(MODEL)).to_be_visible()
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Add a file").click()
    await (await choosing.value).set_files({"name": "form.png", "mimeType": "image/png", "buffer": base64.b64decode(PIXEL)})
    await expect(page.get_by_text("form.png")).to_be_visible()
    box = page.get_by_label("Describe it in your own words")
    await box.fill(WISH)
    await page.get_by_role("button", name="Plan it").click()

    plan = page.get_by_role("article", name="Plan")
    await expect(plan.get_by_role("button", name="Build it")).to_be_enabled()
    await expect(plan.get_by_text(f"Planned by {MODEL}")).to_contain_text("0.13 ¢")
    await expect(page.get_by_text("form.png")).to_be_visible()
    sent = up.heard[-1].json["messages"][1]["content"]
    assert sent[1]["image_url"]["url"].startswith("data:image/png")

    up.will(calls(("add_fields", {"fields": [{"table": "Repairs", "name": "Due", "kind": "date"}]}), ("finish", {})))
    follow = page.get_by_label("Change the plan")
    await follow.fill("repairs also need a due date")
    await follow.press("Enter")
    await expect(plan.get_by_text("Due", exact=True)).to_be_visible()


async def test_it_is_stopped_and_what_it_proposed_by_then_stays(
    arrives: Arrives, url: str, northlight_kept: Northlight, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await connected(ana, up)
    up.will(calls(("create_tables", TABLES)))
    up.always = Endless(pause=0.02)
    page = ana.page
    await page.goto(url)
    await expect(page.get_by_text(MODEL)).to_be_visible()
    await page.get_by_label("Describe it in your own words").fill(WISH)
    await page.get_by_role("button", name="Plan it").click()
    plan = page.get_by_role("article", name="Plan")
    await expect(plan.get_by_role("status")).to_contain_text("round 2")
    await expect(plan.get_by_text("Customers, Repairs")).to_be_visible()
    await plan.get_by_role("button", name="Stop").click()
    await expect(plan.get_by_role("button", name="Build it")).to_be_enabled()
    await expect(plan.get_by_text("You stopped the model")).to_be_visible()


async def test_a_model_that_is_down_is_told_and_the_planner_plans(
    arrives: Arrives, url: str, northlight_kept: Northlight, up: Upstream
):
    ana = await arrives(northlight_kept.ana, wide=390, high=844)
    await connected(ana, up)
    up.always = Status(401, "this key has expired")
    page = ana.page
    await page.goto(url)
    await page.get_by_label("Describe it in your own words").fill("Keep track of clients with name and e-mail")
    await page.get_by_role("button", name="Plan it").click()
    plan = page.get_by_role("article", name="Plan")
    await expect(plan.get_by_text("this key has expired")).to_contain_text("The built-in planner made this plan instead.")
    await expect(plan.get_by_role("button", name="Build it")).to_be_enabled()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
