"""How a grid is looked at: filtered, sorted, grouped, hidden, searched; one's own until it is saved for everyone."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrives, Desk
from tests.browser.patience import soon, still
from tests.browser.sheet import Sheet
from tests.conftest import Northlight

pytestmark = pytest.mark.browser


async def test_filter_sort_and_group_stay_mine_until_saved(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana, mia = await arrives(northlight_kept.ana), await arrives(northlight_kept.mia)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    bar = ana.page.get_by_role("toolbar", name="View All shoots")
    await bar.get_by_role("button", name="Filter", exact=True).click()
    await ana.page.get_by_role("button", name="Condition").click()
    await ana.page.get_by_label("Field", exact=True).select_option(label="Budget")
    await ana.page.get_by_label("Comparison").select_option(label=">")
    await ana.page.get_by_label("Value").fill("10000")
    await expect(sheet.foot).to_contain_text("3 of 4 rows")
    await ana.page.keyboard.press("Escape")
    await bar.get_by_role("button", name="Sort", exact=True).click()
    await ana.page.get_by_role("button", name="Sort by a field").click()
    await ana.page.get_by_label("Sort by").select_option(label="Budget")
    await ana.page.get_by_label("Direction").select_option("down")
    await ana.page.keyboard.press("Escape")
    await expect(sheet.cell(0, "Name")).to_contain_text("Kestrel")
    await soon(lambda: sheet.column("Name"), ["Kestrel, winter range", "Brandt, workshop film", "Halden, lookbook"])
    await expect(sheet.heading("Budget")).to_have_attribute("aria-sort", "descending")
    await bar.get_by_role("button", name="Group", exact=True).click()
    await ana.page.get_by_role("button", name="Group by a field").click()
    await ana.page.keyboard.press("Escape")
    heads = ana.page.locator(".group")
    await expect(heads).to_have_count(2)
    await expect(heads.first).to_contain_text("Asked")
    await expect(heads.first).to_contain_text("Sum €32,600")
    await heads.first.get_by_role("button", name="Fold Asked").click()
    await soon(lambda: sheet.column("Name"), ["Halden, lookbook"])
    await expect(bar.get_by_role("button", name="Remove the filter")).to_contain_text("Budget > €10,000")

    theirs = await Sheet.opened(mia.page, f"{url}/a/{desk.id}/all")
    await expect(theirs.foot).to_contain_text("4 rows")
    await bar.get_by_role("button", name="Save for everyone").click()
    await expect(theirs.foot).to_contain_text("3 of 4 rows")
    view = (await ana.api.get(f"/api/apps/{desk.id}")).json()["spec"]["views"][0]
    assert [c["field"] for c in view["filter"]["of"]] == ["budget"]
    assert [g["field"] for g in view["groups"]] == ["stage"]
    await expect(mia.page.get_by_role("button", name="Save for everyone")).to_have_count(0)


async def test_my_own_look_survives_a_reload_and_can_be_dropped(
    arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str
):
    mia = await arrives(northlight_kept.mia)
    sheet = await Sheet.opened(mia.page, f"{url}/a/{desk.id}/all")
    await sheet.heading("Budget").hover()
    await sheet.heading("Budget").get_by_role("button").click()
    await mia.page.get_by_role("menuitem", name="Hide").click()
    await expect(sheet.heading("Budget")).to_have_count(0)
    await mia.page.reload()
    await expect(sheet.cell(0, "Name")).to_be_visible()
    await expect(sheet.heading("Budget")).to_have_count(0)
    await mia.page.get_by_role("button", name="Back to how everyone sees it").click()
    await expect(sheet.heading("Budget")).to_be_visible()


async def test_or_inside_and(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.press("Control+Shift+f")
    await ana.page.get_by_role("dialog", name="Filter").get_by_role("button", name="Group", exact=True).click()
    inner = ana.page.get_by_role("group", name="Group of conditions")
    await inner.get_by_label("Value").fill("brandt")
    await inner.get_by_role("button", name="Condition", exact=True).click()
    await inner.get_by_label("Value").last.fill("halden")
    await expect(sheet.foot).to_contain_text("2 of 4 rows")
    await soon(lambda: sheet.column("Name"), ["Brandt, workshop film", "Halden, lookbook"])


async def test_finding(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.grid.focus()
    await sheet.press("/")
    await sheet.type("lookbook")
    await expect(sheet.foot).to_contain_text("1 of 4 rows")
    await soon(lambda: sheet.column("Name"), ["Halden, lookbook"])
    await sheet.press("Escape")
    await expect(sheet.foot).to_contain_text("4 rows")
    await expect(sheet.grid).to_be_focused()


async def test_fields_are_moved_widened_and_frozen(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Budget")
    await sheet.press("Alt+Shift+ArrowLeft")
    names = [name.strip() for name in await ana.page.locator(".heading .cut").all_inner_texts()]
    assert names[:3] == ["Name", "Budget", "Stage"]
    await soon(lambda: sheet.told(), "Budget")
    box = await still(sheet.heading("Stage"))
    await ana.page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 10)
    await ana.page.mouse.down()
    await ana.page.mouse.move(box["x"] + box["width"] + 59, box["y"] + 10, steps=5)
    await ana.page.mouse.up()
    wider = await still(sheet.heading("Stage"))
    assert abs(wider["width"] - box["width"] - 60) < 3
    await sheet.heading("Budget").get_by_role("button").click(force=True)
    await ana.page.get_by_role("menuitem", name="Freeze up to here").click()
    await sheet.press("Control+ArrowRight")
    await expect(sheet.cell(0, "Budget")).to_be_in_viewport()
    await soon(lambda: sheet.told(), "Next step")


async def test_a_row_wears_the_colour_of_its_rule(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await ana.page.get_by_role("button", name="Colour", exact=True).click()
    await ana.page.get_by_role("button", name="Rule", exact=True).click()
    await ana.page.get_by_label("Value").click()
    await ana.page.get_by_role("option", name="Done").click()
    await ana.page.keyboard.press("Escape")
    await expect(ana.page.locator(".line.hued")).to_have_count(1)
    await expect(ana.page.locator(".line.hued")).to_contain_text("Halden")
    await expect(sheet.foot).to_contain_text("4 rows")


async def test_who_only_looks_sees_all_and_changes_nothing(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    cleo = await arrives(northlight_kept.cleo)
    sheet = await Sheet.opened(cleo.page, f"{url}/a/{desk.id}/all")
    await expect(sheet.grid).to_have_attribute("aria-readonly", "true")
    for name in ("New row", "Add a field", "Save for everyone", "Ask for a change"):
        await expect(cleo.page.get_by_role("button", name=name)).to_have_count(0)
    await sheet.to(0, "Name")
    await sheet.type("x")
    await sheet.press("Delete", "Control+d")
    await expect(cleo.page.locator("input.in-cell")).to_have_count(0)
    await sheet.press("Space")
    panel = cleo.page.get_by_role("complementary", name="Row: Kestrel")
    await expect(panel).to_be_visible()
    await expect(panel.get_by_role("button", name="More about this row")).to_have_count(0)
    await expect(panel.get_by_role("textbox")).to_have_count(0)
    rows = (await cleo.api.get(desk.rows)).json()["rows"]
    assert [row["version"] for row in rows] == [1, 1, 1, 1]
