"""What each person did, newest last, so that it can be undone and done again: rows and the app itself alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.open_app import OpenApp
from sayso.db.tables import acts as t

Kind = Literal["rows", "app"]
ACTS_KEPT_MAX = 200
"""How far back a person can undo in one app."""


@dataclass(frozen=True, slots=True)
class Act:
    """`rows`: payload `{"table": number, "entries": [history ids]}`, or `"fill": id` for all that a model wrote at once; `app`: `{"version": n, "change", "inverse"}`."""

    id: int
    kind: Kind
    sentence: str
    payload: dict[str, Any]


async def record(tx: AsyncConnection, app: OpenApp, kind: Kind, sentence: str, payload: Mapping[str, Any]) -> int | None:
    """Its id. Whoever does something new cannot redo what they had undone before. Sayso itself and automations leave no acts."""
    member = app.by.member
    if member is None or app.by.kind not in ("member", "token"):
        return None
    mine = (t.c.app == app.number) & (t.c.member == member)
    await tx.execute(delete(t).where(mine, t.c.undone_at.is_not(None)))
    values = {"workspace_id": app.by.workspace, "app": app.number, "member": member, "kind": kind, "sentence": sentence}
    new = insert(t).values(**values, payload=dict(payload)).returning(t.c.id)
    latest = (await tx.execute(new)).scalar_one()
    if latest % 50 == 0:
        kept = select(t.c.id).where(mine).order_by(t.c.id.desc()).limit(ACTS_KEPT_MAX)
        await tx.execute(delete(t).where(mine, t.c.id.not_in(kept)))
    return latest


async def next_undo(tx: AsyncConnection, app: OpenApp) -> Act | None:
    return await _first(tx, _mine(app).where(t.c.undone_at.is_(None)).order_by(t.c.id.desc()))


async def next_redo(tx: AsyncConnection, app: OpenApp) -> Act | None:
    return await _first(tx, _mine(app).where(t.c.undone_at.is_not(None)).order_by(t.c.id))


def _mine(app: OpenApp) -> Any:
    return select(t.c.id, t.c.kind, t.c.sentence, t.c.payload).where(t.c.app == app.number, t.c.member == app.by.member)


async def _first(tx: AsyncConnection, acts: Any) -> Act | None:
    row = (await tx.execute(acts.limit(1))).one_or_none()
    return None if row is None else Act(row.id, row.kind, row.sentence, row.payload)
