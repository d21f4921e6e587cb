"""What is kept of a step, and what of its run is written with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

StepState = Literal["begun", "again", "waiting", "done", "failed", "skipped"]
"""begun: prepared, and perhaps done · again: to be tried again · waiting: done so far, for something to come · the rest is over."""
SETTLED: tuple[StepState, ...] = ("done", "failed", "skipped")


@dataclass(slots=True)
class Record:
    """One step at one place of a run."""

    place: str
    n: int
    step: str
    kind: str
    state: StepState
    attempts: int = 1
    input: Any = None
    output: Any = None
    told: str = ""
    problem: str = ""
    detail: str = ""
    wait: dict[str, Any] | None = None
    wake_at: datetime | None = None
    cost: Decimal | None = None
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    ms: int = 0

    @property
    def settled(self) -> bool:
        return self.state in SETTLED

    def stored(self, run: str) -> dict[str, Any]:
        return {
            "run": run, "place": self.place, "n": self.n, "step": self.step, "kind": self.kind, "state": self.state,
            "attempts": self.attempts, "input": self.input, "output": self.output, "told": self.told, "problem": self.problem,
            "detail": self.detail, "wait": self.wait, "wake_at": self.wake_at, "cost": self.cost, "began_at": self.began_at,
            "ended_at": self.ended_at, "ms": self.ms,
        }  # fmt: skip

    @classmethod
    def of(cls, row: Any) -> Record:
        return cls(
            row.place, row.n, row.step, row.kind, row.state, row.attempts, row.input, row.output, row.told, row.problem, row.detail,
            row.wait, row.wake_at, row.cost, row.began_at, row.ended_at, row.ms,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What a checkpoint changes of its run. `state` None: it goes on; else it is let go, and taken up again at `wake_at` (None: not by itself)."""

    id: str
    state: Literal["waiting", "sleeping", "paused", "done", "failed"] | None = None
    wake_at: datetime | None = None
    waits_for: str | None = None
    problem: str = ""
    detail: str = ""
    failed_step: str | None = None
    told: str | None = None
    cost: Decimal | None = None
    steps: int = 0
    answer: dict[str, Any] | None = None

    def stored(self) -> dict[str, Any]:
        return {
            "id": self.id, "state": self.state, "wake_at": self.wake_at, "waits_for": self.waits_for, "problem": self.problem,
            "detail": self.detail, "failed_step": self.failed_step, "told": self.told, "cost": self.cost, "steps": self.steps,
            "answer": self.answer, "over": self.state in ("done", "failed"),
        }  # fmt: skip
