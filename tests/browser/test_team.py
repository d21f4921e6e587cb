"""The team on the screen: inviting and joining, several workspaces, who may use an app; by keyboard, and clean by axe."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.db.tables import members
from sayso.team import people
from tests.browser.barriers import violations
from tests.browser.conftest import Arrives
from tests.browser.patience import still
from tests.conftest import founded

pytestmark = pytest.mark.browser

APP = {
    "id": "desk", "name": "Client desk", "icon": "users", "hue": 250,
    "tables": [{"id": "clients", "name": "Clients", "fields": [{"id": "name", "name": "Name", "kind": "text"}]}],
    "views": [{"id": "all", "name": "All clients", "kind": "grid", "table": "clients"}],
    "roles": [{"id": "support", "name": "Support", "rights": [{"table": "clients", "may": "see"}]}],
}  # fmt: skip


async def clean(page: Page) -> None:
    assert await violations(page) == []


async def test_somebody_is_invited_by_a_link_joins_and_is_given_another_role(
    arrives: Arrives, url: str, engine: AsyncEngine, chromium: Browser
):
    async with transaction(engine) as tx:
        team = await founded(tx)
    ana = await arrives(team.ana)
    page = ana.page
    await page.goto(f"{url}/settings/members")
    await expect(page.get_by_role("row", name=re.compile("Mia Lindqvist"))).to_be_visible()
    await expect(page.get_by_label("Role of Mia Lindqvist")).to_have_value("member")
    await clean(page)
    await page.get_by_role("button", name="Invite", exact=True).click()
    dialog = page.get_by_role("dialog", name="Invite people to Northlight")
    await dialog.get_by_text("By a link").click()
    await dialog.get_by_label("Role").select_option("viewer")
    await clean(page)
    await dialog.get_by_role("button", name="Make a link").click()
    link = await dialog.locator("code").inner_text()
    await dialog.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("row", name=re.compile("Invitation link"))).to_be_visible()

    context = await chromium.new_context(viewport={"width": 390, "height": 800})
    eva = await context.new_page()
    await eva.goto(link)
    await expect(eva.get_by_role("heading", name="Join Northlight")).to_be_visible()
    await clean(eva)
    await eva.get_by_label("Your name").fill("Eva Lund")
    await eva.get_by_label("E-mail").fill(f"eva.{uuid4().hex[:8]}@new.example")  # tried again, she is somebody else
    await eva.get_by_role("button", name="Join Northlight").click()
    await expect(eva.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    await context.close()

    role = page.get_by_label("Role of Eva Lund")
    await expect(role).to_have_value("viewer")
    await role.select_option("builder")
    await expect(page.get_by_text("Eva Lund is Builder now.")).to_be_visible()
    await page.get_by_role("button", name="More about Eva Lund").click()
    await page.get_by_role("menuitem", name="Remove …").click()
    await page.get_by_role("dialog", name="Remove Eva Lund?").get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("row", name=re.compile("Eva Lund"))).to_have_count(0)


async def test_from_one_workspace_to_another_and_an_app_that_is_elsewhere(arrives: Arrives, url: str, engine: AsyncEngine):
    async with transaction(engine) as tx:
        team = await founded(tx)
        other = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
        there = await people.add(tx, "Ana Prado", role="builder", by=other)
        await tx.execute(members.update().where(members.c.id == there.id).values(person=team.ana.person))
    ana = await arrives(team.ana)
    page = ana.page
    away = await arrives(there.actor)
    (await away.api.post("/api/apps", json={"spec": {**APP, "id": "away"}})).raise_for_status()
    await page.goto(f"{url}/a/away/all")
    await expect(page.get_by_text("This is in Elsewhere")).to_be_visible()
    await page.get_by_role("button", name="Switch to Elsewhere").press("Enter")
    await expect(page.get_by_role("button", name="Share")).to_be_visible()
    await page.goto(url)
    switch = page.get_by_role("button", name=re.compile("Elsewhere"))
    await expect(switch).to_be_visible()
    await switch.press("Enter")
    here = page.get_by_role("menuitemradio", name=re.compile("Northlight"))
    await expect(here).to_be_visible()
    await clean(page)
    await here.press("Enter")
    await expect(page.get_by_role("button", name=re.compile("Northlight"))).to_be_visible()


async def test_an_app_is_given_to_a_group_and_the_list_says_why(arrives: Arrives, url: str, engine: AsyncEngine):
    async with transaction(engine) as tx:
        team = await founded(tx)
    ana = await arrives(team.ana)
    page = ana.page
    (await ana.api.post("/api/apps", json={"spec": APP})).raise_for_status()
    (await ana.api.post("/api/groups", json={"name": "First line", "members": [team.mia.id]})).raise_for_status()
    await page.goto(f"{url}/a/desk/all")
    await page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name=re.compile("Share"))
    await dialog.get_by_role("tab", name="People").click()
    await dialog.get_by_role("button", name="Group or person").click()
    await page.get_by_role("option", name="First line").click()
    given = dialog.get_by_label("What First line may")
    await expect(given).to_have_value("support")
    await expect(dialog.get_by_text("by the group First line")).to_be_visible()
    await still(given)
    await clean(page)
    await dialog.get_by_label("What everyone may").select_option("@nothing")
    await expect(dialog.get_by_role("listitem").filter(has_text="Cleo Martin").get_by_text("no access")).to_be_visible()
    refused = await (await arrives(team.cleo)).api.get("/api/apps/desk")
    assert refused.status_code == 404


@pytest.mark.parametrize("section", ["groups", "roles", "service-accounts", "you", "workspace"])
async def test_every_page_of_the_team_is_clean_and_fits_a_phone(arrives: Arrives, url: str, engine: AsyncEngine, section: str):
    async with transaction(engine) as tx:
        team = await founded(tx)
    ana = await arrives(team.ana, wide=390, high=800)
    page = ana.page
    (
        await ana.api.post("/api/groups", json={"name": "North", "properties": {"region": "North"}, "members": [team.mia.id]})
    ).raise_for_status()
    account = (await ana.api.post("/api/service-accounts", json={"name": "Nightly", "role": "viewer"})).raise_for_status().json()
    (await ana.api.post(f"/api/service-accounts/{account['id']}/tokens", json={"name": "Cron"})).raise_for_status()
    await page.goto(f"{url}/settings/{section}")
    shown = {
        "groups": "region = North",
        "roles": "May everything",
        "service-accounts": "Cron",
        "you": "Where you are signed in",
        "workspace": "Leave Northlight",
    }
    await expect(page.get_by_text(shown[section]).first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await clean(page)
