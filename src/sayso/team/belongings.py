"""What is a member's own in a workspace, and stops when they go: and who may take it over.

Automations act with the rights of who switched them on, webhooks tell what who added them may see, connected tables are read with the
connection of who made them. Tokens and keys are nobody else's: they end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import connection_tables, gateway_tables, source_tables
from sayso.db import tables as t
from sayso.db.automation_tables import automations
from sayso.errors import Forbidden, Invalid, NotFound, Problem
from sayso.team import audit, rank, standing
from sayso.team.actor import Actor


@dataclass(frozen=True, slots=True)
class Belonging:
    """`app` and `app_name` say where, for what lives in an app; `on`: it does something by itself."""

    id: str
    name: str
    app: str | None = None
    app_name: str | None = None
    on: bool = False


@dataclass(frozen=True, slots=True)
class Belongings:
    automations: tuple[Belonging, ...]
    connections: tuple[Belonging, ...]
    webhooks: tuple[Belonging, ...]
    tables: tuple[Belonging, ...]
    tokens: tuple[Belonging, ...]
    keys: tuple[Belonging, ...]

    @property
    def sentence(self) -> str:
        """What stops when they go."""
        running = [one for one in self.automations if one.on]
        counts = (
            (len(running), "automation that runs", "automations that run"),
            (len(self.connections), "connection", "connections"),
            (len(self.webhooks), "webhook", "webhooks"),
            (len(self.tables), "connected table", "connected tables"),
            (len(self.tokens), "API token", "API tokens"),
            (len(self.keys), "key of the gateway", "keys of the gateway"),
        )
        parts = [f"{n} {one if n == 1 else many}" for n, one, many in counts if n]
        if not parts:
            return "Nothing stops when they go."
        told = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
        return f"They own {told}."


async def of(tx: AsyncConnection, member: str, *, by: Actor) -> Belongings:
    """For who manages, and for oneself."""
    if member != by.member:
        by.must("manage")
    here = select(t.members.c.id).where(t.members.c.workspace_id == by.workspace, t.members.c.id == member)
    if (await tx.execute(here)).first() is None:
        raise NotFound(f"Nobody here has the id {member}.")
    w, a = by.workspace, t.apps.c
    in_apps = select(automations.c.automation, automations.c.name, automations.c.app_id, a.spec["name"].astext, automations.c.on)
    in_apps = in_apps.join(t.apps, a.number == automations.c.app).where(a.deleted_at.is_(None))
    in_apps = in_apps.where(automations.c.workspace_id == w, automations.c.owner == member).order_by(automations.c.name)
    c, h, k, v = connection_tables.connections.c, connection_tables.webhooks.c, t.tokens.c, gateway_tables.keys.c
    s = source_tables.sources.c
    living = k.revoked_at.is_(None) & (k.expires_at.is_(None) | (k.expires_at > func.now()))
    synced = select(s.table_no, s.table_id, a.id, a.spec["name"].astext).join(t.apps, a.number == s.app)
    return Belongings(
        await _read(tx, in_apps),
        await _read(tx, select(c.id, c.name).where(c.workspace_id == w, c.owner == member).order_by(c.name)),
        await _read(tx, select(h.id, func.coalesce(func.nullif(h.name, ""), h.url)).where(h.workspace_id == w, h.created_by == member)),
        await _read(tx, synced.where(s.workspace_id == w, s.owner == member, a.deleted_at.is_(None))),
        await _read(tx, select(k.id, k.name).where(k.workspace_id == w, k.member == member, living).order_by(k.name)),
        await _read(tx, select(v.id, v.name).where(v.workspace_id == w, v.member == member, v.revoked_at.is_(None)).order_by(v.name)),
    )  # fmt: skip


async def hand_over(tx: AsyncConnection, member: str, to: str, *, by: Actor) -> None:
    """What acts for `member` acts for `to` from now on, with the rights of `to`: so `to` is oneself, or somebody within one's own rights,
    who may build. Raises `Invalid`, `Forbidden`."""
    heir = await standing.read(tx, to, workspace=by.workspace)
    if heir is None or to == member:
        raise Invalid(Problem("to", "is nobody else here", by.member))
    if not heir.may("build"):
        raise Invalid(Problem("to", f"is somebody who may build apps; {heir.name} may not", by.member))
    if to != by.member and not rank.within(by, heir.rights):
        raise Forbidden(f"{heir.name} may do more here than {by.name}: nobody makes things act with rights beyond their own.")
    what = await of(tx, member, by=by)
    c, h, s = connection_tables.connections, connection_tables.webhooks, source_tables.sources
    for table, column in ((automations, "owner"), (c, "owner"), (h, "created_by"), (s, "owner")):
        mine = update(table).where(table.c.workspace_id == by.workspace, table.c[column] == member)
        await tx.execute(mine.values({column: to}))
    counts = {key: len(getattr(what, key)) for key in ("automations", "connections", "webhooks", "tables")}
    said = f"handed over what was {await _name(tx, member)}'s to {heir.name}"
    await audit.write(tx, "member.handed_over", said, by=by, subject=member, detail={"to": to, **counts})


async def _name(tx: AsyncConnection, member: str) -> str:
    return (await tx.execute(select(t.members.c.name).where(t.members.c.id == member))).scalar_one()


async def _read(tx: AsyncConnection, query: Any) -> tuple[Belonging, ...]:
    rows: Sequence[Any] = (await tx.execute(query)).all()
    return tuple(Belonging(str(row[0]), *row[1:4], *(bool(one) for one in row[4:5])) for row in rows)
