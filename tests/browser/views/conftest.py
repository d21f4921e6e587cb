"""A real server, a real browser, and a desk for each module: signed in as whom the story is about."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.settings import Settings
from sayso.team import links
from sayso.team.actor import Actor
from sayso.web.app import create_app
from tests.browser.views.desk import ROWS, SPEC
from tests.conftest import Northlight

BUILT = Path(__file__).parents[3] / "src/sayso/web/static/index.html"
CHROMIUM = os.environ.get("SAYSO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EXPECTED = ("409 (Conflict)", "422 (Unprocessable", "404 (Not Found)")
"""What Chromium writes to its console by itself when an answer refuses."""


@dataclass
class Seat:
    """One browser window of one person, and what its console complained about."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, view: str, app: str = "desk") -> Page:
        """From here on the console is listened to."""
        await self.page.goto("about:blank")
        self.page.on("console", self.hears)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await self.page.goto(f"{self.url}/a/{app}/{view}")
        return self.page

    async def asks(self, method: str, path: str, body: Any = None) -> Any:
        """Through the API, as this person."""
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        answer = await self.page.context.request.fetch(f"{self.url}{path}", method=method, data=body, headers=headers)
        assert answer.ok, f"{method} {path}: {answer.status} {await answer.text()}"
        return await answer.json() if answer.status != 204 else None

    async def row(self, name: str) -> dict[str, Any]:
        page = await self.asks("GET", "/api/apps/desk/tables/projects/rows?limit=200")
        return next(row for row in page["rows"] if row["values"]["name"] == name)

    async def value(self, name: str, field: str) -> Any:
        return (await self.row(name))["values"][field]

    async def order(self, status: str | None) -> list[str]:
        """Names of the rows with this status, as they stand by hand."""
        page = await self.asks("GET", "/api/apps/desk/tables/projects/rows?limit=200")
        return [row["values"]["name"] for row in page["rows"] if row["values"]["status"] == status]

    def hears(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(known in message.text for known in EXPECTED):
            self.complaints.append(message.text)


@dataclass
class Desk:
    """The server of this module, with the small app in it."""

    url: str
    browser: Browser
    engine: AsyncEngine
    company: Northlight
    seats: list[tuple[Seat, BrowserContext]] = field(default_factory=list)

    async def seat(self, by: Actor, *, dark: bool = False, phone: bool = False, script: bool = True) -> Seat:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = await self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]}, color_scheme="dark" if dark else "light",
            locale="en-GB", java_script_enabled=script, reduced_motion="reduce",
        )  # fmt: skip
        seat = Seat(await context.new_page(), self.url)
        self.seats.append((seat, context))
        async with transaction(self.engine) as tx:
            secret = await links.sign_in(tx, by=by)
        await seat.page.goto(f"{self.url}/sign-in/{secret}")
        return seat

    async def ana(self, **how: bool) -> Seat:
        return await self.seat(self.company.ana, **how)

    async def cleo(self, **how: bool) -> Seat:
        return await self.seat(self.company.cleo, **how)

    async def leave(self) -> list[str]:
        """Closes every window; answers what their consoles said."""
        said = [line for seat, _ in self.seats for line in seat.complaints]
        for _, context in self.seats:
            await context.close()
        self.seats.clear()
        return said


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    assert CHROMIUM, "the browser tests need Chromium: script/test installs it, SAYSO_CHROMIUM names one"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def served(engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a server on this module's own database."""
    assert BUILT.is_file(), "the front end is not built: script/test does it, or `npm run build` in frontend/"
    door = socket.create_server(("127.0.0.1", 0))
    url = f"http://localhost:{door.getsockname()[1]}"
    app = create_app(engine, Settings(home=Path(tmp_path_factory.mktemp("home")), public_url=url))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, ws="websockets-sansio"))
    server.install_signal_handlers = lambda: None  # type: ignore[method-assign, attr-defined]
    running = asyncio.create_task(server._serve([door]))  # pyright: ignore[reportPrivateUsage]
    while not server.started:  # noqa: ASYNC110 -- uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield url
    server.should_exit = True
    await running
    door.close()


@pytest.fixture(scope="module")
async def made(served: str, browser: Browser, engine: AsyncEngine, northlight_kept: Northlight) -> AsyncIterator[Desk]:
    desk = Desk(served, browser, engine, northlight_kept)
    ana = await desk.ana()
    await ana.asks("POST", "/api/apps", {"spec": SPEC})
    await ana.asks("POST", "/api/apps/desk/tables/projects/rows", {"rows": [{"values": values} for values in ROWS]})
    assert await desk.leave() == []
    yield desk


async def as_made(desk: Desk) -> None:
    """Puts the app back to what it was before the first story."""
    ana = await desk.ana()
    now = (await ana.asks("GET", "/api/apps/desk"))["version"]
    if now > 1:
        await ana.asks("POST", "/api/apps/desk/versions", {"restore": 1, "base_version": now})
    rows = "/api/apps/desk/tables/projects/rows"
    there = [row["id"] for row in (await ana.asks("GET", f"{rows}?limit=200"))["rows"]]
    await ana.asks("DELETE", rows, {"ids": there})
    await ana.asks("POST", rows, {"rows": [{"values": values} for values in ROWS]})
    await desk.leave()


@pytest.fixture
async def desk(made: Desk, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """The desk; when a story ends, every window closes and no console has complained. A story that is tried again begins anew."""
    if getattr(request.node, "execution_count", 1) > 1:
        await as_made(made)
    yield made
    assert await made.leave() == []
