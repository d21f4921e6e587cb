"""Trains what the planner ships, or checks that it can be trained again. Run by `script/train-planner`, which says how.

`--heads` needs no torch. A full training gives the same weights on the same machine; on another, arithmetic in another order leads to
slightly different ones, so two results are compared by what they do: `REPRODUCED` of the spans they find must be the same.
"""

import argparse
import hashlib
import importlib
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from sayso.builder.planner.trained import weights as stored
from sayso.builder.planner.trained.tagger import Tagger
from sayso.builder.planner.trained.weights import FILE, MANIFEST, Arrays, Learned, from_arrays
from sayso.gateway.builtin import weights as minilm
from sayso.gateway.builtin.embedding import LanguageModel, language_model
from training.annotated import HERE, Annotated, held_out, read
from training.course import Course
from training.figures import measured
from training.fit_heads import CLASSES, examples, fitted
from training.packing import write
from training.scores import Tally
from training.unseen import finished
from training.unseen import stored as settled_figures

PLACE = Path(stored.__file__).parent
REPRODUCED = 0.90
"""Share of spans that two trainings have in common (F1 of one against the other), on texts that neither has seen where there are any."""
HEADS_REPRODUCED = 0.01
"""How far the chances of a refitted head may be from those of the shipped one."""


def told(line: str) -> None:
    sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.flush()


def data() -> list[Annotated]:
    """The wishes that are trained on."""
    return [w for w in read() if w.writer not in held_out()]


def unseen_wishes() -> list[Annotated]:
    """The wishes of those who are held out."""
    return [w for w in read() if w.writer in held_out()]


def data_hash(folder: Path = HERE) -> str:
    """Of all that is taught, so that nobody edits it without training again. Who is held out may write more at any time."""
    digest = hashlib.sha256()
    measuring = held_out()
    for path in sorted(p for p in folder.rglob("*.txt") if p.relative_to(folder).parts[0] not in measuring):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def taught(wishes: Sequence[Annotated], course: Course) -> dict[str, np.ndarray]:
    """The parts that need torch."""
    finetune = importlib.import_module("training.finetune")
    return finetune.taught(wishes, minilm.folder(), course, told)


def headed(arrays: Arrays, wishes: Sequence[Annotated], model: LanguageModel) -> dict[str, np.ndarray]:
    """The parts that need none, over those that do."""
    tuned = {
        name: np.asarray(a) for name, a in arrays.items() if not name.startswith(("intent", "expected", "kind", "sense", "pair"))
    }
    return {**tuned, **finished(fitted(examples(wishes, model, tuned)), settled_figures())}


def agreement(model: LanguageModel, one: Arrays, other: Arrays, wishes: Sequence[Annotated]) -> float:
    """F1 of the spans of one against those of the other."""
    from_one, from_other = Tagger(model, from_arrays(one)), Tagger(model, from_arrays(other))
    tally = Tally()
    for w in wishes:
        tally.add(
            "all",
            [(s.start, s.end, s.tag) for s in from_one.spans(w.text)],
            [(s.start, s.end, s.tag) for s in from_other.spans(w.text)],
        )
    return tally.scores["all"].f1


def apart(one: Arrays, other: Arrays) -> float:
    """The largest difference between the heads of two results, as a share of the head's own size."""
    return max(float(np.abs(one[n] - other[n]).max() / (np.abs(other[n]).max() + 1e-9)) for n in (*CLASSES, "pair"))


def manifest(course: Course, wishes: Sequence[Annotated], before: Mapping[str, object]) -> dict[str, object]:
    torch = importlib.import_module("torch").__version__ if "torch" in sys.modules else before.get("torch")
    return {
        "data": data_hash(),
        "writers": sorted({w.writer for w in wishes}),
        "held_out": sorted(held_out()),
        "wishes": len(wishes),
        "model": minilm.DIGESTS[minilm.WEIGHTS],
        "course": asdict(course),
        "torch": torch,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--heads", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--folds", action="store_true")
    asked = parser.parse_args()
    if asked.folds:
        return importlib.import_module("training.folds").main(check=asked.check)
    wishes, model, course = data(), language_model(), Course()
    told(
        f"{len(wishes)} wishes of {len({w.writer for w in wishes})} writers; held out: {', '.join(sorted(held_out())) or 'nobody'}"
    )
    shipped: Learned | None = stored.shipped() if (PLACE / FILE).exists() else None
    tuned = shipped.arrays if asked.heads and shipped else taught(wishes, course)
    arrays = headed(tuned, wishes, model)
    scorers = importlib.import_module("training.scorers")
    if asked.check:
        return _checked(model, arrays, shipped, heads=asked.heads) or scorers.fitted(told, check=True)
    scorers.fitted(told, check=False)
    write(arrays, PLACE / FILE)
    figures = measured(unseen_wishes(), model, arrays).summary() if unseen_wishes() else {}
    if not asked.heads:
        importlib.import_module("training.expectation").refreshed(arrays, course.layers)
    before = json.loads((PLACE / MANIFEST).read_text("utf-8")) if (PLACE / MANIFEST).exists() else {}
    (PLACE / MANIFEST).write_text(
        json.dumps(manifest(course, wishes, before) | {"held_out_figures": figures}, indent=1) + "\n", "utf-8"
    )
    told(f"written: {(PLACE / FILE).stat().st_size / 1e6:.1f} MB; run `python -m training.evaluate` for the figures")
    return 0


def _checked(model: LanguageModel, arrays: Arrays, shipped: Learned | None, *, heads: bool) -> int:
    if shipped is None:
        told("nothing is shipped")
        return 1
    if heads:
        far = apart(arrays, shipped.arrays)
        told(f"heads: at most {far:.5f} apart, {HEADS_REPRODUCED} allowed")
        return int(far > HEADS_REPRODUCED)
    unseen = unseen_wishes() or data()[:200]
    same = agreement(model, arrays, shipped.arrays, unseen)
    told(f"spans in common on {len(unseen)} wishes: {same:.3f}, {REPRODUCED} wanted")
    return int(same < REPRODUCED)


if __name__ == "__main__":
    raise SystemExit(main())
