"""Every tool of /mcp, called with what is another workspace's."""

from typing import Any

import orjson
import pytest

from sayso.web.mcp.tools import OF_DIRECTORY, TOOLS
from sayso.web.mcp.tools.tool import Tool
from tests.isolation.conftest import Matrix
from tests.isolation.worlds import World
from tests.web.conftest import Caller

ARGUMENTS = {
    "app": "app", "table": "table", "view": "view", "form": "view", "id": "row", "row": "row", "run": "run", "automation": "automation",
    "button": "automation", "coworker": "coworker", "conversation": "conversation", "cursor": "", "key": "key",
}  # fmt: skip
GOOD: dict[str, Any] = {
    "words": "Zarubezh", "search": "Zarubezh", "text": "What is in the vault?", "question": "What is in the vault?", "rows": [{"label": "x"}],
    "ids": [5], "values": {"label": "x"}, "measure": "count", "cursor": None, "inputs": {}, "message": "What is in the vault?",
}  # fmt: skip
LISTS_OWN = {"list_apps", "search", "list_runs"} | OF_DIRECTORY
"""Tools that name nothing of a workspace, or may: what they tell is the caller's own."""


async def called(caller: Caller, tool: str, arguments: dict[str, Any]) -> tuple[int, Any, str]:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2025-06-18",
        "content-type": "application/json",
    }
    answer = await caller.post("/mcp", content=orjson.dumps(asked), headers=headers)
    return answer.status_code, answer.json() if answer.content else {}, answer.text


def arguments(tool: Tool, w: World) -> dict[str, Any]:
    """All that the tool takes, with the things of this workspace."""
    schema = tool.told["inputSchema"]
    known: dict[str, Any] = {}
    for name, shape in schema["properties"].items():
        if name in ARGUMENTS and w.ids.get(ARGUMENTS[name]):
            id = w.ids[ARGUMENTS[name]]
            known[name] = int(id) if shape.get("type") == "integer" else id
        elif name in GOOD and GOOD[name] is not None:
            known[name] = GOOD[name]
    missing = set(schema.get("required", ())) - set(known)
    if tool.name == "update_rows":
        known["rows"] = [{"id": int(w.ids["row"]), "values": {"label": "x"}}]
    assert not missing or tool.name in OF_DIRECTORY, f"{tool.name} takes {missing}: tell what in tests/isolation/test_mcp.py"
    return known


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
async def test_a_tool_does_not_reach_elsewhere(matrix: Matrix, before: dict[str, str], tool: Tool):
    theirs = arguments(tool, matrix.theirs)
    for who in ("anonymous", "share_link", "withdrawn_token", "viewer", "member", "builder", "owner"):
        status, said, told = await called(matrix.strangers[who], tool.name, theirs)
        echoed = told.replace(f"no app {theirs.get('app')}", "")
        assert not matrix.theirs.words.leaked(echoed.replace("Zarubezh", "", told.count('"q"'))), (who, told)
        if who in ("anonymous", "share_link", "withdrawn_token"):
            assert status == 401, (who, told)
        elif tool.name not in LISTS_OWN:
            failed = "error" in said or said.get("result", {}).get("isError")
            assert failed or status == 403, (who, told)
    if "app" in theirs and len(theirs) > 1:
        mixed = {**theirs, "app": matrix.ours.ids["app"]}
        _, said, told = await called(matrix.ours.owner, tool.name, mixed)
        assert "error" in said or said.get("result", {}).get("isError") or tool.name in LISTS_OWN, told
        assert not matrix.theirs.words.leaked(told), told
    await matrix.unchanged(before)


async def test_a_tool_reaches_what_is_ones_own(matrix: Matrix):
    """Or the above would be refused for another reason than it says."""
    for tool in TOOLS:
        if tool.reads and tool.name not in OF_DIRECTORY:
            grid = {"view": "ball"} if tool.name == "open_view" else {}
            _, said, told = await called(matrix.theirs.owner, tool.name, arguments(tool, matrix.theirs) | grid)
            assert "result" in said and not said["result"].get("isError"), (tool.name, told)


@pytest.mark.parametrize(
    "method", ["resources/list", "resources/read", "prompts/list", "prompts/get", "completion/complete", "tools/list"]
)
async def test_no_other_method_tells_of_elsewhere(matrix: Matrix, method: str):
    params = {"uri": f"sayso://apps/{matrix.theirs.ids['app']}", "name": f"{matrix.theirs.ids['app']}__x"}
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    for who in ("viewer", "owner", "anonymous"):
        answer = await matrix.strangers[who].post("/mcp", json=asked, headers={"accept": "application/json, text/event-stream"})
        assert not matrix.theirs.words.leaked(answer), answer.text


async def test_anothers_automation_is_no_tool_of_mine(matrix: Matrix):
    name = f"{matrix.theirs.ids['app']}__bcalled"
    _, own, told = await called(matrix.theirs.builder, name, {})
    assert "result" in own, told
    _, said, told = await called(matrix.ours.owner, name, {})
    assert "error" in said or said["result"].get("isError"), told
    await matrix.settled()
