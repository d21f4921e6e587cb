"""Who somebody of one workspace is in another: the member there, or else their name, as text."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.tables import members as m
from sayso.db.tables import workspaces as w


@dataclass(frozen=True, slots=True)
class Somebody:
    """`there` is a member's id, or a name that is nobody's id: `Mia Lindqvist (Northlight)`. `stands` says whether they stand in people
    fields of rows there. `did` is who has done and said there what they did here: the same person, or that name, whoever else was chosen to
    stand in rows: nobody puts words into another's mouth by moving an app."""

    there: str
    did: str
    stands: bool = True
    is_member: bool = True


People = Mapping[str, Somebody]


async def there(tx: AsyncConnection, workspace: str, into: str, chosen: Mapping[str, str | None]) -> dict[str, Somebody]:
    """Everybody who is or was a member of this workspace. `chosen` says who is a member of `into`; None for whom nobody stands in rows."""
    called = (await tx.execute(select(w.c.name).where(w.c.id == workspace))).scalar_one()
    everybody = (await tx.execute(select(m.c.id, m.c.name).where(m.c.workspace_id == workspace))).all()
    other = m.alias("other")
    same = select(m.c.id, other.c.id).join(other, (other.c.person == m.c.person) & (other.c.workspace_id == into))
    themselves = set((await tx.execute(same.where(m.c.workspace_id == workspace))).all())
    return {id: _somebody(chosen, id, f"{name} ({called})", themselves) for id, name in everybody}


def _somebody(chosen: Mapping[str, str | None], id: str, name: str, themselves: Collection[Any]) -> Somebody:
    member = chosen.get(id)
    if member is None:
        return Somebody(name, name, stands=id not in chosen, is_member=False)
    return Somebody(member, member if (id, member) in themselves else name)


def members(people: People) -> dict[str, str | None]:
    """Of each the member there; None for who is none."""
    return {id: one.there if one.is_member else None for id, one in people.items()}


async def at_hand(tx: AsyncConnection, people: People | None) -> None:
    """The temporary table that statements of a copy look people up in."""
    await tx.execute(
        text(
            "create temp table copied_people (old text primary key, new text not null, did text not null, stands boolean not null) on commit drop"
        )
    )
    if people:
        put = text(
            "insert into copied_people (old, new, did, stands)"
            " select * from unnest(cast(:old as text[]), cast(:new as text[]), cast(:did as text[]), cast(:stands as boolean[]))"
        )
        each = list(people.values())
        sent = {
            "old": list(people),
            "new": [one.there for one in each],
            "did": [one.did for one in each],
            "stands": [one.stands for one in each],
        }
        await tx.execute(put, sent)
