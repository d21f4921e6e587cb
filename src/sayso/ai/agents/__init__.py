"""The bridge that agents stand on: Pydantic AI, asking our own gateway in this process.

    model = agents.model(gateway, caller, "slot:text")
    result = await pydantic_ai.Agent(model, …).run("…")         # or run_stream, iter, or pydantic_ai.direct
    agents.spent(result.all_messages())                           # calls, tokens, cost: what the gateway metered

Every request goes the gateway's way (budget, rate, fallbacks, ledger); `gateway.refusals.Refused` is raised through whatever
runs. To stop, cancel the task: the stream is closed, the upstream is told, and what came is charged.
Pydantic AI takes a second to import, so it is imported when the first agent runs and never before (docs/decisions/0023).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models import Model
    from pydantic_ai.settings import ModelSettings

__all__ = ["Spent", "model", "spent"]


@dataclass(frozen=True, slots=True)
class Spent:
    """What answers have used. `cost` is in dollars; None when the price of at least one call is not known."""

    calls: int = 0
    input: int = 0
    output: int = 0
    cost: Decimal | None = Decimal(0)

    def plus(self, other: "Spent") -> "Spent":
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        return Spent(self.calls + other.calls, self.input + other.input, self.output + other.output, cost)

    def as_json(self) -> dict[str, Any]:
        cost = None if self.cost is None else format(self.cost.normalize(), "f")
        return {"calls": self.calls, "input": self.input, "output": self.output, "cost": cost}


def model(gateway: Gateway, caller: Caller, name: str, settings: "ModelSettings | None" = None) -> "Model[Any]":
    """The model of this name (`slot:text`, an alias, `provider/model`, …) as Pydantic AI takes it."""
    return import_module("sayso.ai.agents.bridge").GatewayModel(gateway, caller, name, settings=settings)


def spent(messages: "Iterable[ModelMessage]") -> Spent:
    """Of a conversation, all answers together."""
    total = Spent()
    for message in messages:
        if message.kind == "response":
            used = message.usage
            total = total.plus(Spent(1, used.input_tokens, used.output_tokens, used.cost))
    return total
