"""What pictures cost by quality and size, from what is published. For estimates: the true bill is by the tokens that a call reports."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sayso.errors import Invalid, NotFound
from sayso.models.cost import rounded
from sayso.models.facts import shortest
from sayso.models.model import Model
from sayso.models.prices import ImagePrice

IMAGES_MAX = 10**9


@dataclass(frozen=True, slots=True)
class Matrix:
    """The prices as a table: one row a size, one column a quality; `None` where nothing is published."""

    qualities: tuple[str, ...]
    sizes: tuple[str, ...]
    cells: tuple[tuple[ImagePrice | None, ...], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "qualities": list(self.qualities),
            "sizes": list(self.sizes),
            "cells": [[cell.as_json() if cell else None for cell in row] for row in self.cells],
        }


def matrix(model: Model) -> Matrix | None:
    """`None` for a model without prices by quality and size."""
    if not model.images:
        return None
    qualities = tuple(dict.fromkeys(image.quality for image in model.images))
    sizes = tuple(dict.fromkeys(image.size for image in model.images))
    found = {(image.quality, image.size): image for image in model.images}
    return Matrix(qualities, sizes, tuple(tuple(found.get((quality, size)) for quality in qualities) for size in sizes))


@dataclass(frozen=True, slots=True)
class Estimate:
    model: str
    quality: str
    size: str
    count: int
    each: Decimal
    total: Decimal
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "quality": self.quality,
            "size": self.size,
            "count": self.count,
            "each": shortest(self.each),
            "total": shortest(self.total),
            "sentence": self.sentence,
        }


def estimate(model: Model, quality: str, size: str, count: int = 1) -> Estimate:
    """About what so many pictures cost. Raises `NotFound` when no price is published for that quality and size."""
    if not 1 <= count <= IMAGES_MAX:
        raise Invalid("The number of pictures is at least 1.")
    size = size.replace("×", "x").lower()
    found = next((image for image in model.images if (image.quality, image.size) == (quality, size)), None)
    if found is None:
        raise NotFound(f"No price of a {quality}-quality picture of {size.replace('x', '×')} is published for {model.name}.")
    total = found.amount * count
    many = "One picture" if count == 1 else f"{count:,} pictures"
    told = f"{many} of {size.replace('x', '×')} in {quality} quality: about {rounded(total)} for the output; prompts and input pictures come on top."
    return Estimate(model.id, quality, size, count, found.amount, total, told)
