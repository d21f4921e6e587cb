"""A real Chromium before a real server: the little company, each in a browser of their own."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.settings import Settings
from sayso.team import keys, sessions
from sayso.team.actor import Actor
from sayso.web.app import create_app
from tests.conftest import Northlight

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ANSWER_MS_MAX = 30_000
START_SECONDS_MAX = 60
COOKIE = "sayso_session"
expect.set_options(timeout=30_000)


@dataclass
class Person:
    """Someone at their screen (`page`) who may also ask the API directly."""

    page: Page
    api: httpx.AsyncClient
    actor: Actor
    cookie: str
    wrong: list[str]
    """What the page complained about: must stay empty."""


async def published(person: Person, app: str, view: str, **asked: Any) -> dict[str, Any]:
    """What they publish, in their own session, after a look at what becomes visible."""
    base = str(person.api.base_url).rstrip("/")
    headers = {"cookie": f"{COOKIE}={person.cookie}", "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as api:
        shown = (await api.get(f"/api/apps/{app}/exposure", params={"view": view})).json()
        made = await api.post(f"/api/apps/{app}/shares", json={"view": view, "fingerprint": shown["fingerprint"], **asked})
    assert made.status_code == 201, made.text
    return made.json()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A page that a busy machine drew too late gets a second try; pytest's summary says how often that was needed."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=1))


Arrives = Callable[..., Awaitable[Person]]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = os.environ.get("SAYSO_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
def egress_allow() -> str:
    """Networks that this module's server may reach though they are not public; a module with an upstream of its own says which."""
    return ""


@pytest.fixture(scope="module")
async def url(engine: AsyncEngine, egress_allow: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a server on this module's database."""
    built = files("sayso.web") / "static" / "index.html"
    assert built.is_file(), "the front end is not built; script/test builds it, or: cd frontend && npm ci && npm run build"
    door = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    settings = Settings(home=Path(tmp_path_factory.mktemp("home")), public_url=address, egress_allow=egress_allow)
    server = uvicorn.Server(
        uvicorn.Config(create_app(engine, settings), log_level="error", lifespan="on", timeout_graceful_shutdown=2)
    )
    serving = asyncio.create_task(server.serve([door]))
    async with asyncio.timeout(START_SECONDS_MAX):
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.02)
    yield address
    server.should_exit = True
    await serving
    door.close()


@pytest.fixture
async def arrives(chromium: Browser, url: str, engine: AsyncEngine) -> AsyncIterator[Arrives]:
    """`await arrives(northlight.ana)` opens a browser of theirs; all are closed after the test, and nothing may have gone wrong in them."""
    here: list[Person] = []

    async def arrive(who: Actor, *, wide: int = 1440, high: int = 900, **more: Any) -> Person:
        async with transaction(engine) as tx:
            secret = await sessions.begin(tx, by=who)
            _, token = await keys.create(tx, "Tests", by=who)
        context = await chromium.new_context(
            viewport={"width": wide, "height": high}, permissions=["clipboard-read", "clipboard-write"], locale="en-GB", **more
        )
        await context.add_cookies([{"name": COOKIE, "value": secret, "url": url}])
        page = await context.new_page()
        page.set_default_timeout(ANSWER_MS_MAX)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        api = httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=30)
        here.append(Person(page, api, who, secret, wrong))
        return here[-1]

    yield arrive
    for person in here:
        await person.api.aclose()
        await person.page.context.close()
    assert [person.wrong for person in here if person.wrong] == []


SHOOTS: dict[str, Any] = {
    "id": "desk", "name": "Client desk", "icon": "users",
    "tables": [
        {"id": "shoots", "name": "Shoots", "fields": [
            {"id": "name", "name": "Name", "kind": "text", "required": True},
            {"id": "stage", "name": "Stage", "kind": "select", "options": [
                {"id": "asked", "name": "Asked", "hue": "yellow"}, {"id": "booked", "name": "Booked", "hue": "blue"}, {"id": "done", "name": "Done", "hue": "green"}]},
            {"id": "budget", "name": "Budget", "kind": "money"},
            {"id": "on", "name": "On", "kind": "date"},
            {"id": "lead", "name": "Lead", "kind": "person"},
            {"id": "client", "name": "Client", "kind": "link", "to": "clients", "reverse": "shoots"},
            {"id": "fit", "name": "Fit", "kind": "rating"},
            {"id": "paid", "name": "Paid", "kind": "checkbox"},
            {"id": "tags", "name": "Tags", "kind": "multi_select", "options": [{"id": "film", "name": "Film", "hue": "red"}, {"id": "food", "name": "Food", "hue": "teal"}]},
            {"id": "notes", "name": "Notes", "kind": "long_text"},
            {"id": "crew", "name": "Crew", "kind": "number"},
            {"id": "share", "name": "Share", "kind": "percent"},
            {"id": "call", "name": "Call", "kind": "datetime"},
            {"id": "took", "name": "Took", "kind": "duration"},
            {"id": "mail", "name": "Mail", "kind": "email"},
            {"id": "tel", "name": "Tel", "kind": "phone"},
            {"id": "site", "name": "Site", "kind": "url"},
            {"id": "files", "name": "Files", "kind": "file"},
            {"id": "each", "name": "Each", "kind": "formula", "formula": "{Crew} * 2"},
            {"id": "next", "name": "Next step", "kind": "ai", "prompt": "Next step for {Name}"},
        ]},
        {"id": "clients", "name": "Clients", "fields": [
            {"id": "name", "name": "Name", "kind": "text"},
            {"id": "shoots", "name": "Shoots", "kind": "link", "to": "shoots", "many": True, "reverse": "client"},
        ]},
    ],
    "views": [{"id": "all", "name": "All shoots", "kind": "grid", "table": "shoots"}],
}  # fmt: skip
ROWS = [
    {"name": "Kestrel, winter range", "stage": "asked", "budget": "18400", "on": "2026-11-24", "crew": 3},
    {"name": "Ostra, spring catalogue", "stage": "booked", "budget": "9650", "on": "2026-11-26", "crew": 2},
    {"name": "Brandt, workshop film", "stage": "asked", "budget": "14200", "on": "2026-11-27", "crew": 5},
    {"name": "Halden, lookbook", "stage": "done", "budget": "11900", "on": "2026-12-03", "crew": 4},
]


@dataclass(frozen=True)
class Desk:
    id: str
    ids: list[int]

    @property
    def rows(self) -> str:
        return f"/api/apps/{self.id}/tables/shoots/rows"


@pytest.fixture
async def desk(url: str, engine: AsyncEngine, northlight_kept: Northlight) -> Desk:
    """A fresh app with four shoots and two clients."""
    async with transaction(engine) as tx:
        _, token = await keys.create(tx, "Tests", by=northlight_kept.ana)
    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=30) as api:
        made = await api.post("/api/apps", json={"spec": SHOOTS})
        assert made.status_code == 201, made.text
        id = made.json()["id"]
        await api.post(
            f"/api/apps/{id}/tables/clients/rows",
            json={"rows": [{"values": {"name": n}} for n in ("Kestrel Outdoor", "Fika & Co")]},
        )
        rows = await api.post(f"/api/apps/{id}/tables/shoots/rows", json={"rows": [{"values": v} for v in ROWS]})
        assert rows.status_code == 201, rows.text
        return Desk(id, [row["id"] for row in rows.json()["rows"]])
