"""Everything that the sources said, merged into what the directory's file holds."""

from datetime import date
from typing import Any

from genai_prices.types import Provider as Charged

from sayso.models.file import FORMAT
from sayso.models.providers import PROVIDERS
from sayso.models.sources import genai, merge


def made(
    rows: list[dict[str, Any]],
    charged: list[Charged],
    overlay: dict[str, dict[str, Any]],
    sources: list[dict[str, Any]],
    day: date,
) -> dict[str, Any]:
    """The whole directory as one plain value. `rows` are LiteLLM's, trimmed; `charged` the providers of `genai-prices`."""
    by_id = {provider.id: provider for provider in charged}

    def match(provider: str, name: str) -> str | None:
        theirs = by_id.get(PROVIDERS[provider].genai or "")
        found = theirs.find_model(name) if theirs else None
        return found.id if found else None

    entries = merge.merged(rows, genai.offers(charged), overlay, match)
    return {"format": FORMAT, "made": day.isoformat(), "sources": sources, "models": entries}
