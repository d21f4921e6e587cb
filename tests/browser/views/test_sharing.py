"""Something is made public on a screen that says what becomes visible; strangers read it, in our page or inside another site's."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.views.conftest import Desk, Seat
from tests.browser.views.test_views_axe import complaints

pytestmark = pytest.mark.browser


async def published(ana: Seat, view: str, **asked: object) -> str:
    """The address of what Ana publishes, after a look."""
    chosen = asked.get("fields")
    query = f"&fields={','.join(chosen)}" if isinstance(chosen, list) else ""
    seen = await ana.asks("GET", f"/api/apps/desk/exposure?view={view}{query}")
    share = await ana.asks("POST", "/api/apps/desk/shares", {"view": view, "fingerprint": seen["fingerprint"], **asked})
    return str(share["url"])


async def stranger(desk: Desk, **how: object) -> tuple[BrowserContext, Page]:
    context = await desk.browser.new_context(locale="en-GB", reduced_motion="reduce", **how)  # pyright: ignore[reportArgumentType]
    return context, await context.new_page()


async def test_a_board_is_published_on_a_screen_that_shows_what_becomes_visible(desk: Desk):
    ana = await desk.ana()
    page = await ana.open("board")
    await page.get_by_role("button", name="Share", exact=True).click()
    panel = page.get_by_role("dialog")
    await expect(panel.get_by_label("Link for members")).to_have_value(re.compile("/a/desk/board$"))
    await panel.get_by_role("tab", name="View").click()
    await panel.get_by_role("button", name="Make it public").click()
    exposed = panel.get_by_label("What becomes visible")
    await expect(exposed).to_contain_text("of the")
    await expect(exposed).not_to_contain_text("Lead")
    await panel.get_by_role("checkbox", name=re.compile("^Lead")).check()
    await expect(exposed).to_contain_text("Lead")
    await panel.get_by_role("checkbox", name=re.compile("^Lead")).uncheck()
    await expect(exposed).not_to_contain_text("Lead")
    await panel.get_by_role("button", name="Make this public").click()
    address = await panel.get_by_label(re.compile("^Public address")).input_value()

    context, reader = await stranger(desk, java_script_enabled=False, viewport={"width": 390, "height": 844})
    await reader.goto(address)
    await expect(reader.locator("article").first).to_be_visible()
    assert await reader.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await panel.get_by_role("button", name=re.compile("^Stop sharing")).click()
    await expect(panel).to_contain_text("Only members reach it")
    gone = await reader.reload()
    assert gone and gone.status == 404
    await context.close()


async def test_public_pages_have_no_barriers_whatever_they_show(desk: Desk):
    ana = await desk.ana()
    context, page = await stranger(desk)
    for view in ("all", "board", "gallery", "days", "chart"):
        address = await published(ana, view, rows={"search": True, "download": True})
        await page.goto(address)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert await complaints(page) == [], view
    await page.goto(await published(ana, "form", password="three plain words"))
    await expect(page.get_by_label("Password")).to_be_visible()
    assert await complaints(page) == []
    await context.close()


async def test_a_form_is_filled_in_and_sent_by_keyboard_alone(desk: Desk):
    ana = await desk.ana()
    address = await published(ana, "form")
    context, page = await stranger(desk)
    await page.goto(address)
    await page.get_by_label("What is it called?").focus()
    await page.keyboard.type("By keyboard")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.get_by_label("What is it called?").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("We will call you.")).to_be_visible()
    assert (await ana.row("By keyboard"))["created_by"] == "link"
    await context.close()


@asynccontextmanager
async def sites_of(pages: list[str]) -> AsyncGenerator[int]:
    """Another site's server, with one page; it is a different site under each name of this machine."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
        body = pages[0].encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_only_the_sites_that_were_named_show_it_inside_a_page_of_theirs(desk: Desk):
    ana = await desk.ana()
    context, page = await stranger(desk)
    frame = '<!doctype html><title>Theirs</title><iframe src="{}?embed=1" width="600" height="900"></iframe>'
    theirs = [""]
    async with sites_of(theirs) as port:
        address = await published(ana, "form", origins=[f"http://127.0.0.1:{port}"])
        theirs[0] = frame.format(address)
        await page.goto(f"http://127.0.0.1:{port}/")
        inside = page.frame_locator("iframe")
        await inside.get_by_label("What is it called?").fill("Embedded")
        await inside.get_by_role("radio", name="Product").check()
        await inside.get_by_role("button", name="Send it").click()
        await expect(inside.get_by_text("We will call you.")).to_be_visible()
        assert (await ana.row("Embedded"))["values"]["kind"] == "product"

        async with page.expect_event("console", lambda said: "frame-ancestors" in said.text):
            await page.goto(f"http://localhost:{port}/")
        await expect(inside.get_by_label("What is it called?")).to_have_count(0)
    await context.close()


async def test_what_is_public_is_listed_in_the_settings_and_ends_with_one_press(desk: Desk):
    ana = await desk.ana()
    address = await published(ana, "all")
    await ana.page.goto(f"{desk.url}/settings/public")
    await expect(ana.page.get_by_label(re.compile("^Public address")).first).to_be_visible()
    await ana.page.get_by_role("button", name="Stop everything").click()
    await ana.page.get_by_role("dialog").get_by_role("button", name="Stop everything").click()
    await expect(ana.page.get_by_text("Nothing is public")).to_be_visible()
    context, page = await stranger(desk)
    gone = await page.goto(address)
    assert gone and gone.status == 404
    await context.close()
