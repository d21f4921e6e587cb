"""Fields that a model fills, and the slots where models are plugged in: the model is a scripted upstream on this machine."""

import io
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Locator, Page, expect

from tests.ai.papers import picture
from tests.browser.barriers import violations, violations_in_light_and_dark
from tests.browser.conftest import Arrives, Desk, Person
from tests.browser.patience import soon
from tests.browser.sheet import Sheet
from tests.browser.test_gateway import forget, provider
from tests.conftest import Northlight
from tests.gateway.upstream import Says, Status, Upstream, upstream

pytestmark = pytest.mark.browser

MODEL = "gpt-6-luna"
FILLED_MS = 40_000
KIND = {
    "id": "sort", "name": "Sort", "kind": "select", "options": [{"id": "film", "name": "Film", "hue": "red"}, {"id": "food", "name": "Food", "hue": "teal"}],
    "fill": {"task": "classify", "prompt": "What is {Name} about?", "review_below": 0.6},
}  # fmt: skip


@pytest.fixture(scope="module")
def egress_allow() -> str:
    return "127.0.0.0/8"


@pytest.fixture
async def up() -> AsyncIterator[Upstream]:
    async with upstream() as up:
        yield up


def says(sure: float = 0.9, **value: Any) -> Says:
    """A model's answer in the form that a field asks for."""
    return Says.chat({"role": "assistant", "content": json.dumps({**value, "confidence": sure})})


async def plugged(person: Person, up: Upstream, name: str, desk: Desk) -> None:
    """A provider, and its model in the app's slot for text."""
    await forget(person)
    await provider(person, up, name)
    answer = await person.api.put(f"/api/apps/{desk.id}/slots/text", json={"model": f"{name}/{MODEL}"})
    assert answer.status_code == 200, answer.text


async def with_field(person: Person, desk: Desk, field: dict[str, Any]) -> None:
    version = (await person.api.get(f"/api/apps/{desk.id}")).json()["version"]
    step = {"do": "add", "part": "field", "table": "shoots", "value": field, "at": 1}
    change = {"change": {"title": "A field", "steps": [step]}, "base_version": version, "note": "A field"}
    (await person.api.post(f"/api/apps/{desk.id}/versions", json=change)).raise_for_status()


async def column_menu(page: Page, field: str, item: str) -> None:
    await page.get_by_role("columnheader", name=field).hover()
    await page.get_by_role("button", name=f"{field}: menu").click()
    await page.get_by_role("menuitem", name=item).click()


async def chosen(page: Page, label: str, option: str) -> None:
    await page.get_by_role("button", name=label).click()
    await page.get_by_role("combobox", name=label).fill(option)
    await expect(page.get_by_role("option").filter(has_text=option).first).to_be_visible()
    await page.keyboard.press("Enter")


def toast(page: Page, words: str) -> Locator:
    return page.locator(".toast").filter(has_text=words)


