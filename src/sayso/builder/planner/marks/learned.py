"""Small logistic scorers whose weights are in `joining.json`, fitted by `training/joining.py`."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

Row = tuple[float, ...]


def likely(sort: str, features: Sequence[str], row: Row) -> bool:
    """Whether a part with such features is likelier meant than not."""
    return sum(w * x for w, x in zip(weights(sort, tuple(features)), row, strict=True)) > 0


@cache
def weights(sort: str, features: tuple[str, ...]) -> Row:
    """The weights of a scorer, in the order of its features."""
    raw = (files("sayso.builder.planner") / "marks" / "joining.json").read_text(encoding="utf-8")
    known = json.loads(raw).get(sort, {})
    return tuple(float(known.get(name, 0.0)) for name in features)
