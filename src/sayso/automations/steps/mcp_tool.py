"""A tool of a connected MCP server. What it answers was written by others: it is kept as data, bounded."""

from __future__ import annotations

from typing import Any

from sayso import db
from sayso.automations.steps import made, outward
from sayso.automations.steps.step import Doing, Done, Output, OutsideStep, StepFailed
from sayso.connections import mcp
from sayso.connections.mcp import Result
from sayso.spec.automation import McpTool as Step

SAID_CHARACTERS_MAX = 300


class McpTool(OutsideStep):
    kind = "mcp_tool"
    repeats = "may_repeat"
    """It carries an `Idempotency-Key`, which hardly any server reads."""

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("text", "What it says", "text"), Output("value", "Its values", "object"), Output("files", "Files of it", "list"),
        )  # fmt: skip

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        if not step.tool.strip():
            raise StepFailed("It does not say which tool.")
        arguments = {name: outward.argument(doing, text) for name, text in step.arguments.items()}
        return {"connection": step.connection, "tool": step.tool.strip(), "arguments": arguments}

    async def done(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        opened = await outward.opened(doing, prepared["connection"], "mcp")
        with outward.told():
            result = await mcp.call(doing.parts.connections, opened, prepared["tool"], prepared["arguments"], key=doing.key)
        if result.failed:
            raise StepFailed(f"{opened.name} says that {prepared['tool']} did not work: {result.text[:SAID_CHARACTERS_MAX]}")
        files = await _kept(result, doing)
        return Done({"text": result.text, "value": result.structured, "files": files}, f"{opened.name} did {prepared['tool']}.")

    async def tried(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done | None:
        return Done(
            {"text": "", "value": None, "files": []}, f"Would use the tool {prepared['tool']}; in a dry run nothing goes out."
        )


async def _kept(result: Result, doing: Doing) -> list[dict[str, Any]]:
    if not result.files or doing.parts.files is None:
        return []
    async with db.transaction(doing.parts.engine) as tx:
        return [await made.kept(tx, doing, name, content) for name, _, content in result.files]
