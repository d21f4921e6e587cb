"""The tools of co-workers. One file is one tool; a line here registers it."""

from sayso.coworkers.tools import (
    add_rows,
    change_rows,
    count_rows,
    find_rows,
    forget,
    look_around,
    open_view,
    read_file,
    read_row,
    remember,
    search,
    trash_rows,
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
    )


def policy(coworker: Coworker, tool: Tool) -> str:
    """`always`, `asks` or `never`: what people are shown."""
    if tool not in tools_of(coworker):
        return "never"
    if tool.kind in ("reads", "keeps"):
        return "always"
    return "always" if tool.kind == "writes" and tool.name in coworker.allowed else "asks"
