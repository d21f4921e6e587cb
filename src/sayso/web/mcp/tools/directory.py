"""The directory of AI models: the tools that it has itself."""

from datetime import UTC, datetime
from typing import Any

from sayso.models import tools as directory
from sayso.web.mcp.tools.tool import At, Run, Tool

STRUCTURE = {"type": "object"}


def _run(name: str) -> Run:
    async def run(at: At, arguments: dict[str, Any]) -> dict[str, Any]:
        return directory.call(at.known.shelf.directory, name, arguments, datetime.now(UTC).date())

    return run


def _titled(name: str) -> str:
    return name.replace("_", " ").capitalize()


TOOLS = tuple(
    Tool(one.name, _titled(one.name), one.description, {**STRUCTURE, **one.parameters}, _run(one.name)) for one in directory.TOOLS
)
