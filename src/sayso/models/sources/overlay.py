"""Our own pages on the flagship models: one YAML file a provider, in `data/overlay/`.

A model has statements under `said`, each with its source, page and date, and then facts (`released`, `context_window`, `shutdown`, …);
`strengths`, `weaknesses` and `faq` with theirs. Facts that nobody published are absent.

    o4-mini:
      said:
        - {source: models.dev, url: "https://models.dev", date: 2026-11-22, released: 2025-04-16, context_window: 200000}
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from sayso.models.providers import PROVIDERS

FACTS = frozenset(
    "name family description released knowledge shutdown replacement status context_window max_input max_output inputs outputs "
    "endpoints sizes qualities open_weights prices images can points_to".split()
)
STATEMENT = frozenset({"source", "url", "date"})
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe one in C where there is one: ten times as quick."""
TEXTS = ("strengths", "weaknesses", "faq")


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Every model of the folder by id, each with its `maker` and `type`. Raises `ValueError` naming the file when one makes no sense."""
    models: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.yaml")):
        for id, page in (yaml.load(file.read_text("utf-8"), LOADER) or {}).items():
            if problem := _problem(page):
                raise ValueError(f"{file.name}: {id}: {problem}")
            if id in models:
                raise ValueError(f"{file.name}: {id} has a page already")
            models[str(id)] = _plain(page)
    return models


def _problem(page: dict[str, Any]) -> str | None:
    if page.get("maker") not in PROVIDERS:
        return f"nobody is called {page.get('maker')}"
    for statement in page.get("said", []):
        if missing := STATEMENT - statement.keys():
            return f"a statement has no {', '.join(sorted(missing))}"
        if unknown := statement.keys() - STATEMENT - FACTS:
            return f"there is no fact called {', '.join(sorted(unknown))}"
    for text in TEXTS:
        if text in page and (missing := (STATEMENT | {"items"}) - page[text].keys()):
            return f"{text} has no {', '.join(sorted(missing))}"
    return None


def _plain(value: Any) -> Any:
    """Dates as text, so that the page goes into JSON."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
