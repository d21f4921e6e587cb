"""Prints how good the trained reader is: on the writers who are held out, and on others from trainings without them.

`python -m training.evaluate`; the second half comes from `training/figures.json`, which `script/train-planner --folds` makes again.
"""

import json
import sys
from typing import Any

from sayso.builder.planner.trained.weights import shipped
from sayso.gateway.builtin.embedding import language_model
from training.annotated import held_out, read
from training.figures import measured
from training.folds import FILE


def main() -> int:
    sealed = [w for w in read() if w.writer in held_out()]
    if sealed:
        sys.stdout.write(f"Held out: {', '.join(sorted(held_out()))}. Nothing was trained on them or chosen by them.\n")
        sys.stdout.write(measured(sealed, language_model(), shipped().arrays).table() + "\n\n")
    if FILE.exists():
        sys.stdout.write("Left out, each measured by a training without its writer (training/figures.json):\n")
        sys.stdout.write(_table(json.loads(FILE.read_text("utf-8"))) + "\n")
    return 0


def _table(stored: dict[str, Any]) -> str:
    lines = [f"{stored['wishes']} wishes", f"{'spans, exactly right':24} precision recall F1 (number)"]
    lines += [f"{name:24} {p:.2f}  {r:.2f}  {f:.2f}  ({n})" for name, (p, r, f, n) in stored["spans"].items()]
    lines += [f"{'heads, given the spans':24} first  first three (number)"]
    lines += [f"{name:24} {one:.2f}   {three:.2f}  ({n})" for name, (one, three, n) in stored["heads"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
