"""What `access.nearest` says, read in the very statement that reads an app, with what rules about rows want to know of whoever asks."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.people_tables import app_grants as g
from sayso.db.people_tables import group_members as gm
from sayso.db.people_tables import groups as gr
from sayso.team.access import chosen
from sayso.team.actor import Actor

Granted = tuple[str, str, str]
"""Kind of the subject (`member`, `group` or `everyone`), its id (empty for everyone), and the role."""


def nearest_of(granted: Iterable[Granted], groups: Iterable[str], by: Actor) -> tuple[tuple[str, ...] | None, bool]:
    """As `access.nearest`, of what `granted_column` and `groups_column` read; and whether it is what everyone was given."""
    belongs = set(groups)
    mine = [(kind, role) for kind, id, role in granted if kind != "group" or id in belongs]
    given = chosen(mine, guest=by.role == "guest")
    return given, given is not None and all(kind == "everyone" for kind, _ in mine)


def granted_column(app: Any, by: Actor) -> ColumnElement[Any]:
    """In a statement over apps: the grants of each that may concern `by`, as a JSON list of triples."""
    row = func.jsonb_build_array(g.c.subject_kind, g.c.subject, g.c.role)
    mine = or_(g.c.subject_kind != "member", g.c.subject == (by.member or ""))
    found = select(func.coalesce(func.jsonb_agg(row), literal([], JSONB))).where(g.c.app == app, mine)
    return found.scalar_subquery().label("granted")


def groups_column(by: Actor) -> ColumnElement[Any]:
    """The groups of `by` as a JSON list of `[id, name, properties]`. Somebody who is only shown as a group's member has just this one."""
    row = func.jsonb_build_array(gr.c.id, gr.c.name, gr.c.properties)
    found = select(func.coalesce(func.jsonb_agg(row), literal([], JSONB)))
    if by.member is None:
        mine = and_(gr.c.workspace_id == by.workspace, gr.c.id.in_(sorted(by.groups)))
        return found.select_from(gr).where(mine).scalar_subquery().label("groups")
    joined = gr.join(gm, gm.c.group_id == gr.c.id)
    mine = and_(gr.c.workspace_id == by.workspace, gm.c.member == by.member)
    return found.select_from(joined).where(mine).scalar_subquery().label("groups")


def properties_column(by: Actor) -> ColumnElement[Any]:
    m = t.members.c
    mine = (m.id == (by.member or "")) & (m.workspace_id == by.workspace)
    return select(m.properties).where(mine).scalar_subquery().label("properties")


async def peers(tx: AsyncConnection, by: Actor, groups: Iterable[str]) -> tuple[str, ...]:
    """Everybody in these groups, by id."""
    asked = select(gm.c.member).where(gm.c.workspace_id == by.workspace, gm.c.group_id.in_(sorted(groups))).distinct()
    return tuple((await tx.execute(asked.order_by(gm.c.member))).scalars())
