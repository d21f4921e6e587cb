"""Sentiment and urgency in English: a small trained judgement over the meaning of each sentence and the words of the lexicon.

Its weights (10 kB) are made by `script/train-mood` from the sentences in `training/mood/`; docs/guides/models-built-in.md says how often it is
right. Without the language model only the lexicon speaks, and everything needs review.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

from sayso.gateway.builtin.reader import lexicon, likeness
from sayso.gateway.builtin.reader.lexicon import Which
from sayso.gateway.builtin.reader.passages import sentences
from sayso.gateway.builtin.weights import Array

LABELS: dict[Which, tuple[str, str, str]] = {
    "sentiment": ("negative", "neutral", "positive"),
    "urgency": ("low", "medium", "high"),
}
WHOLE = 0.4
"""How much all of a text counts against its most telling sentence."""
MARGIN_MIN = 0.3
"""A judgement that is less sure than this needs review."""
SENTENCES_MAX = 40
WEIGHTS = "mood.npz"
_MEANING, _WORDS = 3.0, 0.3
"""How much the meaning and the words weigh in the features."""


@dataclass(frozen=True, slots=True)
class Mood:
    """`margin` is how much likelier the label is than the next (0 to 1); `evidence` are the telling words, when there are any."""

    label: str
    margin: float
    evidence: tuple[str, ...]
    likely: tuple[float, float, float]
    """Of each label, in their order."""

    @property
    def needs_review(self) -> bool:
        return self.margin < MARGIN_MIN or not likeness.by_meaning()


def sentiment(text: str) -> Mood:
    """`negative`, `neutral` or `positive`."""
    return _mood(text, "sentiment")


def urgency(text: str) -> Mood:
    """`low`, `medium` or `high`."""
    return _mood(text, "urgency")


def features(texts: Sequence[str], which: Which) -> Array:
    """What is judged: the meaning, what the lexicon found, and a one. (len(texts), 384 + 6)."""
    said = np.array([_words(text, which) for text in texts], np.float32).reshape(-1, 5)
    return np.hstack([_MEANING * likeness.vectors(texts), _WORDS * said, np.ones((len(texts), 1), np.float32)])


def _mood(text: str, which: Which) -> Mood:
    likely = _by_meaning(text, which) if likeness.by_meaning() else _by_words(text, which)
    order = np.argsort(-likely)
    found = lexicon.weights(text, which)[1]
    margin = round(float(likely[order[0]] - likely[order[1]]), 3)
    return Mood(LABELS[which][order[0]], margin, found, (float(likely[0]), float(likely[1]), float(likely[2])))


def _by_meaning(text: str, which: Which) -> Array:
    """Of several sentences the one that feels most, or presses most, counts beside the whole."""
    parts = [p.text for p in sentences(text)][:SENTENCES_MAX]
    judged = _judged([text, *(parts if len(parts) > 1 else [])], which)
    if len(judged) == 1:
        return judged[0]
    # An order number or a greeting around it does not make an annoyed sentence neutral.
    telling = judged[1:, 1].argmin() if which == "sentiment" else judged[1:, 2].argmax()
    return WHOLE * judged[0] + (1 - WHOLE) * judged[1:][telling]


def _judged(texts: Sequence[str], which: Which) -> Array:
    scores = features(texts, which) @ _weights()[which]
    scores = np.exp(scores - scores.max(1, keepdims=True))
    return scores / scores.sum(1, keepdims=True)


@lru_cache(maxsize=1)
def _weights() -> dict[str, Array]:
    with (
        resources.files("sayso.gateway.builtin.reader").joinpath(WEIGHTS).open("rb") as file,
        np.load(file, allow_pickle=False) as kept,
    ):
        return {name: kept[name].astype(np.float32) for name in kept.files}


def _by_words(text: str, which: Which) -> Array:
    """A rough judgement from the lexicon alone."""
    gains, losses, strongest, _, calls = _words(text, which)
    if which == "sentiment":
        low, middle, high = losses, 1.0, gains
    else:
        low, middle, high = losses, 1.0, max(0.0, strongest - 1 + 0.3 * calls - losses)
    scores = np.array([low, middle, high], np.float32)
    return scores / scores.sum()


def _words(text: str, which: Which) -> tuple[float, float, float, float, float]:
    """From the lexicon: what speaks for, what against, the strongest word; and whether there is a question, a call."""
    found, _ = lexicon.weights(text, which)
    gains = [w for w in found if w > 0]
    return (
        min(sum(gains), 4.0),
        min(-sum(w for w in found if w < 0), 4.0),
        min(max(gains, default=0.0), 3.0),
        float("?" in text),
        float("!" in text),
    )
