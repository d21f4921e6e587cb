"""Signs that people put beside a comment: an answer without words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.tables import members
from sayso.db.together_tables import comment_reactions as t
from sayso.errors import Invalid, Problem
from sayso.team.actor import Actor

Reaction = Literal["thumbs_up", "heart", "tada", "eyes", "check", "question"]
REACTIONS: tuple[Reaction, ...] = get_args(Reaction)
NAMES_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Reacted:
    reaction: Reaction
    count: int
    names: tuple[str, ...]
    mine: bool


async def of(tx: AsyncConnection, comments: Sequence[int], *, by: Actor) -> dict[int, tuple[Reacted, ...]]:
    """By comment, in the order of `REACTIONS`."""
    if not comments:
        return {}
    name = func.coalesce(members.c.name, t.c.by)
    asked = (
        select(
            t.c.comment,
            t.c.reaction,
            func.count(),
            func.array_agg(aggregate_order_by(name, t.c.at)),
            func.bool_or(t.c.by == by.id),
        )
        .select_from(t.outerjoin(members, (members.c.id == t.c.by) & (members.c.workspace_id == t.c.workspace_id)))
        .where(t.c.comment.in_(comments), t.c.workspace_id == by.workspace)
        .group_by(t.c.comment, t.c.reaction)
    )
    found: dict[int, list[Reacted]] = {}
    for comment, reaction, count, names, mine in await tx.execute(asked):
        found.setdefault(comment, []).append(Reacted(reaction, count, tuple(names[:NAMES_SHOWN_MAX]), mine))
    return {comment: tuple(sorted(signs, key=lambda s: REACTIONS.index(s.reaction))) for comment, signs in found.items()}


async def put(tx: AsyncConnection, comment: int, reaction: str, there: bool, *, by: Actor) -> bool:
    """Whether anything changed. Raises `Invalid` for a sign that is not among ours."""
    if reaction not in REACTIONS:
        raise Invalid(Problem("reaction", f"is one of {', '.join(REACTIONS)}", "thumbs_up"))
    if there:
        new = insert(t).values(workspace_id=by.workspace, comment=comment, reaction=reaction, by=by.id)
        return bool((await tx.execute(new.on_conflict_do_nothing())).rowcount)
    mine = delete(t).where(t.c.comment == comment, t.c.reaction == reaction, t.c.by == by.id)
    return bool((await tx.execute(mine)).rowcount)
