"""Prices that are about to change, or change with the hour or the length of the prompt, in sentences."""

from datetime import date
from decimal import Decimal

from sayso.models.model import Model
from sayso.models.prices import active, dollars, label_of
from sayso.models.words import day as day_text
from sayso.models.words import listing, times, tokens

MAIN = ("input_mtok", "output_mtok", "output_image_mtok", "cache_read_mtok")


def upcoming(model: Model, today: date) -> list[str]:
    """`The price of Gemini 4 Argon doubles on 1 December 2026: input $2 → $4, output $10 → $20 per million tokens.`"""
    told: list[str] = []
    for period in sorted(
        (p for p in model.periods if p.hours is None and p.since and p.since > today), key=lambda p: p.since or today
    ):
        assert period.since is not None
        before = active(tuple(p for p in model.periods if p is not period), date.fromordinal(period.since.toordinal() - 1))
        if before is None:
            continue
        moved = {
            key: (before.prices[key][0], period.prices[key][0])
            for key in MAIN
            if key in before.prices and key in period.prices and before.prices[key][0] != period.prices[key][0]
        }
        if moved:
            parts = [
                f"{label_of(key, model.type).label.lower()} {dollars(old)} → {dollars(new)}" for key, (old, new) in moved.items()
            ]
            told.append(
                f"The price of {model.name} {_how(list(moved.values()))} on {day_text(period.since)}: {listing(parts)} per million tokens."
            )
    return told


def _how(moved: list[tuple[Decimal, Decimal]]) -> str:
    ratios = {new / old for old, new in moved if old}
    if ratios == {Decimal(2)}:
        return "doubles"
    if ratios == {Decimal("0.5")}:
        return "halves"
    if all(new > old for old, new in moved):
        return "rises"
    return "falls" if all(new < old for old, new in moved) else "changes"


def long_prompts(model: Model, today: date) -> list[str]:
    """`Above 100K tokens of input, Claude Haiku 5.5 charges $0.5 per million input and $2.5 per million output tokens, instead of $0.1 and $0.5.`"""
    kinds = [
        (price, what)
        for key, what in (("input_mtok", "input"), ("output_mtok", "output"))
        if (price := model.price(key, today)) and price.above
    ]
    return [
        f"Above {tokens(start)} tokens of input, {model.name} charges "
        f"{listing([f'{dollars(price.at(start + 1))} per million {what}' for price, what in kinds])} tokens, "
        f"instead of {listing([dollars(price.amount) for price, _ in kinds])}."
        for start in sorted({start for price, _ in kinds for start, _ in price.above})
    ]


def busy_hours(model: Model, today: date) -> list[str]:
    """`DeepSeek V4 Pro costs twice as much from 01:00 to 04:00 and from 06:00 to 10:00 UTC.`"""
    usual = active(model.periods, today)
    if usual is None or "output_mtok" not in usual.prices:
        return []
    by_ratio: dict[Decimal, list[str]] = {}
    for period in model.periods:
        price, base = period.prices.get("output_mtok"), usual.prices["output_mtok"][0]
        if period.hours and price and base and price[0] != base and (period.since is None or period.since <= today):
            by_ratio.setdefault(price[0] / base, []).append(f"from {period.hours[0]} to {period.hours[1]}")
    return [f"{model.name} costs {_much(ratio)} {listing(hours)} UTC." for ratio, hours in sorted(by_ratio.items())]


def _much(ratio: Decimal) -> str:
    if ratio < 1:
        return f"{(1 - ratio) * 100:.0f} % less"
    return f"{times(float(ratio))} as much"
