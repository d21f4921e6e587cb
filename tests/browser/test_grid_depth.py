"""Deep and wide: only what is in sight is drawn, every row can be reached, and nothing about it is hidden from a screen reader."""

import pytest
from playwright.async_api import expect

from tests.browser.barriers import violations_in_light_and_dark
from tests.browser.conftest import Arrives, Desk
from tests.browser.patience import soon
from tests.browser.sheet import Sheet
from tests.conftest import Northlight

pytestmark = pytest.mark.browser
MANY = 3_000


@pytest.fixture
async def deep(desk: Desk, url: str, arrives: Arrives, northlight_kept: Northlight) -> Desk:
    ana = await arrives(northlight_kept.ana)
    for n in range(0, MANY, 1_000):
        rows = [{"values": {"name": f"Shoot {n + i:05}", "crew": i % 9}} for i in range(1_000)]
        assert (await ana.api.post(desk.rows, json={"rows": rows})).status_code == 201
    return desk


async def test_any_row_can_be_reached_and_little_is_drawn(arrives: Arrives, deep: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{deep.id}/all")
    await expect(sheet.grid).to_have_attribute("aria-rowcount", str(MANY + 5))
    await sheet.grid.focus()
    await sheet.press("Control+End")
    await expect(sheet.cell(MANY + 3, "Name")).to_contain_text("Shoot 02999")
    await soon(lambda: sheet.told(), "Next step")
    assert await ana.page.locator(".line").count() < 50
    await sheet.press("Control+Home")
    await expect(sheet.cell(0, "Name")).to_contain_text("Kestrel")
    await ana.page.evaluate("document.querySelector('[data-grid]').scrollTop = 33 * 1500")
    await expect(sheet.cell(1504, "Name")).to_contain_text("Shoot 01500")
    await soon(lambda: sheet.told(), "Name")
    await sheet.press("ArrowDown")
    await expect(sheet.cell(1, "Name")).to_be_in_viewport()


async def test_nothing_for_axe_to_find(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.grid.focus()
    await sheet.press("Shift+ArrowRight", "Shift+ArrowDown")
    assert await violations_in_light_and_dark(ana.page) == []
    await sheet.press("Escape", "Space")
    await expect(ana.page.get_by_role("tabpanel", name="History")).to_contain_text("added this row")
    assert await violations_in_light_and_dark(ana.page) == []
    await ana.page.get_by_role("button", name="Filter", exact=True).click()
    await ana.page.get_by_role("button", name="Condition").click()
    assert await violations_in_light_and_dark(ana.page) == []


async def test_tab_leaves_the_grid_at_the_end_of_a_row(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Each")
    await sheet.press("Tab")
    await soon(lambda: sheet.told(), "Next step")
    await sheet.press("Tab")
    await expect(sheet.grid).not_to_be_focused()
