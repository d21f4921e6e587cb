"""The main job, end to end: wish, plan edited, built, a row by the public form, dragged on the board, seen in a chart, undone."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrives, published
from tests.browser.test_workspace_builder import describe
from tests.conftest import Northlight

pytestmark = pytest.mark.browser

WISH = (
    "Customers have a name, phone and email. Each repair belongs to a customer and has a status (new, in progress, done), "
    "a due date and a price. Board by status, chart of repairs per status, and a form to report a repair."
)


async def test_from_a_wish_to_a_chart_and_back(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await describe(page, url, WISH)
    plan = page.get_by_role("article", name="Plan")
    repairs = plan.get_by_role("group", name="Table Repairs")
    await repairs.get_by_role("button", name=re.compile("^Price,")).press("Enter")
    await page.keyboard.type("Fee")
    await page.keyboard.press("Enter")
    await expect(repairs.get_by_role("button", name=re.compile("^Fee, Money"))).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(re.compile("/a/"))
    app = page.url.split("/a/")[1].split("/")[0]
    await page.get_by_role("button", name="Remove them").click()
    await expect(page.get_by_role("button", name="Remove them")).to_have_count(0)

    spec = (await ana.api.get(f"/api/apps/{app}")).json()["spec"]
    views = {v["kind"]: v["id"] for v in spec["views"] if v.get("table") == "repairs"}
    views["form"] = next(v["id"] for v in spec["views"] if v["kind"] == "form")
    form = (await published(ana, app, views["form"]))["url"]

    board = (await arrives(northlight_kept.ben)).page
    await board.goto(f"{url}/a/{app}/{views['board']}")
    stranger = await arrives(northlight_kept.cleo)
    await stranger.page.context.clear_cookies()
    await stranger.page.goto(form)
    await stranger.page.get_by_label("Name").fill("Cracked screen")
    await stranger.page.get_by_label("Fee").fill("79,50")
    await stranger.page.get_by_role("button", name="Send").click()
    await expect(stranger.page.get_by_text("Thank you")).to_be_visible()

    card = board.locator("[data-card]").filter(has_text="Cracked screen")
    await expect(card).to_be_visible()
    row = (await ana.api.get(f"/api/apps/{app}/tables/repairs/rows")).json()["rows"][0]
    fee = next(f["id"] for t in spec["tables"] for f in t["fields"] if f["name"] == "Fee")
    assert row["values"][fee] == "79.50" and row["values"]["status"] is None, "asked for by nobody"

    await page.goto(f"{url}/a/{app}/{views['chart']}")
    await card.focus()
    await board.keyboard.press("Control+ArrowRight")
    await expect(board.locator('[data-column="new"]').locator("[data-card]")).to_have_count(1)
    await page.get_by_role("button", name="See rows").click()
    await expect(page.locator("tr", has_text="New").locator("td")).to_have_text("1")

    await board.keyboard.press("Control+z")
    await expect(board.locator('[data-column="new"]').locator("[data-card]")).to_have_count(0)
    row = (await ana.api.get(f"/api/apps/{app}/tables/repairs/rows/{row['id']}")).json()
    assert row["values"]["status"] is None
