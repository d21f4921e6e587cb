"""Steps that use a tool of an MCP server and an operation of an OpenAPI document: real servers on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.connections import catalogues, mcp, stored
from sayso.connections.connections import Connections
from sayso.connections.kinds import openapi
from tests.automations.deals_desk import Deals, account, with_connections
from tests.conftest import Northlight
from tests.connections.mcp_server import running
from tests.connections.outside import answer, outside
from tests.connections.test_openapi import PETS


@pytest.fixture(scope="module")
def connections(engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory) -> Connections:
    return with_connections(engine, Path(tmp_path_factory.mktemp("home")))


async def test_a_tool_is_used_with_values_of_the_row_and_its_answer_goes_on(
    engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path, connections: Connections
):
    ana = northlight_kept.ana
    async with running() as server:
        by = (await account(connections, ana, "mcp", {"address": server.url})).id
        steps: list[dict[str, Any]] = [
            {
                "kind": "mcp_tool",
                "id": "find",
                "connection": by,
                "tool": "find",
                "arguments": {"words": "about {Name}", "limit": "2"},
            },
            {"kind": "mcp_tool", "id": "draw", "connection": by, "tool": "picture"},
            {"kind": "set_values", "id": "kept", "values": {"first": "{find: value.found.0}", "files": "{draw: files}"}},
            {"kind": "mcp_tool", "id": "close", "connection": by, "tool": "close", "arguments": {"ticket": "T-404"}},
        ]
        desk = await Deals.opened(engine, ana, tmp_path, steps, connections=connections)
        row = await desk.deal("Otto")
        refused = await desk.done(await desk.begin(row))
        assert (refused.state, "Nobody has approved the tool 'find'" in refused.problem) == ("failed", True)

        async with db.transaction(engine) as tx:
            opened = await connections.opened(tx, by, "mcp", by=ana)
        found = await mcp.look(connections, opened)
        async with db.transaction(engine) as tx:
            await catalogues.keep(tx, opened, found)
            await catalogues.approve(tx, await stored.read(tx, connections, by, by=ana), found["fingerprint"], by=ana)
        run = await desk.begin(row)
        done = await desk.done(run)
        assert done.state == "failed"
        assert "there is no such ticket" in done.problem
        told = await desk.steps(run)
        assert told["find"].output["value"] == {"words": "about Otto", "found": ["T-0", "T-1"]}
        assert told["kept"].output["first"] == "T-0"
        assert (await desk.content(told["draw"].output["files"][0])).startswith(b"\x89PNG")
        keys = {request.headers.get("idempotency-key") for request in server.heard if request.headers.get("mcp-name") == "find"}
        assert len(keys) == 1
        assert run in str(keys)


async def test_an_operation_is_asked_at_the_connections_address(
    engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path, connections: Connections
):
    ana = northlight_kept.ana
    async with outside() as there:
        by = (await account(connections, ana, "openapi", {"address": f"{there.url}/v2", "auth": "bearer"}, token="tk-pets-1")).id
        step = {
            "kind": "operation",
            "id": "add",
            "connection": by,
            "operation": "addPet",
            "arguments": {"name": "{Name}", "parent": '{"name": "{Stage}"}'},
        }
        desk = await Deals.opened(engine, ana, tmp_path, [step], connections=connections)
        row = await desk.deal("Rex")
        early = await desk.done(await desk.begin(row))
        assert "No document was read yet" in early.problem
        async with db.transaction(engine) as tx:
            opened = await connections.opened(tx, by, "operations", by=ana)
        kept = await openapi.read(connections, opened, PETS)
        async with db.transaction(engine) as tx:
            await catalogues.keep(tx, opened, kept)
        there.says = [answer(201, b'{"id": 7}')]
        run = await desk.begin(row)
        assert (await desk.done(run)).state == "done"
        assert (await desk.steps(run))["add"].output == {"body": {"id": 7}, "status": 201}
        (heard,) = there.heard
        assert (heard.method, heard.target) == ("POST", "/v2/pets")
        assert orjson.loads(heard.body) == {"name": "Rex", "parent": {"name": "New"}}
        assert heard.header("authorization") == "Bearer tk-pets-1"
        assert heard.header("idempotency-key").startswith(run)
