"""Rows on their days, moved and stretched by hand and by keys; and the same rows as bars on a timeline."""

from datetime import date, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.patience import soon, still
from tests.browser.views.conftest import Desk
from tests.browser.views.desk import TODAY, day

pytestmark = pytest.mark.browser


def number(iso: str) -> int:
    return (date.fromisoformat(iso) - date(1970, 1, 1)).days


def cell(page: Page, iso: str) -> Locator:
    return page.locator(f'.day[data-day="{number(iso)}"]')


def event(page: Page, name: str) -> Locator:
    return page.locator("[data-event]").filter(has_text=name).first


async def shown(page: Page, iso: str) -> None:
    """Turns the pages of the calendar until the day is on one."""
    if TODAY.month != date.fromisoformat(iso).month and await cell(page, iso).count() == 0:
        await page.get_by_role("button", name="Later" if date.fromisoformat(iso) > TODAY else "Earlier").click()
    await expect(cell(page, iso)).to_be_visible()


async def pull(page: Page, grip: tuple[float, float], to: Locator) -> None:
    target = await still(to)
    await page.mouse.move(*grip)
    await page.mouse.down()
    await page.mouse.move(grip[0] + 8, grip[1] + 8, steps=3)
    await page.mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] - 8, steps=8)


async def test_a_row_dragged_to_another_day_starts_there_and_undo_brings_it_back(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("days")
    await expect(event(page, "Juniper Labs")).to_be_visible()
    free = min((day(n) for n in (-7, 7)), key=lambda iso: abs(date.fromisoformat(iso).month - TODAY.month))
    box = await still(event(page, "Juniper Labs"))
    await pull(page, (box["x"] + 20, box["y"] + 10), cell(page, free))
    await page.mouse.up()
    await soon(lambda: ana.value("Juniper Labs", "starts"), free)
    await page.keyboard.press("Control+z")
    await soon(lambda: ana.value("Juniper Labs", "starts"), day(0))


async def test_days_move_and_stretch_by_keys(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("days")
    await expect(event(page, "Juniper Labs")).to_be_visible()
    await page.locator('.day[tabindex="0"]').focus()
    await page.keyboard.press("t")
    await expect(cell(page, day(0))).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(event(page, "Juniper Labs")).to_be_focused()
    await page.keyboard.press("Control+ArrowRight")
    await soon(lambda: ana.value("Juniper Labs", "starts"), day(1))
    moved = TODAY + timedelta(1)
    said = page.get_by_role("status").filter(has_text=f"Juniper Labs: {moved:%A}")
    await expect(said).to_have_count(1)
    await expect(event(page, "Juniper Labs")).to_be_focused()
    await page.keyboard.press("Control+Shift+ArrowRight")
    await soon(lambda: ana.value("Juniper Labs", "ends"), day(2))
    await page.keyboard.press("Control+z")
    await soon(lambda: ana.value("Juniper Labs", "ends"), None)
    await page.keyboard.press("Control+z")
    await soon(lambda: ana.value("Juniper Labs", "starts"), day(0))


async def test_a_row_without_a_day_gets_the_one_it_is_dropped_on(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("days")
    waiting = page.get_by_role("complementary", name="Rows without a date").get_by_role("button", name="Fika & Co")
    box = await still(waiting)
    await pull(page, (box["x"] + 20, box["y"] + 10), cell(page, day(0)))
    await page.mouse.up()
    await soon(lambda: ana.value("Fika & Co", "starts"), day(0))
    await expect(page.get_by_role("complementary", name="Rows without a date")).to_have_count(0)
    await page.keyboard.press("Control+z")
    await expect(waiting).to_be_visible()


async def test_a_drag_over_empty_days_makes_a_row(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("days")
    # The rows without a date come a moment later, and the days make room for them.
    await expect(page.get_by_role("complementary", name="Rows without a date")).to_be_visible()
    last = page.locator(".wk").last.locator(".day")
    from_day, to_day = [int(await last.nth(n).get_attribute("data-day") or 0) for n in (4, 6)]
    box = await still(last.nth(4))
    await pull(page, (box["x"] + 20, box["y"] + box["height"] - 8), last.nth(6))
    await expect(page.locator(".day.drawn")).to_have_count(3)
    await page.mouse.up()
    # A project needs a name: it is asked for before anything is made.
    asked = page.get_by_role("dialog", name="New row")
    await expect(asked.get_by_role("textbox")).to_be_focused()
    await page.keyboard.type("Kestrel Outdoor")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("complementary", name="Row: Kestrel Outdoor")).to_be_visible()
    made = await ana.row("Kestrel Outdoor")
    assert (number(made["values"]["starts"]), number(made["values"]["ends"])) == (from_day, to_day)


async def test_ranges_have_keys_and_a_phone_opens_on_the_agenda(desk: Desk):
    page = await (await desk.ana()).open("calls")
    await expect(page.locator(".month")).to_be_visible()
    for key, seen in (("w", ".hours .column"), ("d", ".hours .column"), ("a", ".agenda"), ("m", ".month")):
        await page.keyboard.press(key)
        await expect(page.locator(seen).first).to_be_visible()
    phone = await (await desk.ana(phone=True)).open("days")
    await expect(phone.locator(".agenda").get_by_role("button", name="Juniper Labs")).to_be_visible()


async def test_bars_of_the_timeline_move_and_stretch(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("plan")
    bar = page.locator('[data-bar][aria-label^="Pico Toys"]')
    await bar.scroll_into_view_if_needed()
    box = await still(bar)
    a_day = 24
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] / 2 + 3 * a_day, box["y"] + 12, steps=6)
    await page.mouse.up()
    await soon(lambda: ana.value("Pico Toys", "starts"), day(5))
    await soon(lambda: ana.value("Pico Toys", "ends"), day(7))
    box = await still(bar)
    await page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] - 2 + 2 * a_day, box["y"] + 12, steps=6)
    await page.mouse.up()
    await soon(lambda: ana.value("Pico Toys", "ends"), day(9))
    await bar.focus()
    await page.keyboard.press("Control+ArrowLeft")
    await soon(lambda: ana.value("Pico Toys", "starts"), day(4))


async def test_who_may_only_look_moves_no_day(desk: Desk):
    cleo = await desk.cleo()
    page = await cleo.open("days")
    before = await cleo.value("Juniper Labs", "starts")
    await event(page, "Juniper Labs").focus()
    await page.keyboard.press("Control+ArrowRight")
    await event(page, "Juniper Labs").click()
    await expect(page.get_by_role("dialog", name="Juniper Labs")).to_be_visible()
    assert await cleo.value("Juniper Labs", "starts") == before
