"""What members are told and asked reaches them at once, wherever they are, and is read and decided in one place."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import expect
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations import approvals
from sayso.data import apps
from sayso.db import transaction
from sayso.team import notifications
from sayso.team.actor import system
from tests.browser.barriers import violations, violations_in_light_and_dark
from tests.browser.conftest import Arrives
from tests.conftest import Northlight

pytestmark = pytest.mark.browser

DESK = {
    "id": "desk",
    "name": "Client desk",
    "tables": [{"id": "jobs", "name": "Jobs", "fields": [{"id": "name", "name": "Name", "kind": "text"}]}],
}


@pytest.mark.parametrize("look", ["desk", "phone"])
async def test_what_is_told_comes_by_itself_and_is_read(
    look: str, arrives: Arrives, url: str, engine: AsyncEngine, northlight_kept: Northlight
):
    size = {"wide": 390, "high": 844} if look == "phone" else {}
    ben = await arrives(northlight_kept.ben, **size)
    page = ben.page
    await ben.api.patch("/api/notifications", json={"read": True})
    await page.goto(f"{url}/inbox")
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await expect(page.get_by_role("heading", name="What you were told")).to_be_visible()

    title = f"Invoice reminder failed, in {look}, {uuid4().hex[:6]}"
    async with transaction(engine) as tx:
        by = system(northlight_kept.ana.workspace)
        for _ in range(2):
            await notifications.tell(
                tx, [northlight_kept.ben.member or ""], "failure", title, "The mail server did not answer.", by=by, about=title
            )
    line = page.get_by_role("listitem").filter(has_text=title)
    await expect(line).to_contain_text("2 times")
    await expect(line).to_contain_text("The mail server did not answer.")
    bar = page.get_by_role("navigation", name="Main") if look == "phone" else page.get_by_role("complementary", name="Workspace")
    await expect(bar.get_by_role("link", name="Inbox")).to_have_accessible_name(re.compile("1 new"))
    assert await (violations if look == "phone" else violations_in_light_and_dark)(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await line.get_by_role("button", name="Mark as read").click()
    await expect(line.get_by_role("button", name="Mark as new")).to_be_visible()
    await expect(bar.get_by_role("link", name="Inbox", exact=True)).to_be_visible()
    await page.locator("label").filter(has_text="New").click()
    await expect(page.get_by_text("Nothing is new")).to_be_visible()


async def test_a_question_is_decided_once(arrives: Arrives, url: str, engine: AsyncEngine, northlight_kept: Northlight):
    ben = await arrives(northlight_kept.ben)
    app = (await ben.api.post("/api/apps", json={"spec": DESK})).raise_for_status().json()["id"]
    async with transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=northlight_kept.ben)
        question = approvals.Question(
            key=f"{app}:ask:1", app=opened.number, automation="decline", automation_name="Kind decline", run="r_none",
            text="May we decline Tolka Brewery?", members=(northlight_kept.ben.member or "",), details=(("Budget", "900 EUR"),),
        )  # fmt: skip
        await approvals.ask(tx, question, by=system(northlight_kept.ana.workspace))
    page = ben.page
    await page.goto(f"{url}/")
    await expect(page.get_by_text("Kind decline asks")).to_be_visible()
    await page.goto(f"{url}/inbox")
    card = page.get_by_role("article").filter(has_text="May we decline Tolka Brewery?")
    await expect(card).to_contain_text("900 EUR")
    assert await violations(page) == []
    await card.get_by_role("button", name="Add a reason").click()
    await card.get_by_label("Why").fill("Too small for us")
    await card.get_by_role("button", name="Decline").click()
    await expect(card).to_have_count(0)
    decided = [
        one for one in (await ben.api.get("/api/approvals")).json()["items"] if one["question"].startswith("May we decline")
    ]
    assert [(one["state"], one["reason"], one["decided_through"]) for one in decided] == [("declined", "Too small for us", "app")]
