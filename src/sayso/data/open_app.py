"""An app that was found, for someone, to do something: the only door to its rows."""

from dataclasses import dataclass

from sayso.data.columns import Columns
from sayso.errors import Forbidden
from sayso.spec.app import App
from sayso.team.actor import Actor
from sayso.team.roles import RIGHTS, Right


@dataclass(frozen=True, slots=True)
class OpenApp:
    """`number` names it in PostgreSQL, `id` in addresses; `to` is what it was opened for, and no more is allowed with it."""

    id: str
    number: int
    spec: App
    version: int
    columns: Columns
    by: Actor
    to: Right = "read"

    def may(self, right: Right) -> bool:
        return self.by.may(right)

    def must(self, right: Right) -> None:
        """Every writing function asks this again, whatever was asked before. Raises `Forbidden`."""
        self.by.must(right)
        if RIGHTS.index(right) > RIGHTS.index(self.to):
            raise Forbidden(f"{self.spec.name} was opened to {self.to}, not to {right}.")
