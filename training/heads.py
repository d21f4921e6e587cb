"""Fits the classifiers that say what a mark means in detail, on the marks of annotated wishes.

`python -m training.heads [FOLDER …]` prints accuracies with writers left out in turn, and writes the weights.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from sayso.builder.planner.marks import asking, heads
from sayso.builder.planner.marks.heads import BUCKETS, CLASSES, Head, hashed
from sayso.builder.planner.marks.layout import Layout
from sayso.builder.planner.marks.mark import Found, Mark, marks_of
from sayso.builder.planner.normalise import normalised
from sayso.builder.planner.spelling import spelled
from training.annotated import HERE, Annotated, held_out
from training.annotated import Mark as Annotation
from training.measure import readable

WEIGHTS = Path(heads.__file__).with_name("heads.npz")
EPOCHS = 14
STEP = 0.35
RIDGE = 2e-5
_KINDS = {"currency": "money", "boolean": "checkbox", "user": "person", "address": "text"}
_ACTIONS = {"send_slack": "slack", "send_sms": "sms"}
_TASKS = {
    "summarize": "summarise",
    "draft": "generate",
    "write": "generate",
    "answer": "generate",
    "translation": "translate",
    "suggest": "generate",
}
Example = tuple[np.ndarray, int]


def meaning(one: Annotation) -> tuple[Head, str] | None:
    """The head and class of an annotated mark."""
    match one.tag:
        case "F" | "X":
            kind = one.args.rpartition(":")[2].strip()
            return "kind", _KINDS.get(kind, kind)
        case "W":
            return "trigger", one.args.split()[0]
        case "D":
            kind = one.args.split()[0]
            return "action", "ai" if kind.startswith("ai") else _ACTIONS.get(kind, kind)
        case "V":
            return "view", one.args.split()[0]
        case "A":
            kind = one.args.split()[0]
            return "task", _TASKS.get(kind, kind)
        case "E":
            return "change", one.args.split()[0]
        case _:
            return None


def examples(wish: Annotated) -> list[tuple[Head, Example]]:
    text = spelled(normalised(wish.text))
    pairs: list[tuple[Mark, Annotation]] = []
    for one in sorted(wish.marks, key=lambda m: m.start):
        found = marks_of(text, [Found(one.start, one.end, one.tag)])  # type: ignore[arg-type]
        pairs += [(m, one) for m in found]
    marks = [m for m, _ in pairs]
    layout = Layout(text.text, marks)
    made: list[tuple[Head, Example]] = []
    for n, (mark, one) in enumerate(pairs):
        said = meaning(one)
        if said is None or said[1] not in CLASSES[said[0]]:
            continue
        asked = asking.features_of(mark, layout, marks, n)
        made.append((said[0], (hashed(asked, BUCKETS[said[0]]), CLASSES[said[0]].index(said[1]))))
    return made


def fitted(head: Head, data: list[Example]) -> np.ndarray:
    """Weights (buckets, classes) of a softmax, by AdaGrad in a fixed order."""
    weights = np.zeros((BUCKETS[head], len(CLASSES[head])), np.float32)
    squares = np.full_like(weights, 1e-6)
    order = np.random.default_rng(7)
    for _ in range(EPOCHS):
        for i in order.permutation(len(data)):
            rows, right = data[i]
            scores = weights[rows].sum(0)
            slope = np.exp(scores - scores.max())
            slope /= slope.sum()
            slope[right] -= 1
            step = slope + RIDGE * weights[rows]
            squares[rows] += step**2
            weights[rows] -= STEP * step / np.sqrt(squares[rows])
    return weights


def right(weights: np.ndarray, data: list[Example]) -> int:
    return sum(int(weights[rows].sum(0).argmax() == answer) for rows, answer in data)


def gathered(wishes: Iterable[Annotated]) -> dict[Head, dict[str, list[Example]]]:
    """The examples of all wishes that are planned, by head and writer."""
    data: dict[Head, dict[str, list[Example]]] = defaultdict(lambda: defaultdict(list))
    for wish in wishes:
        if wish.expect == "plan":
            for head, one in examples(wish):
                data[head][wish.writer].append(one)
    return data


def weights_of(data: dict[Head, dict[str, list[Example]]]) -> dict[str, np.ndarray]:
    """What is shipped: the weights of every head."""
    return {head: fitted(head, [e for es in writers.values() for e in es]).astype(np.float16) for head, writers in data.items()}


def main() -> int:
    folders = [Path(f) for f in sys.argv[1:]] or [HERE]
    sealed = held_out()
    data = gathered(w for folder in folders for w in readable(folder) if w.writer not in sealed)
    for head, writers in data.items():
        hits = total = 0
        for left in writers:
            others = [e for w, es in writers.items() if w != left for e in es]
            if others:
                weights = fitted(head, others)
                hits, total = hits + right(weights, writers[left]), total + len(writers[left])
        everything = sum(map(len, writers.values()))
        sys.stdout.write(f"{head:8} {everything:6} examples, writers left out: {hits / max(total, 1):.3f} right\n")
    np.savez_compressed(WEIGHTS, **weights_of(data))  # type: ignore[arg-type]
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
