"""An app that was found, for someone, to do something: the only door to its rows."""

from dataclasses import dataclass, replace

from sayso.data.columns import Columns
from sayso.data.rights.sight import EVERYTHING, RIGHT_OF, Sight, Verb
from sayso.errors import Forbidden
from sayso.spec.app import App
from sayso.team.actor import WHAT, Actor
from sayso.team.roles import RIGHTS, Right

_WHAT: dict[str, str] = {
    **WHAT,
    "build": "change how this app is built",
    "add": "add rows",
    "edit": "change rows",
    "delete": "move rows to the trash or bring them back",
    "export": "export rows",
}


@dataclass(frozen=True, slots=True)
class OpenApp:
    """`number` names it in PostgreSQL, `id` in addresses; `to` is what it was opened for, and no more is allowed with it.

    `spec` is the app as `by` sees it: hidden tables, fields, views are not there, nor anything that stands on them. `whole` is all of
    it, for rules about what is written; the very same value for whoever sees everything. `sight` says what may be done.
    """

    id: str
    number: int
    spec: App
    version: int
    columns: Columns
    by: Actor
    to: Right = "read"
    whole: App = None  # pyright: ignore[reportAssignmentType]  the spec itself when it is not given
    sight: Sight = EVERYTHING

    def __post_init__(self) -> None:
        if self.whole is None:  # pyright: ignore[reportUnnecessaryComparison]
            object.__setattr__(self, "whole", self.spec)

    @property
    def unlimited(self) -> "OpenApp":
        """The same app without limits: only for rules about rows, and for what the app itself does."""
        return self if self.spec is self.whole and self.sight.whole else replace(self, spec=self.whole, sight=EVERYTHING)

    def may(self, what: Right | Verb, table: str | None = None) -> bool:
        by = self.by
        if by.seen_as is not None and what not in ("read", "export"):
            return False
        right = RIGHT_OF.get(what, what)
        return self.sight.may(what, table) and (by.scopes is None or right in by.scopes)

    def must(self, what: Right | Verb, table: str | None = None, *, by: Actor | None = None) -> None:
        """Every writing function asks this again, whatever was asked before: it is allowed, and the app was opened for it. `by` is
        whoever writes, should it be somebody else than who opened the app. Raises `Forbidden`."""
        self.allowed(what, table, by=by)
        right = RIGHT_OF.get(what, what)
        if right in RIGHTS and RIGHTS.index(right) > RIGHTS.index(self.to):
            raise Forbidden(f"{self.spec.name} was opened to {self.to}, not to {right}.")

    def allowed(self, what: Right | Verb, table: str | None = None, *, by: Actor | None = None) -> None:
        """Raises `Forbidden` when it is not, whatever the app was opened for."""
        if by is not None and by != self.by:
            by.must(RIGHT_OF.get(what, what))  # pyright: ignore[reportArgumentType]  what is no verb is a right
        if not self.may(what, table):
            raise Forbidden(self._refused(what, table))

    def _refused(self, what: Right | Verb, table: str | None) -> str:
        one = self.spec.table(table) if table is not None else None
        place = f" in {one.name}" if one is not None else ""
        if self.sight.given is None:
            return f"{self.by.name} may not {_WHAT[what]}{place}: that takes more than the role {self.by.role}."
        return f"{self.by.name} may not {_WHAT[what]}{place}: what they were given in {self.spec.name} does not say so."
