"""What a server has: asked for anew, and kept beside what a person has approved of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sayso.connections.mcp.talking import Talk, talking
from sayso.connections.mcp.tools import TOOLS_MAX, Server, Tool, fingerprint, tools_of
from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

PAGES_MAX = 20


async def look(connections: Connections, opened: Opened) -> dict[str, Any]:
    """As a catalogue keeps it: `{server, fingerprint, tools}`. Raises `NotDelivered`."""
    async with talking(connections, opened) as (talk, told):
        return catalogue(Server.of(told, talk.version), await listed(talk))


def catalogue(server: Server, tools: tuple[Tool, ...]) -> dict[str, Any]:
    kept = [tool.kept() for tool in tools]
    return {"server": asdict(server), "fingerprint": fingerprint(kept), "tools": kept}


async def listed(talk: Talk) -> tuple[Tool, ...]:
    """Every page, as far as there is an end to them."""
    told: list[Any] = []
    cursor: Any = None
    for _ in range(PAGES_MAX):
        page = await talk.ask("tools/list", {"cursor": cursor} if cursor else {})
        tools: Any = page.get("tools")
        told += tools if isinstance(tools, list) else []
        cursor = page.get("nextCursor")
        if not isinstance(cursor, str) or not cursor or len(told) >= TOOLS_MAX:
            break
    return tools_of(told)
