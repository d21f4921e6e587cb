"""Automations over MCP: a tool for each that takes inputs, buttons of rows, and what came of their runs."""

import copy
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from tests.web.conftest import Company
from tests.web.crm import CRM
from tests.web.mcp.conftest import agent, use

WELCOME: dict[str, Any] = {
    "id": "welcome", "name": "Welcome a client", "description": "Adds a client and greets them.", "on": True,
    "trigger": {"kind": "called", "inputs": [{"name": "Client", "required": True}, {"name": "Worth", "kind": "number"}]},
    "steps": [
        {"kind": "create_row", "id": "made", "table": "clients", "values": {"name": "{trigger: inputs.Client}"}},
        {"kind": "respond", "body": "Welcome, {trigger: inputs.Client}!"},
    ],
}  # fmt: skip
WIN: dict[str, Any] = {
    "id": "win", "name": "Mark as won", "on": True, "trigger": {"kind": "button", "table": "clients", "label": "Won"},
    "steps": [{"kind": "update_row", "table": "clients", "values": {"stage": "won"}}],
}  # fmt: skip
OFF: dict[str, Any] = {**WELCOME, "id": "later", "name": "Later", "on": False}


@pytest.fixture(scope="module")
async def desk(company: Company) -> Company:
    spec = {**copy.deepcopy(CRM), "id": "desk", "name": "Desk", "automations": [WELCOME, WIN, OFF]}
    made = await company.ben.post("/api/apps", json={"spec": spec})
    assert made.status_code == 201, made.text
    return company


async def clients(desk: Company) -> list[dict[str, Any]]:
    return (await desk.ben.get("/api/apps/desk/tables/clients/rows")).json()["rows"]


async def test_an_automation_is_a_tool_whose_inputs_are_its_schema(desk: Company, address: str):
    async with agent(address, desk.mia) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        one = tools["desk__welcome"]
        assert (one.title, one.description) == (
            "Welcome a client",
            "Adds a client and greets them. An automation of the app Desk.",
        )
        assert one.input_schema["properties"] == {"Client": {"type": "string"}, "Worth": {"type": "number"}}
        assert one.input_schema["required"] == ["Client"]
        assert one.annotations is not None
        assert one.annotations.read_only_hint is False
        assert "desk__later" not in tools, "one that is off starts nothing"
        assert "desk__win" not in tools

        told = await use(client, "desk__welcome", Client="Otto")
        assert told["state"] in ("done", "running")
        assert told["answer"]["body"] == "Welcome, Otto!"
        assert [row["values"]["name"] for row in await clients(desk)] == ["Otto"]
        whole = await use(client, "run_status", run=told["run"])
        assert [step["kind"] for step in whole["steps"]][:1] == ["create_row"]
        assert (await use(client, "list_runs", app="desk"))["runs"][0]["run"] == told["run"]
        assert (await use(client, "list_runs", app="desk", failed=True))["runs"] == []
        for arguments, says in (
            ({}, "is required"),
            ({"Client": "A", "Odd": 1}, "is not asked for"),
            ({"Client": "A", "Worth": "much"}, "number"),
        ):
            wrong = await client.call_tool("desk__welcome", arguments)
            assert wrong.is_error
            assert says in wrong.content[0].text  # pyright: ignore
        off = await client.call_tool("desk__later", {"Client": "A"})
        assert off.is_error
        assert len(await clients(desk)) == 1


async def test_the_button_of_a_row(desk: Company, address: str):
    row = (await desk.ben.post("/api/apps/desk/tables/clients/rows", json={"values": {"name": "Iris"}})).json()["rows"][0]
    async with agent(address, desk.mia) as client:
        assert (await use(client, "press_button", app="desk", automation="Mark as won", row=row["id"]))["state"] == "done"
        missing = await client.call_tool("press_button", {"app": "desk", "automation": "win", "row": 99_999})
        assert missing.is_error
    assert (await desk.ben.get(f"/api/apps/desk/tables/clients/rows/{row['id']}")).json()["values"]["stage"] == "won"


async def test_a_call_that_is_sent_again_starts_nothing_twice(desk: Company):
    before = len(await clients(desk))
    call = {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {"name": "desk__welcome", "arguments": {"Client": "Once"}},
    }
    for _ in range(3):
        answer = await desk.mia.post("/mcp", json=call, headers={"idempotency-key": "k-1"})
        assert answer.json()["result"]["isError"] is False, answer.text
    assert len(await clients(desk)) == before + 1


async def test_a_button_that_is_pressed_again_under_the_same_key_is_pressed_once(desk: Company):
    row = (await desk.ben.post("/api/apps/desk/tables/clients/rows", json={"values": {"name": "Ida"}})).json()["rows"][0]
    before = len((await desk.ben.get("/api/apps/desk/automations/win/runs")).json()["items"])
    press = {"name": "press_button", "arguments": {"app": "desk", "automation": "win", "row": row["id"]}}
    for _ in range(2):
        call = {"jsonrpc": "2.0", "id": 8, "method": "tools/call", "params": press}
        await desk.mia.post("/mcp", json=call, headers={"idempotency-key": "k-2"})
    assert len((await desk.ben.get("/api/apps/desk/automations/win/runs")).json()["items"]) == before + 1


async def test_nobody_starts_what_they_may_not(desk: Company, address: str):
    before = len(await clients(desk))
    async with agent(address, desk.cleo) as client:
        assert not [tool.name for tool in (await client.list_tools()).tools if tool.name.startswith("desk__")]
        assert (await client.call_tool("desk__welcome", {"Client": "Eve"})).is_error
        assert (await client.call_tool("press_button", {"app": "desk", "automation": "win", "row": 1})).is_error
    async with agent(address, desk.zoe) as client:
        run = (await desk.ben.get("/api/runs")).json()["items"][0]["id"]
        assert (await client.call_tool("run_status", {"run": run})).is_error
        assert not [tool.name for tool in (await client.list_tools()).tools if tool.name.startswith("desk__")]
        with pytest.raises(MCPError, match="no tool 'desk__welcome'"):
            await client.call_tool("desk__welcome", {"Client": "Eve"})
    assert len(await clients(desk)) == before
