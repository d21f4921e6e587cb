"""Takes the pictures of the README and the guides from the real product: `.venv/bin/python script/screenshots.py`.

Needs what `script/test` installs. Starts Sayso on a home of its own, makes what the pictures show, and takes them.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDE, HIGH = 1440, 900
PORT = "8791"
WISH = (
    "Customers have a name, phone and email. Each repair belongs to a customer and has a status (new, in progress, done), "
    "a due date and a price. Board by status, calendar of due dates."
)

PROMPT = "Summarise: Northlight opens a second studio in Porto on 28 November. The open day shows spring ceramics and a new daylight room."

MAKE = """async () => {
    const headers = { "content-type": "application/json" };
    const made = await fetch("/api/apps", { method: "POST", headers, body: JSON.stringify({ template: "client_desk" }) });
    return (await made.json()).id;
}"""


async def pictures(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_label("Describe it in your own words").fill(WISH)
    await page.keyboard.press("Control+Enter")
    await page.get_by_role("article", name="Plan").get_by_role("button", name="Build it").wait_for()
    await page.wait_for_timeout(1_500)
    await page.screenshot(path=PICTURES / "plan.png")
    await page.goto(url)
    app = await page.evaluate(MAKE)
    await page.goto(f"{url}/a/{app}/pipeline")
    await page.wait_for_timeout(2_000)
    await page.screenshot(path=PICTURES / "board.png")


async def models(page: Page, url: str) -> None:
    """The gateway as it is without any provider."""
    await page.goto(f"{url}/gateway/playground?models=sayso/reader,sayso/canvas")
    await page.get_by_label("Prompt", exact=True).fill(PROMPT)
    await page.keyboard.press("Control+Enter")
    await page.get_by_text("First token").nth(1).wait_for()
    await page.wait_for_timeout(500)
    await page.screenshot(path=PICTURES / "playground.png")
    await page.goto(f"{url}/gateway/providers")
    await page.get_by_role("button", name="Add a provider").first.click()
    await page.wait_for_timeout(500)
    await page.screenshot(path=PICTURES / "provider.png")


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    home = tempfile.mkdtemp(prefix="sayso-")
    command = [sys.executable, "-m", "sayso", "up", "--home", home, "--port", PORT, "--no-browser", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220  one server, for the whole run
    try:
        assert server.stdout is not None
        told = json.loads(await asyncio.to_thread(server.stdout.readline))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            page = await browser.new_page(viewport={"width": WIDE, "height": HIGH}, color_scheme="light", locale="en-GB")
            await page.goto(told["sign_in"])
            await page.wait_for_url(f"{told['url']}/")
            await pictures(page, told["url"])
            await models(page, told["url"])
            await browser.close()
    finally:
        server.terminate()
        await asyncio.to_thread(server.wait)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main())
