"""What a call may cost at most, and setting that aside before it is asked."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sayso.gateway.asked import Asked
from sayso.gateway.budgets import Hold
from sayso.gateway.caller import Caller
from sayso.gateway.known import Plan
from sayso.gateway.refusals import Refused

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

OUTPUT_TOKENS_MAX = 131_072
"""Taken for the longest answer of a model whose limit is not known."""
BUDGET_PART = 8
"""A call that sets no limit to its answer gets one: at most this part of what its budget still has."""
OUTPUT_TOKENS_LEAST = 256
SPOKEN_TOKENS_MAX = 3
"""For a character: twice what people need."""
TRANSCRIBED_TOKENS_MAX = 16_384
SOUND_BYTES_A_SECOND = 1000
"""No sound that can be understood is smaller."""
ZERO = Decimal(0)


@dataclass(slots=True)
class Worst:
    """The dearest of several prices: dollars for a token of input and of output, a second of sound, a character to be spoken."""

    input: Decimal = ZERO
    output: Decimal = ZERO
    second: Decimal = ZERO
    character: Decimal = ZERO


def worst_price(gateway: "Gateway", plan: Plan, caller: Caller) -> Worst | None:
    """Of the routes; None when one has no price.

    Raises `Refused` (402) where calls without a price are not wanted.
    """
    worst = Worst()
    for route in plan.routes:
        price = route.price or gateway.prices.of(route.provider.kind, route.model)
        if price is None:
            rule = gateway.workspace(caller.workspace).settings.unpriced
            if rule == "refuse" or (rule == "when_unlimited" and caller.budgets):
                raise Refused(
                    f"Nobody has published a price for {route.provider.name}/{route.model}, so this call cannot be limited by a budget. "
                    "The owner can set a price for it, or let such calls through.",
                    402,
                    code="unpriced",
                    param="model",
                    headers=[(b"x-should-retry", b"false")],
                )
            return None
        worst.input, worst.output = max(worst.input, price.input_dearest), max(worst.output, price.output_dearest)
        worst.second, worst.character = max(worst.second, price.per_second), max(worst.character, price.per_character)
    return worst


async def reserved(gateway: "Gateway", caller: Caller, asked: Asked, price: Worst) -> Hold:
    """Sets the worst case aside. An answer without a limit gets one, so that its worst case has an end. Raises `Spent`."""
    budgets, out = gateway.budgets, price.output
    worst = asked.input_tokens_max() * price.input
    if asked.endpoint.startswith("images/"):
        worst += asked.pictures_tokens_max() * out
    elif asked.endpoint == "audio/speech":
        worst += asked.characters * (price.character + SPOKEN_TOKENS_MAX * out)
    elif asked.endpoint.startswith("audio/"):
        worst += TRANSCRIBED_TOKENS_MAX * out + len(asked.raw) // SOUND_BYTES_A_SECOND * price.second
    elif asked.output_tokens_max is not None:
        worst += asked.output_tokens_max * asked.n * out
    elif asked.can_be_capped and out:
        each = out * asked.n
        left = budgets.at_hand(caller.budgets)
        if left is None or left - worst < each * OUTPUT_TOKENS_MAX:
            left = await budgets.left(caller.budgets)
        tokens = OUTPUT_TOKENS_MAX if left is None else max(OUTPUT_TOKENS_LEAST, int((left - worst) / BUDGET_PART / each))
        if tokens < OUTPUT_TOKENS_MAX:
            asked.cap(tokens)
        worst += min(tokens, OUTPUT_TOKENS_MAX) * each
    hold = budgets.has_room(caller.budgets, worst)
    return hold if hold is not None else await budgets.reserve(caller.budgets, worst, caller.workspace)
