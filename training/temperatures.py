"""How much surer the heads are than they should be, found on writers who were left out (`script/train-planner --folds`)."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sayso.builder.planner.trained.relations import RELATIONS

FILE = Path(__file__).parent / "temperatures.toml"


def warmed(heads: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The heads with the temperatures of the file in the place of their own."""
    found = tomllib.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    warm = dict(heads)
    for head in ("intent", "expected", "kind", "sense"):
        warm[f"{head}.temperature"] = np.float32(found.get(head, 1))
    warm["pair.temperature"] = np.array([found.get(r, 1) for r in RELATIONS], np.float32)
    return warm
