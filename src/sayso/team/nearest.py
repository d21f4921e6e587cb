"""What `access.nearest` says, read in the very statement that reads an app, with what rules about rows want to know of whoever asks."""

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import ColumnElement, Text, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
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
    """As `access.nearest`, of what `columns` read; and whether it is what everyone was given."""
    belongs = set(groups)
    mine = [(kind, role) for kind, id, role in granted if kind != "group" or id in belongs]
    given = chosen(mine, guest=by.role == "guest")
    return given, given is not None and all(kind == "everyone" for kind, _ in mine)


Asks = Literal["nothing", "member", "group"]
"""What is read beside an app: nothing for whoever is not bound by grants, else of a member, or of somebody only shown as one of groups."""


def columns(app: Any, asks: Asks) -> tuple[ColumnElement[Any], ...]:
    """In a statement over apps, whose bound values `bound` gives: the grants of each app that may concern the asker, as a JSON list of
    triples; their groups, as a JSON list of `[id, name, properties]`; and their properties."""
    if asks == "nothing":
        return ()
    member, workspace = bindparam("member", type_=Text), bindparam("workspace", type_=Text)
    nothing: ColumnElement[Any] = literal_column("'[]'::jsonb")
    grant = func.jsonb_build_array(g.c.subject_kind, g.c.subject, g.c.role)
    mine = or_(g.c.subject_kind != "member", g.c.subject == member)
    granted = select(func.coalesce(func.jsonb_agg(grant), nothing)).where(g.c.app == app, mine)
    group = func.jsonb_build_array(gr.c.id, gr.c.name, gr.c.properties)
    belongs = (
        gr.c.id.in_(select(gm.c.group_id).where(gm.c.member == member))
        if asks == "member"
        else gr.c.id == func.any(bindparam("groups", type_=ARRAY(Text)))
    )
    groups = select(func.coalesce(func.jsonb_agg(group), nothing)).where(gr.c.workspace_id == workspace, belongs)
    m = t.members.c
    properties = select(m.properties).where(m.id == member, m.workspace_id == workspace)
    return (
        granted.scalar_subquery().label("granted"),
        groups.scalar_subquery().label("groups"),
        properties.scalar_subquery().label("properties"),
    )


def bound(by: Actor) -> dict[str, Any]:
    return {"workspace": by.workspace, "member": by.member or "", "groups": sorted(by.groups)}


async def peers(tx: AsyncConnection, by: Actor, groups: Iterable[str]) -> tuple[str, ...]:
    """Everybody in these groups, by id."""
    asked = select(gm.c.member).where(gm.c.workspace_id == by.workspace, gm.c.group_id.in_(sorted(groups))).distinct()
    return tuple((await tx.execute(asked.order_by(gm.c.member))).scalars())
