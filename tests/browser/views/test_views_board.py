"""Cards in columns: moved by hand and by keys, seen at once by others, taken back with one undo."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.patience import soon, still
from tests.browser.views.conftest import Desk

pytestmark = pytest.mark.browser


def column(page: Page, key: str) -> Locator:
    return page.locator(f'[data-column="{key}"]')


def card(page: Page, name: str) -> Locator:
    return page.locator("[data-card]").filter(has_text=name)


async def names(page: Page, key: str) -> list[str]:
    return await column(page, key).locator(".name").all_inner_texts()


async def drag(page: Page, what: Locator, to: Locator, *, below: bool = False) -> None:
    source, target = await still(what), await still(to)
    await page.mouse.move(source["x"] + 60, source["y"] + 16)
    await page.mouse.down()
    await page.mouse.move(source["x"] + 80, source["y"] + 30, steps=4)
    top = target["y"] + (target["height"] + 8 if below else 4)
    await page.mouse.move(target["x"] + 60, top + 16, steps=12)


async def test_a_card_dragged_to_another_column_changes_its_row_and_one_undo_takes_it_back(desk: Desk):
    ana, ben = await desk.ana(), await desk.seat(desk.company.ben)
    page, chart = await ana.open("board"), await ben.open("chart")
    await chart.get_by_role("button", name="See rows").click()
    quoted = chart.locator("tr", has_text="Quoted").locator("td")
    await expect(quoted).to_have_text("€21,450")
    await expect(column(page, "quoted").locator(".sum")).to_have_text("€21,450")

    await drag(page, card(page, "Oda Ramen"), card(page, "Juniper Labs"))
    await expect(page.locator(".slot")).to_be_visible()
    assert "Oda Ramen" not in await names(page, "enquiry"), "it has left its place"
    await page.mouse.up()

    await expect(column(page, "quoted").locator(".count")).to_have_text("4")
    await soon(lambda: names(page, "quoted"), ["Casa Olmo", "Oda Ramen", "Juniper Labs", "Rehn Cycles"])
    await expect(quoted).to_have_text("€24,050")
    await soon(lambda: ana.value("Oda Ramen", "status"), "quoted")
    await soon(lambda: ana.order("quoted"), ["Casa Olmo", "Oda Ramen", "Juniper Labs", "Rehn Cycles"])

    await page.keyboard.press("Control+z")
    await expect(column(page, "quoted").locator(".count")).to_have_text("3")
    await expect(quoted).to_have_text("€21,450")
    await soon(lambda: ana.order("enquiry"), ["Oda Ramen", "Pico Toys"])


async def test_escape_lets_a_held_card_go_back(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("board")
    await drag(page, card(page, "Pico Toys"), card(page, "Casa Olmo"))
    await page.keyboard.press("Escape")
    await page.mouse.up()
    await soon(lambda: names(page, "enquiry"), ["Oda Ramen", "Pico Toys"])
    await soon(lambda: ana.value("Pico Toys", "status"), "enquiry")


async def test_cards_move_by_keys_and_it_is_said(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("board")
    await card(page, "Casa Olmo").focus()
    await page.keyboard.press("ArrowDown")
    await expect(card(page, "Juniper Labs")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(card(page, "Aurel Watches")).to_be_focused()
    await page.keyboard.press("Control+ArrowUp")
    await expect(page.get_by_role("status").filter(has_text="Aurel Watches: Booked, 1 of 3")).to_have_count(1)
    await expect(card(page, "Aurel Watches")).to_be_focused()
    await page.keyboard.press("Control+ArrowLeft")
    await expect(page.get_by_role("status").filter(has_text="Aurel Watches: Quoted, 1 of 4")).to_have_count(1)
    await soon(lambda: ana.order("quoted"), ["Aurel Watches", "Casa Olmo", "Juniper Labs", "Rehn Cycles"])
    await expect(card(page, "Aurel Watches")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("complementary", name="Row: Aurel Watches")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(card(page, "Aurel Watches")).to_be_focused()
    await page.keyboard.press("Control+z")
    await soon(lambda: ana.order("booked"), ["Aurel Watches", "Linden Hotel", "Vesna Atelier"])
    await page.keyboard.press("Control+z")
    await soon(lambda: ana.order("booked"), ["Linden Hotel", "Aurel Watches", "Vesna Atelier"])


async def test_a_card_is_added_in_its_column_and_a_new_choice_is_a_new_column(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("board")
    await page.get_by_role("button", name="Add to Enquiry").click()
    await page.keyboard.type("Moor & Finch")
    await page.keyboard.press("Enter")
    await expect(card(page, "Moor & Finch")).to_be_visible()
    await soon(lambda: ana.value("Moor & Finch", "status"), "enquiry")
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="Add a choice").click()
    await page.keyboard.type("Delivered")
    await page.keyboard.press("Enter")
    await expect(column(page, "delivered")).to_be_visible()
    spec = (await ana.asks("GET", "/api/apps/desk"))["spec"]
    assert [o["name"] for o in spec["tables"][0]["fields"][1]["options"]] == ["Enquiry", "Quoted", "Booked", "Delivered"]
    await drag(page, card(page, "Moor & Finch"), column(page, "delivered").locator("ol"))
    await page.mouse.up()
    await expect(column(page, "delivered").locator(".count")).to_have_text("1")
    await soon(lambda: ana.value("Moor & Finch", "status"), "delivered")


async def test_a_column_folds_and_says_when_it_holds_too_much(desk: Desk):
    page = await (await desk.ana()).open("board")
    await expect(column(page, "booked").locator("header")).to_contain_text("3 of 2, more than it should hold")
    await page.get_by_role("button", name="Column Quoted").click()
    await page.get_by_role("menuitem", name="Fold the column").click()
    await expect(column(page, "quoted").locator("[data-card]")).to_have_count(0)
    await page.reload()
    await page.get_by_role("button", name="Open the column Quoted, 3").click()
    await expect(column(page, "quoted").locator("[data-card]")).to_have_count(3)


async def test_who_may_only_look_moves_and_adds_nothing(desk: Desk):
    cleo = await desk.cleo()
    page = await cleo.open("board")
    await expect(card(page, "Casa Olmo")).to_be_visible()
    assert await page.get_by_role("button", name="Add to").count() == 0
    assert await page.get_by_role("button", name="Add a choice").count() == 0
    await drag(page, card(page, "Casa Olmo"), card(page, "Linden Hotel"))
    await expect(page.locator(".slot")).to_have_count(0)
    await page.mouse.up()
    await card(page, "Casa Olmo").focus()
    await page.keyboard.press("Control+ArrowRight")
    await soon(lambda: cleo.value("Casa Olmo", "status"), "quoted")
