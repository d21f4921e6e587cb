"""The small scorers beside the tagger: made again from the same data by the same command, or compared with what is shipped.

`heads.npz` (what a mark means in detail) and `attachment.json` (which table it belongs to) are fitted on annotated marks and come with every training.
`joining.json` (what joins when rules and marks meet) asks taggers of wishes that they have not seen, so it comes with `--folds`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from sayso.builder.planner.trained import Reader
from training import attachment, heads, joining
from training.annotated import HERE, Annotated, held_out
from training.measure import readable

REPRODUCED = 0.02
"""How far a weight may be from the shipped one, as a share of the largest: sums in another order differ in the last digits."""
JOINED_ALIKE = 0.95
"""Share of decisions about parts that a joining fitted on other folds has in common with the shipped one."""
Weights = Mapping[str, Mapping[str, float]]


def fitted(told: Callable[[str], None], *, check: bool) -> int:
    """Writes the heads and the attachment, or says how far they are from those that are shipped: 1 when too far."""
    wishes = [w for w in readable(HERE) if w.writer not in held_out()]
    headed, attached = heads.weights_of(heads.gathered(wishes)), attachment.weights_of(attachment.gathered(wishes))
    if not check:
        np.savez_compressed(heads.WEIGHTS, **headed)  # type: ignore[arg-type]
        attachment.WEIGHTS.write_text(json.dumps(attached, indent=1) + "\n", encoding="utf-8")
        told("written: heads.npz, attachment.json")
        return 0
    with np.load(heads.WEIGHTS) as shipped:
        far = max(_apart(headed[name], shipped[name]) for name in shipped.files)
    known: Weights = json.loads(attachment.WEIGHTS.read_text(encoding="utf-8"))
    wide = max(_apart(np.array([*attached[g].values()]), np.array([known[g].get(n, 0.0) for n in attached[g]])) for g in known)
    told(f"heads.npz: at most {far:.5f} apart, attachment.json: {wide:.5f}; {REPRODUCED} allowed")
    return int(max(far, wide) > REPRODUCED)


def joined(readers: Iterable[tuple[Reader, Sequence[Annotated]]], told: Callable[[str], None], *, check: bool) -> int:
    """Writes the joining, or says how many decisions it has in common with the shipped one: 1 when too few."""
    data = joining.gathered(readers)
    made = joining.weights_of(data)
    if not check:
        joining.WEIGHTS.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        told("written: joining.json")
        return 0
    known: Weights = json.loads(joining.WEIGHTS.read_text(encoding="utf-8"))
    alike = [
        (np.dot([*made[sort].values()], row) > 0) == (np.dot([known[sort].get(n, 0.0) for n in made[sort]], row) > 0)
        for sort, writers in data.items()
        if sort in known
        for examples in writers.values()
        for row, _ in examples
    ]
    same = sum(alike) / max(len(alike), 1)
    told(f"joining.json: {same:.3f} of {len(alike)} decisions in common, {JOINED_ALIKE} wanted")
    return int(same < JOINED_ALIKE)


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    if one.shape != other.shape:
        return float("inf")
    return float(np.abs(one.astype(float) - other.astype(float)).max() / (np.abs(other.astype(float)).max() + 1e-9))
