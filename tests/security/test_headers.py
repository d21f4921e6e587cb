"""What every answer carries, and by which names this server is spoken to."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.settings import Settings
from sayso.web.app import create_app
from sayso.web.hosts import ours
from tests.web.conftest import URL, Company

PAGES = (
    "/sign-in",
    "/sign-in/x",
    "/f/none",
    "/approve/none",
    "/models",
    "/compare",
    "/api/docs",
    "/models/gpt-4o",
    "/",
    "/nothing",
)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>(?P<script>.*?)</script>|<style(?P<style>[^>]*)>|\son\w+\s*=|\sstyle\s*=|javascript:",
    re.S | re.I,
)


def policy(answer: httpx.Response) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: values for name, _, values in pairs}


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_lets_nothing_run_but_our_own_files(company: Company, path: str):
    answer = await company.nobody.get(path)
    told = policy(answer)
    assert told["default-src"] == told["object-src"] == told["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"] and "*" not in told.get("script-src", "")
    assert "frame-ancestors" in told
    for found in INLINE.finditer(answer.text):
        nonce = re.search(r'nonce="([\w-]{16,})"', found.group("style") or "")
        named = "sha256-" in told.get("style-src", "") or "sha256-" in told.get("script-src", "")
        data = found.group(0).startswith('<script type="application/ld+json"')
        assert data or named or (nonce and nonce[1] in told["style-src"]), found.group(0)[:200]


async def test_a_nonce_is_never_the_same(company: Company):
    policies = [(await company.nobody.get("/f/none")).headers["content-security-policy"] for _ in range(5)]
    assert len({re.findall(r"'nonce-([\w-]+)'", one)[0] for one in policies}) == 5


async def test_the_workspace_takes_no_text_as_html(company: Company, tmp_path: Path, engine: AsyncEngine):
    (tmp_path / "index.html").write_text("<!doctype html><script>1</script>")
    app = create_app(engine, Settings(home=tmp_path, public_url=URL), static=tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL, cookies={"sayso_session": "x"}) as client:
        answer = await client.get("/")
    told = policy(answer)
    assert told["require-trusted-types-for"] == "'script'" and "unsafe" not in str(told)
    assert told["trusted-types"] == "svelte-trusted-html drawn pasted default" and re.search(r"'sha256-", told["script-src"])


@pytest.mark.parametrize(
    ("url", "said"), [("https://sayso.test", "max-age=31536000; includeSubDomains"), ("http://sayso.test", None)]
)
async def test_browsers_are_told_to_stay_with_https(engine: AsyncEngine, tmp_path: Path, url: str, said: str | None):
    app = create_app(engine, Settings(home=tmp_path, public_url=url))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=url) as client:
        for path in ("/healthz", "/sign-in", "/api/me"):
            assert (await client.get(path)).headers.get("strict-transport-security") == said


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("sayso.test", True),
        ("SAYSO.test", True),
        ("localhost:8700", True),
        ("127.0.0.1:8700", True),
        ("[::1]:8700", True),
        ("192.0.2.7", True),
        ("inside.example", True),
        ("evil.example", False),
        ("sayso.test.evil.example", False),
        ("evil.example:80@sayso.test", False),
        ("sayso.test:81", False),
        ("localhost.evil.example", False),
        ("", False),
        ("[::1", False),
        ("x" * 5_000, False),
    ],
)
async def test_another_name_of_this_server_is_turned_away(app: FastAPI, settings: Settings, host: str, known: bool):
    assert ours(host, Settings(settings.home, public_url=URL, hosts=frozenset({"inside.example"}))) is known
    if host == "inside.example" or not host.isascii() or len(host) > 300:
        return
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        answer = await client.get("/api/me", headers={"host": host})
        assert answer.status_code == (401 if known else 421)
        assert (await client.get("/healthz", headers={"host": host})).status_code == 200


async def test_no_link_is_made_from_what_a_request_says(company: Company):
    for name in ("x-forwarded-host", "x-original-url", "forwarded", "x-host"):
        answer = await company.nobody.get("/sign-in", headers={name: "evil.example"})
        assert "evil.example" not in answer.text


async def test_whom_to_tell_of_a_hole(engine: AsyncEngine, tmp_path: Path, company: Company):
    assert (await company.nobody.get("/.well-known/security.txt")).status_code == 404
    known = Settings.from_env(
        {"SAYSO_HOME": str(tmp_path), "SAYSO_URL": URL, "SAYSO_SECURITY_CONTACT": "security@northlight.example"}
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(engine, known)), base_url=URL) as client:
        answer = await client.get("/.well-known/security.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    fields = dict(line.split(": ", 1) for line in answer.text.strip().splitlines())
    assert fields["Contact"] == "mailto:security@northlight.example" and fields["Canonical"].endswith("/.well-known/security.txt")
    assert fields["Expires"].endswith("Z")
