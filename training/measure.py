"""Measures the built-in planner on the annotated wishes, by writer, style and kind, with precision and recall beside F1.

    python -m training.measure [FOLDER …] [--by writer|style|kind] [--only new,edit] [--held-out | --trained] [--errors N] [--show CLASS]
                               [--cases OUT.jsonl] [--scorer SCORE.py]

Without folders it reads all of `training/planner/`. `--errors` lists the commonest classes of error and N examples each; `--cases` writes the gold
specs as cases; `--scorer` scores the same predictions with another scorer of the same interface (`score(predictions, gold)`) for comparison.
"""

import argparse
import importlib.util
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sayso.builder.evals.figures import ROWS, headline, scored
from sayso.builder.evals.predictions import prediction
from sayso.builder.evals.scorer import Score, mean
from sayso.builder.planner import Plan, Wish, plan
from training.annotated import HERE, Annotated, Wrong, held_out, read_file
from training.gold import case
from training.oracle import planner_of

Json = dict[str, Any]


def measured(wish: Annotated, planner: Callable[[Wish], Plan] = plan) -> tuple[Score, Json, Json]:
    """The score of one wish, its case and what was built."""
    one = case(wish)
    made = prediction(one, planner)
    result = scored(one, made)
    return result, one, made


def readable(folder: Path) -> Iterator[Annotated]:
    """The wishes of every file that keeps to the format; the others are named and left out."""
    for path in sorted(folder.rglob("*.txt")):
        try:
            yield from read_file(path)
        except Wrong as wrong:
            sys.stderr.write(f"left out: {wrong}\n")


def table(groups: dict[str, list[Score]]) -> str:
    """All figures as text, a column a group."""
    figures = {name: mean(scores) for name, scores in groups.items()}
    lines = [
        f"{'':18}" + "".join(f"{n[:9]:>10}" for n in groups),
        f"{'wishes':18}" + "".join(f"{len(s):>10}" for s in groups.values()),
    ]
    for row in ROWS:
        if any(row in f for f in figures.values()):
            lines.append(f"{row:18}" + "".join(f"{f[row][0]:>10.3f}" if row in f else f"{'-':>10}" for f in figures.values()))
    lines.append(f"{'headline':18}" + "".join(f"{headline(f):>10.3f}" for f in figures.values()))
    return "\n".join(lines)


def errors(found: list[tuple[str, str, str]], most: int, only: str = "") -> str:
    classes = Counter(sort for sort, _, _ in found)
    lines: list[str] = []
    for sort, count in classes.most_common():
        if only and not sort.startswith(only):
            continue
        lines.append(f"\n{sort}: {count}")
        lines += [f"  {id}: {what[:170]}" for s, what, id in found if s == sort][:most]
    return "\n".join(lines)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folders", nargs="*", type=Path)
    ask.add_argument("--by", default="style", choices=("writer", "style", "kind"))
    ask.add_argument("--only", default="")
    ask.add_argument("--errors", type=int, default=0)
    ask.add_argument("--show", default="")
    ask.add_argument("--held-out", action="store_true")
    ask.add_argument("--trained", action="store_true")
    ask.add_argument("--oracle", action="store_true", help="with the annotated marks in place of the tagger")
    ask.add_argument("--cases", type=Path)
    ask.add_argument("--scorer", type=Path)
    asked = ask.parse_args()
    sealed = held_out()
    wishes = [w for folder in asked.folders or [HERE] for w in readable(folder)]
    if asked.only:
        wishes = [w for w in wishes if w.sort in asked.only.split(",")]
    if asked.held_out or asked.trained:
        wishes = [w for w in wishes if (w.writer in sealed) == asked.held_out]
    groups: dict[str, list[Score]] = defaultdict(list)
    everything: list[Score] = []
    found: list[tuple[str, str, str]] = []
    cases: list[Json] = []
    made: list[Json] = []
    took: list[float] = []
    for wish in wishes:
        started = time.process_time()
        result, one, built = measured(wish, planner_of(wish) if asked.oracle else plan)
        took.append(time.process_time() - started)
        groups[{"writer": wish.writer, "style": wish.style, "kind": wish.sort}[asked.by]].append(result)
        everything.append(result)
        found += [(sort, what, wish.id) for sort, what in result.errors]
        cases.append(one)
        made.append(built)
    if not wishes:
        sys.stderr.write("no wishes\n")
        return 1
    sys.stdout.write(table(dict(sorted(groups.items())) | {"all": everything}) + "\n")
    sys.stdout.write(f"median {sorted(took)[len(took) // 2] * 1000:.0f} ms a wish, longest {max(took) * 1000:.0f} ms\n")
    if asked.errors:
        sys.stdout.write(errors(found, asked.errors, asked.show) + "\n")
    if asked.cases:
        asked.cases.write_text("".join(json.dumps(c, ensure_ascii=False) + "\n" for c in cases), encoding="utf-8")
    if asked.scorer:
        sys.stdout.write(_other(asked.scorer, made, cases) + "\n")
    return 0


def _other(path: Path, made: list[Json], cases: list[Json]) -> str:
    spec = importlib.util.spec_from_file_location("other_scorer", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    known = [c | {"style": {"new": "normal", "edit": "edit"}.get(c["kind"], "messy")} for c in cases if c["expect"] == "plan"]
    _, summary = module.score(made, known)
    return "\n".join(f"{k:24}{v[0]:8.3f}" for k, v in summary["all"].items())


if __name__ == "__main__":
    raise SystemExit(main())
