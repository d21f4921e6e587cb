"""One call to a model through the gateway, with what it used: the only way from here to a model."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson

from sayso.ai.answers import without_nul
from sayso.gateway.asked import as_body
from sayso.gateway.caller import Caller
from sayso.gateway.calls import Call
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.gateway.reply import JSON


@dataclass(slots=True)
class Used:
    """What the calls of one piece of work have used so far. `cost` is None as soon as one price was not known."""

    began: float = field(default_factory=time.perf_counter)
    model: str = ""
    provider: str = ""
    cost: Decimal | None = Decimal(0)
    tokens: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    first_ms: int | None = None

    @property
    def ms(self) -> int:
        return round((time.perf_counter() - self.began) * 1000)

    def as_outcome(self) -> dict[str, Any]:
        return {
            "model": self.model, "provider": self.provider, "cost": self.cost, "tokens": self.tokens, "ms": self.ms, "first_ms": self.first_ms,
            "calls": self.calls,
        }  # fmt: skip

    def _add(self, entry: Any) -> None:
        self.provider, self.model = entry.route.provider.name, entry.meter.model or entry.route.model
        self.cost = None if self.cost is None or entry.cost is None else self.cost + entry.cost
        for name, count in entry.tokens._asdict().items():
            if count:
                self.tokens[name] = self.tokens.get(name, 0) + int(count)


async def ask(
    gateway: Gateway, caller: Caller, endpoint: str, body: Mapping[str, Any] | bytes, used: Used, type: bytes = JSON
) -> dict[str, Any]:
    """The whole answer of JSON; what it used is added to `used`. Raises `Refused` for whatever went wrong, here or upstream."""
    raw = body if isinstance(body, bytes) else as_body(dict(body))
    used.calls += 1
    async with gateway.answering(Call(caller, endpoint, raw, type)) as answer:
        whole = await answer.whole()
    if answer.entry is not None:
        used._add(answer.entry)
    try:
        value = orjson.loads(whole)
    except orjson.JSONDecodeError:
        raise Refused("the upstream did not answer in JSON", 502) from None
    if answer.status >= 400 or not isinstance(value, dict):
        raise refusal(value, answer.status)
    return without_nul(value) if b"\\u0000" in whole else value


def refusal(value: Any, status: int) -> Refused:
    error = value.get("error", value) if isinstance(value, dict) else {}
    error = error if isinstance(error, dict) else {"message": str(error)}
    message = str(error.get("message") or "the upstream failed")
    return Refused(message, status, code=error.get("code"), param=error.get("param"), upstream=error.get("upstream"))
