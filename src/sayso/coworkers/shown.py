"""A co-worker as people see it: what it may do, with which model, and what it has cost this month."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.coworkers import tools, usage
from sayso.coworkers.desk import Desk
from sayso.coworkers.plug import plugged
from sayso.coworkers.reach import Reach
from sayso.coworkers.roster import Found
from sayso.team.actor import Actor


async def shown(tx: AsyncConnection, desk: Desk, found: Found, *, by: Actor) -> dict[str, Any]:
    """See docs/architecture.md."""
    one = found.coworker
    caller = desk.gateway.caller(by.workspace, app=found.app, member=by.member)
    plug = plugged(desk.gateway, caller, found)
    places = await Reach(found, by).places(tx)
    may = [
        {"tool": t.name, "title": t.title, "kind": t.kind, "policy": tools.policy(one, t)}
        for t in tools.TOOLS
        if _concerns(found, t.kind)
    ]
    tables = [
        {"app": p.app.id, "table": p.table.id, "name": p.table.name, "may": "write" if p.may_write else "read"} for p in places
    ]
    return {
        "key": found.key, "id": one.id, "name": one.name, "description": one.description, "app": found.app, "app_name": found.app_name,
        "slot": one.slot, "model": plug.name, "ready": plug.ready, "problem": plug.problem, "instructions": one.instructions,
        "memory": one.memory, "schedule": one.schedule.model_dump() if one.schedule else None, "knowledge": len(one.knowledge),
        "may": may, "tables": tables, "usage": await usage.this_month(tx, found), "edits": by.may("build"), "spec": one.portable(),
    }  # fmt: skip


def _concerns(found: Found, kind: str) -> bool:
    return kind != "keeps" or found.coworker.memory
