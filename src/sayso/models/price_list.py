"""A model's prices on any day, from what each source says of them.

`genai-prices` counts first, because it is dated and because calls are charged by it; LiteLLM's table and our own pages are of one day, so
they are not asked about days after a change that came later.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sayso.models.claims import GENAI, LITELLM, Claim, settled
from sayso.models.facts import Source
from sayso.models.prices import Period, Price, active, amounts, label_of

Raw = dict[str, Any]
Steps = tuple[tuple[int, Decimal], ...]


class PriceList:
    """Called with a price key and a day; `None` when nobody publishes that price."""

    def __init__(
        self,
        kind: str,
        periods: tuple[Period, ...],
        table: Raw,
        said: tuple[Raw, ...],
        sources: dict[str, Source],
        *,
        charged_page: str,
        table_page: str,
    ) -> None:
        self._kind, self._periods, self._sources = kind, periods, sources
        self._charged_page, self._table_page = charged_page, table_page
        self._table = amounts(table.get("prices", {}), kind)
        self._steps: dict[str, Steps] = {
            key: tuple((int(start), Decimal(amount)) for start, amount in raw) for key, raw in table.get("tiers", {}).items()
        }
        self._said = tuple((amounts(one["prices"], kind), one) for one in said)

    def __call__(self, key: str, day: date) -> Price | None:
        period = active(self._periods, day)
        read_on = self._sources[LITELLM].date
        claims: list[Claim] = []
        above: Steps = ()
        if period and key in period.prices:
            amount, above = period.prices[key]
            claims.append((amount, GENAI, self._charged_page, self._sources[GENAI].date))
        if period is None or period.since is None or period.since <= read_on:
            if key in self._table:
                claims.append((self._table[key][0], LITELLM, self._table_page, read_on))
                above = self._steps.get(key, ()) if len(claims) == 1 else above
            claims += [
                (prices[key][0], one["source"], one["url"], date.fromisoformat(one["date"]))
                for prices, one in self._said
                if key in prices
            ]
        figure = settled(claims, self._sources)
        if figure is None:
            return None
        label = label_of(key, self._kind)
        return Price(key, label.label, label.unit, label.short, figure, above)
