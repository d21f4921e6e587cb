"""At a glance: one row a figure, one cell a model. What is not published says so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sayso.models.compare.side import Side
from sayso.models.facts import UNKNOWN, Agreement, Figure
from sayso.models.prices import Price, dollars
from sayso.models.words import day as day_text
from sayso.models.words import listing, some_day, tokens

MODALITIES = {"text": "text", "image": "pictures", "audio": "audio", "video": "video", "pdf": "PDF", "code": "code"}


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is ready to show; `known` is false for what nobody published. `others` is what other sources say when they differ."""

    text: str
    known: bool = True
    agreement: Agreement | None = None
    others: tuple[str, ...] = ()
    source: str | None = None
    url: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "known": self.known,
            "agreement": self.agreement,
            "others": list(self.others),
            "source": self.source,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    label: str
    cells: tuple[Cell, ...]

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "label": self.label, "cells": [cell.as_json() for cell in self.cells]}


NOTHING = Cell(UNKNOWN, known=False)
PRICE_ROWS = {
    "input_mtok": "Input price",
    "cache_read_mtok": "Cached input price",
    "input_image_mtok": "Image input price",
    "output_mtok": "Output price",
    "text_output": "Text output price",
    "input_audio_mtok": "Audio input price",
    "output_audio_mtok": "Audio output price",
    "audio_hours": "Audio price",
    "input_mchars": "Price of text read aloud",
    "video_seconds": "Video price",
    "rerank_searches_kcount": "Price of searches",
    "input_document_kpages": "Price of pages",
}
OF_IMAGES = {"output_mtok": "output_image_mtok", "text_output": "output_mtok"}
SAID_OF_IMAGES = {"input_mtok": "Text input: ", "output_mtok": "Image output: "}
"""An image model's main output is pictures; some also bill the text that they write."""
ALWAYS = frozenset({"provider", "type", "status"})


def table(sides: tuple[Side, ...]) -> tuple[Row, ...]:
    rows = [
        _row("provider", "Provider", sides, lambda s: Cell(s.model.maker_name)),
        _row("type", "Model type", sides, lambda s: Cell(s.model.type_name)),
        _row("status", "Status", sides, _status),
        _row(
            "replacement", "Replacement", sides, lambda s: Cell(s.life.replacement_name) if s.life.replacement_name else NOTHING
        ),
        _row("context_window", "Context window", sides, lambda s: cell(s.model.context_window, _tokens)),
        _row("max_input", "Most input", sides, lambda s: cell(s.model.max_input, _tokens)),
        _row("max_output", "Most output", sides, lambda s: cell(s.model.max_output, _tokens)),
        *(_row(key, label, sides, _price(key)) for key, label in PRICE_ROWS.items()),
        _row("image", "Image generation", sides, _image),
        _row(
            "sizes",
            "Image sizes",
            sides,
            lambda s: cell(s.model.sizes, lambda sizes: ", ".join(size.replace("x", "×") for size in sizes)),
        ),
        _row("qualities", "Image qualities", sides, lambda s: cell(s.model.qualities, ", ".join)),
        _row("inputs", "Reads", sides, lambda s: cell(s.model.inputs, _modalities)),
        _row("outputs", "Writes", sides, lambda s: cell(s.model.outputs, _modalities)),
        _row("endpoints", "Endpoints", sides, lambda s: cell(s.model.endpoints, ", ".join)),
        _row(
            "snapshots",
            "Snapshots",
            sides,
            lambda s: Cell(", ".join(x.id for x in s.model.snapshots)) if s.model.snapshots else NOTHING,
        ),
        _row("released", "Released", sides, lambda s: cell(s.model.released, some_day)),
        _row("knowledge", "Knowledge until", sides, lambda s: cell(s.model.knowledge, some_day)),
        _row(
            "open_weights",
            "Open weights",
            sides,
            lambda s: cell(s.model.open_weights, lambda is_open: "Yes" if is_open else "No"),
        ),
    ]
    left_out = set[str]()
    if not any(side.life.replacement_name for side in sides):
        left_out.add("replacement")
    if not any(side.model.type == "image" or side.from_image for side in sides):
        left_out.add("image")
    if all(_same(side.model.max_input, side.model.context_window) for side in sides):
        left_out.add("max_input")
    return tuple(row for row in rows if row.key not in left_out and (row.key in ALWAYS or any(one.known for one in row.cells)))


def _same(one: Figure[int] | None, other: Figure[int] | None) -> bool:
    return one is None or (other is not None and one.value == other.value)


def cell(figure: Figure[Any] | None, shown: Callable[[Any], str]) -> Cell:
    if figure is None:
        return NOTHING
    others = tuple(f"{shown(o.value)} ({o.source.name})" for o in figure.others) if figure.agreement == "differ" else ()
    return Cell(shown(figure.value), True, figure.agreement, others, figure.source.id, figure.url)


def price_text(price: Price) -> str:
    return f"{dollars(price.amount)} {price.short}".strip()


def _row(key: str, label: str, sides: tuple[Side, ...], shown: Callable[[Side], Cell]) -> Row:
    return Row(key, label, tuple(shown(side) for side in sides))


def _status(side: Side) -> Cell:
    ends = side.life.shutdown
    if ends is None:
        return Cell(side.life.label, known=side.life.status != "unknown")
    return cell(ends, lambda when: side.life.label if when == ends.value else day_text(when))


def _tokens(count: int) -> str:
    return f"{tokens(count)} tokens"


def _price(key: str) -> Callable[[Side], Cell]:
    def shown(side: Side) -> Cell:
        image = side.model.type == "image"
        price = side.prices.get(OF_IMAGES.get(key, key) if image else key)
        if price is None:
            return NOTHING
        figure = price.figure
        others = tuple(f"{dollars(o.value)} ({o.source.name})" for o in figure.others) if figure.agreement == "differ" else ()
        kind = SAID_OF_IMAGES.get(key, "") if image else ""
        return Cell(kind + price_text(price), True, figure.agreement, others, figure.source.id, figure.url)

    return shown


def _image(side: Side) -> Cell:
    cheapest = side.model.cheapest_image()
    if cheapest:
        figure = cheapest.figure
        return Cell(f"From {dollars(cheapest.amount)} / image", True, figure.agreement, (), figure.source.id, figure.url)
    single = side.prices.get("image")
    if single:
        return Cell(price_text(single), True, single.figure.agreement, (), single.figure.source.id, single.figure.url)
    outputs = side.model.outputs
    makes = side.model.type == "image" or bool(outputs and "image" in outputs.value)
    return NOTHING if makes or outputs is None else Cell("Makes no pictures")


def _modalities(names: tuple[str, ...]) -> str:
    return listing([MODALITIES.get(name, name) for name in names]).capitalize().replace("pdf", "PDF").replace("Pdf", "PDF")
