"""Fits what decides whether a part that only the rules found joins what the tagger found.

    python -m training.joining MINILM WEIGHTS FOLDER[,FOLDER …] [WEIGHTS FOLDERS …]

`MINILM` is the folder of the language model. Each `WEIGHTS` is a tagger that has never seen the writers whose folders follow it
(`script/train-planner --without …`): a tagger looks better on what it was taught than it is, and the rules would never be believed.
Prints how often the decision is right with writers left out in turn, and writes `marks/joining.json`.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from sayso.builder.evals.predictions import prediction
from sayso.builder.evals.scorer import Score, alike, like, score
from sayso.builder.planner import joining
from sayso.builder.planner import planner as planning
from sayso.builder.planner.clauses import clauses
from sayso.builder.planner.joining import FEATURES, Candidate, Joiner
from sayso.builder.planner.marks import choosing, leading
from sayso.builder.planner.marks.mark import Heard, marks_of
from sayso.builder.planner.marks.reading import understand as by_marks
from sayso.builder.planner.marks.trained import hears
from sayso.builder.planner.normalise import normalised
from sayso.builder.planner.reading import understand
from sayso.builder.planner.sketch import Sketch
from sayso.builder.planner.spelling import spelled
from sayso.builder.planner.trained import Reader
from sayso.builder.planner.trained.weights import from_arrays
from sayso.gateway.builtin.embedding import LanguageModel
from sayso.spec.app import App
from training.annotated import Annotated
from training.gold import case
from training.measure import readable

WEIGHTS = Path(joining.__file__).parent / "marks" / "joining.json"
ROUNDS = 60
RIDGE = 0.5
LIKELY = 0.4
"""A part joins when it is meant so likely: for F1 less than a half is right."""
Json = dict[str, Any]
Example = tuple[tuple[float, ...], bool]


def examples(wish: Annotated, hear: Callable[[str], Heard]) -> Iterator[tuple[str, Example]]:
    """Every noun and every candidate of a wish with whether it is meant; what is right is kept before the next are asked for."""
    words = normalised(wish.text)
    text, heard = spelled(words), hear(words)
    rules, marks, gold = Sketch(), Sketch(), case(wish)["gold"]
    understand(clauses(text.text), rules)
    found = marks_of(text, heard.found)
    for noun in choosing.nouns(rules, found, heard, text):
        same = [t for t in gold["tables"] if like(t, noun.key) >= 0.5]
        if not (same and same[0].get("optional")):
            yield "noun", (noun.row, bool(same))
    by_marks(text.text, choosing.chosen(rules, found, heard, text), marks, heard)
    joiner = Joiner(marks, rules, heard, text)
    for asked in (joiner.fields, joiner.parts):
        for one in asked():
            right = meant(one, gold, marks)
            if right is not None:
                yield f"{one.sort} of {one.side}", (one.row, right)
                (one.keep if right else one.drop)()


def leads(wish: Annotated, hear: Callable[..., Heard]) -> list[Example]:
    """Who should lead, as often as it matters: the wish is planned both ways and compared with gold."""
    words = normalised(wish.text)
    text, one = spelled(words), case(wish)
    rules = Sketch()
    pieces = clauses(text.text)
    understand(pieces, rules)
    row = leading.row(rules, marks_of(text, hear(words).found), pieces)
    both: list[float] = []
    for lead in (True, False):
        with mock.patch.object(planning, "rules_lead", lambda *_, lead=lead: lead):
            both.append(_quality(score(one["gold"], prediction(one, lambda w: planning.plan(w, hear))["spec"])))
    by_rules, by_marks_ = both
    return [(row, by_rules > by_marks_)] * round(abs(by_rules - by_marks_) * 20)


def _quality(found: Score) -> float:
    kept = [2 * h / (m + w) for part, (h, m, w) in found.counts.items() if part in ("table", "field", "link", "view", "rule")]
    kept += [v for k, v in found.shares.items() if k == "kind"]
    return sum(kept) / max(len(kept), 1)


def meant(one: Candidate, gold: Json, marks: Sketch) -> bool | None:
    """Whether gold has such a part and nobody else has found it; None when it makes no difference."""
    home = next((t for t in gold["tables"] if like(t, one.table) >= 0.5), None)
    if one.sort in ("field", "link"):
        if home is None:
            return None
        table = next((m for m in marks.tables if m.name == one.table), None)
        have = [f.name for f in table.fields if f.name != one.name] if table else []
        found = [f for f in home["fields"] if like(f, one.name) >= 0.5 and not any(like(f, h) >= like(f, one.name) for h in have)]
        if one.sort == "link":
            found = [f for f in home["fields"] if f["type"] == "link" and alike(f["link_to"], one.name) >= 0.5] or found
        return None if found and found[0].get("optional") else bool(found)
    if one.sort == "view":
        return any(
            v["type"] == one.name and (not v.get("table") or home is None or v["table"] == home["name"]) for v in gold["views"]
        )
    if one.sort == "role":
        return any(alike(r, one.name) >= 0.5 for r in gold["roles"])
    trigger = {"row_changed": "row_updated"}.get(one.name, one.name)
    near = ({"form_submitted", "row_created"}, {"date_reached", "schedule"})
    others = len(marks.automations) - (one.side == "marks")
    return others < len(gold["automations"]) and any(
        r["trigger"] == trigger or any({r["trigger"], trigger} <= s for s in near) for r in gold["automations"]
    )


def fitted(data: list[Example]) -> np.ndarray:
    """Weights of a logistic regression, by Newton's steps; the bias holds what `LIKELY` asks for."""
    x, y = np.array([r for r, _ in data]), np.array([float(g) for _, g in data])
    weights = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = 1e-3
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (y - p) - ridge * weights
        bend = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge) + 1e-6 * np.eye(x.shape[1])
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    weights[0] += np.log((1 - LIKELY) / LIKELY)
    return weights


