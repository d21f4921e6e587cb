"""Leaves writers out in turn: trains on the others, measures on them, and finds how much surer the heads are than they should be.

`script/train-planner --folds`. Writes `training/figures.json` and `training/temperatures.toml`.
"""

import importlib
import json
from collections.abc import Sequence
from pathlib import Path

from sayso.builder.planner.trained.relations import RELATIONS
from sayso.gateway.builtin.embedding import language_model
from training import temperatures
from training.annotated import Annotated
from training.course import Course
from training.figures import Figures, measured
from training.fit_heads import SHARED, examples, fitted
from training.solver import temperature

FILE = Path(__file__).parent / "figures.json"
FOLDS = 3


def folds(wishes: Sequence[Annotated]) -> list[frozenset[str]]:
    """Writers who are left out together, the same in every run."""
    writers = sorted({w.writer for w in wishes})
    return [frozenset(writers[i::FOLDS]) for i in range(min(FOLDS, len(writers)))]


def main() -> int:
    train = importlib.import_module("training.train")
    wishes, model, whole = train.data(), language_model(), Figures()
    for out in folds(wishes):
        train.told(f"without {', '.join(sorted(out))}")
        kept = [w for w in wishes if w.writer not in out]
        arrays = train.taught(kept, Course())
        arrays |= fitted(examples(kept, model, arrays))
        figures = measured([w for w in wishes if w.writer in out], model, arrays)
        train.told(figures.table())
        whole.add(figures)
    train.told(f"\nall writers, each measured by a training without them\n{whole.table()}")
    FILE.write_text(json.dumps({"data": train.data_hash()} | whole.summary(), indent=1) + "\n", "utf-8")
    temperatures.FILE.write_text(_found(whole), "utf-8")
    return 0


def _found(whole: Figures) -> str:
    lines = ["# Made by `script/train-planner --folds`: what the scores of heads are divided by.\n"]
    for head, parts in SHARED.items():
        scored = [s for part in parts for s in whole.heads[part]]
        lines.append(f"{head} = {temperature([s for s, _ in scored], [r for _, r in scored]):.3f}\n")
    for relation in RELATIONS:
        scored = whole.heads[f"pair {relation}"]
        lines.append(f"{relation} = {temperature([s for s, _ in scored], [r for _, r in scored]):.3f}\n")
    return "".join(lines)
