"""Describe it, change the plan, build it: by keyboard, in a browser, and told from what was applied."""

import re

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Arrives
from tests.conftest import Northlight

pytestmark = pytest.mark.browser

WISH = (
    "Clients with name, email and phone. Projects belong to a client and have a status (enquiry, booked, delivered), "
    "a budget in euros and a shoot date. Board of projects by status."
)


async def describe(page: Page, url: str, wish: str) -> None:
    """On the home page, without the mouse: the box has the focus already."""
    await page.goto(url)
    await expect(page.get_by_label("Describe it in your own words")).to_be_focused()
    await page.keyboard.type(wish)
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(re.compile(r"/d/d_"))


async def names(api: httpx.AsyncClient, app: str, table: str) -> list[str]:
    spec = (await api.get(f"/api/apps/{app}")).raise_for_status().json()["spec"]
    return [field["name"] for one in spec["tables"] if one["id"] == table for field in one["fields"]]


def app_of(page: Page) -> str:
    return page.url.split("/a/")[1].split("/")[0]


async def test_a_wish_becomes_a_plan_that_is_edited_and_built(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await describe(page, url, WISH)

    plan = page.get_by_role("article", name="Plan")
    projects = plan.get_by_role("group", name="Table Projects")
    await expect(projects.get_by_role("button", name=re.compile("^Budget, Money"))).to_be_visible()
    await expect(plan.get_by_role("button", name="Projects by status, Board")).to_be_visible()
    assert (await ana.api.get("/api/apps")).json()["items"] == [], "nothing exists before it is built"

    # Enter renames in place, ⌫ takes out, a click opens everything about a field.
    await projects.get_by_role("button", name=re.compile("^Budget,")).press("Enter")
    await page.keyboard.type("Fee")
    await page.keyboard.press("Enter")
    await expect(projects.get_by_role("button", name=re.compile("^Fee, Money"))).to_be_visible()
    await plan.get_by_role("group", name="Table Clients").get_by_role("button", name=re.compile("^Phone,")).press("Backspace")
    await expect(plan.get_by_role("button", name=re.compile("^Phone,"))).to_have_count(0)
    await projects.get_by_role("button", name=re.compile("^Shoot date,")).click()
    await page.get_by_role("dialog", name="Field Shoot date").get_by_label("Must be filled in").check()
    await page.get_by_role("button", name="Keep", exact=True).click()
    await expect(projects.get_by_role("button", name=re.compile("^Shoot date, Date. must be filled in"))).to_be_visible()

    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(re.compile("/a/"))
    report = page.get_by_role("article", name="What was built")
    await expect(report).to_contain_text("Adds the table Projects")
    app = app_of(page)
    assert "Fee" in await names(ana.api, app, "projects")
    assert "Budget" not in await names(ana.api, app, "projects")
    assert "Phone" not in await names(ana.api, app, "clients")
    spec = (await ana.api.get(f"/api/apps/{app}")).json()["spec"]
    date = next(f for t in spec["tables"] if t["id"] == "projects" for f in t["fields"] if f["name"] == "Shoot date")
    assert date["required"] is True

    # Sample rows are said to be such, and one click removes them.
    rows = f"/api/apps/{app}/tables/clients/rows?total=1"
    assert (await ana.api.get(rows)).json()["total"] > 0
    await page.get_by_role("button", name="Remove them").click()
    await expect(page.get_by_role("button", name="Remove them")).to_have_count(0)
    assert (await ana.api.get(rows)).json()["total"] == 0


async def test_an_open_app_is_changed_by_asking_and_loss_is_shown_in_rows(
    arrives: Arrives, url: str, northlight_kept: Northlight
):
    ana = await arrives(northlight_kept.ana)
    spec = {
        "id": "gear", "name": "Gear",
        "tables": [{"id": "items", "name": "Items", "fields": [
            {"id": "name", "name": "Name", "kind": "text"}, {"id": "shelf", "name": "Shelf", "kind": "text"}]}],
        "views": [{"id": "all", "name": "All items", "kind": "grid", "table": "items"}],
    }  # fmt: skip
    made = await ana.api.post("/api/apps", json={"spec": spec})
    app = made.raise_for_status().json()["id"]
    await ana.api.post(f"/api/apps/{app}/tables/items/rows", json={"rows": [{"values": {"name": "Tripod", "shelf": "A4"}}]})
    page = ana.page
    await page.goto(f"{url}/a/{app}")
    await page.get_by_role("button", name="Ask for a change").first.click()
    panel = page.get_by_role("complementary", name="Builder")
    await panel.get_by_role("textbox", name="Ask for a change").fill("Remove the shelf field from items and add a serial number")
    await page.keyboard.press("Enter")

    lost = panel.get_by_role("group", name="What would be lost")
    await expect(lost).to_contain_text("loses 1 value")
    assert "Shelf" in await names(ana.api, app, "items"), "a plan changes nothing"
    await lost.get_by_role("button", name="Keep it as it is").click()
    await expect(lost).to_have_count(0)
    await panel.get_by_role("button", name="Build it").click()
    await expect(panel.get_by_role("article", name="What was built")).to_contain_text("Version 2 is live")
    assert "Shelf" in await names(ana.api, app, "items")
    assert any("erial" in name for name in await names(ana.api, app, "items"))


async def test_what_was_not_understood_is_listed_and_can_be_said_differently(
    arrives: Arrives, url: str, northlight_kept: Northlight
):
    ana = await arrives(northlight_kept.ana)
    await describe(ana.page, url, "Invoices with customer, amount and due date. Zorble the wibbly frangs twice over.")
    unclear = ana.page.get_by_role("region", name="What I did not understand")
    await expect(unclear).to_contain_text(re.compile("frangs", re.I))
    await unclear.get_by_role("button", name="Say it differently").first.click()
    await expect(ana.page.get_by_label("Change the plan")).to_have_value(re.compile("frangs", re.I))


async def test_a_wish_that_is_no_wish_ends_in_words(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    before = len((await ana.api.get("/api/apps")).json()["items"])
    await describe(ana.page, url, "<script>alert(1)</script> ; drop table users; --")
    said = ana.page.locator("article.plan")
    await expect(said).not_to_have_attribute("aria-busy", "true")
    await expect(said).to_be_visible()
    assert len((await ana.api.get("/api/apps")).json()["items"]) == before
    await ana.page.get_by_role("button", name="Discard").first.click()
    await expect(ana.page.get_by_role("heading", name="What should we build?")).to_be_visible()


async def test_the_last_wish_comes_back_and_a_dropped_spreadsheet_becomes_a_chip(
    arrives: Arrives, url: str, northlight_kept: Northlight
):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await describe(page, url, "Loans with item, borrower and due date.")
    await page.goto(url)
    box = page.get_by_label("Describe it in your own words")
    await expect(box).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(box).to_have_value("Loans with item, borrower and due date.")
    file = {"name": "customers.csv", "mimeType": "text/csv", "buffer": b"Name,Worth\nOtto,12.50\nMia,7\n"}
    await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    await expect(page.get_by_role("button", name="Remove customers.csv")).to_be_visible()
    await expect(page.get_by_text("Review the plan").first).to_be_visible()


CSV = b"Name,Status,Worth,Since\nOtto,open,12.50,2026-11-02\nMia,won,700.00,2026-10-30\nLea,open,8.00,2026-11-05\nBad,open,lots,2026-11-06\n"


async def test_a_spreadsheet_becomes_an_app_column_by_column(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await page.goto(url)
    await page.locator("input[type=file]").set_input_files({"name": "prospects.csv", "mimeType": "text/csv", "buffer": CSV})  # type: ignore[arg-type]
    await page.get_by_role("button", name="Plan it").click()
    await page.wait_for_url(re.compile("/import/i_"))
    await expect(page.get_by_label("Status becomes")).to_be_visible()
    await page.get_by_label("Since becomes").select_option("")
    await page.get_by_label("Worth becomes").select_option("money")
    await page.get_by_label("Name of the field for Name").fill("Person")
    await page.get_by_role("button", name="Import 3 columns").click()
    await expect(page.get_by_text(re.compile("[34] rows added"))).to_be_visible()
    await page.get_by_role("link", name="Open the table").click()
    await expect(page.get_by_text("Otto").first).to_be_visible()
    spec = (await ana.api.get(f"/api/apps/{app_of(page)}")).json()["spec"]
    assert {field["name"] for field in spec["tables"][0]["fields"]} == {"Person", "Status", "Worth"}
