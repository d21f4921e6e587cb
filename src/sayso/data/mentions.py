"""Who is named in a comment: `@[Ana Kovač](m_…)` is a member, `@[Support](gr_…)` a group of the workspace.

Only somebody who may see the row can be named beside it, and names are written as they are in the workspace, whatever was typed.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import visible
from sayso.data.open_app import OpenApp
from sayso.db.people_tables import group_members, groups
from sayso.errors import Invalid, Problem
from sayso.team import people
from sayso.team.people import Member

MENTIONS_MAX = 50
AUDIENCE_SHOWN_MAX = 20
ASKED_MAX = 300
"""Members that are asked whether they may see a row, for one list."""
_MENTION = re.compile(r"@\[((?:[^\[\]\\\n]){1,200})\]\(((?:m|gr)_[A-Za-z0-9_-]{1,80})\)")


@dataclass(frozen=True, slots=True)
class Audible:
    """A member or a group that may be named. `members` are those of a group who may see the row."""

    kind: Literal["member", "group"]
    id: str
    name: str
    hue: int = 262
    initials: str = ""
    members: tuple[str, ...] = field(default=())


def named(text: str) -> list[str]:
    """Ids, each once, in the order in which they are named."""
    return list(dict.fromkeys(match[2] for match in _MENTION.finditer(text)))


def written(text: str, name: Callable[[str, str], str]) -> str:
    """The text with every mention as `name(id, name in the text)` gives it."""
    return _MENTION.sub(lambda match: name(match[2], match[1]), text)


def plain(text: str) -> str:
    """As one reads it: `@Ana Kovač`."""
    return written(text, lambda _, name: f"@{name}")


async def checked(tx: AsyncConnection, app: OpenApp, table_id: str, row: int, text: str) -> tuple[str, tuple[Audible, ...]]:
    """The text with everybody's right name, and who is named. Raises `Invalid` for whoever cannot see the row, in words."""
    ids = named(text)
    if not ids:
        return text, ()
    if len(ids) > MENTIONS_MAX:
        raise Invalid(Problem("text", f"names more than {MENTIONS_MAX} people"))
    known = {one.id: one for one in await _asked(tx, app, table_id, row, ids)}
    called = await _names(tx, app, ids)
    unseeing = [id for id in ids if id not in known]
    if unseeing:
        names = [called.get(id) for id in unseeing]
        who = ", ".join(name for name in names if name)
        if not who or None in names:
            raise Invalid(Problem("text", "names somebody who is not a member here"))
        verb = "cannot see this row, so they" if len(names) == 1 else "cannot see this row, so they all"
        raise Invalid(
            Problem("text", f"names {who}, who {verb} would not get this. Share the row with them first, or leave the name out")
        )
    return written(text, lambda id, _: f"@[{safe(known[id].name)}]({id})"), tuple(known[id] for id in ids)


def safe(name: str) -> str:
    """A name as it can stand in a mention."""
    return re.sub(r"[\[\]\\\n]", " ", name)[:200]


async def audience(tx: AsyncConnection, app: OpenApp, table_id: str, row: int, words: str = "") -> tuple[Audible, ...]:
    """Who may be named beside this row, those first whose name begins so."""
    wanted = words.casefold().strip()
    members = [m for m in await people.listed(tx, by=app.by) if wanted in m.name.casefold()]
    g = groups.c
    rows = (await tx.execute(select(g.id, g.name).where(g.workspace_id == app.by.workspace).order_by(g.name))).all()
    some = [row.id for row in rows if wanted in row.name.casefold()]
    members.sort(key=lambda m: (not m.name.casefold().startswith(wanted), m.name.casefold()))
    ids = [*(m.id for m in members[:ASKED_MAX]), *some[:AUDIENCE_SHOWN_MAX]]
    return await _asked(tx, app, table_id, row, ids, most=AUDIENCE_SHOWN_MAX)


async def _asked(
    tx: AsyncConnection, app: OpenApp, table_id: str, row: int, ids: Iterable[str], most: int | None = None
) -> tuple[Audible, ...]:
    """Those of these who may see the row; at most so many."""
    members = {m.id: m for m in await people.listed(tx, by=app.by)}
    found: list[Audible] = []
    seeing: dict[str, bool] = {}

    async def sees(id: str) -> bool:
        if id not in seeing:
            seeing[id] = bool(await visible.seers(tx, app.by.workspace, app.id, table_id, row, [id]))
        return seeing[id]

    for id in ids:
        if most is not None and len(found) >= most:
            break
        if (member := members.get(id)) is not None:
            if await sees(id):
                found.append(_member(member))
        elif id.startswith("gr_") and (group := await _group(tx, app, id)) is not None:
            who = tuple([m for m in group[1] if m in members and await sees(m)])
            if who:
                found.append(Audible("group", id, group[0], members=who))
    return tuple(found)


def _member(one: Member) -> Audible:
    return Audible("member", one.id, one.name, one.hue, one.initials, (one.id,))


async def _group(tx: AsyncConnection, app: OpenApp, id: str) -> tuple[str, list[str]] | None:
    g, m = groups.c, group_members.c
    name = (await tx.execute(select(g.name).where(g.id == id, g.workspace_id == app.by.workspace))).scalar_one_or_none()
    if name is None:
        return None
    within: Any = await tx.execute(select(m.member).where(m.group_id == id).order_by(m.member).limit(ASKED_MAX))
    return name, list(within.scalars())


async def _names(tx: AsyncConnection, app: OpenApp, ids: list[str]) -> dict[str, str]:
    called = {m.id: m.name for m in await people.listed(tx, by=app.by)}
    g = groups.c
    rows = await tx.execute(select(g.id, g.name).where(g.workspace_id == app.by.workspace, g.id.in_(ids)))
    return {**called, **{row.id: row.name for row in rows}}
