"""Signing in before a real browser: by keyboard alone, without script, with passkeys of a virtual authenticator, and once more before what is dangerous."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, expect
from pyotp.totp import TOTP
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections.vault import Vault
from sayso.db import signin_tables as t
from sayso.db import transaction
from sayso.settings import Settings
from sayso.team import links, people
from sayso.team.actor import Actor
from sayso.team.signin import codes, passwords, person
from sayso.web.app import create_app
from tests.browser.barriers import violations, violations_in_light_and_dark
from tests.browser.conftest import ANSWER_MS_MAX, START_SECONDS_MAX

pytestmark = pytest.mark.browser

GOOD = "otter under the pier"
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
async def at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
async def here(engine: AsyncEngine, at: Path) -> AsyncIterator[str]:
    """A server at localhost: passkeys are bound to a name, and an address in figures is none."""
    assert (files("sayso.web") / "static" / "index.html").is_file(), "the front end is not built: npm --prefix frontend run build"
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://localhost:{listening.getsockname()[1]}"
    app = create_app(engine, Settings(home=at, public_url=address, worker=False))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", timeout_graceful_shutdown=2))
    serving = asyncio.create_task(server.serve([listening]))
    async with asyncio.timeout(START_SECONDS_MAX):
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.02)
    yield address
    server.should_exit = True
    await serving
    listening.close()


@pytest.fixture
async def rosa(engine: AsyncEngine) -> Actor:
    """Somebody new for each story, who owns a workspace of her own and has an address."""
    async with transaction(engine) as tx:
        ana = await people.found(tx, name="Northlight", owner="Ana Prado")
        member = await people.add(tx, "Rosa Lind", role="owner", email=f"rosa.{ana.workspace[2:]}@northlight.example", by=ana)
    return member.actor


@pytest.fixture
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(ANSWER_MS_MAX)
    yield context
    await context.close()


async def has_password(engine: AsyncEngine, who: Actor) -> str:
    """Her address."""
    async with transaction(engine) as tx:
        them = await person.by_id(tx, who.person or "")
        await passwords.put(tx, them, GOOD)
    assert them.email
    return them.email


async def by_link(engine: AsyncEngine, who: Actor, page: Page, here: str, to: str = "/") -> None:
    async with transaction(engine) as tx:
        secret = await links.sign_in(tx, by=who, to=to)
    await page.goto(f"{here}/sign-in/{secret}")
    await page.wait_for_url(f"{here}{to}")


async def authenticator(page: Page) -> tuple[CDPSession, str]:
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    made = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return cdp, made["authenticatorId"]


async def is_fine(page: Page, found: Callable[[Page], Awaitable[list[Any]]] = violations) -> None:
    assert await found(page) == []


async def test_password_and_code_by_keyboard_alone_and_without_script(
    chromium: Browser, here: str, engine: AsyncEngine, at: Path, rosa: Actor
):
    email = await has_password(engine, rosa)
    async with transaction(engine) as tx:
        vault = Vault(at)
        begun = await codes.begin(tx, rosa.person or "", label=email, vault=vault)
        await codes.confirm(tx, rosa.person or "", TOTP(begun.secret).now(), vault=vault)
        await tx.execute(t.totps.update().values(step=0))
    context = await chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = await context.new_page()
    await page.goto(f"{here}/a/nothing")
    await expect(page).to_have_url(f"{here}/signin?to=/a/nothing")
    await expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await page.keyboard.type(email)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Forgotten?")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.type("not her password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("E-mail and password do not match. 4 tries left.")
    await expect(page.get_by_label("Password", exact=True)).to_be_focused()
    await page.keyboard.type(GOOD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Code")).to_be_focused()
    await page.keyboard.type(TOTP(begun.secret).now())
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{here}/a/nothing")
    assert {c["name"] for c in await context.cookies() if c["httpOnly"]} == {"sayso_session", "sayso_device"}
    await context.close()


async def test_every_page_of_signing_in_reads_well(context: BrowserContext, here: str, engine: AsyncEngine, rosa: Actor):
    email = await has_password(engine, rosa)
    page = await context.new_page()
    await page.goto(f"{here}/signin")
    await expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    await is_fine(page, violations_in_light_and_dark)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill("not her password")
    await page.get_by_role("button", name="Show the password").click()
    await expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await is_fine(page, violations_in_light_and_dark)
    for path in ("/signin/link", "/signin/reset", "/signin/link/none", "/signin/reset/none"):
        await page.goto(f"{here}{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await is_fine(page, violations_in_light_and_dark)
    async with transaction(engine) as tx:
        await tx.execute(
            t.sign_in_policies.insert().values(
                workspace_id=rosa.workspace, methods=["password"], second_factor=True, session_days=30
            )
        )
    await page.goto(f"{here}/signin")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(GOOD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="One more key to the door")).to_be_visible()
    await is_fine(page, violations_in_light_and_dark)
    await page.get_by_text("Type it in instead").click()
    secret = (await page.locator(".by-hand code").inner_text()).strip()
    await page.get_by_label("Code").fill(TOTP(secret).now())
    await page.get_by_role("button", name="Turn it on").click()
    await expect(page.get_by_role("heading", name="Keep these ten codes")).to_be_visible()
    assert await page.locator(".codes li").count() == 10
    await is_fine(page, violations_in_light_and_dark)
    await page.get_by_role("link", name="I have kept them").click()
    await expect(page).to_have_url(f"{here}/")
    await context.clear_cookies()
    await page.goto(f"{here}/signin")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(GOOD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Your code")).to_be_visible()
    await is_fine(page, violations_in_light_and_dark)


async def test_a_passkey_is_made_lets_in_and_proves(context: BrowserContext, here: str, engine: AsyncEngine, rosa: Actor):
    page = await context.new_page()
    await authenticator(page)
    await by_link(engine, rosa, page, here)
    await expect(page.get_by_text("Come back without a link.")).to_be_visible()
    await page.get_by_role("link", name="Set it up").click()
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_label("Name").fill("Rosa’s laptop")
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text("Rosa’s laptop")).to_be_visible()
    await is_fine(page)

    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text("This device has a passkey for you already.")).to_be_visible()
    await context.clear_cookies()

    await page.goto(f"{here}/signin?to=/settings/security")
    await expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    await page.get_by_role("button", name="Use a passkey").focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{here}/settings/security")
    await expect(page.get_by_text(re.compile("Made .*, used "))).to_be_visible()

    async with transaction(engine) as tx:
        await tx.execute(
            text("update sayso.sessions set proved_at = now() - interval '1 hour' where person = :p"), {"p": rosa.person}
        )
    await asyncio.sleep(0.6)  # so long may a process remember who somebody is
    await page.get_by_role("button", name="Remove Rosa’s laptop").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    dialog = page.get_by_role("dialog", name="Show that it is you")
    await expect(dialog.get_by_role("button", name="Use a passkey")).to_be_visible()
    await is_fine(page)
    await dialog.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_text("Rosa’s laptop lets nobody in any more.")).to_be_visible()
    await expect(page.get_by_role("button", name="Remove Rosa’s laptop")).to_be_hidden()


async def test_a_passkey_of_nobody_here_lets_nobody_in(context: BrowserContext, here: str, engine: AsyncEngine, rosa: Actor):
    page = await context.new_page()
    await authenticator(page)
    await by_link(engine, rosa, page, here, "/settings/security")
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("button", name=re.compile("^Remove My"))).to_be_visible()
    async with transaction(engine) as tx:
        await tx.execute(t.passkeys.delete().where(t.passkeys.c.person == rosa.person))
    await context.clear_cookies()
    await page.goto(f"{here}/signin")
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_text("This is no passkey that is known here.")).to_be_visible()
    assert not [c for c in await context.cookies() if c["name"] == "sayso_session"]


async def test_a_password_and_codes_are_set_in_the_settings(context: BrowserContext, here: str, engine: AsyncEngine, rosa: Actor):
    page = await context.new_page()
    await by_link(engine, rosa, page, here, "/settings/security")
    await page.get_by_role("button", name="Set a password").click()
    await page.get_by_label("New password").fill("password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("everybody tries first")).to_be_visible()
    await page.get_by_label("New password").fill(GOOD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Your password is set.")).to_be_visible()
    await page.get_by_role("button", name="Turn on").click()
    await expect(page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    assert await page.locator("img.qr").evaluate(
        "image => image.naturalWidth > 0 || image.decode().then(() => image.naturalWidth > 0)"
    )
    await page.get_by_text("Type it in instead").click()
    secret = (await page.locator("dialog code").inner_text()).strip()
    await page.get_by_label("Code", exact=True).fill(TOTP(secret).now())
    await page.get_by_role("button", name="Turn it on").click()
    kept = page.get_by_role("dialog", name="Keep these ten codes")
    await expect(kept.locator("li")).to_have_count(10)
    await is_fine(page)
    await kept.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_text("10 of 10 left")).to_be_visible()


async def test_an_owner_says_how_one_signs_in(context: BrowserContext, here: str, engine: AsyncEngine, rosa: Actor):
    page = await context.new_page()
    await has_password(engine, rosa)
    await by_link(engine, rosa, page, here, "/settings/signing-in")
    await expect(page.get_by_label("Password")).to_be_checked()
    await is_fine(page)
    await page.get_by_label("Everybody needs a second factor").check()
    await page.get_by_label("Single sign-on").uncheck()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("You have no second factor yourself yet")).to_be_visible()
    await page.get_by_label("Everybody needs a second factor").uncheck()
    await page.get_by_label("Or when nobody was there for").select_option("480")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It counts at once")).to_be_visible()
    async with transaction(engine) as tx:
        kept = (await tx.execute(t.sign_in_policies.select().where(t.sign_in_policies.c.workspace_id == rosa.workspace))).one()
    assert (kept.methods, kept.idle_minutes) == (["password", "link", "passkey"], 480)


async def test_a_workspace_that_asks_for_a_second_factor_takes_a_passkey(
    context: BrowserContext, here: str, engine: AsyncEngine, rosa: Actor
):
    page = await context.new_page()
    await authenticator(page)
    email = await has_password(engine, rosa)
    await by_password(page, here, email)
    await expect(page).to_have_url(f"{here}/")
    async with transaction(engine) as tx:
        policy = {"methods": ["password", "passkey"], "second_factor": True, "session_days": 30}
        await tx.execute(t.sign_in_policies.insert().values(workspace_id=rosa.workspace, **policy))
    await asyncio.sleep(0.6)  # so long may a process remember who somebody is
    await page.goto(f"{here}/settings/you")
    await expect(page).to_have_url(f"{here}/signin/second")
    await page.get_by_role("button", name="Make a passkey").click()
    await expect(page).to_have_url(f"{here}/")
    await expect(page.get_by_role("heading", name="What should we build?")).to_be_visible()

    await context.clear_cookies()
    await by_password(page, here, email)
    await expect(page.get_by_text("You have one: sign in with your passkey.")).to_be_visible()
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page).to_have_url(f"{here}/")


async def by_password(page: Page, here: str, email: str) -> None:
    await page.goto(f"{here}/signin")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(GOOD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
