"""`/mcp` as bytes: who is let in, and what is answered to what makes no sense."""

import base64
from typing import Any

import httpx
import pytest

from sayso.web.mcp.versions import CAPABILITIES_KEY, VERSION_KEY
from tests.web.conftest import Company

META = {VERSION_KEY: "2026-07-28", CAPABILITIES_KEY: {}}


def modern(method: str, params: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    """A request as a client of 2026-07-28 sends it."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**(params or {}), "_meta": META}}
    said = {"mcp-protocol-version": "2026-07-28", "mcp-method": method}
    if "name" in (params or {}):
        said["mcp-name"] = str((params or {})["name"])
    return {"json": body, "headers": {**said, **{k.replace("_", "-"): v for k, v in headers.items()}}}


def code(answer: httpx.Response) -> int:
    assert answer.headers["content-type"] == "application/json"
    return answer.json()["error"]["code"]


async def test_nobody_is_let_in_and_is_told_where_tokens_are_made(crm: Company):
    answer = await crm.nobody.post("/mcp", **modern("tools/list"))
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert 'resource_metadata="http://sayso.test/.well-known/oauth-protected-resource/mcp"' in challenge
    assert 'scope="read"' in challenge
    assert "invalid_token" not in challenge
    for secret in ("x", "sayso_" + "a" * 38, "' or 1=1--", "ä"):
        shown = await crm.nobody.post("/mcp", json={}, headers={"authorization": f"Bearer {secret}".encode()})
        assert shown.status_code == 401
        assert 'error="invalid_token"' in shown.headers["www-authenticate"]


async def test_a_page_of_another_site_and_another_name_of_this_server_are_turned_away(crm: Company):
    for host in ("evil.example", "sayso.test.evil.example", "sayso.test:81", "localhost.evil.example"):
        assert (await crm.ana.post("/mcp", **modern("tools/list", host=host))).status_code == 421
        assert (await crm.ana.get("/mcp", headers={"host": host})).status_code == 421
    for origin in ("https://evil.example", "null", "http://localhost:1234"):
        assert (await crm.ana.post("/mcp", **modern("tools/list", origin=origin))).status_code == 403
    for host in ("sayso.test", "127.0.0.1:8806", "localhost:8806", "[::1]:8806"):
        assert (await crm.ana.post("/mcp", **modern("tools/list", host=host, origin=f"http://{host}"))).status_code == 200


async def test_a_token_that_may_only_read_sees_tools_that_read_and_is_asked_for_more(crm: Company):
    made = await crm.mia.post("/api/tokens", json={"name": "Reads", "scopes": ["read"]})
    reader = {"authorization": f"Bearer {made.json()['token']}"}
    tools = (await crm.nobody.post("/mcp", **modern("tools/list", **reader))).json()["result"]["tools"]
    assert "find_rows" in {tool["name"] for tool in tools}
    assert not {"create_rows", "trash_rows"} & {tool["name"] for tool in tools}
    rows = {"name": "create_rows", "arguments": {"app": "crm", "table": "clients", "rows": [{"name": "Eve"}]}}
    refused = await crm.nobody.post("/mcp", **modern("tools/call", rows, **reader))
    assert refused.status_code == 403
    assert 'error="insufficient_scope", scope="read write"' in refused.headers["www-authenticate"]
    assert (await crm.ana.delete(f"/api/tokens/{made.json()['id']}")).status_code == 204
    assert (await crm.nobody.post("/mcp", **modern("tools/list", **reader))).status_code == 401


async def test_there_are_no_streams_and_no_sessions(crm: Company):
    for verb in ("GET", "DELETE"):
        answer = await crm.ana.request(verb, "/mcp", headers={"accept": "text/event-stream"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    begun = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-06-18"}}
    answer = await crm.ana.post("/mcp", json=begun)
    assert answer.json()["result"]["protocolVersion"] == "2025-06-18"
    assert "mcp-session-id" not in answer.headers
    said = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    told = await crm.ana.post("/mcp", json=said, headers={"mcp-protocol-version": "2025-06-18"})
    assert (told.status_code, told.content) == (202, b"")
    begun["params"] = {"protocolVersion": "1999-01-01"}
    assert (await crm.ana.post("/mcp", json=begun)).json()["result"]["protocolVersion"] == "2025-11-25"


async def test_batches_are_for_the_one_revision_that_knows_them(crm: Company):
    batch = [{"jsonrpc": "2.0", "id": n, "method": "ping"} for n in range(3)] + [{"jsonrpc": "2.0", "method": "x"}]
    answer = await crm.ana.post("/mcp", json=batch)
    assert [one["id"] for one in answer.json()] == [0, 1, 2]
    later = await crm.ana.post("/mcp", json=batch, headers={"mcp-protocol-version": "2025-11-25"})
    assert (later.status_code, code(later)) == (400, -32600)
    assert (await crm.ana.post("/mcp", json=batch * 10)).status_code == 400


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"mcp-method": "tools/list"}, 400, -32020),
        ({"mcp-protocol-version": "2025-11-25"}, 400, -32020),
        ({"mcp-protocol-version": "1900-01-01"}, 400, -32020),
        ({"mcp-name": "list_apps"}, 400, -32020),
        ({"mcp-name": "=?base64?!!?="}, 400, -32020),
    ],
)
async def test_headers_must_say_what_the_body_says(crm: Company, change: dict[str, str], status: int, says: int):
    asked = modern("tools/call", {"name": "search", "arguments": {"words": "x"}})
    answer = await crm.ana.post("/mcp", json=asked["json"], headers={**asked["headers"], **change})
    assert (answer.status_code, code(answer)) == (status, says)


async def test_a_name_in_base64_is_the_same_name(crm: Company):
    coded = f"=?base64?{base64.b64encode(b'list_apps').decode()}?="
    answer = await crm.ana.post("/mcp", **modern("tools/call", {"name": "list_apps"}))
    again = modern("tools/call", {"name": "list_apps"}, mcp_name=coded)
    assert answer.status_code == (await crm.ana.post("/mcp", **again)).status_code == 200


async def test_unknown_revisions_methods_and_tools(crm: Company):
    old = modern("tools/list")
    old["json"]["params"]["_meta"] = {**META, VERSION_KEY: "2031-01-01"}
    answer = await crm.ana.post("/mcp", json=old["json"], headers={**old["headers"], "mcp-protocol-version": "2031-01-01"})
    assert (answer.status_code, code(answer)) == (400, -32022)
    assert answer.json()["error"]["data"]["supported"][0] == "2026-07-28"
    answer = await crm.ana.post("/mcp", **modern("resources/list"))
    assert (answer.status_code, code(answer)) == (404, -32601)
    answer = await crm.ana.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "resources/list"})
    assert (answer.status_code, code(answer)) == (200, -32601)
    answer = await crm.ana.post("/mcp", **modern("tools/call", {"name": "drop_tables"}))
    assert (answer.status_code, code(answer)) == (400, -32602)
    answer = await crm.ana.post("/mcp", **modern("tools/list", {"cursor": "77777"}))
    assert code(answer) == -32602


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"7", b'"x"', b"[]", b"[1]", b"{}", b'{"jsonrpc":"1.0","id":1,"method":"ping"}', b'{"jsonrpc":"2.0","id":null,"method":"ping"}',
     b'{"jsonrpc":"2.0","id":true,"method":"ping"}', b'{"jsonrpc":"2.0","id":1,"method":7}', b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}',
     b'{"jsonrpc":"2.0","id":1,"result":{}}', b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}', b"[" * 5_000 + b"]" * 5_000,
     b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"words":"a\\u0000b"}}}', b"\xff\xfe"],
)  # fmt: skip
async def test_nonsense_is_answered_and_nothing_breaks(crm: Company, body: bytes):
    answer = await crm.ana.post("/mcp", content=body)
    assert answer.status_code in (200, 400), answer.text
    told = answer.json()
    assert all("error" in one for one in told) if isinstance(told, list) else told["error"]["code"] < 0


async def test_a_message_has_a_greatest_size(crm: Company):
    assert (await crm.ana.post("/mcp", content=b"[" + b"1," * 700_000 + b"1]")).status_code == 413


async def test_a_cursor_that_nobody_gave_is_told_as_such(crm: Company):
    for cursor in ("000000000" + "9" * 5_000, "-1", "999999999"):
        answer = await crm.ana.post("/mcp", **modern("tools/list", {"cursor": cursor}))
        assert (answer.status_code, code(answer)) == (400, -32602)
