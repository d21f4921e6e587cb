"""A program is let in from a browser: by the client of the `mcp` package, from the first 401 to a token that is renewed."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections import mcp, oauth
from sayso.connections.connections import Connections
from sayso.connections.delivered import NotDelivered
from sayso.connections.kinds import mcp as mcp_kind
from sayso.db import transaction
from sayso.errors import Forbidden
from sayso.settings import Settings
from sayso.team import sessions
from sayso.team.actor import Actor
from sayso.web.app import create_app
from sayso.web.cookies import COOKIE
from tests.conftest import Northlight
from tests.connections.conftest import added
from tests.connections.outside import LOOPBACK, answer, outside
from tests.web.conftest import settings as settings

BACK = "http://127.0.0.1:33418/callback"


@pytest.fixture(scope="module")
async def url(engine: AsyncEngine, settings: Settings, northlight_kept: Northlight) -> AsyncIterator[str]:
    """Sayso behind a real server, at the address that it tells people."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        at = f"http://127.0.0.1:{door.getsockname()[1]}"
        app = create_app(engine, replace(settings, public_url=at))
        async with app.router.lifespan_context(app):
            server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
            running = asyncio.create_task(server.serve([door]))
            while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.01)
            yield at
            server.should_exit = True
            await running


@dataclass
class Kept:
    """What a program remembers between two starts."""

    tokens: Any = None
    client: Any = None

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client

    async def set_client_info(self, client_info: Any) -> None:
        self.client = client_info


@dataclass
class Browser:
    """The member's browser: opens the page that the program asks for, and presses a button."""

    engine: AsyncEngine
    by: Actor
    url: str
    answer: str = "allow"
    writes: bool = False
    opened: list[str] = field(default_factory=list)
    back: str = ""

    async def open(self, address: str) -> None:
        self.opened.append(address)
        async with transaction(self.engine) as tx:
            secret = await sessions.begin(tx, by=self.by, agent="Tests")
        async with httpx.AsyncClient(cookies={COOKIE: secret}, timeout=60) as http:
            page = await http.get(address)
            assert page.status_code == 200, page.text
            assert "a program on this computer" in page.text
            assert self.by.name in page.text
            policy = page.headers["content-security-policy"]
            assert "form-action 'self' http://127.0.0.1:33418;" in policy
            assert "frame-ancestors 'none'" in policy
            asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
            said = {**asked, "answer": self.answer, **({"may_write": "yes"} if self.writes else {})}
            decided = await http.post(f"{self.url}/oauth/authorize", data=said, headers={"origin": self.url})
            assert decided.status_code == 303, decided.text
            self.back = decided.headers["location"]

    async def returned(self) -> AuthorizationCodeResult:
        said = {name: value[0] for name, value in parse_qs(urlsplit(self.back).query).items()}
        assert self.back.startswith(BACK + "?")
        return AuthorizationCodeResult(code=said["code"], state=said.get("state"), iss=said["iss"])


def provider(url: str, browser: Browser, kept: Kept) -> OAuthClientProvider:
    metadata = OAuthClientMetadata(redirect_uris=[BACK], client_name="Desk agent")  # pyright: ignore[reportArgumentType]
    return OAuthClientProvider(f"{url}/mcp", metadata, kept, redirect_handler=browser.open, callback_handler=browser.returned)


async def tools(url: str, auth: OAuthClientProvider) -> set[str]:
    async with (
        httpx2.AsyncClient(auth=auth) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), cache=None) as client,
    ):
        return {tool.name for tool in (await client.list_tools()).tools}


async def test_a_program_is_let_in_to_read_and_is_renewed_and_withdrawn(
    url: str, engine: AsyncEngine, northlight_kept: Northlight
):
    kept, browser = Kept(), Browser(engine, northlight_kept.mia, url)
    seen = await tools(url, provider(url, browser, kept))
    assert "find_rows" in seen
    assert "create_rows" not in seen
    assert len(browser.opened) == 1
    asked = parse_qs(urlsplit(browser.opened[0]).query)
    assert asked["scope"] == ["read"]
    assert asked["resource"] == [f"{url}/mcp"]
    assert kept.tokens.scope == "read"
    assert kept.tokens.access_token.startswith("sayso_")

    mia = httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {kept.tokens.access_token}"}, timeout=60)
    listed = (await mia.get("/api/tokens")).json()["items"]
    assert [one["name"] for one in listed] == ["Desk agent"]

    first = kept.tokens
    form = {"grant_type": "refresh_token", "refresh_token": first.refresh_token, "client_id": kept.client.client_id}
    renewed = (await mia.post("/oauth/token", data=form)).json()
    assert renewed["access_token"] != first.access_token
    assert (await mia.get("/api/me")).status_code == 401
    mia.headers["authorization"] = f"Bearer {renewed['access_token']}"
    assert (await mia.get("/api/me")).status_code == 200
    assert [one["name"] for one in (await mia.get("/api/tokens")).json()["items"]] == ["Desk agent"]

    again = await mia.post("/oauth/token", data=form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await mia.get("/api/me")).status_code == 401, "a refresh token that was used twice ends the grant"
    await mia.aclose()


