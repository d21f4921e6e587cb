"""What can only be learned from wishes that a network has not seen: how sure it may be, and how much the plainer evidence counts beside it.

A network knows its own lessons by heart, so heads that were fitted on them would trust it alone. `training/folds.py` leaves writers out in
turn and keeps, of those who were left out, the scores, the evidence and the questions. What is settled from them are a few hundred
figures, the same for every network: temperatures, the weights of evidence of kinds, and the weights of pairs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sayso.builder.planner.trained.classes import KINDS
from sayso.builder.planner.trained.evidence import EVIDENCE
from sayso.builder.planner.trained.relations import FEATURES, RELATIONS
from training.fit_heads import CLASSES, WIDTH, Examples
from training.solver import chooser, stacked, temperature

FILE = Path(__file__).parent / "unseen.npz"
RIDGE = {"kind": 1e-3, "pair": 1e-4}
SHARED = {"intent": ["intent"], "expected": ["expected"], "sense": [name for name in CLASSES if name.startswith("sense.")]}
"""Heads that have one temperature together."""
Arrays = Mapping[str, np.ndarray]


@dataclass(slots=True)
class Unseen:
    """Of wishes that a network was not taught: scores with classes by head, evidence of kinds, and questions by relation."""

    scores: dict[str, list[tuple[np.ndarray, int]]] = field(default_factory=lambda: {head: [] for head in CLASSES})
    evidence: list[np.ndarray] = field(default_factory=list)
    questions: dict[str, list[tuple[np.ndarray, np.ndarray]]] = field(default_factory=lambda: {r: [] for r in RELATIONS})

    @classmethod
    def of(cls, found: Examples, heads: Arrays) -> "Unseen":
        """`heads` as `fit_heads.fitted` gives them."""
        unseen = cls(questions=found.questions)
        for head in CLASSES:
            for row, wanted in zip(found.rows[head], found.classes[head], strict=True):
                unseen.scores[head].append((heads[head] @ row[:WIDTH] + heads[f"{head}.bias"], wanted))
        unseen.evidence = [row[WIDTH:] for row in found.rows["kind"]]
        return unseen


def together(parts: Sequence[Unseen]) -> Unseen:
    whole = Unseen()
    for part in parts:
        for head, scores in part.scores.items():
            whole.scores[head] += scores
        whole.evidence += part.evidence
        for relation, questions in part.questions.items():
            whole.questions[relation] += questions
    return whole


def settled(unseen: Unseen) -> dict[str, np.ndarray]:
    """The figures that are the same for every network."""
    found: dict[str, np.ndarray] = {}
    for name, heads in SHARED.items():
        scores = [s for head in heads for s, _ in unseen.scores[head]]
        right = [np.arange(len(s)) == wanted for head in heads for s, wanted in unseen.scores[head]]
        found[f"{name}.temperature"] = np.float32(temperature(scores, right))
    scores, classes = np.stack([s for s, _ in unseen.scores["kind"]]), np.array([c for _, c in unseen.scores["kind"]])
    scale, weights, bias = stacked(scores, np.stack(unseen.evidence), classes, RIDGE["kind"])
    found |= {"kind.scale": np.float32(scale), "kind.evidence": weights, "kind.more": bias}
    rows = [chooser(q, RIDGE["pair"]) if (q := unseen.questions[r]) else np.zeros(FEATURES + 1, np.float32) for r in RELATIONS]
    return found | {"pair": np.stack(rows)}


def stored() -> dict[str, np.ndarray]:
    """What was settled last. Before the first time: no evidence, no cooling, nothing known of pairs but that meanings should fit."""
    if FILE.exists():
        with np.load(FILE, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    pair = np.zeros((len(RELATIONS), FEATURES + 1), np.float32)
    pair[:, -1] = 1
    return {
        **{f"{name}.temperature": np.float32(1) for name in SHARED},
        "kind.scale": np.float32(1),
        "kind.evidence": np.zeros((len(KINDS), EVIDENCE), np.float32),
        "kind.more": np.zeros(len(KINDS), np.float32),
        "pair": pair,
    }


def finished(heads: Arrays, figures: Arrays) -> dict[str, np.ndarray]:
    """The heads as they are shipped: those of one network, with what was settled from unseen wishes."""
    scale = figures["kind.scale"]
    return {
        **heads,
        **{f"{name}.temperature": figures[f"{name}.temperature"] for name in SHARED},
        "kind": np.concatenate([heads["kind"] * scale, figures["kind.evidence"]], 1).astype(np.float32),
        "kind.bias": (heads["kind.bias"] * scale + figures["kind.more"]).astype(np.float32),
        "kind.temperature": np.float32(1),
        "pair": figures["pair"],
        "pair.temperature": np.ones(len(RELATIONS), np.float32),
    }
