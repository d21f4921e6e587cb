"""Every view, in light and in dark, without one complaint of axe; and on a phone without scrolling sideways as a whole."""

import pytest
from playwright.async_api import expect

from tests.browser.barriers import violations_in_light_and_dark as complaints
from tests.browser.views.conftest import Desk

pytestmark = pytest.mark.browser

VIEWS = {
    "board": "[data-card]",
    "days": "[data-event]",
    "calls": ".month",
    "gallery": "[data-card]",
    "plan": "[data-bar]",
    "chart": ".plot canvas",
    "form": "form",
    "numbers": '[data-tile="kinds"] canvas',
}


async def test_axe_has_nothing_to_say(desk: Desk):
    ana = await desk.ana()
    for view, seen in VIEWS.items():
        page = await ana.open(view)
        await expect(page.locator(seen).first).to_be_visible()
        assert await complaints(page) == [], view


async def test_nor_where_things_are_set_up(desk: Desk):
    page = await (await desk.ana()).open("board")
    await page.get_by_role("button", name="Status", exact=True).click()
    await expect(page.get_by_role("dialog", name="Columns and cards")).to_be_visible()
    assert await complaints(page) == []
    await desk.seats[-1][0].open("form")
    await page.get_by_text("Edit", exact=True).click()
    await page.get_by_role("button", name="Share", exact=True).click()
    await page.get_by_role("tab", name="Form").click()
    await page.get_by_role("button", name="Make it public").click()
    await expect(page.get_by_role("button", name="Make this public")).to_be_visible()
    await page.get_by_text("Password, dates").click()
    await expect(page.get_by_label("Public until")).to_be_visible()
    assert await complaints(page) == []
    await desk.seats[-1][0].open("numbers")
    await page.get_by_role("button", name="Arrange").click()
    await page.get_by_role("button", name="Settings of Kinds").click()
    assert await complaints(page) == []
    await desk.seats[-1][0].open("chart")
    await page.get_by_role("button", name="See rows").click()
    assert await complaints(page) == []
    await page.locator(".figures").get_by_role("button").first.click()
    await expect(page.get_by_role("dialog").get_by_role("link").first).to_be_visible()
    assert await complaints(page) == []


async def test_on_a_phone_nothing_is_wider_than_the_window(desk: Desk):
    ana = await desk.ana(phone=True)
    for view in VIEWS:
        page = await ana.open(view)
        await expect(page.locator("#main, main").first).to_be_visible()
        await page.wait_for_timeout(400)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
