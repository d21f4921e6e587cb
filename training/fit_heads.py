"""Fits the heads that need no torch: intents, kinds, what a wish calls for, and pairs, over what the shipped tagger reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sayso.builder.planner.trained.classes import EXPECTED, INTENTS, KINDS, SENSES
from sayso.builder.planner.trained.evidence import evidence
from sayso.builder.planner.trained.heads import Attached
from sayso.builder.planner.trained.relations import FEATURES, RELATIONS
from sayso.builder.planner.trained.tagger import Read, Tagger
from sayso.builder.planner.trained.weights import Arrays, from_arrays
from sayso.gateway.builtin.embedding import LanguageModel
from training.annotated import Annotated
from training.lessons import Lesson, lesson
from training.solver import chooser, classifier

CLASSES: dict[str, Sequence[str]] = {"intent": INTENTS, "expected": EXPECTED, "kind": KINDS} | {
    f"sense.{tag}": names for tag, names in SENSES.items()
}
SHARED = {"intent": ["intent"], "expected": ["expected"], "kind": ["kind"], "sense": [f"sense.{tag}" for tag in SENSES]}
"""Heads that have one temperature together."""
RIDGE = {"intent": 3e-3, "expected": 3e-2, "kind": 3e-3, "sense": 1e-2, "pair": 1e-3}
"""Found by leaving writers out."""


@dataclass(slots=True)
class Examples:
    """What the heads learn from: rows and classes by head, and questions by relation."""

    rows: dict[str, list[np.ndarray]] = field(default_factory=lambda: {head: [] for head in CLASSES})
    classes: dict[str, list[int]] = field(default_factory=lambda: {head: [] for head in CLASSES})
    questions: dict[str, list[tuple[np.ndarray, np.ndarray]]] = field(default_factory=lambda: {r: [] for r in RELATIONS})

    def add(self, head: str, row: np.ndarray, to: int) -> None:
        self.rows[head].append(row)
        self.classes[head].append(to)


def examples(wishes: Sequence[Annotated], model: LanguageModel, arrays: Arrays) -> Examples:
    """`arrays` hold at least what torch has found (`packing.tuned`)."""
    tagger, scorer = Tagger(model, from_arrays(arrays)), _Projections(arrays)
    found = Examples()
    for wish in wishes:
        taught = lesson(wish, model.wordpiece)
        if len(taught.example.words):
            _add(found, wish, taught, tagger.read(wish.text, taught.example.known), scorer)
    return found


def _add(found: Examples, wish: Annotated, taught: Lesson, read: Read, scorer: "_Projections") -> None:
    for words, intent in taught.intents:
        found.add("intent", read.states[words.start : words.stop].mean(0), intent)
    found.add("expected", read.states.mean(0), taught.expected)
    for words, kind in taught.kinds:
        name = wish.text[read.words.spans[words.start][0] : read.words.spans[words.stop - 1][1]]
        found.add("kind", np.concatenate([read.states[words.start : words.stop].mean(0), evidence(name)]), kind)
    for words, tag, sense in taught.senses:
        found.add(f"sense.{tag}", read.states[words.start : words.stop].mean(0), sense)
    if not taught.pairs:
        return
    attached = scorer.over(read, taught)
    for question, _ in taught.pairs:
        rows = attached.rows(question.relation, question.query, question.candidates)
        right = np.array([c in question.right for c in question.candidates] + [not question.right])
        found.questions[question.relation].append((rows, right))


class _Projections:
    """The half of `heads.Attachment` that is there before its weights are."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = from_arrays(arrays)

    def over(self, read: Read, taught: Lesson) -> Attached:
        states = np.stack([*(read.states[s.start : s.stop].mean(0) for s in taught.spans), read.states[-1]])
        a = self.arrays
        layout = taught.laid
        return Attached(None, layout, states @ a["asks"].T + a["asks.bias"], states @ a["answers"].T + a["answers.bias"])  # type: ignore[arg-type]


def fitted(found: Examples) -> dict[str, np.ndarray]:
    """The heads, with temperatures of 1."""
    heads: dict[str, np.ndarray] = {}
    for head, names in CLASSES.items():
        ridge = RIDGE[head.partition(".")[0]]
        weights, bias = classifier(np.stack(found.rows[head]), np.array(found.classes[head]), len(names), ridge)
        heads |= {head: weights, f"{head}.bias": bias}
    heads |= {f"{head}.temperature": np.float32(1) for head in SHARED}
    heads["pair"] = np.stack(
        [chooser(q, RIDGE["pair"]) if (q := found.questions[r]) else np.zeros(FEATURES + 1, np.float32) for r in RELATIONS]
    )
    heads["pair.temperature"] = np.ones(len(RELATIONS), np.float32)
    return heads
