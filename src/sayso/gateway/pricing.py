"""What calls cost: `genai-prices`' own figures, exact, at a price that a call in a hurry can pay.

`genai-prices` takes about 0.1 ms to price one call. For fixed kinds of tokens and a fixed tier its price is a sum of products,
so the factors are asked of it once and kept; `tests/gateway/test_pricing.py` holds the two against each other on every model.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelPrice, TieredPrices
from genai_prices.types import Usage as Counts

from sayso.errors import Invalid, Problem
from sayso.gateway.tokens import Tokens

ZERO = Decimal(0)
MILLION = Decimal(1_000_000)
FOUND_SECONDS_MAX = 600
"""Prices carry dates; one found is looked for again after this long."""
FOUND_PRICES_MAX = 4096

KEYS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "input_image_tokens",
    "input_audio_tokens",
    "output_tokens",
    "output_reasoning_tokens",
    "output_image_tokens",
    "output_audio_tokens",
)
"""The kinds of `Tokens`, as `genai-prices` calls them."""
JOINS = ("cache_image_read_tokens", "cache_audio_read_tokens", "cache_image_write_tokens", "cache_audio_write_tokens",
         "output_image_reasoning_tokens", "output_audio_reasoning_tokens")  # fmt: skip
"""Kinds that no upstream tells apart; nought where both halves are there."""
PROBE = Counts(**dict(zip(KEYS, (10_000, 100, 100, 100, 100, 10_000, 100, 100, 100), strict=True)) | dict.fromkeys(JOINS, 0))
PROVIDERS = {"gemini": "google", "xai": "x-ai", "bedrock": "aws"}
"""Kinds of ours that `genai-prices` has under another name."""


@dataclass(slots=True)
class Price:
    """The price of one model, on one day, in one tier of service."""

    per: ModelPrice
    _tiers: tuple[int, ...] = field(init=False)
    _factors: dict[tuple[int, int], tuple[Decimal, tuple[tuple[int, Decimal], ...]]] = field(init=False, default_factory=dict)
    input_dearest: Decimal = field(init=False)
    """Dollars that one token of input can cost at most; so for output."""
    output_dearest: Decimal = field(init=False)
    per_second: Decimal = field(init=False)
    """Of sound, where that is what is paid for; so for a character to be spoken."""
    per_character: Decimal = field(init=False)

    def __post_init__(self) -> None:
        starts = {tier.start for price in _prices(self.per).values() if isinstance(price, TieredPrices) for tier in price.tiers}
        self._tiers = tuple(sorted(starts))
        self.per_second = flat(self.per.input_audio_hours or self.per.audio_hours) / 3600
        self.per_character = flat(self.per.input_mchars) / MILLION
        self.input_dearest = max(
            (_dearest(p) for k, p in _prices(self.per).items() if k.endswith("mtok") and not k.startswith("output")), default=ZERO
        )
        self.output_dearest = max(
            (_dearest(p) for k, p in _prices(self.per).items() if k.endswith("mtok") and k.startswith("output")), default=ZERO
        )

    def of(self, tokens: Tokens) -> Decimal:
        """Dollars, exact."""
        shape = 0
        for place, count in enumerate(tokens):
            if count:
                shape |= 1 << place
        tier = 0
        if self._tiers:
            tier = sum(tokens.input > start for start in self._tiers)
        factors = self._factors.get((shape, tier))
        if factors is None:
            factors = self._factors[shape, tier] = self._found(shape, tier)
        total, parts = factors
        for place, factor in parts:
            total += tokens[place] * factor
        return total

    def _found(self, shape: int, tier: int) -> tuple[Decimal, tuple[tuple[int, Decimal], ...]]:
        flat = ModelPrice(**{key: _in_tier(price, self._tiers, tier) for key, price in _prices(self.per).items()})
        base = _total(flat, PROBE)
        there = [place for place in range(len(KEYS)) if shape >> place & 1]
        factors = [(place, _total(flat, _one_more(KEYS[place])) - base) for place in there]
        return _total(flat, Counts(input_tokens=0)), tuple((place, factor) for place, factor in factors if factor)


def _prices(per: ModelPrice) -> dict[str, Decimal | TieredPrices]:
    return {key: price for key, price in vars(per).items() if price is not None and not key.startswith("_")}


def flat(price: Decimal | TieredPrices | None) -> Decimal:
    """Nought where there is none."""
    return price.base if isinstance(price, TieredPrices) else price or ZERO


def _dearest(price: Decimal | TieredPrices) -> Decimal:
    if isinstance(price, TieredPrices):
        price = max(price.base, *(tier.price for tier in price.tiers))
    return price / MILLION


def _in_tier(price: Decimal | TieredPrices, starts: tuple[int, ...], tier: int) -> Decimal:
    if not isinstance(price, TieredPrices):
        return price
    reached = starts[tier - 1] if tier else -1
    applying = [one.price for one in price.tiers if one.start <= reached]
    return applying[-1] if applying else price.base


def _one_more(key: str) -> Counts:
    values = dict(vars(PROBE))
    return Counts(**{**values, key: values[key] + 1})


def _total(price: ModelPrice, counts: Counts) -> Decimal:
    return price.calc_price(counts)["total_price"]


FREE = Price(ModelPrice())
"""For models on one's own machine."""


def of_operator(prices: Mapping[str, Any]) -> Price:
    """A price that the owner has set, in dollars per million tokens: `{"input_mtok": 0.15, "output_mtok": 0.6}`. Raises `Invalid`."""
    try:
        return Price(ModelPrice(**{key: Decimal(str(value)) for key, value in prices.items() if value is not None}))
    except (ArithmeticError, AttributeError, ValueError):
        raise Invalid(Problem("price", "names dollars per million tokens", '{"input_mtok": 0.15, "output_mtok": 0.6}')) from None


class Prices:
    """The prices that this process has looked up."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str | None], tuple[float, Price | None]] = {}

    def of(self, kind: str, model: str, tier: str | None = None) -> Price | None:
        """The price of a model at a kind of provider now, or None when nobody has published one."""
        key = (kind, model, tier)
        found = self._found.get(key)
        now = time.monotonic()
        if found is not None and found[0] > now:
            return found[1]
        if len(self._found) >= FOUND_PRICES_MAX:
            self._found.clear()
        price = _looked_up(kind, model, tier)
        self._found[key] = (now + FOUND_SECONDS_MAX, price)
        return price


def _looked_up(kind: str, model: str, tier: str | None) -> Price | None:
    try:
        _, found = get_snapshot().find_provider_model(model, None, PROVIDERS.get(kind, kind), None)
    except LookupError:
        return None
    if found.id == "moderation":  # OpenAI's, for nothing
        return FREE
    per = found.get_prices(datetime.now(UTC), {"service_tier": tier} if tier else None)
    return Price(per) if _prices(per) else None
