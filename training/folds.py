"""Leaves writers out in turn: trains on the others, measures on them, and settles what can only be learned from unseen wishes.

`script/train-planner --folds`. Writes `training/figures.json`, `training/unseen.npz` and the planner's `joining.json`.
"""

import importlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sayso.builder.planner.trained import Reader
from sayso.builder.planner.trained.weights import from_arrays
from sayso.gateway.builtin.embedding import language_model
from training import unseen
from training.annotated import Annotated
from training.course import Course
from training.figures import Figures, measured
from training.fit_heads import examples, fitted
from training.packing import write
from training.unseen import Unseen, finished, settled, together

FILE = Path(__file__).parent / "figures.json"
FOLDS = 3


def folds(wishes: Sequence[Annotated]) -> list[frozenset[str]]:
    """Writers who are left out together, the same in every run."""
    writers = sorted({w.writer for w in wishes})
    return [frozenset(writers[i::FOLDS]) for i in range(min(FOLDS, len(writers)))]


def main(*, check: bool = False) -> int:
    train = importlib.import_module("training.train")
    wishes, model = train.data(), language_model()
    left = folds(wishes)
    networks: list[dict[str, np.ndarray]] = []
    parts: list[Unseen] = []
    for out in left:
        train.told(f"without {', '.join(sorted(out))}")
        kept = [w for w in wishes if w.writer not in out]
        tuned = train.taught(kept, Course())
        networks.append({**tuned, **fitted(examples(kept, model, tuned))})
        parts.append(Unseen.of(examples([w for w in wishes if w.writer in out], model, tuned), networks[-1]))
    whole = Figures()
    readers: list[tuple[Reader, list[Annotated]]] = []
    for n, out in enumerate(left):
        others = settled(together([p for i, p in enumerate(parts) if i != n]))
        network, unread = {**networks[n], **finished(networks[n], others)}, [w for w in wishes if w.writer in out]
        whole.add(measured(unread, model, network))
        readers.append((Reader.of(model, from_arrays(network)), unread))
    failed = importlib.import_module("training.scorers").joined(readers, train.told, check=check)
    train.told(f"\nall writers, each measured by a training without them\n{whole.table()}")
    if check:
        return failed
    FILE.write_text(
        json.dumps({"data": train.data_hash(), "left": [sorted(out) for out in left]} | whole.summary(), indent=1) + "\n", "utf-8"
    )
    write(settled(together(parts)), unseen.FILE)
    return failed
