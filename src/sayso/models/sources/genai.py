"""The prices of `genai-prices` (MIT), read into our own shape: dated, tiered, with batch, flex and priority variants.

An offer of ours: `{"id", "provider", "names": [exact names that mean it], "context"?, "periods": [{"from"?, "hours"?, "prices": {key: amount}}],
"variants": [{"when": {…}, "from"?, "prices"}]}`. An amount is dollars as a string, or `{"base": "2", "tiers": [[272000, "4"]]}`: above so many
input tokens everything costs the tier's price. The last period that is active counts.
"""

from datetime import date
from typing import Any

from genai_prices.types import (
    ClauseEquals,
    ClauseOr,
    ConditionalPrice,
    MatchLogic,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from sayso.models.facts import shortest
from sayso.models.providers import PROVIDERS


def offers(providers: list[Provider]) -> list[dict[str, Any]]:
    """What our providers ask for their models, in the package's order."""
    by_id = {provider.id: provider for provider in providers}
    return [
        _offer(ours.id, model)
        for ours in PROVIDERS.values()
        if ours.genai and ours.genai in by_id
        for model in by_id[ours.genai].models
        if _priced(model)
    ]


def _offer(provider: str, model: ModelInfo) -> dict[str, Any]:
    offer: dict[str, Any] = {"id": model.id, "provider": provider, "names": sorted({model.id, *_names(model.match)})}
    if model.name:
        offer["name"] = model.name
    if model.context_window:
        offer["context"] = model.context_window
    if model.deprecated:
        offer["deprecated"] = True
    periods = model.prices if isinstance(model.prices, list) else [ConditionalPrice(prices=model.prices)]
    offer["periods"] = [_dated(p.constraint) | {"prices": _prices(p.prices)} for p in periods]
    if model.price_variants:
        offer["variants"] = [_dated(v.constraint) | {"when": v.when, "prices": _prices(v.prices)} for v in model.price_variants]
    return offer


def _priced(model: ModelInfo) -> bool:
    return isinstance(model.prices, list) or bool(_prices(model.prices))


def _names(match: MatchLogic) -> list[str]:
    """The names that a match spells out; patterns are left to the package itself."""
    if isinstance(match, ClauseEquals):
        return [match.equals]
    if isinstance(match, ClauseOr):
        return [name for clause in match.or_ for name in _names(clause)]
    return []


def _dated(constraint: StartDateConstraint | TimeOfDateConstraint | None) -> dict[str, Any]:
    if isinstance(constraint, StartDateConstraint):
        return {"from": constraint.start_date.isoformat()}
    if isinstance(constraint, TimeOfDateConstraint):
        return {"hours": [constraint.start_time.isoformat(), constraint.end_time.isoformat()]}
    return {}


def _prices(price: ModelPrice) -> dict[str, Any]:
    return {key: _amount(value) for key, value in price.__dict__.items() if value is not None and not key.startswith("_")}


def _amount(value: Any) -> Any:
    if isinstance(value, TieredPrices):
        return {"base": shortest(value.base), "tiers": [[tier.start, shortest(tier.price)] for tier in value.tiers]}
    return shortest(value)


def newest(offer: dict[str, Any]) -> date | None:
    """The day from which the offer's last announced price holds."""
    days = [date.fromisoformat(period["from"]) for period in offer["periods"] if "from" in period]
    return max(days, default=None)
