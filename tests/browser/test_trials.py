"""The better model is found on the app's own rows, and kept with a click: two models, one of which answers better."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.barriers import violations
from tests.browser.conftest import Arrives, Person
from tests.browser.patience import soon
from tests.browser.test_gateway import forget, provider
from tests.conftest import Northlight
from tests.gateway.upstream import By, Heard, Normal, Says, Upstream, upstream

pytestmark = pytest.mark.browser

DESK: dict[str, Any] = {
    "id": "desk",
    "name": "Client desk",
    "tables": [
        {
            "id": "projects",
            "name": "Projects",
            "fields": [
                {"id": "name", "name": "Name", "kind": "text"},
                {"id": "notes", "name": "Notes", "kind": "long_text"},
                {"id": "next", "name": "Next step", "kind": "ai", "prompt": "Next step for {Name}: {Notes}"},
            ],
        }
    ],
    "views": [{"id": "all", "name": "All projects", "kind": "grid", "table": "projects"}],
}
PROJECTS = ("Brandt & Söhne", "Pico Toys", "Juniper Labs", "Casa Olmo")
WEAK, STRONG = "gpt-6-luna", "gpt-6.1-sol"


def next_step(heard: Heard) -> Says | Normal:
    """The strong model says more than the weak one."""
    if heard.verb == "GET":
        return Normal()
    name = next((one for one in PROJECTS if one in heard.body.decode() or one.encode("unicode_escape") in heard.body), "it")
    said = f"Call {name}" + (" and send the quote of Friday" if STRONG in heard.json["model"] else "")
    schema = heard.json.get("response_format", {}).get("json_schema", {}).get("schema", {}).get("properties", {})
    answer = json.dumps({"value": said, **({"confidence": 0.9} if "confidence" in schema else {})}) if schema else said
    return Says.chat({"role": "assistant", "content": answer})


@pytest.fixture(scope="module")
def egress_allow() -> str:
    return "127.0.0.0/8"


@pytest.fixture
async def up() -> AsyncIterator[Upstream]:
    async with upstream() as up:
        up.always = By(next_step)
        yield up


async def desk(person: Person) -> str:
    """A fresh app whose rows a model may fill."""
    made = await person.api.post("/api/apps", json={"spec": DESK})
    app = made.raise_for_status().json()["id"]
    rows = [{"values": {"name": name, "notes": f"{name} wrote on Friday."}} for name in PROJECTS]
    (await person.api.post(f"/api/apps/{app}/tables/projects/rows", json={"rows": rows})).raise_for_status()
    return app


async def test_a_better_model_is_found_on_the_apps_own_rows_kept_and_taken_back(
    arrives: Arrives, url: str, northlight_kept: Northlight, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await forget(ana)
    await provider(ana, up, "up")
    app = await desk(ana)
    (await ana.api.put(f"/api/apps/{app}/slots/text", json={"model": f"up/{WEAK}"})).raise_for_status()

    page = ana.page
    await page.goto(f"{url}/trials/new?app={app}&path=tables/projects/fields/next")
    await expect(page.get_by_text("In use:")).to_contain_text("GPT-6 Luna")
    await page.get_by_label("Model 1", exact=True).fill(f"up/{STRONG}")
    await expect(page.get_by_text("8 calls")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Start the trial").click()

    await expect(page.get_by_text("4 of 4 cases")).to_be_visible()
    rows = page.get_by_role("region", name=re.compile("Answers side by side"))
    await expect(rows.locator("ins").first).to_contain_text("and send the quote of Friday")
    assert await violations(page) == []
    await expect(page.get_by_role("button", name="In use now")).to_have_count(1)

    cells = rows.locator("td[data-answer]")
    await expect(cells).to_have_count(8)
    for n in range(8):
        await cells.nth(n).focus()
        await page.keyboard.press("1" if n % 2 else "3")
    better = page.get_by_role("region", name=re.compile("sol", re.IGNORECASE)).first
    await expect(better).to_contain_text("4 good · 0 fine · 0 poor")

    await better.get_by_role("button", name="Keep this model").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Everything else in the app stays as it is")
    await dialog.get_by_role("button", name="Switch").click()

    async def plugged() -> str:
        slots = (await ana.api.get(f"/api/apps/{app}")).json()["spec"].get("slots", [])
        return str([slot.get("model") for slot in slots])

    async def switched() -> bool:
        return STRONG in await plugged()

    await soon(switched, True)
    await page.get_by_role("button", name=re.compile("^Undo")).click()
    await soon(switched, False)
