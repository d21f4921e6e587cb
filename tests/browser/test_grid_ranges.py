"""Ranges: copied to and pasted from spreadsheets, filled, cleared, and every step taken back."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrives, Desk
from tests.browser.patience import soon, still
from tests.browser.sheet import Sheet
from tests.conftest import Northlight

pytestmark = pytest.mark.browser


async def test_copied_cells_are_what_a_spreadsheet_takes(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Name")
    await sheet.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown", "Control+c")
    await expect(sheet.toast("8 cells copied")).to_be_visible()
    assert await ana.page.evaluate("navigator.clipboard.readText()") == (
        "Kestrel, winter range\tAsked\t18400.00\t2026-11-24\nOstra, spring catalogue\tBooked\t9650.00\t2026-11-26"
    )
    html = await ana.page.evaluate("navigator.clipboard.read().then(i => i[0].getType('text/html')).then(b => b.text())")
    assert "<td>Kestrel, winter range</td><td>Asked</td>" in html


async def test_pasting_reads_by_kind_adds_rows_and_is_undone(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(3, "Name")
    await sheet.paste("Linden, rooms\tBooked\t€ 7.300,00\t8 Dec 2026\nFika, menu\tdone\t3150\t10.12.2026\n")
    await expect(sheet.toast("1 row added")).to_be_visible()
    await expect(sheet.foot).to_contain_text("5 rows")
    rows = (await ana.api.get(desk.rows)).json()["rows"]
    assert [rows[3]["values"][f] for f in ("name", "stage", "budget", "on")] == [
        "Linden, rooms",
        "booked",
        "7300.00",
        "2026-12-08",
    ]
    assert [rows[4]["values"][f] for f in ("name", "stage", "budget", "on")] == ["Fika, menu", "done", "3150.00", "2026-12-10"]
    await sheet.press("Control+z")
    await expect(sheet.foot).to_contain_text("4 rows")
    await sheet.press("Control+z")
    await expect(sheet.cell(3, "Name")).to_contain_text("Halden, lookbook")
    await sheet.press("Control+Shift+z")
    await expect(sheet.cell(3, "Name")).to_contain_text("Linden, rooms")


async def test_pasted_words_that_are_no_choice_are_offered_as_new_ones(
    arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str
):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Stage")
    await sheet.paste("Paused\nbooked")
    dialog = ana.page.get_by_role("dialog", name="One word is no choice yet")
    await expect(dialog).to_contain_text("Paused")
    await dialog.get_by_role("button", name="Add it and paste").click()
    await expect(sheet.cell(0, "Stage")).to_contain_text("Paused")
    await expect(sheet.cell(1, "Stage")).to_contain_text("Booked")
    await expect(sheet.grid).to_be_focused()


async def test_one_cell_pasted_over_many_and_filled_down(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Crew")
    await sheet.press("Shift+ArrowDown", "Shift+ArrowDown")
    await sheet.paste("9")
    await expect(sheet.toast("3 cells pasted")).to_be_visible()
    await soon(lambda: sheet.column("Crew"), ["9", "9", "9", "4"])
    await sheet.to(0, "Stage")
    await sheet.press("Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    await expect(sheet.toast("3 cells filled")).to_be_visible()
    await soon(lambda: sheet.column("Stage"), ["Asked"] * 4)
    await sheet.press("Control+z")
    await expect(sheet.cell(3, "Stage")).to_contain_text("Done")
    await soon(lambda: sheet.column("Stage"), ["Asked", "Booked", "Asked", "Done"])


async def test_the_handle_goes_on_with_a_series(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    await ana.api.patch(
        desk.rows, json={"rows": [{"id": desk.ids[0], "values": {"crew": 2}}, {"id": desk.ids[1], "values": {"crew": 4}}]}
    )
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Crew")
    await sheet.press("Shift+ArrowDown")
    start, end = await still(ana.page.locator("[data-handle]")), await still(sheet.cell(3, "Crew"))
    await ana.page.mouse.move(start["x"] + 4, start["y"] + 4)
    await ana.page.mouse.down()
    await ana.page.mouse.move(end["x"] + 20, end["y"] + 10, steps=6)
    await ana.page.mouse.up()
    await expect(sheet.toast("2 cells filled")).to_be_visible()
    await soon(lambda: sheet.column("Crew"), ["2", "4", "6", "8"])


async def test_many_cells_are_cleared_and_come_back(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Stage")
    await sheet.press("Shift+ArrowRight", "Shift+ArrowDown", "Delete")
    await expect(sheet.toast("4 cells cleared")).to_be_visible()
    assert (await sheet.column("Budget"))[:2] == ["", ""]
    await sheet.press("Control+z")
    await expect(sheet.cell(0, "Budget")).to_contain_text("18,400")
    await expect(sheet.cell(1, "Stage")).to_contain_text("Booked")


async def test_the_foot_adds_what_is_chosen(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    first, last = await still(sheet.cell(0, "Budget")), await still(sheet.cell(3, "Budget"))
    await ana.page.mouse.move(first["x"] + 20, first["y"] + 10)
    await ana.page.mouse.down()
    await ana.page.mouse.move(last["x"] + 20, last["y"] + 10, steps=5)
    await ana.page.mouse.up()
    await expect(sheet.foot).to_contain_text("4 cells")
    await expect(sheet.foot).to_contain_text("Sum €54,150")
    await expect(sheet.foot).to_contain_text("Average €13,537.50")
    await expect(sheet.foot).to_contain_text("€9,650 to €18,400")


async def test_marked_rows_go_to_the_trash_together_and_come_back(
    arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str
):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Name")
    await sheet.press("Shift+ArrowDown", "Control+m")
    await ana.page.get_by_role("toolbar", name="Marked rows").get_by_role("button", name="Move to the trash").click()
    await expect(sheet.foot).to_contain_text("2 rows")
    await soon(lambda: sheet.column("Name"), ["Brandt, workshop film", "Halden, lookbook"])
    await sheet.toast("2 rows moved to the trash").get_by_role("button", name="Undo").click()
    await expect(sheet.foot).to_contain_text("4 rows")
    assert (await sheet.column("Name"))[0] == "Kestrel, winter range"


async def test_a_new_row_is_asked_for_what_it_cannot_be_without(
    arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str
):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Name")
    await sheet.press("Shift+Enter")
    await expect(ana.page.get_by_role("dialog", name="New row").get_by_role("textbox", name="Name")).to_be_focused()
    await sheet.type("Vesna, dresses")
    await sheet.press("Enter")
    await expect(sheet.cell(4, "Name")).to_contain_text("Vesna, dresses")
    await expect(sheet.foot).to_contain_text("5 rows")
    await expect(sheet.cell(4, "Stage")).to_have_attribute("aria-selected", "true")
    rows = (await ana.api.get(desk.rows)).json()["rows"]
    assert rows[4]["values"]["name"] == "Vesna, dresses"


async def test_a_new_row_is_ready_to_be_typed_into(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/tables/clients")
    await ana.page.get_by_role("button", name="New row").click()
    await expect(ana.page.get_by_role("textbox", name="Name")).to_be_focused()
    await sheet.type("Tolka Brewery")
    await sheet.press("Enter")
    await expect(sheet.cell(2, "Name")).to_contain_text("Tolka Brewery")
    await expect(sheet.foot).to_contain_text("Saved")
    rows = (await ana.api.get(f"/api/apps/{desk.id}/tables/clients/rows")).json()["rows"]
    assert [row["values"]["name"] for row in rows] == ["Kestrel Outdoor", "Fika & Co", "Tolka Brewery"]


async def test_rows_are_carried_by_key_and_cut_cells_go_elsewhere(
    arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str
):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Name")
    await sheet.press("Alt+ArrowDown")
    await expect(sheet.cell(1, "Name")).to_contain_text("Kestrel")
    await expect(sheet.cell(1, "Name")).to_have_attribute("aria-selected", "true")
    order = [row["values"]["name"] for row in (await ana.api.get(desk.rows)).json()["rows"]]
    assert [name.split(",")[0] for name in order] == ["Ostra", "Kestrel", "Brandt", "Halden"]
    await sheet.to(2, "Crew")
    await sheet.press("Control+x")
    await expect(sheet.cell(2, "Crew")).to_have_text("")
    await sheet.press("ArrowDown")
    await sheet.press("Control+v")
    await expect(sheet.cell(3, "Crew")).to_contain_text("5")
