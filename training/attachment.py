"""Fits the scorer that says which table a mark belongs to, on the marks of annotated wishes.

`python -m training.attachment [FOLDER …]` prints the share of marks given to the right table, writers left out in turn, and writes the weights.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from sayso.builder.planner.marks import attachment
from sayso.builder.planner.marks.attachment import FEATURES, GROUP_OF, Known, Spoken
from sayso.builder.planner.marks.mark import Found, Mark, marks_of
from sayso.builder.planner.marks.reading import MarkReader
from sayso.builder.planner.normalise import normalised
from sayso.builder.planner.sketch import Sketch
from sayso.builder.planner.spelling import spelled
from training.annotated import HERE, Annotated, held_out
from training.annotated import Mark as Annotation
from training.measure import readable

WEIGHTS = Path(attachment.__file__).with_name("attachment.json")
ROUNDS = 400
STEP = 0.5
RIDGE = 1e-3
Choice = tuple[np.ndarray, np.ndarray]
"""Features of the mentions, and which of them are right."""


def owner(one: Annotation) -> str:
    """The table that an annotated mark belongs to, in lower case; empty when the annotation names none."""
    match one.tag:
        case "F" | "L" | "X" | "O":
            table = one.args.partition(".")[0]
        case "V":
            table = " ".join(one.args.split()[1:]).partition(" by ")[0]
        case "W" | "A":
            table = " ".join(one.args.split()[1:]).partition(".")[0]
        case _:
            table = ""
    return table.strip().lower()


def choices(wish: Annotated) -> Iterator[tuple[str, Choice]]:
    """Every mark that has a choice of tables, by group, with what a reader knows when it asks."""
    text = spelled(normalised(wish.text))
    pairs: list[tuple[Mark, Annotation]] = []
    for one in sorted(wish.marks, key=lambda m: m.start):
        pairs += [(m, one) for m in marks_of(text, [Found(one.start, one.end, one.tag)])]  # type: ignore[arg-type]
    reader = MarkReader(text.text, [m for m, _ in pairs], Sketch())
    numbers: dict[str, int] = {}
    for mark, one in pairs:
        if one.tag == "T" and mark.start in reader.tables:
            numbers.setdefault(one.args.strip().lower(), reader.sketch.tables.index(reader.tables[mark.start]))
    spoken = Spoken()
    for mark, one in pairs:
        if one.tag in "FLXO" and (number := numbers.get(owner(one))) is not None:
            if (choice := _choice(reader, mark, number, spoken, Known())) is not None:
                yield "field", choice
            spoken = Spoken(mark, number)
    reader.tables_and_fields()
    for mark, one in pairs:
        if one.tag in "VWA" and (number := numbers.get(owner(one))) is not None:
            choice = _choice(reader, mark, number, reader.spoken_before(mark), reader.known(mark.text))
            if choice is not None:
                yield GROUP_OF[one.tag], choice


def _choice(reader: MarkReader, mark: Mark, right: int, spoken: Spoken, known: Known) -> Choice | None:
    rows = reader.attachment.rows(mark, spoken, known)
    good = np.array([reader.attachment.mentions[i].table == right for i, _ in rows])
    return (np.array([r for _, r in rows]), good) if len(rows) and good.any() and not good.all() else None


def fitted(data: list[Choice]) -> np.ndarray:
    """Weights under which the right mentions are likeliest (gradient ascent with momentum on the log likelihood)."""
    weights, speed = np.zeros(len(FEATURES)), np.zeros(len(FEATURES))
    rows, right = np.concatenate([r for r, _ in data]), np.concatenate([g for _, g in data])
    sizes = [len(r) for r, _ in data]
    starts = np.cumsum([0, *sizes[:-1]])

    def shared(chances: np.ndarray) -> np.ndarray:
        return chances / np.repeat(np.maximum(np.add.reduceat(chances, starts), 1e-12), sizes)

    for _ in range(ROUNDS):
        score = rows @ weights
        chance = shared(np.exp(score - np.repeat(np.maximum.reduceat(score, starts), sizes)))
        slope = rows.T @ (shared(chance * right) - chance)
        speed = 0.9 * speed + slope / len(data) - RIDGE * weights
        weights = weights + STEP * speed
    return weights


def share_right(weights: np.ndarray, data: list[Choice]) -> tuple[int, int]:
    return sum(bool(right[(rows @ weights).argmax()]) for rows, right in data), len(data)


def gathered(wishes: Iterable[Annotated]) -> dict[str, dict[str, list[Choice]]]:
    """The choices of all wishes that are planned, by group and writer."""
    data: dict[str, dict[str, list[Choice]]] = defaultdict(lambda: defaultdict(list))
    for wish in wishes:
        if wish.expect == "plan":
            for group, choice in choices(wish):
                data[group][wish.writer].append(choice)
    return data


def weights_of(data: dict[str, dict[str, list[Choice]]]) -> dict[str, dict[str, float]]:
    """What is shipped: the weights of every group by the names of their features."""
    made: dict[str, dict[str, float]] = {}
    for group, writers in sorted(data.items()):
        weights = fitted([c for cs in writers.values() for c in cs])
        made[group] = {n: round(float(w), 3) for n, w in zip(FEATURES, weights, strict=True)}
    return made


def main() -> int:
    folders = [Path(f) for f in sys.argv[1:]] or [HERE]
    sealed = held_out()
    data = gathered(w for folder in folders for w in readable(folder) if w.writer not in sealed)
    for group, writers in sorted(data.items()):
        hits = total = 0
        for left in writers:
            others = [c for w, cs in writers.items() if w != left for c in cs]
            if others:
                h, t = share_right(fitted(others), writers[left])
                hits, total = hits + h, total + t
        sys.stdout.write(
            f"{group:6} {sum(map(len, writers.values())):6} choices, writers left out: {hits / max(total, 1):.3f} right\n"
        )
    WEIGHTS.write_text(json.dumps(weights_of(data), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
