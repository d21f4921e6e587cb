"""The grid over a million rows in headless Chromium: the first row on a warm server, and frames while it scrolls."""

import shutil
from statistics import median

from playwright.async_api import Page, async_playwright

from bench.client import Connection
from bench.figure import Figure, middle
from bench.million import filled
from bench.server import server

LOADS = 5
SCROLL_MS = 3_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

FRAMES = """async ([ms, step]) => {
    const sheet = [...document.querySelectorAll("*")].find((e) => e.scrollHeight > e.clientHeight + 2000 && getComputedStyle(e).overflowY !== "visible");
    let frames = 0;
    const begun = performance.now();
    while (performance.now() - begun < ms) {
        await new Promise(requestAnimationFrame);
        sheet.scrollTop += step;
        frames++;
    }
    return (frames * 1000) / (performance.now() - begun);
}"""


async def measure() -> list[Figure]:
    async with server() as running:
        table = await filled(running.home, await Connection.open(running.url, running.token))
        app = table.split("/")[3]
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = await browser.new_page(viewport={"width": 1440, "height": 900})
            await page.goto(running.sign_in)
            await page.wait_for_url(f"{running.url}/")
            first = [await first_row(page, f"{running.url}/a/{app}") for _ in range(LOADS + 1)][1:]
            slow = [await page.evaluate(FRAMES, [SCROLL_MS, 6]) for _ in range(3)]
            fast = [await page.evaluate(FRAMES, [SCROLL_MS, 90]) for _ in range(3)]
            await browser.close()
    return [
        middle("grid: navigation to first row, warm server", first, 0.7, "s"),
        Figure("grid: frames a second, slow scroll", median(slow), 50, "fps", floor=True, runs=3),
        Figure("grid: frames a second, fast scroll", median(fast), 50, "fps", floor=True, runs=3),
    ]


async def first_row(page: Page, url: str) -> float:
    await page.goto(url, wait_until="commit")
    await page.locator('[role="row"][aria-rowindex="2"]').first.wait_for()
    return await page.evaluate("performance.now() / 1000")
