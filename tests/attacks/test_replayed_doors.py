"""Incidents of others, done again here: addresses that lead inside, doors that let in too many, files that were programs."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from sayso.backups import archive
from sayso.errors import Invalid
from tests.attacks.broken_files import laughs, zip_of_zips, zipped
from tests.attacks.replaying import Canary, canary, replays, untouched
from tests.isolation.test_mcp import called
from tests.isolation.worlds import World, client, made
from tests.web.sharing import signed_in

WAYS_IN = (
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://2130706433:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://a@127.0.0.1:{port}/",
)
"""Sixty are in `tests/connections/test_forbidden_targets.py`; these are the ones that others forgot."""


def ours(w: World) -> str:
    return f"/api/apps/{w.ids['app']}"


@replays(
    "CVE-2026-35409 CVE-2026-69257 CVE-2026-53931 CVE-2021-22255 Baserow-PR-5489 CVE-2026-55455 CVE-2026-82246 CVE-2025-56520 CVE-2026-43995 CVE-2026-24767 GHSA-jp9j-jr97-w9pj CVE-2026-45400"
)
@pytest.mark.parametrize("way", WAYS_IN)
async def test_no_door_asks_an_address_inside(world: World, way: str):
    """Directus, Flowise, NocoDB, Baserow, Appsmith, Budibase, Dify, n8n, Open WebUI: one client or another went past the guard."""
    async with canary() as there:
        await _all_doors(world, way.format(port=there.port))
        assert there.came == 0, there.heard


async def _all_doors(w: World, url: str) -> None:
    """Everything that takes an address: connections and their tests, webhooks, sign-on, models, streams, files by their address."""
    ana, ben = w.owner, w.builder
    key = client(w.app, authorization=f"Bearer {w.inside['gateway_key']}")
    for kind, settings in (
        ("http", {"address": url}), ("openapi", {"address": url, "document": f"{url}openapi.json"}), ("mcp", {"address": f"{url}mcp"}), ("imap", {"host": url.split("/")[2], "user": "u"}),
        ("smtp", {"host": url.split("/")[2], "user": "u", "sender": "a@b.example"}), ("postgres", {"host": url.split("/")[2], "user": "u", "database": "d"}),
    ):  # fmt: skip
        secrets = {} if kind in ("http", "openapi", "mcp") else {"password": "x"}
        answer = await ben.post(
            "/api/connections", json={"kind": kind, "name": "Inside", "settings": settings, "secrets": secrets}
        )
        assert answer.status_code in (201, 422), answer.text
        if answer.status_code == 201:
            id = answer.json()["id"]
            assert not (await ben.post(f"/api/connections/{id}/test", json={})).json().get("ok")
            if kind in ("openapi", "mcp"):
                await ben.get(f"/api/connections/{id}/{'operations' if kind == 'openapi' else 'tools'}")
            await ben.delete(f"/api/connections/{id}")
    hook = await ben.post("/api/webhooks", json={"url": url, "events": ["app.built"], "name": "Inside"})
    if hook.status_code == 201:
        await ben.post(f"/api/webhooks/{hook.json()['id']}/deliveries", json={})
        await ben.delete(f"/api/webhooks/{hook.json()['id']}")
    stream = await ana.post("/api/audit/streams", json={"url": url, "kinds": ["member"]})
    if stream.status_code == 201:
        await ana.delete(f"/api/audit/streams/{stream.json()['id']}")
    sso = await ana.post(
        "/api/sso",
        json={
            "preset": "oidc",
            "name": "Inside",
            "settings": {"issuer": url, "client_id": "x"},
            "secrets": {"client_secret": "x"},
        },
    )
    if sso.status_code == 201:
        await ana.post(f"/api/sso/{sso.json()['id']}/test", json={})
        await ana.delete(f"/api/sso/{sso.json()['id']}")
    provider = await ana.post(
        "/api/gateway/providers", json={"name": "inside", "kind": "compatible", "base_url": url, "secret": "sk-inside"}
    )
    if provider.status_code == 201:
        call = {"endpoint": "chat/completions", "body": {"model": "inside/m", "messages": [{"role": "user", "content": "hi"}]}}
        assert '"error"' in (await ana.post("/api/gateway/calls", json=call)).text
        await ana.delete(f"/api/gateway/providers/{provider.json()['id']}")
    picture = [{"type": "image_url", "image_url": {"url": url}}]
    for path, body in (
        ("/v1/chat/completions", {"model": "sayso/reader", "messages": [{"role": "user", "content": picture}]}), ("/v1/images/edits", {"model": "sayso/canvas", "image": url, "prompt": "x"}),
        ("/v1/responses", {"model": "sayso/reader", "input": [{"role": "user", "content": [{"type": "input_file", "file_url": url}]}]}),
    ):  # fmt: skip
        assert (await key.post(path, json=body)).status_code < 500
    for path in ("/api/imports", "/api/files"):
        assert (await ben.post(path, json={"url": url, "uri": url})).status_code in (400, 415, 422)
    step = {"kind": "http_request", "id": "ask", "url": url, "uri": "http://example.com/", "method": "GET"}
    automation = {"id": "inside", "name": "Inside", "trigger": {"kind": "called"}, "steps": [step]}
    await ben.post(f"{ours(w)}/automations/acalled/tries", json={"automation": automation, "dry": False})


@replays("CVE-2026-40933 CVE-2025-59528 CVE-2026-56274")
@pytest.mark.parametrize("settings", [
    {"transport": "stdio", "command": "touch", "args": ["/tmp/sayso-stdio-mark"]}, {"address": "stdio://touch /tmp/sayso-stdio-mark"}, {"command": "npx", "args": ["--yes", "evil"]},
    {"address": "http://a.example", "mcpServerConfig": "({x:(function(){require('child_process').execSync('touch /tmp/sayso-stdio-mark')})()})"},
])  # fmt: skip
async def test_a_command_is_no_connection(world: World, settings: dict[str, Any]):
    """Flowise: a server's setting held a command, which ran when it was kept, looked at or imported with an app."""
    for kind in ("mcp", "http", "openapi"):
        answer = await world.owner.post("/api/connections", json={"kind": kind, "name": "Evil", "settings": settings})
        assert answer.status_code == 422, answer.text
    spec = {
        "id": "evil",
        "name": "Evil",
        "tables": [{"id": "t", "name": "T", "fields": [{"kind": "text", "id": "a", "name": "A"}]}],
        "connections": [{"kind": "mcp", **settings}],
    }
    assert (await world.owner.post("/api/apps", json={"spec": spec})).status_code == 422
    assert not Path("/tmp/sayso-stdio-mark").exists()


