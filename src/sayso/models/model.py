"""A model: what we know of it, each figure with its source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal
from typing import Any, Literal

from sayso.models.facts import Figure, Source
from sayso.models.prices import KEYS, ImagePrice, Period, Price, active, label_of
from sayso.models.providers import PROVIDERS

Type = Literal["text", "image", "embedding", "transcription", "speech", "realtime", "video", "rerank", "moderation", "ocr"]
TYPES: dict[str, str] = {
    "text": "Text",
    "image": "Image",
    "embedding": "Embedding",
    "transcription": "Speech to text",
    "speech": "Text to speech",
    "realtime": "Realtime voice",
    "video": "Video",
    "rerank": "Reranking",
    "moderation": "Moderation",
    "ocr": "Document reading",
}
ABILITIES: dict[str, str] = {
    "vision": "Reads pictures",
    "pdf": "Reads PDF files",
    "audio_in": "Hears audio",
    "audio_out": "Speaks",
    "video_in": "Watches video",
    "tools": "Calls tools",
    "parallel_tools": "Calls several tools at once",
    "structured_output": "Answers in a given JSON schema",
    "reasoning": "Reasons before it answers",
    "prompt_caching": "Cached input costs less",
    "web_search": "Searches the web",
    "computer_use": "Operates a computer",
    "system_messages": "Takes system messages",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A dated version that never changes. `current` when the model's own name points at it, `None` when nobody says so."""

    id: str
    date: str | None
    shutdown: Figure[Date] | None
    current: Figure[bool] | None

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "date": self.date, "shutdown": said(self.shutdown), "current": said(self.current)}


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody else who serves the model, and what he asks for it."""

    provider: str
    provider_name: str
    name: str
    """What the model is called there."""
    prices: tuple[Price, ...]
    max_input: int | None
    max_output: int | None
    shutdown: Figure[Date] | None

    def as_json(self) -> dict[str, Any]:
        return {
            "provider": self.provider,
            "provider_name": self.provider_name,
            "name": self.name,
            "prices": [price.as_json() for price in self.prices],
            "max_input": self.max_input,
            "max_output": self.max_output,
            "shutdown": said(self.shutdown),
        }


@dataclass(frozen=True, slots=True)
class Point:
    """A strength, a weakness, or a question with its answer: a heading and what follows, and where it is from."""

    title: str
    lines: tuple[str, ...]
    source: str
    url: str
    date: Date | None

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "lines": list(self.lines),
            "source": self.source,
            "url": self.url,
            "date": self.date.isoformat() if self.date else None,
        }


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the directory. What nobody published is `None` or absent."""

    id: str
    name: str
    maker: str
    type: Type
    hosted: bool
    """Nobody but hosts serves it: its prices are those of the first of `offers`."""
    listed: bool
    """Whether a table of models on sale names it; old models have a price and no more."""
    confirmed: bool
    """Whether more than one source names it, or we looked it up: a single table keeps old models for long."""
    family: Figure[str] | None
    description: Figure[str] | None
    released: Figure[str] | None
    """ISO dates of any precision: `2025-04-16`, `2024-05`."""
    knowledge: Figure[str] | None
    shutdown: Figure[Date] | None
    replacement: Figure[str] | None
    stage: Figure[str] | None
    """What a source calls it: `preview`, `legacy`, `deprecated`."""
    open_weights: Figure[bool] | None
    context_window: Figure[int] | None
    max_input: Figure[int] | None
    max_output: Figure[int] | None
    inputs: Figure[tuple[str, ...]] | None
    outputs: Figure[tuple[str, ...]] | None
    endpoints: Figure[tuple[str, ...]] | None
    sizes: Figure[tuple[str, ...]] | None
    qualities: Figure[tuple[str, ...]] | None
    abilities: Mapping[str, Figure[bool]]
    images: tuple[ImagePrice, ...]
    snapshots: tuple[Snapshot, ...]
    aliases: tuple[str, ...]
    offers: tuple[Offer, ...]
    strengths: tuple[Point, ...]
    weaknesses: tuple[Point, ...]
    faq: tuple[Point, ...]
    periods: tuple[Period, ...]
    variant_periods: Mapping[str, tuple[Period, ...]]
    genai: tuple[str, str] | None
    """(provider, id) in `genai-prices`: what a call is charged by."""
    price_on: Callable[[str, Date], Price | None] = field(repr=False, compare=False)

    @property
    def maker_name(self) -> str:
        return PROVIDERS[self.maker].name

    @property
    def type_name(self) -> str:
        return TYPES[self.type]

    def prices(self, day: Date) -> tuple[Price, ...]:
        """Every standard price of that day, in the order of `prices.KINDS`."""
        found = (self.price_on(key, day) for key in KEYS)
        return tuple(price for price in found if price)

    def price(self, key: str, day: Date) -> Price | None:
        return self.price_on(key, day)

    def variants(self, day: Date) -> dict[str, dict[str, Decimal]]:
        """Cheaper or faster ways to the same model on that day: `{"batch": {"input_mtok": 0.55}}`."""
        found: dict[str, dict[str, Decimal]] = {}
        for name, periods in self.variant_periods.items():
            if period := active(tuple(p for p in periods if p.since is None or p.since <= day), day):
                found[name] = {key: amount for key, (amount, _) in period.prices.items()}
        return {name: prices for name, prices in found.items() if prices}

    def cheapest_image(self) -> ImagePrice | None:
        return min(self.images, key=lambda image: image.amount, default=None)

    def can(self, ability: str) -> bool | None:
        """`None` when nobody says."""
        figure = self.abilities.get(ability)
        return figure.value if figure else None

    def as_json(self, day: Date) -> dict[str, Any]:
        facts = {name: said(getattr(self, name)) for name in FACTS}
        return {
            "id": self.id,
            "name": self.name,
            "maker": self.maker,
            "maker_name": self.maker_name,
            "type": self.type,
            "type_name": self.type_name,
            "hosted": self.hosted,
            **facts,
            "abilities": {name: figure.as_json() for name, figure in self.abilities.items()},
            "prices": [price.as_json() for price in self.prices(day)],
            "variants": {
                name: [
                    {"key": key, "label": label_of(key, self.type).label, "value": f"{amount:f}"}
                    for key, amount in prices.items()
                ]
                for name, prices in self.variants(day).items()
            },
            "images": [image.as_json() for image in self.images],
            "snapshots": [snapshot.as_json() for snapshot in self.snapshots],
            "aliases": list(self.aliases),
            "offers": [offer.as_json() for offer in self.offers],
            "strengths": [point.as_json() for point in self.strengths],
            "weaknesses": [point.as_json() for point in self.weaknesses],
            "faq": [point.as_json() for point in self.faq],
        }


FACTS = (
    "family",
    "description",
    "released",
    "knowledge",
    "shutdown",
    "replacement",
    "stage",
    "open_weights",
    "context_window",
    "max_input",
    "max_output",
    "inputs",
    "outputs",
    "endpoints",
    "sizes",
    "qualities",
)


def said(thing: Any) -> dict[str, Any] | None:
    """A figure as JSON, or null for what is not published."""
    return thing.as_json() if thing is not None else None


def sources_of(model: Model, day: Date) -> tuple[Source, ...]:
    """Everyone whose word the model's page shows, each once."""
    figures = [getattr(model, name) for name in FACTS] + [p.figure for p in model.prices(day)] + [i.figure for i in model.images]
    figures += list(model.abilities.values())
    seen = {source.id: source for figure in figures if figure for source in (figure.source, *(o.source for o in figure.others))}
    return tuple(seen.values())
