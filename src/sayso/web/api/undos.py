"""Undo and redo: per person, for rows and for the app alike."""

from typing import Any

from sayso.errors import Unavailable
from sayso.web.shapes import AppId, Asked, Shown


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


async def show(app: AppId) -> Next:
    """What undo and redo would do now."""
    raise Unavailable("not there yet")


async def undo(app: AppId, nothing: NoWords | None = None) -> Undone:
    """Undo my latest change in this app."""
    raise Unavailable("not there yet")


async def redo(app: AppId, nothing: NoWords | None = None) -> Undone:
    """Do again what I undid last."""
    raise Unavailable("not there yet")