@replays("Flowise-import-2026")
async def test_what_comes_in_with_an_app_is_off_and_unbound(world: World, victim: World):
    """T5: importing ran and overwrote. Here an app is made anew, and what acts by itself waits until somebody switches it on."""
    told = (await world.builder.get(f"{ours(world)}/versions/1")).text + (await world.builder.get(ours(world))).text
    automations = [
        {
            "id": "acts",
            "name": "Acts",
            "trigger": {"kind": "called"},
            "steps": [{"kind": "http_request", "id": "ask", "connection": victim.ids["connection"], "url": "/x"}],
        },
    ]
    async with untouched(victim):
        spec = {
            "id": "brought",
            "name": "Brought",
            "tables": [{"id": "t", "name": "T", "fields": [{"kind": "text", "id": "a", "name": "A"}]}],
            "automations": automations,
        }
        answer = await world.builder.post("/api/apps", json={"spec": spec})
        if answer.status_code < 300:
            call = await world.builder.post("/api/apps/brought/automations/acts/call", json={"inputs": {}})
            assert call.status_code in (200, 409, 422), call.text
            await world.builder.delete("/api/apps/brought")
    assert victim.words.secret not in told


@replays("CVE-2026-100682 CVE-2026-54352 CVE-2026-3114")
@pytest.mark.parametrize(
    "members",
    [
        {"../../evil": b"x"},
        {"/etc/cron.d/x": b"x"},
        {"files/../../x": b"x"},
        {"C:\\x": b"x"},
        {"files/a": b"x", "sayso.json": b"[]"},
    ],
    ids=str,
)
def test_a_backup_that_climbs_is_none(tmp_path: Path, members: dict[str, bytes]):
    """Budibase: links and `..` in an archive led out of its folder; Mattermost: an archive was unfolded without end."""
    for body in (
        zipped(members),
        zipped(members, link="files/link"),
        zip_of_zips(2, 8),
        zipped({"sayso.json": laughs(), "database.dump": b"", "SHA256SUMS.json": b"{}"}),
    ):
        path = tmp_path / "one.backup"
        path.write_bytes(body)
        with pytest.raises(Invalid):
            archive.verified(path)
    assert {one.name for one in tmp_path.iterdir()} == {"one.backup"}


