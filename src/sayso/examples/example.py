"""The examples there are, and how one is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from sayso.errors import NotFound
from sayso.spec.app import App, app_from
from sayso.spec.change import completed_app

FINISHED = ("client_desk", "support_desk", "stock_and_orders")
"""Whole apps that use most of what there is."""
WITH_MODELS = ("photo_studio", "ad_banners", "reply_drafter", "invoice_reader", "daily_digest")
"""What models do in apps, finished: they draw, read, sort and write."""
TEMPLATES = (
    *WITH_MODELS,
    "hiring", "events", "equipment_lending", "content_calendar", "clinic", "lab_samples", "maintenance", "expenses", "courses",
    "inventory", "property", "volunteers",
)  # fmt: skip
"""Smaller ones to begin from."""


@dataclass(frozen=True, slots=True)
class Example:
    """An app to begin from; `spec` is complete and valid."""

    id: str
    spec: App

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def description(self) -> str:
        return self.spec.description

    @property
    def icon(self) -> str:
        return self.spec.icon

    @property
    def hue(self) -> int:
        return self.spec.hue

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(t.name for t in self.spec.tables)

    @property
    def finished(self) -> bool:
        return self.id in FINISHED


def listed() -> tuple[Example, ...]:
    """Every example, in the order in which the gallery shows them."""
    return tuple(load(id) for id in (*FINISHED, *TEMPLATES))


@lru_cache
def load(id: str) -> Example:
    """Raises `NotFound`."""
    if id not in (*FINISHED, *TEMPLATES):
        raise NotFound(f"There is no template {id[:60]!r}.")
    return Example(id, completed_app(app_from(text_of(id, "app.yaml"))))


def text_of(id: str, file: str) -> str:
    return files("sayso.examples").joinpath(id, file).read_text("utf-8")