async def test_a_slot_is_switched_a_column_filled_edited_by_hand_and_written_again(
    arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await forget(ana)
    await provider(ana, up, "writer")
    page, dialog = ana.page, ana.page.get_by_role("dialog")

    await page.goto(f"{url}/a/{desk.id}/slots")
    slot = page.get_by_role("article", name="Slot Text")
    await expect(slot).to_contain_text("built in, as nobody has chosen")
    await expect(slot).to_contain_text("writes Next step in Shoots")
    await slot.get_by_role("button", name="Switch Text", exact=True).click()
    await chosen(page, "The model instead", f"writer/{MODEL}")
    await expect(dialog).to_contain_text("writes Next step in Shoots")
    await expect(dialog).to_contain_text("Nothing was asked of this slot in the last 30 days")
    await dialog.get_by_role("button", name="Switch", exact=True).click()
    await expect(slot).to_contain_text(f"writer/{MODEL}")
    await expect(slot).to_contain_text("chosen for this app")
    await expect(toast(page, f"Text now asks writer/{MODEL}")).to_be_visible()

    up.always = says(draft="Chase the deposit.")
    sheet = await Sheet.opened(page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Next step")
    await column_menu(page, "Next step", "Fill the column …")
    await expect(dialog.get_by_role("button", name="Fill 4 rows")).to_be_enabled()
    await expect(dialog).to_contain_text(MODEL)
    await expect(dialog).to_contain_text("about $")
    await dialog.get_by_role("button", name="Fill 4 rows").click()
    for row in range(4):
        await expect(sheet.cell(row, "Next step")).to_contain_text("Chase the deposit.", timeout=FILLED_MS)
    await expect(toast(page, "Next step: 4 rows filled")).to_be_visible(timeout=FILLED_MS)
    assert len(up.heard) >= 4

    await sheet.to(0, "Next step")
    await sheet.type("Call Otto first")
    await sheet.press("Enter")
    await expect(sheet.cell(0, "Next step")).to_contain_text("Call Otto first")
    await expect(sheet.cell(0, "Next step").get_by_role("img", name="Changed by hand")).to_be_visible()

    # What a person wrote is left alone by the column, and given back to the model by hand.
    await column_menu(page, "Next step", "Fill the column …")
    await expect(dialog).to_contain_text("1 written by hand")
    await expect(dialog).to_contain_text("3 up to date already")
    await dialog.get_by_role("button", name="Cancel").click()
    up.always = says(draft="Release the call sheet.")
    await sheet.to(0, "Next step")
    await sheet.press("Shift+F10")
    await page.get_by_role("menuitem", name="Let AI write it again").click()
    await expect(sheet.cell(0, "Next step")).to_contain_text("Release the call sheet.", timeout=FILLED_MS)

    await sheet.to(0, "Next step")
    await sheet.press("Shift+F10")
    await page.get_by_role("menuitem", name="Who wrote this").click()
    told = page.get_by_role("dialog", name="Next step: who wrote this")
    await expect(told).to_contain_text("stub through writer")
    await expect(told).to_contain_text("90%")
    await expect(told).to_contain_text("version")
    await page.keyboard.press("Escape")
    await expect(sheet.grid).to_be_focused()


async def test_a_provider_that_fails_says_why_and_the_column_goes_on(
    arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await plugged(ana, up, "shaky", desk)
    up.always = Status(401, "Incorrect API key provided.")
    page, dialog = ana.page, ana.page.get_by_role("dialog")
    sheet = await Sheet.opened(page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Next step")
    await column_menu(page, "Next step", "Fill the column …")
    await dialog.get_by_role("button", name="Fill 4 rows").click()
    bar = page.get_by_role("region", name="Filling Next step")
    await expect(bar.get_by_role("button", name="Try those again")).to_be_visible(timeout=FILLED_MS)
    await expect(sheet.cell(0, "Next step")).to_contain_text("refused the key")
    await expect(bar).to_contain_text("What is done stays.")
    await expect(bar.get_by_role("link", name="Providers")).to_be_visible()
    up.always = says(draft="Send the shot list.")
    await bar.get_by_role("button", name="Try those again").click()
    await expect(sheet.cell(3, "Next step")).to_contain_text("Send the shot list.", timeout=FILLED_MS)
    await expect(bar).to_have_count(0)


async def test_what_the_model_is_not_sure_of_is_looked_at_and_accepted(
    arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await plugged(ana, up, "unsure", desk)
    await with_field(ana, desk, KIND)
    up.always = says(0.3, sort="Food")
    page = ana.page
    sheet = await Sheet.opened(page, f"{url}/a/{desk.id}/all")
    await sheet.to(1, "Sort")
    await sheet.press("Shift+F10")
    await page.get_by_role("menuitem", name="Write again").click()
    cell = sheet.cell(1, "Sort")
    await expect(cell).to_contain_text("Food", timeout=FILLED_MS)
    await expect(cell.get_by_role("img", name="Needs a look")).to_be_visible()

    await sheet.press("Space")
    panel = page.get_by_role("complementary", name=re.compile("^Row: Ostra"))
    await panel.get_by_role("button", name=re.compile("^Sort: who wrote this. Needs a look")).click()
    told = page.get_by_role("dialog", name="Sort: who wrote this")
    await expect(told).to_contain_text("30%")
    await told.get_by_role("button", name="Accept it").click()
    await expect(cell.get_by_role("img", name="Written by a model")).to_be_visible()

    async def state() -> Any:
        return (await ana.api.get(f"{desk.rows}/{desk.ids[1]}")).json()["ai"]["sort"]["state"]

    await soon(state, "written")


async def test_a_field_is_given_to_a_model_and_tried_before_it_is_kept(
    arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await plugged(ana, up, "trier", desk)
    page, dialog = ana.page, ana.page.get_by_role("dialog", name="New field in Shoots")
    await Sheet.opened(page, f"{url}/a/{desk.id}/all")
    await page.get_by_role("button", name="Add a field").click()
    await dialog.get_by_label("Name", exact=True).fill("Pitch")
    await dialog.get_by_role("switch", name="Filled by AI").check()
    prompt = dialog.get_by_role("textbox", name="What to write")
    await prompt.click()
    await page.keyboard.type("Pitch for /sta")
    await expect(page.get_by_role("option", name="Stage")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.type("and {Name}")
    await expect(prompt.locator(".chip")).to_have_text(["Stage", "Name"])
    await expect(prompt).not_to_contain_text("{")

    up.always = says(draft="Snow, wool and one warm lamp.")
    await dialog.get_by_role("button", name="Try it").click()
    await expect(dialog.get_by_role("status")).to_contain_text("Snow, wool and one warm lamp.")
    await expect(dialog.get_by_role("status")).to_contain_text("stub")
    await expect(dialog.get_by_role("status")).to_contain_text("90% sure")
    asked = json.dumps(up.heard[-1].json["messages"])
    assert "Kestrel, winter range" in asked
    assert "Asked" in asked
    await dialog.get_by_role("button", name="Add the field").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("columnheader", name="Pitch")).to_be_visible()
    spec = (await ana.api.get(f"/api/apps/{desk.id}")).json()["spec"]
    pitch = next(field for field in spec["tables"][0]["fields"] if field["name"] == "Pitch")
    assert pitch["fill"]["prompt"] == "Pitch for {Stage} and {Name}"
    shown = (await ana.api.get(f"{desk.rows}/{desk.ids[0]}")).json()
    assert shown["values"][pitch["id"]] is None, "trying writes nothing"


async def test_a_table_is_asked_in_plain_words_and_shows_what_it_counted(
    arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk
):
    """Without a model: the words alone are read, and Sayso counts."""
    cleo = await arrives(northlight_kept.cleo)
    page = cleo.page
    sheet = await Sheet.opened(page, f"{url}/a/{desk.id}/all")
    await page.get_by_role("button", name="Ask this table").click()
    asked = page.get_by_role("dialog", name="Ask this table")
    await asked.get_by_label("Ask about Shoots").fill("how many shoots are booked?")
    await page.keyboard.press("Enter")
    await expect(asked.locator(".figure")).to_have_text("1")
    await expect(asked).to_contain_text("Stage is Booked")
    await expect(asked).to_contain_text("without a model")
    await asked.get_by_role("button", name="Show these rows").click()
    await expect(sheet.foot).to_contain_text("1 of 4 rows")
    await expect(sheet.cell(0, "Name")).to_contain_text("Ostra")


async def test_what_of_a_picture_may_change_is_painted_by_keyboard(
    arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk
):
    ana = await arrives(northlight_kept.ana)
    page, dialog = ana.page, ana.page.get_by_role("dialog", name="What may change")
    edit = {"task": "edit_image", "prompt": "Grey wall", "picture": {"reference": "photo", "mask": "mask"}}
    for field in (
        {"id": "photo", "name": "Photo"},
        {"id": "mask", "name": "Mask"},
        {"id": "retouched", "name": "Retouched", "fill": edit},
    ):
        await with_field(ana, desk, {"kind": "image", **field})
    sent = await ana.api.post("/api/files", files={"file": ("lamp.png", picture(300, 200), "image/png")})
    lamp = sent.raise_for_status().json()["id"]
    (await ana.api.patch(desk.rows, json={"rows": [{"id": desk.ids[0], "values": {"photo": [lamp]}}]})).raise_for_status()

    sheet = await Sheet.opened(page, f"{url}/a/{desk.id}/all")
    await sheet.to(0, "Retouched")
    await sheet.press("Shift+F10")
    await page.get_by_role("menuitem", name="Who wrote this").click()
    await page.get_by_role("button", name="Paint what may change").click()
    board = dialog.get_by_role("application")
    await expect(board).to_be_visible()
    await expect(dialog.get_by_role("status")).to_contain_text("Nothing is painted")
    await board.focus()
    await sheet.press("ArrowRight", "Shift+ArrowDown", "Enter")
    await expect(dialog.get_by_role("status")).to_contain_text("% of the picture may change")
    await sheet.press("Control+z")
    await expect(dialog.get_by_role("status")).to_contain_text("Nothing is painted")
    await sheet.press("Enter")
    await expect(dialog.get_by_role("status")).to_contain_text("12% of the picture may change")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Keep it", exact=True).click()
    await expect(dialog).to_have_count(0)
    kept = (await ana.api.get(f"{desk.rows}/{desk.ids[0]}")).json()["values"]["mask"][0]
    assert (kept["width"], kept["height"]) == (300, 200)
    mask = Image.open(io.BytesIO((await ana.api.get(f"/api/files/{kept['id']}")).content)).getchannel("A")
    assert (mask.getpixel((150, 100)), mask.getpixel((5, 5))) == (0, 255), "transparent where it may change"


@pytest.mark.parametrize("look", ["desk", "phone"])
async def test_no_barriers_and_nothing_runs_off(
    look: str, arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk, up: Upstream
):
    size: dict[str, Any] = {"wide": 390, "high": 844, "has_touch": True} if look == "phone" else {}
    ana = await arrives(northlight_kept.ana, color_scheme="light", reduced_motion="reduce", **size)
    await plugged(ana, up, f"look-{look}", desk)
    await with_field(ana, desk, KIND)
    page, found = ana.page, dict[str, Any]()
    for field, answer in (
        ("next", {"draft": "Chase the deposit, then release the crew call sheet."}),
        ("sort", {"sort": "Food"}),
    ):
        up.always = says(0.3, **answer)
        made = await ana.api.post(f"/api/apps/{desk.id}/fills", json={"table": "shoots", "field": field, "rows": desk.ids[:3]})
        fill = f"/api/apps/{desk.id}/fills/{made.raise_for_status().json()['id']}"

        async def filled(fill: str = fill) -> bool:
            return (await ana.api.get(fill)).json()["written"] + (await ana.api.get(fill)).json()["review"] == 3

        await soon(filled, True)

    async def looked_at(name: str) -> None:
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        if wrong := await (violations if look == "phone" else violations_in_light_and_dark)(page):
            found[name] = wrong
        if (wide := await page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            found[f"{name} runs off"] = wide

    await page.goto(f"{url}/a/{desk.id}/slots")
    await expect(page.get_by_role("article", name="Slot Text")).to_contain_text(MODEL)
    await looked_at("slots")
    await page.get_by_role("button", name="Switch Text", exact=True).click()
    await chosen(page, "The model instead", "sayso/reader")
    await expect(page.get_by_role("dialog")).to_contain_text("Works for")
    await looked_at("switch")
    await page.goto(f"{url}/settings/slots")
    await expect(page.get_by_role("article", name="Slot Text")).to_be_visible()
    await looked_at("workspace")

    sheet = await Sheet.opened(page, f"{url}/a/{desk.id}/all")
    await expect(sheet.cell(0, "Sort").get_by_role("img", name="Needs a look")).to_be_visible(timeout=FILLED_MS)
    await looked_at("grid")
    await page.goto(f"{url}/a/{desk.id}/all/{desk.ids[0]}")
    panel = page.get_by_role("complementary", name=re.compile("^Row:"))
    await expect(panel.locator(".said-by").filter(has_text="Next step")).to_contain_text("Chase the deposit")
    await looked_at("panel")
    await panel.get_by_role("button", name="Details").click()
    await expect(page.get_by_role("dialog", name="Next step: who wrote this")).to_be_visible()
    await looked_at("who wrote")
    sheet = await Sheet.opened(page, f"{url}/a/{desk.id}/all")
    await page.get_by_role("button", name="Ask this table").click()
    await page.get_by_label("Ask about Shoots").fill("total budget by stage")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Ask this table")).to_contain_text("Understood as")
    await looked_at("ask")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    if look != "phone":
        await column_menu(page, "Sort", "Fill the column …")
        await expect(page.get_by_role("dialog")).to_contain_text("Tokens")
        await looked_at("estimate")
        await page.get_by_role("button", name="Cancel").click()
        await column_menu(page, "Sort", "Edit the field")
        await expect(page.get_by_role("textbox", name="What to write")).to_be_visible()
        await looked_at("field")
    assert found == {}
