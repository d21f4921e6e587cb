"""Two people in one grid: what one does the other sees, and nobody overwrites anybody unasked."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrives, Desk
from tests.browser.patience import soon
from tests.browser.sheet import Sheet
from tests.conftest import Northlight

pytestmark = pytest.mark.browser


async def test_edits_new_rows_and_places_are_seen_by_the_other(
    arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str
):
    ana, ben = await arrives(northlight_kept.ana), await arrives(northlight_kept.ben)
    anas, bens = [await Sheet.opened(p.page, f"{url}/a/{desk.id}/all") for p in (ana, ben)]
    await anas.to(2, "Budget")
    await expect(bens.cell(2, "Budget")).to_contain_text("Ana")
    await anas.type("15000")
    await anas.press("Enter")
    await expect(bens.cell(2, "Budget")).to_contain_text("15,000")
    await bens.to(0, "Name")
    await bens.press("Shift+Enter")
    await expect(ben.page.get_by_role("dialog", name="New row").get_by_role("textbox", name="Name")).to_be_focused()
    await bens.type("Norrsken, brochure")
    await bens.press("Enter")
    await expect(anas.cell(4, "Name")).to_contain_text("Norrsken, brochure")
    await soon(lambda: anas.told(), "Budget")


async def test_the_same_cell_changed_by_both_is_put_to_the_second(
    arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str
):
    ana, ben = await arrives(northlight_kept.ana), await arrives(northlight_kept.ben)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Budget")
    await sheet.press("Enter")
    await sheet.type("20000")
    answer = await ben.api.patch(f"{desk.rows}/{desk.ids[0]}", json={"values": {"budget": "17000"}, "version": 1})
    assert answer.status_code == 200
    await ana.page.wait_for_timeout(400)
    await sheet.press("Enter")
    dialog = ana.page.get_by_role("dialog", name="Ben Okafor changed this first")
    await expect(dialog).to_contain_text("€17,000")
    await expect(dialog).to_contain_text("€20,000")
    await dialog.get_by_role("button", name="Keep mine").click()
    await expect(sheet.cell(0, "Budget")).to_contain_text("20,000")
    await expect(sheet.foot).to_contain_text("Saved")
    assert (await ana.api.get(f"{desk.rows}/{desk.ids[0]}")).json()["values"]["budget"] == "20000.00"


async def test_another_cell_of_the_same_row_is_no_conflict(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana, ben = await arrives(northlight_kept.ana), await arrives(northlight_kept.ben)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Budget")
    await sheet.press("Enter")
    await sheet.type("20000")
    await ben.api.patch(f"{desk.rows}/{desk.ids[0]}", json={"values": {"stage": "done"}, "version": 1})
    await ana.page.wait_for_timeout(300)
    await sheet.press("Enter")
    await expect(sheet.cell(0, "Stage")).to_contain_text("Done")
    await expect(sheet.foot).to_contain_text("Saved")
    kept = (await ana.api.get(f"{desk.rows}/{desk.ids[0]}")).json()["values"]
    assert (kept["budget"], kept["stage"]) == ("20000.00", "done")
    await expect(ana.page.get_by_role("dialog")).to_have_count(0)


async def test_a_field_added_elsewhere_is_there(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana, ben = await arrives(northlight_kept.ana), await arrives(northlight_kept.ben)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    step = {"do": "add", "part": "field", "table": "shoots", "value": {"id": "van", "name": "Van", "kind": "text"}, "at": 1}
    made = await ben.api.post(
        f"/api/apps/{desk.id}/versions", json={"change": {"title": "Added Van", "steps": [step]}, "base_version": 1, "note": ""}
    )
    assert made.status_code == 201, made.text
    await expect(sheet.heading("Van")).to_be_visible()
    await sheet.to(0, "Van")
    await sheet.type("Sprinter")
    await sheet.press("Enter")
    await expect(sheet.cell(0, "Van")).to_contain_text("Sprinter")
