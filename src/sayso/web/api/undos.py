"""Undo and redo: per person, for rows and for the app alike."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, undo
from sayso.team.actor import Actor
from sayso.team.roles import Right
from sayso.web.actor import By
from sayso.web.shapes import AppId, Asked, Shown
from sayso.web.work import Tx


class Next(Shown):
    """What undo and redo would do now, in a sentence."""

    next_undo: str | None
    next_redo: str | None


class Undone(Next):
    sentence: str
    undone: dict[str, Any]
    """What was touched: `{"kind": "rows", "table", "ids"}` or `{"kind": "app", "version"}`."""


class NoWords(Asked):
    """Nothing to say: an empty object."""


async def show(app: AppId, tx: Tx, by: By) -> Next:
    """What undo and redo would do now."""
    back, again = await undo.upcoming(tx, await apps.open_app(tx, app, by=by))
    return Next(next_undo=back, next_redo=again)


async def back(app: AppId, tx: Tx, by: By, nothing: NoWords | None = None) -> Undone:
    """Undo my latest change in this app."""
    return _shown(await undo.undo(tx, await apps.open_app(tx, app, by=by, to=await _most(tx, app, by)), by=by))


async def again(app: AppId, tx: Tx, by: By, nothing: NoWords | None = None) -> Undone:
    """Do again what I undid last."""
    return _shown(await undo.redo(tx, await apps.open_app(tx, app, by=by, to=await _most(tx, app, by)), by=by))


async def _most(tx: AsyncConnection, app: str, by: Actor) -> Right:
    """Undoing may touch rows or the app; which of the two, and whether they may, is seen when it is known what is undone."""
    return "build" if (await apps.open_app(tx, app, by=by)).may("build") else "write"


def _shown(done: undo.Undone) -> Undone:
    return Undone(sentence=done.sentence, undone=done.undone, next_undo=done.next_undo, next_redo=done.next_redo)
