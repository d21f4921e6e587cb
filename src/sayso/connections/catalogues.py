"""What a connection offers (tools of an MCP server, operations of an OpenAPI document), as it was found last; and what a person approved.

A server may say something else tomorrow. What counts is what somebody has looked at: name, description and shapes of a tool make its
fingerprint, and only the approved one is ever called.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.connections.opened import Opened
from sayso.db.catalogue_tables import catalogues as t
from sayso.db.tables import members
from sayso.errors import Conflict, Invalid, Problem
from sayso.team import audit
from sayso.team.actor import Actor

if TYPE_CHECKING:
    from sayso.connections.stored import Stored

PROBLEM_CHARACTERS_MAX = 1_000
SAID_KEPT = ("name", "title", "description", "fingerprint")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`found` is as `mcp.look` or `openapi.read` gave it, empty before the first look; `approved` is by name, with what was then said."""

    found: dict[str, Any]
    found_at: datetime | None = None
    problem: str | None = None
    approved: dict[str, dict[str, Any]] | None = None
    approved_at: datetime | None = None
    approved_by: str | None = None

    @property
    def tools(self) -> list[dict[str, Any]]:
        """Those that there are, each with its state, and those that were approved and are gone."""
        approved = self.approved or {}
        now: list[dict[str, Any]] = self.found.get("tools", [])
        names = {one["name"] for one in now}
        gone = [
            {**one, "schema": {}, "output": None, "reads": False, "state": "gone", "was": None}
            for name, one in approved.items()
            if name not in names
        ]
        return [*({**one, **_state(one, approved.get(one["name"]))} for one in now), *gone]


@dataclass(frozen=True, slots=True)
class Known:
    """A catalogue in the hands of whoever calls: what is approved, by name."""

    approved: dict[str, dict[str, Any]]
    found: dict[str, Any]


async def read(tx: AsyncConnection, opened: Opened) -> Known:
    row = (await tx.execute(select(t.c.approved, t.c.found).where(t.c.connection == opened.id))).one_or_none()
    return Known(dict(row.approved), dict(row.found)) if row else Known({}, {})


async def shown(tx: AsyncConnection, id: str) -> Catalogue:
    """Of a connection that was read before, for whoever may see it."""
    query = select(t, members.c.name.label("by_name")).outerjoin(members, members.c.id == t.c.approved_by)
    row = (await tx.execute(query.where(t.c.connection == id))).one_or_none()
    if row is None:
        return Catalogue({}, approved={})
    return Catalogue(row.found, row.found_at, row.problem, row.approved, row.approved_at, row.by_name)


async def keep(tx: AsyncConnection, opened: Opened, found: dict[str, Any] | None, problem: str | None = None) -> None:
    """What was found now; or only why nothing was, beside what was found before."""
    values: dict[str, Any] = {"problem": problem and problem[:PROBLEM_CHARACTERS_MAX]}
    if found is not None:
        values |= {"found": found, "found_at": func.now()}
    new = insert(t).values(connection=opened.id, workspace_id=opened.workspace, **values)
    await tx.execute(new.on_conflict_do_update(index_elements=[t.c.connection], set_=values))


async def approve(
    tx: AsyncConnection, stored: Stored, fingerprint: str, names: Collection[str] | None = None, *, by: Actor
) -> Catalogue:
    """The tools as they were shown: all of them, or only those named. Raises `Conflict` when the list is another one by now."""
    row = (await tx.execute(select(t.c.found).where(t.c.connection == stored.id).with_for_update())).one_or_none()
    found = row.found if row else {}
    if not found or found.get("fingerprint") != fingerprint:
        raise Conflict("The list of tools has changed since you looked at it. Look again.")
    tools = {one["name"]: one for one in found["tools"]}
    if unknown := [name for name in names or () if name not in tools]:
        raise Invalid(Problem("tools", f"{unknown[0][:80]!r} is no tool of {stored.name}"))
    wanted = tools if names is None else {name: tools[name] for name in dict.fromkeys(names)}
    approved = {name: {key: one[key] for key in SAID_KEPT} for name, one in wanted.items()}
    values = {"approved": approved, "approved_by": by.member, "approved_at": func.now()}
    await tx.execute(t.update().where(t.c.connection == stored.id).values(**values))
    await audit.write(tx, "connection.approved", f"approved {len(approved)} tools of {stored.name}", by=by, subject=stored.id)
    return await shown(tx, stored.id)


def _state(now: dict[str, Any], approved: dict[str, Any] | None) -> dict[str, Any]:
    if approved is None:
        return {"state": "new", "was": None}
    if approved["fingerprint"] == now["fingerprint"]:
        return {"state": "approved", "was": None}
    return {"state": "changed", "was": approved["description"]}
