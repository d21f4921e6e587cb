"""Pages for people who are not signed in yet, and the workspace's own page."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from sayso.db import transaction
from sayso.settings import Settings
from sayso.team import links
from sayso.web.app import create_app
from tests.web.conftest import URL, Company

FROM_HERE = {"sec-fetch-site": "same-origin"}


async def _link(company: Company) -> str:
    async with transaction(company.engine) as tx:
        return await links.sign_in(tx, by=company.ben.actor)


async def test_a_link_signs_in_once_and_looking_at_it_uses_nothing_up(company: Company):
    token = await _link(company)
    for _ in range(3):
        looked = await company.nobody.get(f"/sign-in/{token}")
        assert looked.status_code == 200 and "set-cookie" not in looked.headers

    entered = await company.nobody.post(f"/sign-in/{token}", headers=FROM_HERE)
    assert entered.status_code == 303 and entered.headers["location"] == "/"
    cookie = next(c for c in entered.headers.get_list("set-cookie") if c.startswith("sayso_session="))
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    company.nobody.cookies.clear()
    me = await company.nobody.get("/api/me", headers={"cookie": cookie.split(";")[0]})
    assert me.json()["member"]["name"] == "Ben Okafor"

    again = await company.nobody.post(f"/sign-in/{token}", headers=FROM_HERE)
    assert again.status_code == 401 and "used already" in again.text and "set-cookie" not in again.headers


async def test_another_site_cannot_sign_somebody_in(company: Company):
    token = await _link(company)
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert (await company.nobody.post(f"/sign-in/{token}", headers=headers)).status_code == 403
    assert (await company.nobody.post(f"/sign-in/{token}", headers={"origin": URL})).status_code == 303
    company.nobody.cookies.clear()


@pytest.mark.parametrize("token", ["null", "x" * 500, "%00", "..%2f..", "<script>alert(1)</script>"])
async def test_a_link_that_never_was_signs_nobody_in(company: Company, token: str):
    answer = await company.nobody.post(f"/sign-in/{token}", headers=FROM_HERE)
    assert answer.status_code in (401, 404, 405) and "<script>alert" not in answer.text


async def test_the_cookie_is_only_sent_over_https_where_there_is_https(company: Company, tmp_path: Path):
    app = create_app(company.engine, Settings(home=tmp_path, public_url="https://sayso.example"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://sayso.example") as client:
        entered = await client.post(f"/sign-in/{await _link(company)}", headers=FROM_HERE)
    cookies = entered.headers.get_list("set-cookie")
    assert {c.split("=")[0] for c in cookies} >= {"__Host-sayso_session", "__Host-sayso_device"}
    assert all("Secure" in c and "Path=/" in c and "Domain" not in c and "HttpOnly" in c for c in cookies)


async def test_pages_run_no_script_but_ours(company: Company):
    for path in (f"/sign-in/{await _link(company)}", "/signin", "/signin/link", "/signin/reset", "/api/docs", "/f/none"):
        answer = await company.nobody.get(path)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy or "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*src=)", answer.text) and not re.search(r"\son\w+=|\sstyle=", answer.text)
        for nonce in re.findall(r'nonce="([^"]+)"', answer.text):
            assert f"'nonce-{nonce}'" in policy


async def test_the_reference_names_every_address(company: Company):
    page, file = await company.nobody.get("/api/docs"), (await company.nobody.get("/api/openapi.json")).json()
    assert page.status_code == 200
    for path in file["paths"]:
        assert path in page.text
    assert all("__" not in name for name in file["components"]["schemas"])


async def test_the_server_says_that_it_works(company: Company):
    assert (await company.nobody.get("/healthz")).json()["ok"] is True


@pytest.fixture
async def built(company: Company, tmp_path: Path):
    """An app with a workspace that was built: a page with a script of its own, and files."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<!doctype html><script>go()</script><script src="/static/a.js"></script>')
    (tmp_path / "assets" / "index-B7xk29Qd.js").write_text("1")
    (tmp_path / "theme.js").write_text("2")
    app = create_app(company.engine, Settings(home=tmp_path, public_url=URL), static=tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        yield client


async def test_every_address_of_the_workspace_is_its_one_page(built: httpx.AsyncClient):
    for path in ("/", "/a/crm/grid/7", "/settings/tokens", "/anything"):
        answer = await built.get(path, headers={"cookie": "sayso_session=x"})
        assert answer.status_code == 200 and "go()" in answer.text
        assert "script-src 'self' 'sha256-" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-cache"
        led = (await built.get(path)).headers["location"]
        assert led == ("/signin" if path == "/" else f"/signin?to={path}")


async def test_files_with_a_hash_are_kept_for_ever(built: httpx.AsyncClient):
    hashed, plain = await built.get("/static/assets/index-B7xk29Qd.js"), await built.get("/static/theme.js")
    assert "immutable" in hashed.headers["cache-control"] and hashed.headers["content-type"].startswith("text/javascript")
    assert plain.headers["cache-control"] == "no-cache"
    assert hashed.headers["content-encoding"] == plain.headers["content-encoding"] == "gzip" and (hashed.text, plain.text) == (
        "1",
        "2",
    )
    bare = await built.get("/static/theme.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in bare.headers and bare.text == "2"
    for path in ("/static/none.js", "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py"):
        assert (await built.get(path)).status_code in (303, 404)


async def test_without_a_build_the_page_says_so(company: Company, app: FastAPI, tmp_path: Path):
    bare = create_app(company.engine, Settings(home=tmp_path, public_url=URL), static=tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bare), base_url=URL) as client:
        answer = await client.get("/", headers={"cookie": "sayso_session=x"})
    assert answer.status_code == 503 and "script/start" in answer.text
