"""Who may do what in an app, decided by hand and then seen with somebody else's eyes."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.barriers import violations, violations_in_light_and_dark
from tests.browser.conftest import Arrives, Desk
from tests.conftest import Northlight

pytestmark = pytest.mark.browser

OWN_ROWS = {"of": [{"field": "lead", "op": "any_of", "value": ["me"]}]}
CREW = {
    "id": "crew", "name": "Crew", "rest": "see",
    "rights": [{"table": "shoots", "may": "edit", "rows": OWN_ROWS, "hidden": ["budget"], "read_only": ["on"]}],
}  # fmt: skip


async def with_crew(api, desk: Desk, *, member: str | None = None) -> None:
    change = {"title": "Added the role Crew", "steps": [{"do": "add", "part": "role", "value": CREW}]}
    made = await api.post(f"/api/apps/{desk.id}/versions", json={"change": change, "base_version": 1})
    assert made.status_code == 201, made.text
    if member:
        grants = [{"kind": "member", "id": member, "role": "crew"}]
        assert (await api.put(f"/api/apps/{desk.id}/access", json={"grants": grants})).status_code == 200


async def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("look", ["desk", "phone"])
async def test_roles_are_read_in_words_and_as_a_table(
    look: str, arrives: Arrives, url: str, desk: Desk, northlight_kept: Northlight
):
    size = {"wide": 390, "high": 844} if look == "phone" else {}
    ben = await arrives(northlight_kept.ben, **size)
    await with_crew(ben.api, desk, member=northlight_kept.mia.member)
    page = ben.page
    await page.goto(f"{url}/a/{desk.id}/roles")
    table = page.get_by_role("region", name="What each role may do")
    await expect(table.get_by_role("button", name="Edit some")).to_be_visible()
    await expect(table.get_by_role("columnheader", name="Crew")).to_contain_text("Mia Lindqvist")
    await expect(page.get_by_label("What Mia Lindqvist may", exact=True)).to_have_value("crew")
    await shot(page, f"rights-{look}")
    assert await (violations if look == "phone" else violations_in_light_and_dark)(page) == []


async def test_a_role_is_made_bound_and_given(arrives: Arrives, url: str, desk: Desk, northlight_kept: Northlight):
    ben = await arrives(northlight_kept.ben)
    page = ben.page
    await page.goto(f"{url}/a/{desk.id}/roles")
    await expect(page.get_by_text("No roles of its own yet")).to_be_visible()
    await page.get_by_role("button", name="Role", exact=True).click()
    dialog = page.get_by_role("dialog", name="New role")
    await dialog.get_by_label("Name").fill("Crew")
    await dialog.get_by_role("button", name="Add the role").click()
    table = page.get_by_role("region", name="What each role may do")
    await expect(table.get_by_role("columnheader", name="Crew")).to_contain_text("nobody yet")

    await table.get_by_role("row", name="Shoots").first.get_by_role("button", name="See", exact=True).click()
    await page.get_by_role("menuitem", name="Rows and more…").click()
    dialog = page.get_by_role("dialog", name="Crew: Shoots")
    await dialog.get_by_text("Edit", exact=True).click()
    await dialog.get_by_label("Which rows").select_option(label="Rows where Lead is them")
    await shot(page, "right")
    await dialog.get_by_role("button", name="Save").click()
    await expect(table.get_by_role("button", name="Edit some")).to_be_visible()

    await table.get_by_role("row", name="Budget").get_by_role("button").click()
    await page.get_by_role("menu").get_by_text("Hidden", exact=True).click()
    await expect(table.get_by_role("row", name="Budget").get_by_role("button")).to_have_text("Hidden")

    await page.get_by_role("button", name="Group or person").click()
    await page.get_by_role("option", name="Mia Lindqvist").click()
    await expect(table.get_by_role("columnheader", name="Crew")).to_contain_text("Mia Lindqvist")
    role = (await ben.api.get(f"/api/apps/{desk.id}")).json()["spec"]["roles"][0]
    (right,) = role["rights"]
    assert (right["table"], right["may"], right["hidden"]) == ("shoots", "edit", ["budget"])
    assert [(one["field"], one["value"]) for one in right["rows"]["of"]] == [("lead", ["me"])]


async def test_it_is_seen_as_somebody_else_and_nothing_can_be_changed(
    arrives: Arrives, url: str, desk: Desk, northlight_kept: Northlight
):
    ben = await arrives(northlight_kept.ben)
    await with_crew(ben.api, desk, member=northlight_kept.mia.member)
    row = {"lead": [northlight_kept.mia.member], "name": "Mine"}
    assert (await ben.api.post(desk.rows, json={"values": row})).status_code == 201
    page = ben.page
    await page.goto(f"{url}/a/{desk.id}/roles")
    await page.get_by_role("button", name="See it as…").click()
    await page.get_by_role("menuitem", name="Mia Lindqvist").click()
    bar = page.get_by_role("status").filter(has_text="You see this as Mia Lindqvist would")
    await expect(bar).to_be_visible()
    grid = page.get_by_role("grid")
    await expect(grid.get_by_text("Mine", exact=True)).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Budget")).to_have_count(0)
    await expect(grid.get_by_text("Kestrel, winter range")).to_have_count(0)
    await shot(page, "seeing")
    assert await violations(page) == []
    await bar.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("button", name="See it as…")).to_be_visible()
    await expect(bar).to_have_count(0)
