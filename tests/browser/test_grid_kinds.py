"""Every kind of field is edited with the keyboard alone, and what was typed is what is kept."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrives, Desk
from tests.browser.sheet import Sheet
from tests.conftest import Northlight

pytestmark = pytest.mark.browser

# field, keys pressed on the cell ("…" is typed), what is stored
TYPED = [
    ("Name", ["Otto & Söhne", "<Enter>"], "Otto & Söhne"),
    ("Stage", ["boo", "<Enter>"], "booked"),
    ("Budget", ["1.234,50", "<Enter>"], "1234.50"),
    ("On", ["27 Nov 2026", "<Enter>"], "2026-11-27"),
    ("Fit", ["4", "<Enter>"], 4),
    ("Paid", ["<Enter>"], True),
    ("Tags", ["<Enter>", "film", "<Enter>", "food", "<Enter>", "<Escape>"], ["film", "food"]),
    ("Notes", ["<F2>", "two", "<Shift+Enter>", "lines", "<Enter>"], "two\nlines"),
    ("Crew", ["7", "<Tab>"], 7),
    ("Share", ["25%", "<Enter>"], 0.25),
    ("Took", ["1h 30m", "<Enter>"], 5400),
    ("Mail", ["ana@northlight.example", "<Enter>"], "ana@northlight.example"),
    ("Tel", ["+49 30 1234567", "<Enter>"], "+49 30 1234567"),
    ("Site", ["northlight.example", "<Enter>"], "https://northlight.example"),
]


async def test_each_kind_by_keyboard(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    for field, keys, _ in TYPED:
        await sheet.to(3, field)
        for key in keys:
            await (sheet.press(key[1:-1]) if key.startswith("<") else sheet.type(key))
            if key in ("<Enter>", "<F2>") or field in ("Stage", "Tags"):
                await ana.page.wait_for_timeout(180)
        await expect(sheet.grid).to_be_focused()
    await expect(sheet.foot).to_contain_text("Saved")
    kept = (await ana.api.get(f"{desk.rows}/{desk.ids[3]}")).json()["values"]
    ids = {
        "Name": "name",
        "Stage": "stage",
        "Budget": "budget",
        "On": "on",
        "Fit": "fit",
        "Paid": "paid",
        "Tags": "tags",
        "Notes": "notes",
    }
    for field, _, wanted in TYPED:
        assert kept[ids.get(field, field.lower())] == wanted, field


async def test_people_links_and_moments(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana, timezone_id="Europe/Berlin")
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Lead")
    await sheet.type("ben")
    await expect(ana.page.get_by_role("option", name="Ben Okafor")).to_be_visible()
    await sheet.press("Enter")
    await expect(sheet.cell(0, "Lead")).to_contain_text("Ben")
    await sheet.to(0, "Client")
    await sheet.type("fik")
    await expect(ana.page.get_by_role("option", name="Fika & Co")).to_be_visible()
    await sheet.press("Enter")
    await expect(sheet.cell(0, "Client")).to_contain_text("Fika & Co")
    await sheet.to(1, "Client")
    await sheet.type("Tolka Brewery")
    await expect(ana.page.get_by_role("option", name="Tolka Brewery")).to_be_visible()
    await sheet.press("Enter")
    await expect(sheet.cell(1, "Client")).to_contain_text("Tolka Brewery")
    await sheet.to(0, "Call")
    await sheet.type("27 Nov 2026 9:30")
    await sheet.press("Enter")
    await expect(sheet.cell(0, "Call")).to_contain_text("09:30")
    await expect(sheet.foot).to_contain_text("Saved")
    kept = (await ana.api.get(f"{desk.rows}/{desk.ids[0]}")).json()["values"]
    assert kept["lead"] == [northlight_kept.ben.member]
    assert [one["name"] for one in kept["client"]] == ["Fika & Co"]
    assert kept["call"] == "2026-11-27T08:30:00Z", "typed on a clock in Berlin"
    clients = (await ana.api.get(f"/api/apps/{desk.id}/tables/clients/rows")).json()["rows"]
    assert "Tolka Brewery" in [row["values"]["name"] for row in clients]


async def test_a_choice_is_made_in_place(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Stage")
    await sheet.type("Waiting")
    await expect(ana.page.get_by_role("option", name="Waiting")).to_be_visible()
    await sheet.press("Enter")
    await expect(sheet.cell(0, "Stage")).to_contain_text("Waiting")
    spec = (await ana.api.get(f"/api/apps/{desk.id}")).json()["spec"]
    assert [o["name"] for o in spec["tables"][0]["fields"][1]["options"]] == ["Asked", "Booked", "Done", "Waiting"]


async def test_what_makes_no_sense_is_told_and_taken_back(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Budget")
    await sheet.type("lots")
    await sheet.press("Enter")
    await expect(ana.page.get_by_role("alert").filter(has_text="Budget is an amount")).to_be_visible()
    await sheet.press("Escape")
    await expect(sheet.cell(0, "Budget")).to_contain_text("18,400")
    await sheet.to(0, "Name")
    await sheet.press("Delete")
    await expect(sheet.cell(0, "Name")).to_have_attribute("aria-invalid", "true")
    await expect(sheet.cell(0, "Name")).to_contain_text("Kestrel")


async def test_computed_cells_say_why(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Each")
    await sheet.press("Enter")
    await expect(ana.page.get_by_role("note")).to_contain_text("Worked out by its formula")
    await sheet.press("Escape")
    await expect(sheet.grid).to_be_focused()


async def test_a_file_is_dropped_and_taken_away(arrives: Arrives, desk: Desk, northlight_kept: Northlight, url: str):
    ana = await arrives(northlight_kept.ana)
    sheet = await Sheet.opened(ana.page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Files")
    await sheet.press("Enter")
    async with ana.page.expect_file_chooser() as chooser:
        await ana.page.get_by_role("button", name="Choose or drop here").click()
    await (await chooser.value).set_files([{"name": "brief.txt", "mimeType": "text/plain", "buffer": b"Two days, one van."}])
    await expect(ana.page.get_by_role("link", name="brief.txt")).to_be_visible()
    await sheet.press("Escape")
    await expect(sheet.cell(0, "Files")).to_contain_text("brief.txt")
    await expect(sheet.foot).to_contain_text("Saved")
    kept = (await ana.api.get(f"{desk.rows}/{desk.ids[0]}")).json()["values"]["files"]
    assert [(one["name"], one["bytes"]) for one in kept] == [("brief.txt", 18)]
