"""What sources claim, settled into one figure: the first counts, the others stand behind it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sayso.models.facts import Figure, Source

LITELLM, GENAI = "litellm", "genai-prices"
Claim = tuple[Any, str, str, date]
"""(value, source, page, day)"""


def settled(claims: Iterable[Claim], sources: dict[str, Source]) -> Figure[Any] | None:
    """The first claim, with those of other sources behind it. A maker's own pages may confirm one another."""
    figures: list[Figure[Any]] = []
    for value, source, url, day in claims:
        if all(figure.source.id != source or figure.source.id == "maker" for figure in figures):
            figures.append(Figure(value, sources[source], url, day))
    if not figures:
        return None
    first = figures[0]
    return Figure(first.value, first.source, first.url, first.date, tuple(figures[1:]))
