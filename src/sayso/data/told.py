"""What notifications are of, as far as whoever reads them may see it now.

A notification of a row keeps only which row it was; its name, and what was said, is read with the rights of its reader each time. Who has
lost sight of the row reads nothing of it, in the inbox and in letters alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, titles, visible
from sayso.db.tables import comments
from sayso.errors import Forbidden, NotFound
from sayso.team.actor import Actor
from sayso.team.notifications import Notification

BEFORE_THE_ROW = {"assignment": "to", "comment": "on"}
"""The word between what happened and the name of the row: “Ana assigned you to …”."""
UNSEEN = "You can no longer see what this was about"


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as its reader may see it. `seen` is false for what they may not see any more: then nothing of it is left."""

    one: Notification
    row_name: str | None = None
    app_name: str | None = None
    table_name: str | None = None
    seen: bool = True

    @property
    def sentence(self) -> str:
        word = BEFORE_THE_ROW.get(self.one.kind, "in")
        return f"{self.one.title} {word} “{self.row_name}”" if self.row_name else self.one.title


async def of(tx: AsyncConnection, many: Sequence[Notification], *, by: Actor) -> tuple[Told, ...]:
    """Each of them, in their order."""
    places: dict[tuple[str, str], list[Notification]] = defaultdict(list)
    for one in many:
        if one.subject is not None:
            places[one.subject["app"], one.subject["table"]].append(one)
    found: dict[int, Told] = {}
    for (app, table), some in places.items():
        found |= await _of_table(tx, app, table, some, by)
    return tuple(Told(one) if one.subject is None else found.get(one.id) or _unseen(one) for one in many)


async def _of_table(tx: AsyncConnection, app_id: str, table_id: str, some: list[Notification], by: Actor) -> dict[int, Told]:
    rows = sorted({int(one.subject["row"]) for one in some if one.subject})
    try:
        app = await apps.open_app(tx, app_id, by=by)
        seen = await visible.visible(tx, app, table_id, rows)
        names = await titles.titles(tx, app, table_id, sorted(seen))
    except (NotFound, Forbidden):
        return {}
    table = app.spec.table(table_id)
    gone = await _taken_back(tx, [one.subject for one in some if one.subject])
    return {
        one.id: Told(
            one if one.subject["comment"] not in gone else replace(one, text=""),
            names.get(one.subject["row"]) or f"Row {one.subject['row']}",
            app.spec.name,
            table.name if table else None,
        )
        for one in some
        if one.subject and one.subject["row"] in seen
    }


async def _taken_back(tx: AsyncConnection, subjects: Iterable[dict[str, Any]]) -> set[int]:
    """Comments of which nothing is told any more."""
    ids = {one["comment"] for one in subjects if one["comment"]}
    if not ids:
        return set()
    query = select(comments.c.id).where(comments.c.id.in_(ids), comments.c.deleted_at.is_(None))
    return ids - set((await tx.execute(query)).scalars())


def _unseen(one: Notification) -> Told:
    return Told(replace(one, title=UNSEEN, text="", link=None, by_name=""), seen=False)
