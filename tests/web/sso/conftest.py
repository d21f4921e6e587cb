"""Northlight with a door for single sign-on; its providers are on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.settings import Settings
from sayso.team import sessions
from sayso.team.actor import Actor
from sayso.team.sso import domains
from sayso.web.sso import browser
from tests.web.conftest import URL, Company
from tests.web.sso.provider import Provider, provider

DOMAIN = "northlight.example"
OTTO = {"sub": "otto-1", "email": f"otto@{DOMAIN}", "email_verified": True, "name": "Otto Falk"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=Path(tmp_path_factory.mktemp("home")), public_url=URL, egress_allow="127.0.0.0/8")


@pytest.fixture(autouse=True)
def in_no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser.tries, "times", 100_000)
    monkeypatch.setattr("sayso.team.sso.saml.pairs.BITS", 2_048)


@pytest.fixture(autouse=True)
async def afresh(company: Company) -> AsyncIterator[None]:
    """Nobody has come in by anything yet."""
    yield
    async with transaction(company.engine) as tx:
        for statement in (
            "delete from sayso.sso_providers",
            "delete from sayso.domains",
            "delete from sayso.sign_in_policies",
            "update sayso.people set email = null, email_verified_at = null where id not in (select person from sayso.tokens t join sayso.members m on m.id = t.member where person is not null)",
            "update sayso.members m set email = null from sayso.people p where p.id = m.person and p.email is null",
        ):
            await tx.execute(text(statement))


@pytest.fixture
async def idp() -> AsyncIterator[Provider]:
    async with provider() as one:
        one.claims = dict(OTTO)
        yield one


class Browser(httpx.AsyncClient):
    """Somebody with a browser: it keeps cookies, and does not follow where it is led."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(transport=httpx.ASGITransport(app), base_url=URL)

    async def me(self) -> dict[str, Any] | None:
        told = await self.get("/api/me")
        return told.json() if told.status_code == 200 else None


@pytest.fixture
async def browser_of(app: FastAPI) -> AsyncIterator[Any]:
    """Makes browsers."""
    made: list[Browser] = []

    def one() -> Browser:
        made.append(Browser(app))
        return made[-1]

    yield one
    for each in made:
        await each.aclose()


async def signed_in(one: Browser, engine: AsyncEngine, by: Actor) -> Browser:
    """Somebody who is signed in by a link."""
    async with transaction(engine) as tx:
        one.cookies.set("sayso_session", await sessions.begin(tx, by=by), domain="sayso.test")
    one.headers["sec-fetch-site"] = "same-origin"
    return one


async def added(company: Company, idp: Provider, **other: Any) -> dict[str, Any]:
    """A provider of Northlight's that leads to this one."""
    told = {
        "preset": "oidc",
        "name": "Northlight ID",
        "settings": {"issuer": idp.issuer, "client_id": "sayso"},
        "secrets": {"client_secret": "cs-1"},
        **other,
    }
    answer = await company.ana.post("/api/sso", json=told)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def proved(company: Company, domain: str = DOMAIN) -> None:
    by = company.ana.actor
    async with transaction(company.engine) as tx:
        if domain in [one.domain for one in await domains.listed(tx, by=by)]:
            return
        one = await domains.add(tx, domain, by=by)
        await domains.checked(tx, one, "dns", "There.", proved=True, by=by)
