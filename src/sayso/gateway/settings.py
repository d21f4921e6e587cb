"""What the owner decides for the whole gateway of a workspace."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

Unpriced = Literal["refuse", "when_unlimited", "flag"]
RETRIES = 2


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """`unpriced`: calls whose price is not known are refused, let through where no budget limits them, or let through and flagged.

    `keep_bodies` keeps what was asked and answered, for `keep_bodies_days`. `keep_work_days` is how long
    the past work of AI parts is kept, for trials. `follow_replacements`: after a model's shutdown date its
    named replacement is asked in its place. `metrics`: Prometheus' page is for anybody who reaches it, not for the owner alone.
    """

    unpriced: Unpriced = "when_unlimited"
    keep_bodies: bool = False
    keep_bodies_days: int = 7
    keep_ledger_days: int = 400
    keep_work_days: int = 90
    retries: int = RETRIES
    follow_replacements: bool = False
    metrics: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in names})

    def stored(self) -> dict[str, Any]:
        return asdict(self)
