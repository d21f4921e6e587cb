"""From the scores of single attempts to what is told of a builder: a headline with bounds, part by part, and how reliable it is."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from sayso.builder.evals.scorer import Score, mean, score

Json = dict[str, Any]
HEADLINE = ("table f1", "field f1", "kind", "link f1", "view f1", "rule f1")
ROWS = (
    *(f"{p} {n}" for p in ("table", "field", "link", "view", "rule", "ai", "role") for n in ("precision", "recall", "f1")),
    "kind",
    "options",
    "outcome",
    "made",
    "kept",
)
PASS_MIN = 0.8
"""An attempt passes when its outcome is right and its own headline is at least this."""
RESAMPLES = 400
BOUND = 0.95
_OUTCOMES = {"plan": "built", "question": "clarify", "refusal": "refuse"}


def scored(case: Json, made: Json) -> Score:
    """The score of one attempt at a case (`gold`, `expect`, `kind`, `given`?), with the outcome as a share beside the parts."""
    result = score(case["gold"], made["spec"], case.get("given"))
    wanted = _OUTCOMES[case["expect"]]
    if case.get("kind") == "edit" and case["expect"] == "plan":
        right = made["outcome"] == "built"
    else:
        right = made["outcome"] == wanted or (wanted == "refuse" and made["outcome"] == "clarify")
    result.shares["outcome"] = float(right)
    if not right:
        result.errors.append(("outcome", f"{wanted} wanted, {made['outcome']} given"))
    return result


def headline(figures: Mapping[str, tuple[float, int]]) -> float:
    """The mean of what matters most, from 0 to 1."""
    found = [figures[k][0] for k in HEADLINE if k in figures]
    return sum(found) / len(found) if found else 0.0


def passes(one: Score) -> bool:
    """Whether an attempt is as good as a person would want it."""
    wants_parts = bool(one.counts)
    return one.shares.get("outcome") == 1.0 and (not wants_parts or headline(mean([one])) >= PASS_MIN)


def bounds(scores: Sequence[Score], seed: int = 1) -> tuple[float, float]:
    """Between which the headline lies, 95 times of 100, were other wishes of the same kind asked (a bootstrap over the cases)."""
    if len(scores) < 2:
        whole = headline(mean(scores))
        return whole, whole
    draw = random.Random(seed)
    found = sorted(headline(mean(draw.choices(scores, k=len(scores)))) for _ in range(RESAMPLES))
    cut = round(RESAMPLES * (1 - BOUND) / 2)
    return found[cut], found[-cut - 1]


def always(attempts: Sequence[Sequence[Score]]) -> float:
    """pass^k: the share of cases of which every attempt passes."""
    return sum(all(map(passes, tries)) for tries in attempts) / len(attempts) if attempts else 0.0


def ever(attempts: Sequence[Sequence[Score]]) -> float:
    """pass@k: the share of cases of which any attempt passes."""
    return sum(any(map(passes, tries)) for tries in attempts) / len(attempts) if attempts else 0.0
