"""The tools of co-workers. One file is one tool; a line here registers it."""

from sayso.coworkers.desk import Desk
from sayso.coworkers.roster import Found
from sayso.coworkers.tools import (
    add_rows,
    change_rows,
    count_rows,
    find_connected,
    find_rows,
    forget,
    look_around,
    look_at_automations,
    open_view,
    read_file,
    read_row,
    remember,
    search,
    start_automation,
    trash_rows,
    use_connected,
)
from sayso.coworkers.tools.tool import Tool
from sayso.spec.coworker import Coworker

TOOLS: tuple[Tool, ...] = (
    look_around.TOOL,
    find_rows.TOOL,
    read_row.TOOL,
    count_rows.TOOL,
    open_view.TOOL,
    search.TOOL,
    read_file.TOOL,
    add_rows.TOOL,
    change_rows.TOOL,
    trash_rows.TOOL,
    look_at_automations.TOOL,
    start_automation.TOOL,
    find_connected.TOOL,
    use_connected.TOOL,
    remember.TOOL,
    forget.TOOL,
)
BY_NAME = {tool.name: tool for tool in TOOLS}


def tools_of(coworker: Coworker) -> tuple[Tool, ...]:
    """Those that it has: all that read, and what its grants and its spec let it."""
    writes = any(g.may == "write" for g in coworker.grants)
    named = None if coworker.tools is None else set(coworker.tools)
    return tuple(
        tool
        for tool in TOOLS
        if (named is None or tool.name in named)
        and (writes or tool.kind not in ("writes", "destroys"))
        and (coworker.memory or tool.kind != "keeps")
        and (named is not None or not tool.named)
        and (writes or not tool.automates)
    )


def offered(found: Found, desk: Desk) -> tuple[Tool, ...]:
    """Those that are of use where it works: of automations only where there are some, of connections only where there is a door to them."""
    automates = desk.automations is not None and (found.spec is None or bool(found.spec.automations))
    reaches = desk.connections is not None
    return tuple(tool for tool in tools_of(found.coworker) if (automates or not tool.automates) and (reaches or not tool.named))


def policy(coworker: Coworker, tool: Tool) -> str:
    """`always`, `asks` or `never`: what people are shown."""
    if tool not in tools_of(coworker):
        return "never"
    if tool.kind in ("reads", "keeps"):
        return "always"
    return "always" if tool.kind in ("writes", "reaches") and tool.name in coworker.allowed else "asks"
