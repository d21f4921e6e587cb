"""The tools of the MCP server. One file is one tool or a few of a kind; a line here registers it."""

from sayso.errors import NotFound
from sayso.web.mcp.tools import apps, automations, coworkers, directory, forms, rows
from sayso.web.mcp.tools.tool import At, Tool

TOOLS: tuple[Tool, ...] = (*apps.TOOLS, *rows.TOOLS, *forms.TOOLS, *automations.TOOLS, *coworkers.TOOLS, *directory.TOOLS)
BY_NAME = {tool.name: tool for tool in TOOLS}
OF_DIRECTORY = frozenset(tool.name for tool in directory.TOOLS)


async def listed(at: At) -> tuple[Tool, ...]:
    """Those that the caller may use, the apps' own automations last."""
    here = at.known.settings.directory != "off"
    ours = tuple(tool for tool in TOOLS if at.by.may(tool.right) and (here or tool.name not in OF_DIRECTORY))
    return (*ours, *await automations.called(at))


async def named(at: At, name: str) -> Tool:
    """Raises `NotFound`. Whether the caller may use it is asked where it is called."""
    tool = BY_NAME.get(name) or await automations.by_name(at, name)
    if tool is None or (name in OF_DIRECTORY and at.known.settings.directory == "off"):
        raise NotFound(f"There is no tool {name[:80]!r} here.")
    return tool
