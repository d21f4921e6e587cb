"""Every screen around the apps: no barrier that axe finds, nothing that runs off a phone, in light and dark."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.barriers import violations, violations_in_light_and_dark
from tests.browser.conftest import Arrives, Person
from tests.browser.test_workspace_shell import desk
from tests.conftest import Northlight

pytestmark = pytest.mark.browser

Open = Callable[[Person, str, str], Awaitable[None]]


def at(path: str) -> Open:
    async def go(person: Person, url: str, app: str) -> None:
        await person.page.goto(url + path.format(app=app))

    return go


async def draft(person: Person, url: str, app: str) -> None:
    made = await person.api.post(
        "/api/drafts", json={"wish": "Loans with item, borrower (link to freelancers), due date and state (out, back)."}
    )
    await person.page.goto(f"{url}/d/{made.raise_for_status().json()['id']}")
    await expect(person.page.get_by_role("button", name="Build it")).to_be_visible()


async def palette(person: Person, url: str, app: str) -> None:
    await person.page.goto(f"{url}/a/{app}")
    await expect(person.page.get_by_text("Brandt & Söhne").first).to_be_visible()
    await person.page.keyboard.press("Control+k")
    await person.page.keyboard.type("client")


async def asking(person: Person, url: str, app: str) -> None:
    await person.page.goto(f"{url}/a/{app}")
    await person.page.get_by_role("button", name="Ask for a change").locator("visible=true").first.click()
    await expect(person.page.get_by_role("complementary", name="Builder")).to_be_visible()


async def importing(person: Person, url: str, app: str) -> None:
    sheet = {"file": ("customers.csv", b"Name,Status,Worth\nOtto,open,12.50\nMia,won,7.00\nLea,open\n", "text/csv")}
    made = (await person.api.post("/api/imports", files=sheet)).raise_for_status().json()
    await person.page.goto(f"{url}/import/{made['id']}")
    await expect(person.page.get_by_role("columnheader", name="Becomes")).to_be_visible()


SCREENS: dict[str, Open] = {
    "home": at("/"), "draft": draft, "palette": palette, "ask": asking, "import": importing,
    "versions": at("/a/{app}/versions"), "trash": at("/a/{app}/trash"), "automation": at("/a/{app}/automations/monday"),
    "roles": at("/a/{app}/roles"), "models": at("/a/{app}/slots"), "workspace": at("/settings"), "members": at("/settings/members"),
    "you": at("/settings/you"), "appearance": at("/settings/appearance"), "tokens": at("/settings/tokens"), "nothing": at("/nowhere"),
}  # fmt: skip


@pytest.mark.parametrize("look", ["desk", "phone"])
async def test_no_barriers_and_nothing_runs_off(look: str, arrives: Arrives, url: str, northlight_kept: Northlight):
    size = {"wide": 390, "high": 844, "has_touch": True} if look == "phone" else {}
    ana = await arrives(northlight_kept.ana, color_scheme="light", reduced_motion="reduce", **size)
    app = await desk(ana)
    found: dict[str, Any] = {}
    for name, open_it in SCREENS.items():
        await open_it(ana, url, app)
        await expect(ana.page.locator("#main")).to_be_visible()
        await expect(ana.page.locator("[aria-busy=true]")).to_have_count(0)
        if wrong := await (violations if look == "phone" else violations_in_light_and_dark)(ana.page):
            found[name] = wrong
        wide = await ana.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found[f"{name} runs off"] = wide
    assert found == {}
