"""The panel of a row: its fields, its history in words, what people say, and the rows beside it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrives, Desk
from tests.browser.patience import still
from tests.browser.sheet import Sheet
from tests.conftest import Northlight

pytestmark = pytest.mark.browser


async def test_a_row_is_changed_in_its_panel_and_the_history_tells(
    arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str
):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(1, "Name")
    await sheet.press("Space")
    await expect(ana.page).to_have_url(re.compile(f"/a/{desk.id}/all/{desk.ids[1]}$"))
    panel = ana.page.get_by_role("complementary", name="Row: Ostra")
    await expect(panel).to_contain_text("2 of 4")
    await panel.get_by_role("button", name="Budget").click()
    await sheet.type("9900")
    await sheet.press("Enter")
    await expect(panel).to_contain_text("€9,900.00")
    await expect(sheet.cell(1, "Budget")).to_contain_text("9,900")
    await panel.get_by_role("button", name="Stage").click()
    await ana.page.get_by_role("option", name="Done").click()
    await expect(sheet.cell(1, "Stage")).to_contain_text("Done")
    history = panel.get_by_role("tabpanel", name="History")
    await expect(history).to_contain_text("Ana Prado changed Stage from Booked to Done")
    await expect(history).to_contain_text("Ana Prado changed Budget from €9,650.00 to €9,900.00")
    await expect(history).to_contain_text("Ana Prado added this row")


async def test_comments_are_said_and_taken_back(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana, ben = await arrives(northlight_kept.ana), await arrives(northlight_kept.ben)
    for person in (ana, ben):
        await person.page.goto(f"{url}/a/{desk.id}/all/{desk.ids[0]}")
        await person.page.get_by_role("tab", name="Comments").click()
    await ana.page.get_by_role("textbox", name="Comment").fill("They want **snow**")
    await ana.page.keyboard.press("Enter")
    said = ben.page.get_by_role("tabpanel", name="Comments")
    await expect(said).to_contain_text("They want snow")
    await said.get_by_role("button", name="More about this comment").click()
    menu = ben.page.get_by_role("menu")
    await expect(menu).to_be_visible()
    await expect(menu.get_by_role("menuitem", name="Take it back")).to_have_count(0)
    await ana.page.get_by_role("button", name="More about this comment").click()
    await ana.page.get_by_role("menuitem", name="Take it back").click()
    await expect(said).not_to_contain_text("They want snow")


async def test_from_row_to_row_and_closed_with_escape(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Name")
    await sheet.press("Space")
    await expect(ana.page.get_by_role("complementary", name="Row: Kestrel")).to_be_visible()
    await ana.page.get_by_role("button", name="Next row").click()
    await expect(ana.page.get_by_role("complementary", name="Row: Ostra")).to_be_visible()
    await expect(ana.page).to_have_url(re.compile(f"/{desk.ids[1]}$"))
    await ana.page.get_by_role("button", name="Close", exact=True).click()
    await expect(ana.page.locator("aside.row")).to_have_count(0)
    await expect(sheet.grid).to_be_focused()


async def test_linked_rows_open_where_they_live(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    clients = (await ana.api.get(f"/api/apps/{desk.id}/tables/clients/rows")).json()["rows"]
    await ana.api.patch(f"{desk.rows}/{desk.ids[0]}", json={"values": {"client": [clients[0]["id"]]}})
    await ana.page.goto(f"{url}/a/{desk.id}/all/{desk.ids[0]}")
    await ana.page.get_by_role("tab", name="Client").click()
    await ana.page.get_by_role("link", name="Kestrel Outdoor").click()
    await expect(ana.page.get_by_role("complementary", name="Row: Kestrel Outdoor")).to_be_visible()


async def test_on_a_phone_the_panel_is_the_whole_sheet(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana, wide=390, high=844, has_touch=True, is_mobile=True)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.cell(0, "Stage").tap()
    await expect(sheet.cell(0, "Stage")).to_have_attribute("aria-selected", "true")
    await sheet.cell(0, "Stage").tap()
    await ana.page.get_by_role("option", name="Done").tap()
    await expect(sheet.cell(0, "Stage")).to_contain_text("Done")
    await ana.page.locator(".line[aria-rowindex='2'] [data-gutter]").tap()
    panel = ana.page.get_by_role("complementary", name="Row: Kestrel")
    await expect(panel).to_be_visible()
    assert (await still(panel))["width"] == 390
