"""What a mark means in detail: the kind of a field, what starts a rule, what it does, which view, which change.

Small linear classifiers over hashed words, fitted on annotated wishes (`training/heads.py`). What the rules think of the same words is one of the
features, so that each rule is trusted as far as it was right. They need nothing but NumPy and 1 MB of weights.
"""

import itertools
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np

from sayso.builder.planner.inflect import singular

Head = Literal["kind", "trigger", "action", "view", "task", "change"]
CLASSES: dict[Head, tuple[str, ...]] = {
    "kind": (
        "text", "long_text", "number", "money", "percent", "date", "datetime", "duration", "select", "multi_select", "checkbox", "email", "phone", "url", "image",
        "file", "rating", "person", "autonumber", "formula", "rollup",
    ),
    "trigger": ("row_created", "row_changed", "row_deleted", "form_submitted", "date_reached", "button", "webhook", "schedule"),
    "action": ("send_email", "notify", "slack", "sms", "create_row", "update_row", "delete_row", "http_request", "ai"),
    "view": ("grid", "calendar", "board", "timeline", "gallery", "chart", "form", "dashboard"),
    "task": ("summarise", "classify", "extract", "generate", "translate", "image"),
    "change": ("rename", "remove", "kind", "required", "unique", "remove_view", "reschedule", "undo"),
}  # fmt: skip
BUCKETS: dict[Head, int] = {
    "kind": 1 << 14,
    "trigger": 1 << 12,
    "action": 1 << 12,
    "view": 1 << 12,
    "task": 1 << 11,
    "change": 1 << 11,
}


@dataclass(frozen=True, slots=True)
class Guess:
    """The classes of a head with their chances, likeliest first."""

    ranked: tuple[tuple[str, float], ...]

    @property
    def best(self) -> str:
        return self.ranked[0][0]

    @property
    def sure(self) -> float:
        return self.ranked[0][1]

    def chance(self, of: str) -> float:
        return next((p for c, p in self.ranked if c == of), 0.0)


def features(words: str, before: str = "", after: str = "", hints: Iterable[str] = ()) -> list[str]:
    """The words of a mark, what stands around it, and what the rules think."""
    own = re.findall(r"[a-z]+|\d+|[#%€$£?&/@]", words.lower())
    stems = [singular(w) for w in own]
    made = ["bias", f"n={min(len(own), 6)}"]
    made += [f"w={w}" for w in stems] + [f"b={a} {b}" for a, b in itertools.pairwise(stems)]
    if stems:
        made += [
            f"first={stems[0]}",
            f"last={stems[-1]}",
            f"end={stems[-1][-3:]}",
            f"end4={stems[-1][-4:]}",
            f"start={stems[-1][:4]}",
        ]
        made += [f"g={stems[-1][i : i + 4]}" for i in range(max(len(stems[-1]) - 3, 0))]
    near = re.findall(r"[a-z]+|\d+|[^\sa-z\d]", after.lower())[:4]
    made += [f"a{i}={w}" for i, w in enumerate(near)] + [f"a={w}" for w in near]
    past = re.findall(r"[a-z]+|\d+|[^\sa-z\d]", before.lower())[-3:]
    made += [f"p{i}={w}" for i, w in enumerate(reversed(past))]
    hints = list(hints)
    made += [f"h={h}" for h in hints] + [f"hh={a}&{b}" for a, b in itertools.pairwise(hints)]
    return made


def hashed(named: Sequence[str], buckets: int) -> np.ndarray:
    """Features as numbers below `buckets`; the same on every machine."""
    return np.fromiter((zlib.crc32(f.encode()) % buckets for f in named), np.int64, len(named))


@cache
def _weights() -> dict[str, np.ndarray]:
    with (files("sayso.builder.planner") / "marks" / "heads.npz").open("rb") as raw, np.load(raw) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def guess(head: Head, named: Sequence[str]) -> Guess:
    """What the head makes of some features."""
    weights = _weights()[head]
    scores = weights[hashed(named, BUCKETS[head])].sum(0)
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    order = np.argsort(-chances)
    return Guess(tuple((CLASSES[head][i], float(chances[i])) for i in order))
