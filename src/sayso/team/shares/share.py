"""A share: one form or view behind an address, and the list of what whoever has that address may do."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sayso.errors import NotFound
from sayso.team.actor import Actor
from sayso.team.shares.rules import Rules

Kind = Literal["form", "view"]
Act = Literal["open", "send", "search", "sort", "download", "files"]
State = Literal["open", "closed", "full", "expired", "stopped"]
NOT_OPEN = "This page is not open, or no longer."
FORM_NOT_OPEN = "This form is not open, or no longer."


@dataclass(frozen=True, slots=True)
class Share:
    """`app` is the app's number, `view` the view's id, `maker` the member with whose eyes it is read. `agreed` is what
    `data.publishing` keeps of what was agreed to; None for forms that were public before there were shares."""

    id: str
    workspace: str
    token: str
    kind: Kind
    app: int
    view: str
    name: str
    maker: str
    rules: Rules
    agreed: dict[str, Any] | None
    password: str | None
    expires_at: datetime | None
    created_at: datetime
    stopped_at: datetime | None
    why: str
    answers: int
    opened: int
    last_at: datetime | None

    @property
    def allowed(self) -> frozenset[Act]:
        """All that it may do. What is not in here is refused, whatever it is. Figures are shown; the rows behind them are not to be had."""
        if self.kind == "form":
            return frozenset({"open", "send"})
        shape = (self.agreed or {}).get("view", {}).get("kind")
        if shape == "chart":
            return frozenset({"open"})
        if shape == "dashboard":
            return frozenset({"open", "files"})
        rows = self.rules.rows
        chosen: dict[Act, bool] = {"search": rows.search, "sort": rows.sort, "download": rows.download}
        acts: set[Act] = {"open", "files"}
        acts.update(act for act, yes in chosen.items() if yes)
        return frozenset(acts)

    def must(self, act: Act) -> None:
        """Raises `NotFound`: what a share may not do is not there."""
        if act not in self.allowed:
            raise NotFound(self.not_open)

    @property
    def not_open(self) -> str:
        return FORM_NOT_OPEN if self.kind == "form" else NOT_OPEN

    @property
    def actor(self) -> Actor:
        """Who comes by it: it has no role and no rights of its own. Only a form's sending adds one, see `sender`."""
        return Actor("link", self.workspace, None, "nothing", "Public form" if self.kind == "form" else "Public page")

    def state(self, now: datetime | None = None) -> State:
        now = now or datetime.now(UTC)
        form = self.rules.form
        if self.stopped_at is not None:
            return "stopped"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        if self.kind == "form" and form.closes_at is not None and form.closes_at <= now:
            return "closed"
        if self.kind == "form" and form.answers_max is not None and self.answers >= form.answers_max:
            return "full"
        return "open"
