"""One sentence on how models differ, and what such sentences are made with."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sayso.models.compare.side import Side
from sayso.models.prices import dollars
from sayso.models.upcoming import busy_hours, long_prompts, upcoming
from sayso.models.words import listing, tokens


@dataclass(frozen=True, slots=True)
class Difference:
    """One sentence. `winner` is who is better off by it, `None` when nobody is; `but` says why the numbers alone mislead."""

    topic: str
    text: str
    winner: str | None = None
    but: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"topic": self.topic, "text": self.text, "winner": self.winner, "but": self.but}


def share(low: Decimal, high: Decimal) -> str:
    """How much cheaper, in percent: `78 %`; close to 0 and 100 with the digits that it takes."""
    saved = (1 - low / high) * 100
    for digits in ("1", "0.1", "0.01", "0.001"):
        rounded = saved.quantize(Decimal(digits), ROUND_HALF_UP)
        if 0 < rounded < 100:
            return f"{rounded:f} %"
    return "over 99.999 %" if saved > 50 else "under 0.001 %"


def unlike(a: Side, b: Side) -> str | None:
    """Why a price of one is no measure for the other."""
    if a.model.type == b.model.type:
        return None
    told: list[str] = []
    for side in (a, b):
        text, pictures = side.amount("input_mtok"), side.amount("output_image_mtok")
        if side.model.type == "image" and text is not None:
            then = f"; its image output costs {dollars(pictures)} per million tokens" if pictures is not None else ""
            each = f", {side.from_image}" if side.from_image else ""
            told.append(f"{dollars(text)} is what {side.name} charges for text input{then}{each}")
    if told:
        return f"That compares unlike things: {listing(told)}."
    return f"That compares unlike things: {a.name} {a.does}, {b.name} {b.does}."


def turned(low: Side, high: Side, key: str) -> str | None:
    """When the cheaper one is the dearer one for long prompts that both can take."""
    few, many = low.prices[key], high.prices[key]
    room = high.model.max_input or high.model.context_window
    for start, amount in few.above:
        if amount > many.at(start + 1) and (room is None or room.value > start):
            return f"Above {tokens(start)} tokens of input it is the other way round ({dollars(many.at(start + 1))} vs {dollars(amount)})."
    return None


def told_by_time(side: Side) -> Iterator[Difference]:
    """What its price depends on besides the tokens: the length of the prompt, the day, the hour."""
    if not side.gone:
        yield from (Difference("long", text) for text in long_prompts(side.model, side.day))
        yield from (Difference("upcoming", text) for text in upcoming(side.model, side.day))
        yield from (Difference("hours", text) for text in busy_hours(side.model, side.day))