@replays("CVE-2026-73407 CVE-2026-48152 GHSA-5q4v")
@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/x",
        "/../..//evil.example",
        "http://evil.example/",
        "\\\\evil.example",
        "@evil.example/",
        ".evil.example/",
        ":80@evil.example/",
        "//127.0.0.1:9/",
    ],
)
async def test_a_steps_path_stays_with_its_connection(world: World, path: str):
    """Budibase, Windmill: a path that begins with two slashes, or leaves, took the credentials along."""
    step = {"kind": "http_request", "id": "ask", "connection": world.ids["connection"], "url": path, "method": "GET"}
    automation = {"id": "leaves", "name": "Leaves", "trigger": {"kind": "called"}, "steps": [step]}
    told = await world.builder.post(f"{ours(world)}/automations/acalled/tries", json={"automation": automation, "dry": False})
    assert "tk-Quennell" not in told.text


@replays("CVE-2025-6514")
@pytest.mark.parametrize(
    "address",
    [
        "file:/c:/windows/system32/calc.exe",
        "javascript:alert(1)",
        "a:$(cmd.exe /c calc)?response_type=code",
        "data:text/html,x",
        "http://evil.example/cb#x",
        "https://a@evil.example/",
    ],
)
async def test_no_program_is_registered_with_an_address_that_runs(world: World, app: FastAPI, address: str):
    """mcp-remote: the address of the page to sign in at was opened as whatever it was."""
    answer = await client(app).post("/oauth/register", json={"redirect_uris": [address], "client_name": "x"})
    assert answer.status_code == 400, answer.text
    person = await signed_in(world.engine, world.owner._transport, world.actors["owner"])
    asked = await person.get(
        "/oauth/authorize",
        params={
            "response_type": "code",
            "client_id": "x",
            "redirect_uri": address,
            "state": "s",
            "code_challenge": "x" * 43,
            "code_challenge_method": "S256",
        },
    )
    assert asked.status_code in (400, 422) and "location" not in asked.headers


@replays("CVE-2025-66416 CVE-2025-49596")
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "sayso.test.evil.example"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"host": "127.0.0.1:8700.evil.example"},
    ],
    ids=str,
)
async def test_a_page_whose_name_leads_here_is_not_answered(world: World, headers: dict[str, str]):
    """The Python SDK and the Inspector of MCP: a page elsewhere, whose name was turned to this machine, called tools."""
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_apps", "arguments": {}}}
    answer = await world.owner.post("/mcp", json=asked, headers={**headers, "accept": "application/json, text/event-stream"})
    assert answer.status_code in (403, 421) and world.words.secret not in answer.text


@replays("CVE-2026-45339 LiteLLM-11083")
@pytest.mark.parametrize("place", ["authorization", "x-api-key", "api-key"])
async def test_a_keys_limits_hold_wherever_it_is_shown(world: World, app: FastAPI, place: str):
    """Open WebUI: limits were kept for one header, and not for another; LiteLLM: an early return came before the check."""
    new = {"name": f"Limited {place}", "settings": {"models": ["sayso/embed"], "endpoints": ["embeddings"]}}
    secret = made(await world.owner.post("/api/gateway/keys", json=new))["secret"]
    value = f"Bearer {secret}" if place == "authorization" else secret
    limited = client(app, **{place: value})
    for path, body in (
        ("/v1/chat/completions", {"model": "sayso/reader", "messages": [{"role": "user", "content": "hi"}]}), ("/v1/responses", {"model": "sayso/reader", "input": "hi"}),
        ("/v1/images/generations", {"model": "sayso/canvas", "prompt": "a cat"}), ("/v1/messages", {"model": "sayso/reader", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}),
    ):  # fmt: skip
        answer = await limited.post(path, json=body)
        assert answer.status_code in (401, 403, 404), (path, answer.status_code, answer.text)


