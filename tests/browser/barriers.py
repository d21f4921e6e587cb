"""What keeps somebody out of a page, as axe-core finds it."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that look at colours. What all others read, the markup and its places, is the same in the dark."""
RUN = """async (options) => (await axe.run(document, {resultTypes: ["violations"], ...options}))
  .violations.map((one) => [one.id, one.nodes.map((node) => `${node.html.slice(0, 200)} ${node.any[0]?.message ?? ""}`)])"""
LOOKS = 5
PAINTED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame(); await frame();
  const ending = document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
  await Promise.allSettled(ending.map((one) => one.finished));
}"""


async def violations(page: Page, **options: Any) -> list[Any]:
    """The rules that the page breaks, each with what breaks it. `options` are axe's own."""
    # By evaluation, not as a script: the page's policy forbids scripts that are not ours.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT + ";0")
    return await page.evaluate(RUN, options)


async def violations_in_light_and_dark(page: Page, **options: Any) -> list[Any]:
    """All rules in the light, then once more in the dark those that look at colours; the page is left in the light."""
    found = await violations(page, **options)
    await page.emulate_media(color_scheme="dark")
    assert await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    for _ in range(LOOKS):  # on a loaded machine colours may still be on their way: what is wrong stays wrong
        await page.evaluate(PAINTED)
        if not (dark := await violations(page, **options | {"runOnly": COLOURS})):
            break
    found += [["in the dark", *one] for one in dark]
    await page.emulate_media(color_scheme="light")
    await page.evaluate(PAINTED)
    return found
