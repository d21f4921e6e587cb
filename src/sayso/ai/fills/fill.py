"""A fill as it stands: values of one field being written by a model, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from sayso.data.open_app import OpenApp
from sayso.db.claims import Claims
from sayso.db.fill_tables import fills as t
from sayso.errors import NotFound
from sayso.team.actor import Actor

State = Literal["waiting", "running", "done", "stopped", "cancelled"]
"""`stopped` fills can be gone on with; `why` says what stopped them."""
Origin = Literal["person", "created", "changed"]
OPEN: tuple[State, ...] = ("waiting", "running")
OVER: tuple[State, ...] = ("done", "stopped", "cancelled")

CLAIMS = Claims(t, open=t.c.state.in_(OPEN), first=(t.c.rows > 100, t.c.position))
"""A row or two that somebody has just added are not kept waiting by a whole table."""


@dataclass(frozen=True, slots=True)
class Fill:
    """Counts are of rows. `done` are all that are over with: written, to be reviewed, failed or skipped. Money is in dollars."""

    id: str
    workspace: str
    app: int
    app_id: str
    table_no: int
    field_no: int
    state: State
    origin: Origin
    chain: tuple[str, ...]
    settings: dict[str, Any]
    why: str
    actor: dict[str, Any]
    rows: int
    done: int
    review: int
    failed: int
    skipped: int
    calls: int
    tokens: int
    cost: Decimal
    act: int | None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    began_at: datetime | None = field(default=None)

    @classmethod
    def of(cls, row: Any) -> Fill:
        return cls(
            row.id, row.workspace_id, row.app, row.app_id, row.table_no, row.field_no, row.state, row.origin, tuple(row.chain), row.settings,
            row.why, row.actor, row.rows, row.done, row.review, row.failed, row.skipped, row.calls, row.tokens, row.cost, row.act,
            row.created_at, row.updated_at, row.ended_at, _moment(row.settings.get("began_at")),
        )  # fmt: skip

    @property
    def table(self) -> str:
        return self.settings["table"]

    @property
    def field(self) -> str:
        return self.settings["field"]

    @property
    def path(self) -> str:
        """Where the AI part stands in its app."""
        return f"tables/{self.table}/fields/{self.field}"

    @property
    def model(self) -> str | None:
        """Another than the slot's."""
        return self.settings.get("model")

    @property
    def budget(self) -> Decimal | None:
        budget = self.settings.get("budget")
        return None if budget is None else Decimal(budget)

    @property
    def written(self) -> int:
        return self.done - self.review - self.failed - self.skipped

    @property
    def may_go_on(self) -> bool:
        return self.state == "stopped" or (self.state in ("done", "cancelled") and self.failed > 0)

    @property
    def by(self) -> Actor:
        """Whoever began it, as they were then."""
        a = self.actor
        scopes = frozenset(a["scopes"]) if a.get("scopes") is not None else None
        allowed = frozenset(a["allowed"]) if a.get("allowed") is not None else None
        only = frozenset[str](a["apps"]) if a.get("apps") is not None else None
        return Actor(
            a["kind"],
            self.workspace,
            a.get("member"),
            a["role"],
            a["name"],
            scopes,
            allowed=allowed,
            token=a.get("token"),
            apps=only,
        )

    def as_json(self) -> dict[str, Any]:
        speed = self._rows_per_second()
        return {
            "id": self.id, "app": self.app_id, "table": self.table, "field": self.field, "state": self.state, "origin": self.origin,
            "rows": self.rows, "done": self.done, "written": self.written, "review": self.review, "failed": self.failed,
            "skipped": self.skipped, "cost": money(self.cost), "tokens": self.tokens, "calls": self.calls,
            "budget": self.settings.get("budget"), "model": self.model, "why": self.why, "may_go_on": self.may_go_on,
            "rows_per_second": speed, "seconds_left": round((self.rows - self.done) / speed, 1) if speed and self.state == "running" else None,
            "by": self.actor.get("member"), "by_name": self.actor.get("name", ""), "created_at": self.created_at,
            "updated_at": self.updated_at, "ended_at": self.ended_at, "estimate": self.settings.get("estimate"),
        }  # fmt: skip

    def _rows_per_second(self) -> float | None:
        if self.began_at is None:
            return None
        seconds = ((self.ended_at or self.updated_at) - self.began_at).total_seconds()
        return round((self.done - self.settings.get("done_before", 0)) / seconds, 1) if seconds > 0.2 else None


def stored_actor(by: Actor) -> dict[str, Any]:
    scopes = None if by.scopes is None else sorted(by.scopes)
    allowed = sorted(by.allowed) if by.allowed is not None else None
    narrowed = {"scopes": scopes, "apps": None if by.apps is None else sorted(by.apps), "token": by.token}
    return {"kind": by.kind, "member": by.member, "role": by.role, "name": by.name, "allowed": allowed, **narrowed}


def money(amount: Decimal) -> str:
    """Dollars as text, without zeros that say nothing: `0.0123`."""
    text = f"{amount:.10f}".rstrip("0")
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.ljust(2, '0')}"


def field_still(app: OpenApp, fill: Fill) -> str:
    """Why the field is not what it was when the fill began; empty when it is."""
    table = app.spec.table(fill.table)
    if table is None or app.columns.tables.get(fill.table) != fill.table_no:
        return "The table is gone."
    one = table.field(fill.field)
    if one is None or app.columns.fields[fill.table].get(fill.field) != fill.field_no:
        return "The field is gone, or of another kind than it was."
    return ""


def missing(id: str) -> NotFound:
    return NotFound(f"There is no fill {id[:40]!r} here.")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def now() -> str:
    return datetime.now(UTC).isoformat()
