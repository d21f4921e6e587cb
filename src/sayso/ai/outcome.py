"""What became of a job: a value that keeps the field's rules, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

State = Literal["written", "review", "failed", "refused"]
"""`written`: use it. `review`: a value that a person should look at. `failed`: the model did not manage, another try may. `refused`:
nothing will come of trying again; `problem` says what to do."""


@dataclass(frozen=True, slots=True)
class Made:
    """A picture that a model made, not kept anywhere yet (`pictures.kept` does)."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """`value` is as the API sends it for the field's kind (None where there is nothing to say), `text` the same in words.

    `model` and `provider` are who answered; `cost` is in dollars, None when a price is not known; `calls` is how many calls to a
    model it took and `attempts` how many answers were looked at; `first_ms` is None where answers do not come in parts.
    """

    state: State
    value: Any = None
    text: str = ""
    problem: str | None = None
    model: str = ""
    provider: str = ""
    cost: Decimal | None = Decimal(0)
    tokens: dict[str, int] | None = None
    ms: int = 0
    first_ms: int | None = None
    confidence: float | None = None
    calls: int = 0
    version: str = ""
    attempts: int = 0
    busy: bool = False
    """The upstream has no room just now: the same asked again in a while may well be answered."""
    pictures: tuple[Made, ...] = ()

    @property
    def is_value(self) -> bool:
        return self.state in ("written", "review")

    def as_json(self) -> dict[str, Any]:
        """Without the bytes of pictures."""
        return {
            "state": self.state, "value": self.value, "text": self.text, "problem": self.problem, "model": self.model,
            "provider": self.provider, "cost": None if self.cost is None else f"{self.cost:f}", "tokens": self.tokens or {}, "ms": self.ms,
            "first_ms": self.first_ms, "confidence": self.confidence, "calls": self.calls, "version": self.version,
            "attempts": self.attempts,
        }  # fmt: skip

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Outcome:
        known: dict[str, Any] = {**raw, "cost": None if raw.get("cost") is None else Decimal(raw["cost"])}
        return cls(**known)