async def test_a_program_may_write_only_when_the_member_ticks_it_and_may_themselves(
    url: str, engine: AsyncEngine, northlight_kept: Northlight
):
    kept = Kept()
    assert "create_rows" in await tools(url, provider(url, Browser(engine, northlight_kept.mia, url, writes=True), kept))
    assert kept.tokens.scope == "read write"
    assert "create_rows" not in await tools(url, provider(url, Browser(engine, northlight_kept.cleo, url, writes=True), Kept()))
    async with httpx.AsyncClient(
        base_url=url, headers={"authorization": f"Bearer {kept.tokens.access_token}"}, timeout=60
    ) as http:
        gone = await http.post("/oauth/revoke", data={"token": kept.tokens.refresh_token, "client_id": kept.client.client_id})
        assert (gone.status_code, gone.content) == (200, b"")
        assert (await http.post("/mcp", json={})).status_code == 401
    async with engine.connect() as tx:
        told = (
            await tx.execute(text("select sentence from sayso.audit where kind = 'oauth.granted' order by id desc limit 2"))
        ).scalars()
        assert list(told) == ["let Desk agent in (read)", "let Desk agent in (read, comment, write)"]


async def test_a_member_who_says_no_is_not_overheard(url: str, engine: AsyncEngine, northlight_kept: Northlight):
    browser = Browser(engine, northlight_kept.mia, url, answer="deny")
    with pytest.raises(Exception):  # noqa: B017  whatever the client makes of it
        await tools(url, provider(url, browser, Kept()))
    said = parse_qs(urlsplit(browser.back).query)
    assert said["error"] == ["access_denied"]
    assert said["iss"] == [url]
    assert "code" not in said


async def test_one_sayso_is_let_in_to_another_with_nothing_but_its_address(
    url: str, engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path
):
    """Our own client finds out where somebody consents, registers, and is let in by our own server."""
    ana = northlight_kept.ana
    connections = Connections(engine, tmp_path, LOOPBACK, "http://127.0.0.1:33418")
    made = await added(connections, ana, "mcp", {"address": f"{url}/mcp", "auth": "authorization_code"})
    assert made.consent == "needed"
    await mcp_kind.settle(connections, made.id, by=ana)
    async with transaction(engine) as tx:
        address = await oauth.begin(tx, connections, made.id, by=ana)
    asked = parse_qs(urlsplit(address).query)
    assert asked["resource"] == [f"{url}/mcp"]
    browser = Browser(engine, ana, url, writes=True)
    await browser.open(address)
    said = {name: value[0] for name, value in parse_qs(urlsplit(browser.back).query).items()}
    assert browser.back.startswith("http://127.0.0.1:33418/oauth/callback?")
    await oauth.finished(connections, state=said["state"], code=said["code"], by=ana)
    async with transaction(engine) as tx:
        one = await connections.opened(tx, made.id, "mcp", by=ana)
    assert "create_rows" in {tool["name"] for tool in (await mcp.look(connections, one))["tools"]}
    await mcp_kind.settle(connections, made.id, by=ana)

    async with transaction(engine) as tx:
        await tx.execute(text("update sayso.connections set tokens_expire_at = now() where id = :id"), {"id": made.id})
    assert (await mcp.look(connections, one))["server"]["name"] == "sayso", "its token is renewed by itself"


async def test_a_server_that_says_nothing_is_entered_by_hand(engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path):
    connections = Connections(engine, tmp_path, LOOPBACK, "http://127.0.0.1:33418")
    async with outside() as there:
        one = await added(connections, northlight_kept.ana, "mcp", {"address": f"{there.url}/mcp", "auth": "authorization_code"})
        with pytest.raises(NotDelivered, match="by hand"):
            await mcp_kind.settle(connections, one.id, by=northlight_kept.ana)
        there.at["/.well-known/oauth-authorization-server"] = answer(200, json.dumps({"issuer": there.url}))
        with pytest.raises(NotDelivered, match="PKCE"):
            await mcp_kind.settle(connections, one.id, by=northlight_kept.ana)
        with pytest.raises(Forbidden):
            await mcp_kind.settle(connections, one.id, by=northlight_kept.mia)
    evil = {"WWW-Authenticate": 'Bearer resource_metadata="http://169.254.169.254/latest"'}
    async with outside() as there:
        there.says = [answer(401, b"", headers=evil)]
        one = await added(connections, northlight_kept.ana, "mcp", {"address": f"{there.url}/mcp", "auth": "authorization_code"})
        with pytest.raises(NotDelivered, match="not an address of the public internet"):
            await mcp_kind.settle(connections, one.id, by=northlight_kept.ana)
