"""What co-workers reach beyond rows: automations, which they do not know themselves. Whoever puts the parts together gives it in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.open_app import OpenApp
from sayso.team.actor import Actor


@dataclass(frozen=True, slots=True)
class Startable:
    """An automation that somebody may start by hand: with `inputs` (names and kinds), or, with a `table`, by the button of one of its rows."""

    id: str
    name: str
    description: str
    on: bool
    table: str | None = None
    inputs: Sequence[tuple[str, str, bool]] = ()
    """Name, kind, and whether it is needed."""


class Automations(Protocol):
    def startable(self, app: OpenApp) -> list[Startable]: ...

    async def checked(self, tx: AsyncConnection, app: OpenApp, one: Startable, inputs: dict[str, Any], row: int | None) -> None:
        """Raises what starting it would raise: `Invalid`, `NotFound`, `Conflict`."""
        ...

    async def start(
        self, tx: AsyncConnection, app: OpenApp, id: str, inputs: dict[str, Any], row: int | None, *, key: str, by: Actor
    ) -> str | None:
        """The run; None when this key has begun one already."""
        ...

    async def runs(
        self, tx: AsyncConnection, app: OpenApp, automation: str | None, failed: bool, *, by: Actor
    ) -> list[dict[str, Any]]: ...

    async def run(self, tx: AsyncConnection, app: OpenApp, id: str, *, by: Actor) -> dict[str, Any]: ...
