"""People work together: they name one another beside a row, work on a copy and take it over, and choose what they are told."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.barriers import violations
from tests.browser.conftest import Arrives, Person
from tests.browser.patience import soon
from tests.conftest import Northlight

pytestmark = pytest.mark.browser


def desk(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "name": f"Desk {id}",
        "tables": [
            {
                "id": "jobs",
                "name": "Jobs",
                "fields": [{"id": "name", "name": "Name", "kind": "text"}, {"id": "hours", "name": "Hours", "kind": "number"}],
            }
        ],
        "views": [{"id": "all", "name": "All jobs", "kind": "grid", "table": "jobs"}],
    }


async def built(by: Person) -> str:
    id = f"d{uuid4().hex[:8]}"
    assert (await by.api.post("/api/apps", json={"spec": desk(id)})).status_code == 201
    rows = {"rows": [{"values": {"name": "Kestrel", "hours": 7}}, {"values": {"name": "Ostra"}}]}
    assert (await by.api.post(f"/api/apps/{id}/tables/jobs/rows", json=rows)).status_code == 201
    return id


async def fits(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_one_names_another_who_reads_and_answers(arrives: Arrives, url: str, northlight_kept: Northlight):
    ben, mia = await arrives(northlight_kept.ben), await arrives(northlight_kept.mia, wide=390, high=844, color_scheme="dark")
    app = await built(ben)
    await ben.page.goto(f"{url}/a/{app}/all/1")
    await ben.page.get_by_role("tab", name="Comments").click()
    box = ben.page.get_by_role("textbox", name="Comment")
    await box.fill("Please look, @Mi")
    option = ben.page.get_by_role("option").filter(has_text="Mia Lindqvist")
    await expect(option).to_be_visible()
    await box.press("Enter")
    await expect(box).to_have_value("Please look, @Mia Lindqvist ")
    await expect(ben.page.get_by_role("listbox", name="Who can be named")).to_be_hidden()
    await box.press("Enter")
    said = ben.page.get_by_role("listitem").filter(has_text="Please look")
    await expect(said.get_by_text("@Mia Lindqvist")).to_be_visible()
    await expect(ben.page.get_by_role("tab", name="Comments")).to_contain_text("1")
    assert await violations(ben.page) == []

    await mia.page.goto(f"{url}/inbox")
    told = mia.page.get_by_role("link", name="Ben Okafor mentioned you in “Kestrel”")
    await expect(told.first).to_be_visible()
    await told.first.click()
    thread = mia.page.get_by_role("listitem").filter(has_text="Please look")
    await expect(thread).to_be_visible()
    await thread.get_by_role("button", name="Answer").click()
    answer = mia.page.get_by_role("textbox", name="Answer")
    await answer.fill("Done, thank you")
    await answer.press("Enter")
    await expect(thread.get_by_text("Done, thank you")).to_be_visible()
    await fits(mia.page)
    await expect(said.get_by_text("Done, thank you")).to_be_visible()  # comes by itself

    await said.get_by_role("button", name="Put a sign beside it").last.click()
    await ben.page.get_by_role("button", name="Hooray", exact=True).click()
    await expect(said.get_by_role("button", name="Hooray: 1")).to_be_visible()
    await said.get_by_role("button", name=re.compile("More about this comment of Ben")).click()
    await ben.page.get_by_role("menuitem", name="Settle the thread").click()
    await expect(ben.page.get_by_role("button", name="1 settled thread")).to_be_visible()


async def test_a_copy_is_worked_on_reviewed_and_taken_over(arrives: Arrives, url: str, northlight_kept: Northlight):
    ben = await arrives(northlight_kept.ben)
    app, page = await built(ben), ben.page
    await page.goto(f"{url}/a/{app}/all")
    await page.get_by_role("button", name=f"Desk {app}", exact=True).click()
    await page.get_by_role("menuitem", name="Work on a copy").click()
    await page.get_by_role("button", name="Make the copy").click()
    await expect(page.get_by_text(f"This is a copy of Desk {app} to work on")).to_be_visible()
    copy = page.url.rpartition("/a/")[2].split("/")[0]
    steps = [
        {"do": "rename", "part": "field", "table": "jobs", "id": "name", "name": "Title"},
        {"do": "remove", "part": "field", "table": "jobs", "id": "hours"},
    ]
    changed = await ben.api.post(f"/api/apps/{copy}/versions", json={"change": {"steps": steps}, "base_version": 1})
    assert changed.status_code == 201, changed.text

    await page.get_by_role("link", name="Look at the changes").click()
    await expect(page.get_by_role("heading", name="What changes in the live app")).to_be_visible()
    await expect(page.get_by_text("Renames Name to Title in Jobs")).to_be_visible()
    take = page.get_by_role("button", name="Take it over")
    await expect(take).to_be_disabled()  # a value would be lost, and nobody has agreed to it
    assert await violations(page) == []
    await page.get_by_role("checkbox", name="That may be lost").check()
    await take.click()
    await expect(page.get_by_text("Version 2 is live.")).to_be_visible()
    spec = (await ben.api.get(f"/api/apps/{app}")).json()["spec"]
    assert [f["name"] for f in spec["tables"][0]["fields"]] == ["Title"]
    assert (await ben.api.get(f"/api/apps/{copy}")).status_code == 404

    await page.goto(f"{url}/a/{app}/activity")
    await expect(page.get_by_role("listitem").filter(has_text="changed how it is built").first).to_be_visible()
    await page.goto(f"{url}/a/{app}/review")
    await expect(page.get_by_text("There is no copy to work on")).to_be_visible()


async def test_what_one_is_told_is_chosen_and_kept(arrives: Arrives, url: str, northlight_kept: Northlight):
    cleo = await arrives(northlight_kept.cleo, wide=390, high=844)
    page = cleo.page
    await page.goto(f"{url}/settings/notifications")
    mail = page.get_by_role("combobox", name="Mentions by e-mail")
    await expect(mail).to_have_value("now")
    await mail.select_option("digest")
    quiet = page.get_by_role("switch", name="No letters at night")
    await quiet.check()
    await expect(page.get_by_label("Until")).to_have_value("08:00")
    await fits(page)
    assert await violations(page) == []

    async def written() -> bool:
        now = (await cleo.api.get("/api/me/preferences")).json()
        return now["quiet"] == {"from": "20:00", "until": "08:00"} and now["kinds"]["mention"]["mail"] == "digest"

    await soon(written, True)  # a page that is left too early sends nothing
    await page.reload()
    await expect(mail).to_have_value("digest")
    await expect(quiet).to_be_checked()