def figures(weights: np.ndarray, data: list[Example]) -> tuple[int, int, int]:
    """Rightly kept, kept, worth keeping."""
    kept = [bool(np.dot(weights, r) > 0) for r, _ in data]
    return sum(k and g for k, (_, g) in zip(kept, data, strict=True)), sum(kept), sum(g for _, g in data)


def gathered(readers: Iterable[tuple[Reader, Iterable[Annotated]]]) -> dict[str, dict[str, list[Example]]]:
    """What there is to decide on new wishes, by sort and writer; each reader has never seen the wishes that come with it."""
    data: dict[str, dict[str, list[Example]]] = defaultdict(lambda: defaultdict(list))
    for trained, wishes in readers:

        def hear(words: str, app: App | None = None, trained: Reader = trained) -> Heard:
            return hears(trained, words, app)

        for wish in wishes:
            if wish.sort != "edit" and wish.expect == "plan":
                for sort, one in examples(wish, hear):
                    data[sort][wish.writer].append(one)
                data["lead"][wish.writer] += leads(wish, hear)
    return data


def weights_of(data: dict[str, dict[str, list[Example]]]) -> dict[str, dict[str, float]]:
    """What is shipped: the weights of every sort of part by the names of their features."""
    made: dict[str, dict[str, float]] = {}
    for sort, writers in sorted(data.items()):
        names = choosing.FEATURES if sort == "noun" else leading.FEATURES if sort == "lead" else FEATURES
        weights = fitted([e for es in writers.values() for e in es])
        made[sort] = {n: round(float(w), 3) for n, w in zip(names, weights, strict=True)}
    return made


def main() -> int:
    minilm, *pairs = sys.argv[1:]
    model = LanguageModel.read(Path(minilm))

    def readers() -> Iterator[tuple[Reader, list[Annotated]]]:
        for file, folders in zip(pairs[::2], pairs[1::2], strict=True):
            with np.load(file) as stored:
                yield Reader.of(model, from_arrays(dict(stored))), [w for f in folders.split(",") for w in readable(Path(f))]

    data = gathered(readers())
    for sort, writers in sorted(data.items()):
        totals = np.zeros(3, int)
        for left in writers:
            others = [e for w, es in writers.items() if w != left for e in es]
            if len(others) > 1:
                totals += figures(fitted(others), writers[left])
        everything = sum(map(len, writers.values()))
        sys.stdout.write(
            f"{sort:6} {everything:6} candidates, {totals[2]} meant; writers left out: {totals[1]} kept, {totals[0]} rightly\n"
        )
    WEIGHTS.write_text(json.dumps(weights_of(data), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
