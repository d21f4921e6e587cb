"""Automations in the browser: put together by hand, tested, switched on, watched, mended."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.barriers import violations
from tests.browser.conftest import Arrives, Desk, Person
from tests.browser.patience import soon, still
from tests.conftest import Northlight

pytestmark = pytest.mark.browser

BOOKED: dict[str, Any] = {
    "id": "booked", "name": "Booked shoots", "on": True,
    "trigger": {"kind": "row_created", "table": "shoots"},
    "steps": [
        {"kind": "create_row", "id": "client", "table": "clients", "values": {"name": "{Name}"}},
        {"kind": "branch", "id": "big", "name": "Is it big?", "tests": [{"value": "{Crew}", "op": "gte", "to": "3"}],
         "then": [{"kind": "update_row", "id": "price", "name": "Take the budget from the notes", "table": "shoots", "values": {"budget": "{Notes}"}}],
         "otherwise": [{"kind": "wait", "id": "wait", "seconds": 86_400}]},
        {"kind": "notify", "id": "tell", "name": "Tell the team", "to": "everyone", "body": "{Name} for {Budget}"},
    ],
}  # fmt: skip


async def changed(person: Person, app: str, *steps: dict[str, Any]) -> None:
    version = (await person.api.get(f"/api/apps/{app}")).json()["version"]
    body = {"change": {"title": "Set up", "steps": list(steps)}, "base_version": version}
    answer = await person.api.post(f"/api/apps/{app}/versions", json=body)
    assert answer.status_code == 201, answer.text


async def with_booked(person: Person, desk: Desk) -> str:
    """Its address, once it is switched on, and has an owner so."""
    await changed(person, desk.id, {"do": "add", "part": "automation", "value": BOOKED | {"on": False}})
    at = f"/api/apps/{desk.id}/automations/booked"
    answer = await person.api.patch(at, json={"on": True})
    assert answer.status_code == 200, answer.text
    return at


async def runs_of(person: Person, at: str) -> list[dict[str, Any]]:
    return (await person.api.get(f"{at}/runs")).json()["items"]


async def states(person: Person, at: str) -> list[str]:
    return [run["state"] for run in await runs_of(person, at)]


async def test_one_is_put_together_by_hand_tried_dry_switched_on_and_seen_to_run(
    arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk
):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await page.goto(f"{url}/a/{desk.id}/automations")
    await page.get_by_role("button", name="New automation").last.click()
    new = page.get_by_role("dialog", name="New automation")
    await new.get_by_label("Name", exact=True).fill("New shoots")
    await new.get_by_label("Table").select_option(label="Shoots")
    await new.get_by_role("button", name="Add it").click()
    await expect(page.get_by_role("button", name="When: A row is added to Shoots")).to_be_visible()

    await page.get_by_role("button", name=re.compile("Add the first step")).click()
    await page.get_by_role("combobox", name="What should happen here?").fill("tell someone")
    await page.keyboard.press("Enter")
    form = page.get_by_role("complementary", name="Step 1")
    message = form.get_by_role("textbox", name="Message")
    await message.click()
    await page.keyboard.type("Have a look at /nam")
    await expect(page.get_by_role("option", name=re.compile("^Name"))).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(message.locator(".chip")).to_have_text(["Name"])
    await form.get_by_role("button", name="Close").click()
    card = page.get_by_role("button", name=re.compile("^Step 1, Tell someone here"))
    await expect(card).to_be_focused()

    async def kept() -> list[str]:
        spec = (await ana.api.get(f"/api/apps/{desk.id}")).json()["spec"]
        return [step["body"] for one in spec["automations"] for step in one["steps"]]

    await soon(lambda: stripped(kept), ["Have a look at {Name}"])

    await page.get_by_role("button", name="Test with a row").click()
    await page.get_by_role("option", name=re.compile("Kestrel")).click()
    await page.get_by_role("button", name="Dry run").click()
    run = page.get_by_role("region", name="Run: Kestrel, winter range")
    await expect(run).to_contain_text("Nothing was sent and nothing was changed")
    await expect(run).to_contain_text("Have a look at Kestrel, winter range")
    assert (await ana.api.get("/api/notifications")).json()["items"] == []

    await page.get_by_role("switch", name="Automation is on").click()
    await expect(page.get_by_text("It has the rights of Ana")).to_be_visible()
    added = await ana.api.post(desk.rows, json={"values": {"name": "Moor & Finch"}})
    assert added.status_code == 201
    last = page.get_by_role("region", name="Last runs")
    done = last.get_by_role("link", name=re.compile("Done.*Moor & Finch"))
    await expect(done).to_be_visible()
    await done.click()
    await expect(page.get_by_role("region", name="Run: Moor & Finch")).to_contain_text("A row was added to Shoots")
    await expect(card).to_have_accessible_name(re.compile("done in the open run"))
    told = (await ana.api.get("/api/notifications")).json()["items"]
    assert any("Have a look at Moor & Finch" in str(one) for one in told)


async def stripped(read: Any) -> list[str]:
    return [" ".join(one.split()) for one in await read()]


async def test_a_failed_run_is_opened_from_the_failures_mended_and_goes_on(
    arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk
):
    ana = await arrives(northlight_kept.ana)
    at = await with_booked(ana, desk)
    made = await ana.api.post(desk.rows, json={"values": {"name": "Tolka Brewery", "crew": 4, "notes": "a lot"}})
    assert made.status_code == 201
    await soon(lambda: states(ana, at), ["failed"])
    page = ana.page
    await page.goto(f"{url}/automations/failures")
    failure = page.get_by_role("listitem").filter(has_text="Booked shoots").filter(has_text="Client desk").last
    await failure.get_by_role("link", name="Open the last").click()
    run = page.get_by_role("region", name="Run: Tolka Brewery")
    await expect(run.get_by_role("status")).to_have_text("Failed at step 3")
    await expect(run).to_contain_text("Tell the team, not reached")
    await expect(run).to_contain_text("Retry starts at step 3. The step before keeps what it did")
    failed = page.get_by_role("button", name=re.compile("^Step 3, .*failed in the open run"))
    await expect(failed).to_be_visible()

    row = made.json()["rows"][0] if "rows" in made.json() else made.json()
    mended = await ana.api.patch(f"{desk.rows}/{row['id']}", json={"values": {"notes": "12400"}, "version": row["version"]})
    assert mended.status_code == 200, mended.text
    await run.get_by_role("button", name="Retry from here").click()
    await expect(run.get_by_role("status")).to_have_text("Done")
    await expect(run).to_contain_text("5. Tell the team")
    clients = (await ana.api.get(f"/api/apps/{desk.id}/tables/clients/rows?search=Tolka")).json()["rows"]
    assert len(clients) == 1, "what was done before was not done again"


async def test_the_flow_its_form_and_a_run_fit_a_phone_in_the_dark(
    arrives: Arrives, url: str, northlight_kept: Northlight, desk: Desk
):
    ana = await arrives(northlight_kept.ana, wide=390, high=844, color_scheme="dark")
    at = await with_booked(ana, desk)
    made = await ana.api.post(desk.rows, json={"values": {"name": "Tolka Brewery, a can launch in three towns", "crew": 1}})
    assert made.status_code == 201
    await soon(lambda: states(ana, at), ["sleeping"])
    [waiting] = await runs_of(ana, at)
    page = ana.page
    await page.goto(f"{url}/runs/{waiting['id']}")
    run = page.get_by_role("region", name=re.compile("^Run: Tolka"))
    await expect(run.get_by_role("status")).to_contain_text("Waits until")
    await fits(page)
    assert await violations(page) == []
    card = page.get_by_role("button", name=re.compile("^Step 1, Add a row"))
    await card.click()
    form = page.get_by_role("complementary", name="Step 1")
    await expect(form.get_by_label("Called")).to_be_visible()
    box = await still(form)
    assert box["x"] == 0
    assert box["width"] == 390
    await fits(page)
    assert await violations(page) == []
    await page.goto(f"{url}/automations")
    await expect(page.get_by_role("link", name=re.compile("Booked shoots")).first).to_be_visible()
    await fits(page)
    assert await violations(page) == []


async def fits(page: Page) -> None:
    wide = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