@replays("CVE-2022-23067")
async def test_a_page_whose_address_is_a_secret_tells_nobody_else(world: World, app: FastAPI):
    """ToolJet: the link to come in went on to others in the referrer."""
    secrets = [
        f"/sign-in/{world.inside['sign_in']}",
        f"/join/{world.inside['invitation_secret']}",
        f"/f/{world.inside['form_share']}",
        f"/approve/{world.inside['approval_secret']}",
        "/signin/reset/x",
        "/signin/link/x",
    ]
    for path in secrets:
        page = await client(app).get(path)
        assert page.headers["referrer-policy"] == "no-referrer", path
        assert "http" not in "".join(
            part for part in page.headers["content-security-policy"].split(";") if "img-src" in part or "script-src" in part
        )


@replays("CVE-2026-18816")
async def test_a_code_is_checked_before_it_counts(world: World, app: FastAPI):
    """Baserow: the second factor could be set up, or answered, without having been asked for."""
    stranger = client(app, **{"sec-fetch-site": "same-origin"})
    for path in ("/signin/code", "/signin/second", "/signin/second/passkey", "/signin/passkey"):
        for code in ("000000", "", "null", "[]"):
            await stranger.post(
                path, data={"code": code, "email": "builder@quennell.example", "member": world.actors["owner"].member or ""}
            )
    assert (await stranger.get("/api/me")).status_code == 401
    for verb, path, body in (
        ("PUT", "/api/me/totp", {"code": "000000"}),
        ("DELETE", "/api/me/totp", None),
        ("POST", "/api/me/recovery-codes", {}),
    ):
        assert (await world.owner.request(verb, path, **({} if body is None else {"json": body}))).status_code in (
            401,
            403,
            404,
            409,
            422,
        ), path


@replays("Replit-2025-07")
async def test_what_a_program_destroyed_is_back(world: World):
    """Replit: an agent dropped live data in a freeze, and said that it was gone for good. Here a table that was taken away comes back whole, and
    there is no tool that takes one away."""
    where, table = ours(world), world.ids["table"]
    rows = f"{where}/tables/{table}/rows"
    version, before = (await world.builder.get(where)).json()["version"], (await world.owner.get(rows)).json()["rows"]
    for tool in ("delete_app", "drop_table", "execute_sql", "delete_table", "change_app", "run_sql"):
        status, said, _ = await called(world.owner, tool, {"app": world.ids["app"], "table": table, "sql": f"drop table {table}"})
        assert "error" in said or status >= 400 or said["result"].get("isError"), tool
    assert (await world.owner.get(rows)).json()["rows"] == before
    change = {"title": "", "steps": [{"do": "remove", "part": "table", "id": table}]}
    assert (
        await world.callers["member"].post(f"{where}/versions", json={"change": change, "base_version": version})
    ).status_code == 403
    made(await world.builder.post(f"{where}/versions", json={"change": change, "base_version": version}))
    assert (await world.owner.get(rows)).status_code == 404
    assert (await world.builder.post(f"{where}/undos", json={})).status_code < 300
    assert (await world.owner.get(rows)).json()["rows"] == before


def test_the_canary_hears():
    """Else nothing above could fail."""
    assert Canary(1).came == 0 and zipfile.is_zipfile(io.BytesIO(zipped({"a": b"x"})))


async def test_the_canary_is_there(app: FastAPI):
    import httpx  # noqa: PLC0415 (only here)

    async with canary() as there, httpx.AsyncClient(trust_env=False) as one:
        assert (await one.get(there.url)).status_code == 200 and there.came == 1
