"""An owner looks through the audit log, finds an entry, opens it, and has the whole verified."""

import pytest
from playwright.async_api import expect
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.team import audit
from tests.browser.barriers import violations
from tests.browser.conftest import Arrives
from tests.conftest import Northlight

pytestmark = pytest.mark.browser


async def test_an_owner_finds_an_entry_and_sees_before_and_after(
    arrives: Arrives, url: str, engine: AsyncEngine, northlight_kept: Northlight
):
    ana = await arrives(northlight_kept.ana)
    async with transaction(engine) as tx:
        await audit.write(
            tx, "role.changed", "made Ben an owner", by=northlight_kept.ana, before={"role": "builder"}, after={"role": "owner"}
        )
        await audit.write(tx, "thing.done", "did something else", by=northlight_kept.ben)
    page = ana.page
    await page.goto(f"{url}/settings/audit")
    entries = page.get_by_role("region", name="Entries")
    await expect(entries).to_contain_text("did something else")
    await page.get_by_label("Find an entry").fill("an owner")
    await expect(entries).not_to_contain_text("did something else")
    assert await violations(page) == []
    await entries.get_by_role("button", name="made Ben an owner").first.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("row", name="role builder owner")).to_be_visible()
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="Verify").click()
    await expect(page.get_by_role("dialog", name="The log is as it was written")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await page.get_by_label("Find an entry").fill("nothing is called this")
    await expect(page.get_by_text("No entry is like that")).to_be_visible()
    await page.get_by_role("button", name="Show all").click()
    await expect(entries).to_contain_text("did something else")


async def test_who_does_not_manage_has_no_such_page(arrives: Arrives, url: str, northlight_kept: Northlight):
    mia = await arrives(northlight_kept.mia)
    await mia.page.goto(f"{url}/settings/you")
    await expect(mia.page.get_by_role("navigation", name="Settings").get_by_role("link", name="You")).to_be_visible()
    await expect(mia.page.get_by_role("navigation", name="Settings").get_by_role("link", name="Audit")).to_have_count(0)


async def test_a_token_is_made_for_one_app_and_until_a_day(arrives: Arrives, url: str, northlight_kept: Northlight):
    ana = await arrives(northlight_kept.ana)
    page = ana.page
    await page.goto(f"{url}/settings/tokens")
    await page.get_by_role("button", name="New token").click()
    await page.get_by_label("Name", exact=True).fill("Only a while")
    await page.get_by_label("May", exact=True).select_option("read")
    await page.get_by_label("How long").select_option("30")
    await page.get_by_role("button", name="Make it").click()
    secret = page.locator("code.token")
    await expect(secret).to_contain_text("sayso_")
    first = await secret.inner_text()
    row = page.get_by_role("row", name="Only a while")
    await expect(row).to_contain_text("read")
    await row.get_by_role("button", name="New secret for Only a while").click()
    await expect(secret).not_to_have_text(first)
    assert await violations(page) == []
