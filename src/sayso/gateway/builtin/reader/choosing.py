"""Choosing one of several labels for a text, and saying how sure that is.

A label is more than a word: with a description, and better with two or three examples, the choice is right far more often
(docs/guides/models-built-in.md has the figures). Sentiment and urgency have a trained judgement of their own (`mood`), because likeness gets them wrong.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sayso.gateway.builtin.reader import likeness, mood
from sayso.gateway.builtin.reader.lexicon import Which
from sayso.gateway.builtin.reader.passages import sentences
from sayso.gateway.builtin.weights import Array

LABELS_MAX = 200
SENTENCES_MAX = 60
"""Sentences of a long text that are compared, spread over it."""
MARGIN_MIN = 0.04
"""A choice that is nearer than this to the next one needs review: measured, below it every second choice is wrong."""
LIKE_MIN = 0.12
"""A text that is like none of the labels needs review."""

_SENTIMENT = {
    "positive": "positive", "pos": "positive", "good": "positive", "happy": "positive", "satisfied": "positive",
    "negative": "negative", "neg": "negative", "bad": "negative", "unhappy": "negative", "angry": "negative", "dissatisfied": "negative",
    "neutral": "neutral", "mixed": "neutral", "none": "neutral", "other": "neutral",
}  # fmt: skip
_URGENCY = {
    "high": "high", "urgent": "high", "critical": "high", "emergency": "high", "asap": "high", "now": "high", "p1": "high", "today": "high",
    "medium": "medium", "normal": "medium", "moderate": "medium", "standard": "medium", "p2": "medium", "soon": "medium", "this week": "medium",
    "low": "low", "not urgent": "low", "can wait": "low", "minor": "low", "p3": "low", "later": "low", "whenever": "low", "none": "low",
}  # fmt: skip


_MOODS: tuple[tuple[Which, dict[str, str], Callable[[str], mood.Mood], tuple[str, ...]], ...] = (
    ("sentiment", _SENTIMENT, mood.sentiment, ("sentiment", "mood", "tone", "feeling")),
    ("urgency", _URGENCY, mood.urgency, ("urgen", "priorit", "sever", "pressing")),
)


@dataclass(frozen=True, slots=True)
class Label:
    """What may be chosen. `description` says in words what belongs to it."""

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """`margin` is how far the choice stands before the next; `scores` are all, best first; `evidence` are words of the text."""

    label: str
    margin: float
    needs_review: bool
    scores: tuple[tuple[str, float], ...]
    evidence: tuple[str, ...] = ()


def choose(text: str, labels: Sequence[Label], *, about: str = "") -> Choice:
    """The label that fits best. `about` is what is asked for, such as the name of a field. Raises `ValueError` without labels."""
    if not labels:
        raise ValueError("at least one label is needed")
    return _by_mood(text, labels, about) or _by_likeness(text, labels[:LABELS_MAX])


def fitting(text: str, labels: Sequence[Label]) -> list[Choice]:
    """All labels that fit a text, best first, for a choice of several; none when nothing is near."""
    scores = _likenesses(text, labels)
    best = max(scores, default=0.0)
    found = [
        Choice(
            label.name,
            round(float(score - LIKE_MIN), 3),
            bool(score < best - MARGIN_MIN),
            ((label.name, round(float(score), 3)),),
        )
        for label, score in zip(labels, scores, strict=True)
        if score >= max(LIKE_MIN, 0.75 * best)
    ]
    return sorted(found, key=lambda one: -one.margin)


def _by_mood(text: str, labels: Sequence[Label], about: str) -> Choice | None:
    """When every label is a word for a mood, and at least two different ones are asked for."""
    for which, words, read, names in _MOODS:
        meant = {label.name: words.get(label.name.lower().replace("_", " ").strip()) for label in labels}
        said = any(name in about.lower() for name in names)
        if None in meant.values() or len(set(meant.values())) < 2 or not (said or len(set(meant.values())) == len(meant) >= 2):
            continue
        found = read(text)
        # Several words may mean the same mood: "high" before "urgent". The mood's likelihood goes to the first, or the last for the highest.
        likely = dict(zip(mood.LABELS[which], found.likely, strict=True))
        owners = {word: [name for name, mine in meant.items() if mine == word] for word in likely}
        scores = {names[-1 if word == "high" else 0]: likely[word] for word, names in owners.items() if names}
        best, *rest = sorted(scores.items(), key=lambda one: -one[1])
        margin = round(best[1] - rest[0][1], 3)
        review = found.needs_review or margin < mood.MARGIN_MIN or found.label != meant[best[0]]
        return Choice(best[0], margin, review, tuple((n, round(s, 3)) for n, s in (best, *rest)), found.evidence)
    return None


def _by_likeness(text: str, labels: Sequence[Label]) -> Choice:
    scores = _likenesses(text, labels)
    order = np.argsort(-scores, kind="stable")
    best = float(scores[order[0]])
    margin = best - float(scores[order[1]]) if len(labels) > 1 else best
    review = margin < MARGIN_MIN or best < LIKE_MIN or not likeness.by_meaning()
    return Choice(
        labels[order[0]].name, round(margin, 3), review, tuple((labels[i].name, round(float(scores[i]), 3)) for i in order)
    )


def _likenesses(text: str, labels: Sequence[Label]) -> Array:
    """How near the text is to each label: the whole of it and its nearest sentence, to what is said of the label and to its examples."""
    parts = [text, *_spread([p.text for p in sentences(text)])]
    said = [(i, one) for i, label in enumerate(labels) for one in _said(label)]
    shown = [(i, one) for i, label in enumerate(labels) for one in label.examples]
    texts = likeness.vectors(parts)
    known = likeness.remembered([one for _, one in (*said, *shown)])
    described, examples = known[: len(said)], known[len(said) :]
    scores = np.array([_near(texts, _middle(described, said, i)) for i in range(len(labels))], np.float32)
    for i in {i for i, _ in shown}:
        mine = examples[[n for n, (owner, _) in enumerate(shown) if owner == i]]
        nearest = max(_near(texts, one) for one in mine)
        scores[i] = (2 * scores[i] + 0.5 * nearest + 0.5 * _near(texts, _middle(examples, shown, i))) / 3
    return scores


def _said(label: Label) -> list[str]:
    """The name with all of its description, which counts as much as its parts together."""
    name = label.name.replace("_", " ").replace("-", " ")
    parts = [part.strip() for part in re.split(r"[,;\n]", label.description) if part.strip()]
    return [f"{name}: {label.description}" if parts else name] * max(1, len(parts)) + parts


def _middle(vectors: Array, owners: Sequence[tuple[int, str]], owner: int) -> Array:
    middle = vectors[[n for n, (i, _) in enumerate(owners) if i == owner]].mean(0)
    return middle / max(float(np.linalg.norm(middle)), 1e-12)


def _near(texts: Array, other: Array) -> float:
    like = texts @ other
    return float(0.5 * like[0] + 0.5 * like[1:].max()) if len(like) > 2 else float(like[0])


def _spread(parts: list[str]) -> list[str]:
    step = max(1, -(-len(parts) // SENTENCES_MAX))
    return parts[::step]
