"""Kinds of prices, what they are called, and what each is for.

The keys are those of `genai-prices`, with three of our own for what it does not price: `image` (one picture), `video_seconds` and
`output_image_mtok` for every image model whose output is billed as image tokens.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.models.facts import Figure, shortest


class Kind(NamedTuple):
    label: str
    unit: str
    """What the amount is for, as in "$5 per million tokens"."""
    short: str
    """As in "$5 / 1M tokens"."""


MILLION = ("per million tokens", "/ 1M tokens")
KINDS: dict[str, Kind] = {
    "input_mtok": Kind("Input", *MILLION),
    "cache_read_mtok": Kind("Cached input", *MILLION),
    "cache_write_mtok": Kind("Cache write", *MILLION),
    "cache_write_5m_mtok": Kind("Cache write, 5 minutes", *MILLION),
    "cache_write_1h_mtok": Kind("Cache write, 1 hour", *MILLION),
    "output_mtok": Kind("Output", *MILLION),
    "output_reasoning_mtok": Kind("Reasoning output", *MILLION),
    "output_citation_mtok": Kind("Citation output", *MILLION),
    "input_image_mtok": Kind("Image input", *MILLION),
    "cache_image_read_mtok": Kind("Cached image input", *MILLION),
    "output_image_mtok": Kind("Image output", *MILLION),
    "input_audio_mtok": Kind("Audio input", *MILLION),
    "cache_audio_read_mtok": Kind("Cached audio input", *MILLION),
    "output_audio_mtok": Kind("Audio output", *MILLION),
    "input_video_mtok": Kind("Video input", *MILLION),
    "output_video_mtok": Kind("Video output", *MILLION),
    "image": Kind("One image", "per image", "/ image"),
    "audio_hours": Kind("Audio", "per hour", "/ hour"),
    "video_seconds": Kind("Video", "per second", "/ second"),
    "input_mchars": Kind("Text read aloud", "per million characters", "/ 1M characters"),
    "input_text_messages_kcount": Kind("Messages", "per thousand messages", "/ 1K messages"),
    "input_document_kpages": Kind("Pages read", "per thousand pages", "/ 1K pages"),
    "input_annotated_document_kpages": Kind("Pages annotated", "per thousand pages", "/ 1K pages"),
    "rerank_searches_kcount": Kind("Rerank searches", "per thousand searches", "/ 1K searches"),
    "web_searches_kcount": Kind("Web search", "per thousand searches", "/ 1K searches"),
    "storage_searches_kcount": Kind("File search", "per thousand searches", "/ 1K searches"),
    "requests_kcount": Kind("Requests", "per thousand requests", "/ 1K requests"),
}
KEYS = tuple(KINDS)
SAME_KEY = {"input_audio_hours": "audio_hours", "output_audio_hours": "audio_hours"}
VARIANTS = {"batch": "Batch", "flex": "Flex", "priority": "Priority", "fast": "Fast"}


@dataclass(frozen=True, slots=True)
class Price:
    """What one kind of use costs. `above` are the steps of a price that rises with the size of the input: (more than so many tokens, amount)."""

    key: str
    label: str
    unit: str
    short: str
    figure: Figure[Decimal]
    above: tuple[tuple[int, Decimal], ...] = ()

    @property
    def amount(self) -> Decimal:
        return self.figure.value

    def at(self, input_tokens: float) -> Decimal:
        """The price of a request with so much input: above a step, everything costs the step's price."""
        return next((amount for start, amount in reversed(self.above) if input_tokens > start), self.amount)

    def as_json(self) -> dict[str, Any]:
        shown = {"key": self.key, "label": self.label, "unit": self.unit, "short": self.short} | self.figure.as_json()
        if self.above:
            shown["above"] = [{"input_tokens": start, "value": shortest(amount)} for start, amount in self.above]
        return shown


@dataclass(frozen=True, slots=True)
class ImagePrice:
    """What one picture of this quality and size costs, output only, as published; the true bill is by tokens."""

    quality: str
    size: str
    figure: Figure[Decimal]

    @property
    def amount(self) -> Decimal:
        return self.figure.value

    def as_json(self) -> dict[str, Any]:
        return {"quality": self.quality, "size": self.size} | self.figure.as_json()


@dataclass(frozen=True, slots=True)
class Period:
    """The prices from a day on (`None`: from the beginning), until the next period begins. `hours` (UTC) bounds prices of busy hours."""

    since: date | None
    hours: tuple[str, str] | None
    prices: dict[str, tuple[Decimal, tuple[tuple[int, Decimal], ...]]]


def label_of(key: str, kind: str) -> Kind:
    """An image model's input is text, so it is said."""
    shown = KINDS.get(key) or Kind(key.replace("_", " ").capitalize(), "per unit", "")
    return shown._replace(label="Text input") if key == "input_mtok" and kind == "image" else shown


def periods_of(raw: list[dict[str, Any]], kind: str, *, text_too: bool = False) -> tuple[Period, ...]:
    """`text_too`: the model bills text output apart from pictures, so that `output_mtok` is text."""
    text_too = text_too or any("output_image_mtok" in one["prices"] for one in raw)
    return tuple(
        Period(
            date.fromisoformat(one["from"]) if "from" in one else None,
            (one["hours"][0][:5], one["hours"][1][:5]) if "hours" in one else None,
            amounts(one["prices"], kind, text_too=text_too),
        )
        for one in raw
    )


def amounts(
    prices: dict[str, Any], kind: str, *, text_too: bool = False
) -> dict[str, tuple[Decimal, tuple[tuple[int, Decimal], ...]]]:
    """Price key → (amount, steps above). The output of an image model is image tokens, whatever the source calls it."""
    found: dict[str, tuple[Decimal, tuple[tuple[int, Decimal], ...]]] = {}
    for key, raw in prices.items():
        if isinstance(raw, dict):
            value = Decimal(raw["base"]), tuple((int(start), Decimal(amount)) for start, amount in raw["tiers"])
        else:
            value = Decimal(raw), ()
        found[SAME_KEY.get(key, key)] = value
    if kind == "image" and not text_too and "output_mtok" in found and "output_image_mtok" not in found:
        found["output_image_mtok"] = found.pop("output_mtok")
    return found


def active(periods: tuple[Period, ...], day: date) -> Period | None:
    """The period whose prices count on that day, busy hours aside."""
    plain = [period for period in periods if period.hours is None]
    started = [period for period in plain if period.since is None or period.since <= day]
    return max(started, key=lambda period: period.since or date.min, default=plain[0] if plain else None)


def dollars(amount: Decimal) -> str:
    """`$1.1`, `$0.011`, `$1,200`: as short as it is exact."""
    text = f"{amount:,f}"
    return "$" + (text.rstrip("0").rstrip(".") if "." in text else text)
