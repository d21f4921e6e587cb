"""What a workload costs on a model, exact to the last digit, and equal to what `genai-prices` would charge for it.

An unknown price is never 0: a cost that needs one is unknown, and says which prices are missing.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sayso.models.facts import shortest
from sayso.models.model import Model
from sayso.models.prices import Price, dollars, label_of
from sayso.models.workload import Workload

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of use: how much of it, at what price, and what it comes to."""

    key: str
    label: str
    count: Decimal
    amount: Decimal
    per: Decimal
    cost: Decimal

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "count": shortest(self.count),
            "price": shortest(self.amount),
            "per": shortest(self.per),
            "cost": shortest(self.cost),
        }


@dataclass(frozen=True, slots=True)
class Cost:
    """`total` is in dollars, `None` when a price that it needs is not published; `missing` names those."""

    model: str
    total: Decimal | None
    lines: tuple[Line, ...]
    missing: tuple[str, ...]
    variant: str | None = None

    @property
    def text(self) -> str:
        """`$12.34`, `$0.0042`: to the cent from ten cents up, else to two digits that count."""
        return "not published" if self.total is None else rounded(self.total)

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "total": None if self.total is None else shortest(self.total),
            "text": self.text,
            "lines": [line.as_json() for line in self.lines],
            "missing": list(self.missing),
            "variant": self.variant,
        }


def cost(model: Model, work: Workload, day: date, *, variant: str | None = None) -> Cost:
    """What the workload costs at that day's prices; `variant` is `batch`, `flex` or `priority`, and overrides the prices that it names."""
    found = {price.key: price for price in model.prices(day)}
    other = model.variants(day).get(variant, {}) if variant else {}
    lines: list[Line] = []
    missing: list[str] = []
    for keys, count, per in _uses(model, work):
        if not count:
            continue
        key = _charged(keys, found, other)
        if key is None:
            missing.append(label_of(keys[0], model.type).label)
            continue
        amount = other[key] if key in other else found[key].at(work.each)
        lines.append(
            Line(key, label_of(key, model.type).label, Decimal(count), amount, Decimal(per), Decimal(count) * amount / per)
        )
    if "requests_kcount" in found and work.requests:
        each = found["requests_kcount"].amount
        lines.append(
            Line("requests_kcount", "Requests", Decimal(work.requests), each, Decimal(1000), work.requests * each / 1000)
        )
    total = None if missing else sum((line.cost for line in lines), Decimal(0))
    return Cost(model.id, total, tuple(lines), tuple(missing), variant if other else None)


def _uses(model: Model, work: Workload) -> list[tuple[tuple[str, ...], Decimal | int, Decimal]]:
    """(price keys, the first that is published counts; how much; per how much): a part without a price of its own costs what the whole does."""
    plain_input = work.input - work.cached - work.cache_write - work.image_input - work.audio_input
    plain_output = work.output - work.image_output - work.audio_output
    own_output = ("output_mtok", "output_image_mtok") if model.type == "image" else ("output_mtok",)
    return [
        (("input_mtok",), plain_input, MILLION),
        (("cache_read_mtok", "input_mtok"), work.cached, MILLION),
        (("cache_write_mtok", "cache_write_5m_mtok", "input_mtok"), work.cache_write, MILLION),
        (("input_image_mtok", "input_mtok"), work.image_input, MILLION),
        (("input_audio_mtok", "input_mtok"), work.audio_input, MILLION),
        (own_output, plain_output, MILLION),
        (("output_image_mtok", "output_mtok"), work.image_output, MILLION),
        (("output_audio_mtok", "output_mtok"), work.audio_output, MILLION),
        (("image",), work.images, Decimal(1)),
        (("audio_hours",), work.audio_seconds, Decimal(3600)),
        (("input_mchars",), work.characters, MILLION),
    ]


def _charged(keys: tuple[str, ...], found: dict[str, Price], other: dict[str, Decimal]) -> str | None:
    """The price that counts: one that calls are charged by, if there is any; else the first that anybody publishes."""
    charged = (key for key in keys if key in other or (key in found and found[key].figure.source.id == "genai-prices"))
    return next(charged, None) or next((key for key in keys if key in found), None)


def rounded(total: Decimal) -> str:
    if total == 0:
        return "$0"
    if abs(total) >= Decimal("0.1"):
        return f"${total:,.2f}"
    digits = -total.adjusted() + 1
    return dollars(round(total, digits))
