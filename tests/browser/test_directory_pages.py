"""The directory as people read it: no barriers, by keyboard, without scripts, on a phone, with nothing that jumps or comes from elsewhere."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.barriers import violations

pytestmark = pytest.mark.browser

PAIR = "/compare/gpt-image-1-vs-o4-mini"
FOUR = "/compare/claude-opus-5-5-vs-gemini-4-argon-vs-gpt-6.1-sol-vs-gpt-image-1"
ADDRESSES = ("/models", "/models/gpt-image-1", "/models/gemini-4-argon", PAIR, FOUR, "/models/changes", "/compare", "/compare/gpt-9-vs-o4-mini", "/models/providers/openai")  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SHIFTS = """new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; }).observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 100)));
})"""


@pytest.fixture
async def reader(chromium: Browser, url: str) -> AsyncIterator[Page]:
    """Somebody who is not signed in, at a desk; whatever the policy refused fails the test."""
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=url)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "404" not in m.text else None)
    yield page
    await context.close()
    assert wrong == []


@pytest.mark.parametrize(("scheme", "wide"), [("light", 1440), ("dark", 390)])
async def test_nobody_is_kept_out_and_nothing_runs_out_of_the_screen(chromium: Browser, url: str, scheme: Any, wide: int):
    context = await chromium.new_context(color_scheme=scheme, viewport={"width": wide, "height": 900}, base_url=url)
    page = await context.new_page()
    for address in ADDRESSES:
        await page.goto(address)
        assert await violations(page, **RULES) == [], address
        assert await page.evaluate("document.documentElement.scrollWidth") <= wide, address
    await context.close()


async def test_two_models_are_picked_and_compared_by_keyboard(reader: Page):
    await reader.goto("/models")
    await reader.keyboard.press("Tab")
    assert await reader.evaluate("document.activeElement.textContent") == "Skip to content"
    await reader.keyboard.press("/")
    await reader.keyboard.type("gpt image 1")
    await reader.keyboard.press("Enter")
    await reader.wait_for_url("**/models?q=gpt+image+1")
    first, second = (
        reader.get_by_role("checkbox", name="Compare GPT Image 1", exact=True),
        reader.get_by_role("checkbox", name="Compare GPT Image 1.5", exact=True),
    )
    await first.focus()
    await reader.keyboard.press("Space")
    await second.focus()
    await reader.keyboard.press("Space")
    button = reader.get_by_role("button", name="Compare 2")
    await button.focus()
    await reader.keyboard.press("Enter")
    await reader.get_by_role("heading", name="GPT Image 1 vs GPT Image 1.5").wait_for()
    assert reader.url.endswith("/compare/gpt-image-1-vs-gpt-image-1.5")


async def test_a_menu_closes_when_one_leaves_it(reader: Page):
    await reader.goto("/models")
    summary = reader.locator("summary", has_text="Type")
    await summary.focus()
    await reader.keyboard.press("Enter")
    await reader.get_by_label("Image", exact=False).first.wait_for()
    await reader.keyboard.press("Escape")
    assert await reader.locator(".pop[open]").count() == 0
    assert await summary.evaluate("one => one === document.activeElement")
    await reader.locator("summary", has_text="Provider").click()
    assert await reader.locator(".pop[open]").count() == 1
    await reader.get_by_role("heading", name="AI models").click()
    assert await reader.locator(".pop[open]").count() == 0


async def test_not_more_than_four_can_be_picked(reader: Page):
    await reader.goto("/models")
    boxes = reader.locator('.pick input[type="checkbox"]')
    for number in range(4):
        await boxes.nth(number).check()
    assert await boxes.nth(4).is_disabled()
    await boxes.nth(0).uncheck()
    assert await boxes.nth(4).is_enabled()


async def test_everything_works_without_scripts_on_a_phone(chromium: Browser, url: str):
    context = await chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}, base_url=url)
    page = await context.new_page()
    await page.goto("/models")
    await page.locator("summary", has_text="Status").click()
    await page.get_by_label("Shut down").check()
    await page.locator(".pop[open] button").click()
    await page.wait_for_url("**status=retired**")
    await page.goto(PAIR)
    await page.get_by_label("Requests").fill("2000")
    await page.get_by_role("button", name="Work it out").click()
    await page.wait_for_url("**requests=2000**")
    await page.get_by_text("$341.88").wait_for()
    await context.close()


async def test_nothing_jumps_and_nothing_comes_from_elsewhere(chromium: Browser, url: str):
    for wide in (1440, 390):
        context = await chromium.new_context(viewport={"width": wide, "height": 900}, base_url=url)
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        for address in ("/models", "/models/gpt-image-1", PAIR, "/models/changes"):
            await page.goto(address)
            assert await page.evaluate(SHIFTS) == 0, address
        assert asked and all(one.startswith(url) for one in asked)
        await context.close()
