"""Fits the heads that need no torch: intents, kinds, what a wish calls for, and pairs, over what the shipped tagger reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sayso.builder.planner.trained.classes import EXPECTED, INTENTS, KINDS, SENSES
from sayso.builder.planner.trained.evidence import evidence
from sayso.builder.planner.trained.heads import CHOICES_CHARACTERS, Attached
from sayso.builder.planner.trained.relations import RELATIONS
from sayso.builder.planner.trained.tagger import WIDTH, Read, Tagger
from sayso.builder.planner.trained.weights import Arrays, from_arrays
from sayso.gateway.builtin.embedding import LanguageModel
from training.annotated import Annotated
from training.lessons import Lesson, lesson
from training.solver import classifier

CLASSES: dict[str, Sequence[str]] = {"intent": INTENTS, "expected": EXPECTED, "kind": KINDS} | {
    f"sense.{tag}": names for tag, names in SENSES.items()
}
RIDGE = {"intent": 1e-2, "expected": 3e-2, "kind": 1e-2, "sense": 2e-2}
"""Found by leaving writers out: taught by three and measured on two others, between 1e-3 and 1e-1 little changes."""


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
        start, end = read.words.spans[words.start][0], read.words.spans[words.stop - 1][1]
        follows = any(m.tag == "O" and 0 <= m.start - end <= CHOICES_CHARACTERS for m in wish.marks)
        row = evidence(wish.text[start:end], choices=follows)
        found.add("kind", np.concatenate([read.states[words.start : words.stop].mean(0), row]), kind)
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
    """The heads over states alone; `unseen.finished` adds what is learned elsewhere."""
    heads: dict[str, np.ndarray] = {}
    for head, names in CLASSES.items():
        ridge = RIDGE[head.partition(".")[0]]
        weights, bias = classifier(np.stack(found.rows[head])[:, :WIDTH], np.array(found.classes[head]), len(names), ridge)
        heads |= {head: weights, f"{head}.bias": bias}
    return heads
