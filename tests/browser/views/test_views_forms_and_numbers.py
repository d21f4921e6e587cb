"""Forms filled in here and by link, and dashboards that are arranged and asked where their figures come from."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.patience import soon, still
from tests.browser.views.conftest import Desk

pytestmark = pytest.mark.browser


async def test_a_form_says_what_is_missing_keeps_what_was_typed_and_adds_the_row(desk: Desk):
    mia = await desk.seat(desk.company.mia)
    page = await mia.open("form")
    assert await page.get_by_text("Edit", exact=True).count() == 0, "a member fills in and does not build"
    await page.get_by_label("Budget").fill("a lot")
    await page.get_by_role("button", name="Send it").click()
    await expect(page.get_by_role("alert")).to_contain_text("3 answers need another look")
    await expect(page.get_by_label("What is it called?")).to_be_focused()
    await page.get_by_label("What is it called?").fill("Grove School")
    await page.get_by_role("radio", name="Food").check()
    await page.reload()
    await expect(page.get_by_label("What is it called?")).to_have_value("Grove School")
    await page.get_by_label("Budget").fill("1.250,50")
    await page.get_by_role("button", name="Send it").click()
    await expect(page.get_by_text("We will call you.")).to_be_visible()
    row = (await mia.row("Grove School"))["values"]
    assert (row["kind"], row["budget"]) == ("food", "1250.50")
    await page.get_by_role("button", name="Fill in another").click()
    await expect(page.get_by_label("What is it called?")).to_have_value("")


async def test_a_form_is_edited_beside_its_preview_and_saved_as_one_version(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("form")
    await page.get_by_text("Edit", exact=True).click()
    await page.get_by_label("Title").fill("Work with us")
    preview = page.get_by_role("region", name="Preview")
    await expect(preview.get_by_role("heading", name="Work with us")).to_be_visible()
    await page.get_by_role("button", name="Move E-mail: arrow up or down").focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_role("button", name="Move E-mail: arrow up or down")).to_be_focused()
    await page.get_by_role("button", name="Do not ask Lead").click()
    await page.get_by_role("button", name="Budget", exact=True).click()
    await page.get_by_label("Question", exact=True).fill("What may it cost?")
    await page.get_by_label("Has to be answered").check()
    await expect(preview.get_by_label("What may it cost?")).to_be_visible()
    await page.get_by_role("button", name="Save the form").click()
    await expect(page.get_by_role("button", name="Save the form")).to_have_count(0)

    opened = await ana.asks("GET", "/api/apps/desk")
    form = next(view for view in opened["spec"]["views"] if view["id"] == "form")
    assert form["title"] == "Work with us"
    assert [one["field"] for one in form["fields"]] == ["name", "kind", "mail", "budget"]
    assert (form["fields"][3]["label"], form["fields"][3]["required"]) == ("What may it cost?", True)
    await page.keyboard.press("Control+z")
    await expect(preview.get_by_role("heading", name="Tell us about your project")).to_be_visible()


async def test_a_stranger_fills_the_form_in_by_link_until_it_is_stopped(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("form")
    await page.get_by_role("button", name="Share", exact=True).click()
    panel = page.get_by_role("dialog", name="Share Enquiry")
    await panel.get_by_role("tab", name="Form").click()
    await expect(panel).to_contain_text("Only members reach it")
    await panel.get_by_role("button", name="Make it public").click()
    await expect(panel.get_by_label("What becomes visible")).to_contain_text("They see no rows")
    await expect(panel.get_by_label("What becomes visible")).not_to_contain_text("Lead")
    await panel.get_by_role("button", name="Make this public").click()
    address = await panel.get_by_label(re.compile("^Public address")).input_value()

    context = await desk.browser.new_context()
    stranger = await context.new_page()
    await stranger.goto(address)
    assert await stranger.get_by_label("Lead").count() == 0
    await stranger.get_by_label("What is it called?").fill("Orla Byrne")
    await stranger.get_by_role("radio", name="Product").check()
    await stranger.get_by_role("button", name="Send it").click()
    await expect(stranger.get_by_text("We will call you.")).to_be_visible()
    await soon(lambda: ana.value("Orla Byrne", "kind"), "product")

    await panel.get_by_role("button", name=re.compile("^Stop sharing")).click()
    await expect(panel).to_contain_text("Only members reach it")
    answer = await stranger.goto(address)
    assert answer and answer.status == 404
    await context.close()


async def tiles(page: Page) -> list[str]:
    return [await tile.get_attribute("data-tile") or "" for tile in await page.locator("[data-tile]").all()]


async def test_a_dashboard_is_live_and_its_figures_open_their_rows(desk: Desk):
    ana, ben = await desk.ana(), await desk.seat(desk.company.ben)
    page = await ana.open("numbers")
    worth = page.locator('[data-tile="worth"] .big')
    await expect(worth).to_contain_text("€")
    before = await worth.inner_text()
    await ben.asks("POST", "/api/apps/desk/tables/projects/rows", {"values": {"name": "Lumen Dental", "budget": "100.00"}})
    after = f"€{int(before.replace('€', '').replace(',', '').split('.')[0]) + 100:,}"
    await expect(worth).to_contain_text(after)
    await worth.click()
    await expect(page.get_by_role("dialog")).to_contain_text("Lumen Dental")
    await page.keyboard.press("Escape")
    await expect(page.locator('[data-tile="none"]')).to_contain_text("No projects meet the filter.")

    kinds = page.locator('[data-tile="kinds"]')
    await kinds.locator(".plot").focus()
    await page.keyboard.press("ArrowRight")
    await expect(kinds.get_by_role("status")).to_contain_text("Product: ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_role("link", name="Pico Toys")).to_be_visible()
    await page.keyboard.press("Escape")
    await kinds.get_by_role("button", name="See rows").click()
    await expect(kinds.get_by_role("rowheader", name="Food")).to_be_visible()


async def test_a_dashboard_is_arranged_by_keys_and_by_hand_as_one_version(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("numbers")
    version = (await ana.asks("GET", "/api/apps/desk"))["version"]
    await page.get_by_role("button", name="Arrange").click()
    await expect(page.get_by_role("button", name="Done")).to_be_visible()
    await page.locator('[data-tile="worth"]').focus()
    await expect(page.locator('[data-tile="worth"]')).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await soon(lambda: tiles(page), ["worth", "count", "kinds", "list", "none"])
    await page.keyboard.press("Shift+ArrowRight")
    await expect(page.get_by_role("status").filter(has_text="Worth: 4 of 12 wide, 1 high")).to_have_count(1)

    source, target = await still(page.locator('[data-tile="list"] h2')), await still(page.locator('[data-tile="kinds"]'))
    await page.mouse.move(source["x"] + 10, source["y"] + 5)
    await page.mouse.down()
    await page.mouse.move(target["x"] + 20, target["y"] + 20, steps=10)
    await page.mouse.up()
    await soon(lambda: tiles(page), ["worth", "count", "list", "kinds", "none"])

    await page.get_by_role("button", name="Add a tile").click()
    await page.get_by_role("menuitem", name="Number").click()
    settings = page.get_by_role("dialog", name="Settings of Projects")
    await settings.get_by_label("Heading").fill("Largest budget")
    settings = page.get_by_role("dialog", name="Settings of Largest budget")
    await settings.get_by_label("Figure", exact=True).select_option("maximum")
    await settings.get_by_label("Of", exact=True).select_option("budget")
    await page.keyboard.press("Escape")
    await expect(page.locator('[data-tile="number"] .big')).to_have_text("€13,800")
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("button", name="Arrange")).to_be_visible()

    opened = await ana.asks("GET", "/api/apps/desk")
    assert opened["version"] == version + 1
    saved = next(view for view in opened["spec"]["views"] if view["id"] == "numbers")["tiles"]
    assert [(tile["id"], tile["width"]) for tile in saved] == [
        ("worth", 4),
        ("count", 3),
        ("list", 6),
        ("kinds", 6),
        ("none", 6),
        ("number", 3),
    ]
    await page.keyboard.press("Control+z")
    await expect(page.locator('[data-tile="number"]')).to_have_count(0)
    await soon(lambda: tiles(page), ["count", "worth", "kinds", "list", "none"])


async def test_who_may_only_look_sees_figures_and_arranges_nothing(desk: Desk):
    cleo = await desk.cleo()
    page = await cleo.open("numbers")
    await expect(page.locator('[data-tile="count"] .big')).to_be_visible()
    assert await page.get_by_role("button", name="Arrange").count() == 0
    page = await cleo.open("form")
    await expect(page.get_by_text("You may look, but not add")).to_be_visible()


async def test_a_chart_is_set_up_in_its_popover_and_everyone_sees_it(desk: Desk):
    ana, cleo = await desk.ana(), await desk.cleo()
    page, other = await ana.open("chart"), await cleo.open("chart")
    await expect(other.get_by_role("heading", name="Sum of Budget by Status")).to_be_visible()
    assert await other.get_by_role("button", name="Chart", exact=True).count() == 0
    await page.get_by_role("button", name="Chart", exact=True).click()
    panel = page.get_by_role("dialog", name="What the chart shows")
    await panel.get_by_label("Along").select_option("starts")
    await panel.get_by_label("In steps of").select_option("year")
    await panel.get_by_label("Split by").select_option("kind")
    await panel.get_by_label("Figure", exact=True).select_option("count")
    await expect(other.get_by_role("heading", name="Number of rows by Starts")).to_be_visible()
    await expect(other.locator(".legend")).to_contain_text("Product")


async def test_what_is_set_in_one_breath_stays_though_an_older_answer_comes_late(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("chart")
    await expect(page.get_by_role("heading", name=re.compile(" by "))).to_be_visible()
    kept = await ana.asks("GET", "/api/apps/desk")
    asked, let_go = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        asked.set()
        await let_go.wait()
        await route.fulfill(response=answer)

    await page.route(re.compile("/api/apps/desk$"), late)
    renamed = {"title": "Renamed", "steps": [{"do": "rename", "part": "view", "id": "days", "name": "Day by day"}]}
    await ana.asks("POST", "/api/apps/desk/versions", {"change": renamed, "base_version": kept["version"]})
    await asyncio.wait_for(asked.wait(), 60)
    await page.get_by_role("button", name="Chart", exact=True).click()
    panel = page.get_by_role("dialog", name="What the chart shows")
    await panel.get_by_label("Along").select_option("starts")
    await panel.get_by_label("In steps of").select_option("year")
    async with page.expect_response(re.compile("/api/apps/desk$")) as arrived:
        let_go.set()
    await (await arrived.value).finished()
    await page.evaluate("new Promise((done) => setTimeout(done, 100))")
    await panel.get_by_label("Split by").select_option("kind")
    await panel.get_by_label("Figure", exact=True).select_option("count")

    async def chart() -> tuple[str, str, str, str]:
        views = (await ana.asks("GET", "/api/apps/desk"))["spec"]["views"]
        one = next(view for view in views if view["id"] == "chart")
        return one["by"], one["bucket"], one["split"], one["measure"]["summary"]

    await soon(chart, ("starts", "year", "kind", "count"))
    await expect(page.get_by_role("link", name="Day by day").first).to_be_visible()
