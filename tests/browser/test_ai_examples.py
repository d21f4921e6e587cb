"""Two of the finished apps on a machine without any key: an invoice is dropped in and read, banners are drawn."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.ai.papers import pdf
from tests.browser.conftest import Arrives, Person
from tests.browser.patience import soon
from tests.conftest import Northlight

pytestmark = pytest.mark.browser

INVOICE = pdf(
    "Invoice number: 2026-4711\nInvoice date: 14.11.2026\nNet amount: 1,000.00 EUR\nVAT 19%: 190.00 EUR\n"
    "Total amount: 1,190.00 EUR\nDue date: 28.11.2026\n"
)


async def of_template(person: Person, template: str) -> str:
    made = await person.api.post("/api/apps", json={"template": template})
    return made.raise_for_status().json()["id"]


async def rows(person: Person, app: str, table: str) -> list[dict[str, Any]]:
    return (await person.api.get(f"/api/apps/{app}/tables/{table}/rows?limit=200")).raise_for_status().json()["rows"]


async def test_an_invoice_is_dropped_into_a_form_and_read(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await of_template(ana, "invoice_reader")
    page = ana.page
    await page.goto(f"{url}/a/{app}/hand_in")
    await page.get_by_label("What is it").fill("Paper of November")
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": INVOICE}
    )
    await expect(page.get_by_text("invoice.pdf")).to_be_visible()
    await page.get_by_role("button", name="Send").click()

    async def read() -> tuple[Any, ...]:
        found = [row["values"] for row in await rows(ana, app, "invoices") if row["values"]["name"] == "Paper of November"]
        return tuple(found[0][field] for field in ("invoice_number", "due_date", "total")) if found else ()

    await soon(read, ("2026-4711", "2026-11-28", "1190.00"))


async def test_banners_are_drawn_on_this_machine(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    app = await of_template(ana, "ad_banners")
    page, dialog = ana.page, ana.page.get_by_role("dialog")
    await page.goto(f"{url}/a/{app}/all_ads")
    heading = page.get_by_role("columnheader", name="Wide")
    await expect(heading).to_be_visible()
    await heading.hover()
    await page.get_by_role("button", name="Wide: menu").click()
    await page.get_by_role("menuitem", name="Fill the column …").click()
    await dialog.get_by_role("button", name="Fill").last.click()

    async def drawn() -> bool:
        ads = await rows(ana, app, "ads")
        return bool(ads) and all(row["values"]["wide"] for row in ads)

    await soon(drawn, True)
    first = (await rows(ana, app, "ads"))[0]["values"]["wide"][0]
    assert (first["width"], first["height"]) == (1200, 624)
    await expect(page.locator("[role=gridcell][data-field='Wide'] img").first).to_be_visible()
