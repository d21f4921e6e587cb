"""Cases × attempts, some at a time: what any builder makes of them, and what that took."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

from sayso.ai.measurements import Measurement
from sayso.builder.evals.figures import ROWS, always, bounds, ever, headline, scored
from sayso.builder.evals.predictions import predicted, wish_of
from sayso.builder.evals.scorer import Score, mean
from sayso.builder.planner import Plan, Wish
from sayso.errors import Invalid, Problem

Json = dict[str, Any]
Builder = Callable[[Wish], Awaitable[Plan]]
CASES_MAX = 2_000
ATTEMPTS_MAX = 10
AT_ONCE = 4
KIND = "builds_apps"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one case. `failed`: the model gave nothing that could be used; a plan that the planner made instead counts for nothing."""

    case: str
    failed: bool
    ms: float
    rounds: int
    input: int
    output: int
    cost: str | None
    outcome: str
    score: Score
    built: Json | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is told of a builder. Shares are from 0 to 1; `cost` is dollars for all of it, None when a price is not known."""

    model: str
    cases: int
    k: int
    digest: str
    """Of the cases: two evaluations with the same are of the same wishes."""
    headline: float
    low: float
    high: float
    always: float
    ever: float
    failed: float
    parts: dict[str, float]
    input: int
    output: int
    cost: str | None
    ms: float
    ms_max: float
    rounds: float
    at: str
    attempts: list[Attempt] = field(default_factory=list)

    def as_json(self, *, whole: bool = False) -> Json:
        told = {k: v for k, v in asdict(self).items() if k != "attempts"}
        if not whole:
            return told
        return told | {
            "attempts": [
                asdict(one) | {"score": {"parts": one.score.counts, "shares": one.score.shares, "errors": one.score.errors}}
                for one in self.attempts
            ]
        }

    def measurement(self, directory: str | None, cases: str) -> Measurement:
        """For the workspace's own figures of this model, beside what others publish."""
        title = (
            f"Builds apps: {self.headline:.2f} on {self.cases} {cases} ({self.k} tries each, {self.always:.0%} right every time)"
        )
        figures: Json = {
            "pass_k": self.always,
            "pass_at_k": self.ever,
            "k": self.k,
            "failed": self.failed,
            "parts": self.parts,
            "p50_ms": self.ms,
        }
        figures |= {
            "tokens": {"input": self.input, "output": self.output},
            "cost": self.cost,
            "rounds": self.rounds,
            "cases": self.digest,
        }
        return Measurement(
            self.model,
            directory,
            KIND,
            f"builder/{self.digest}",
            title,
            self.headline,
            self.low,
            self.high,
            self.cases,
            "scorer",
            figures,
        )


def packaged() -> list[Json]:
    """The cases that come with Sayso."""
    return _lines((files("sayso.builder.evals") / "cases.jsonl").read_text(encoding="utf-8"), "cases.jsonl")


def read(path: Path) -> list[Json]:
    """Cases from a file of JSON lines. Raises `Invalid` with the line that is none."""
    try:
        return _lines(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(Problem(str(path), f"cannot be read ({type(error).__name__})")) from None


def _lines(text: str, name: str) -> list[Json]:
    cases: list[Json] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            gold = case["gold"]
            case = {"id": str(number), "expect": "plan", "kind": "edit" if case.get("given") else "new", **case}
            if not isinstance(case["prompt"], str) or not all(
                isinstance(gold.get(k), list) for k in ("tables", "views", "automations", "ai")
            ):
                raise ValueError("no case")
            if case["expect"] not in ("plan", "question", "refusal"):
                raise ValueError("no expectation")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Invalid(
                Problem(
                    f"{name}, line {number}",
                    "is no case",
                    '{"id": "1", "prompt": "track clients", "expect": "plan", "gold": {"tables": […], "views": [], "automations": [], "ai": []}}',
                )
            ) from None
        cases.append(case)
    if not cases or len(cases) > CASES_MAX:
        raise Invalid(Problem(name, f"holds {len(cases)} cases; from 1 to {CASES_MAX:,} can be measured"))
    return cases


async def measured(
    model: str,
    cases: Sequence[Json],
    builder: Builder,
    *,
    k: int = 3,
    at_once: int = AT_ONCE,
    told: Callable[[int, int], None] = lambda *_: None,
) -> Evaluation:
    """`builder` plans each case `k` times. What it raises is a failure of that attempt, not of the measurement."""
    k = max(1, min(k, ATTEMPTS_MAX))
    free, done = asyncio.Semaphore(at_once), 0

    async def tried(case: Json) -> Attempt:
        nonlocal done
        async with free:
            attempt = await _tried(case, builder)
        done += 1
        told(done, len(cases) * k)
        return attempt

    found = await asyncio.gather(*(tried(case) for case in cases for _ in range(k)))
    by_case = [found[n * k : (n + 1) * k] for n in range(len(cases))]
    return _evaluated(model, cases, k, by_case)


async def _tried(case: Json, builder: Builder) -> Attempt:
    wish = wish_of(case)
    began = time.perf_counter()
    try:
        plan: Plan | None = await builder(wish)
    except Exception:
        plan = None
    took = (time.perf_counter() - began) * 1000
    made = plan.made if plan else None
    failed = plan is None or (made is not None and made.fallback is not None)
    if plan is None or failed:
        prediction: Json = {"outcome": "failed", "spec": None}
    else:
        prediction = predicted(case, wish, plan, took)
    score = scored(case, prediction)
    spent = (made.rounds, made.input, made.output, made.cost) if made else (0, 0, 0, None)
    return Attempt(str(case["id"]), failed, round(took, 1), *spent, prediction["outcome"], score, prediction["spec"])


def _evaluated(model: str, cases: Sequence[Json], k: int, by_case: list[list[Attempt]]) -> Evaluation:
    attempts = [one for tries in by_case for one in tries]
    scores = [one.score for one in attempts]
    figures = mean(scores)
    low, high = bounds(scores)
    times = sorted(one.ms for one in attempts)
    costs = [one.cost for one in attempts]
    cost = None if any(c is None for c in costs) else format(sum((Decimal(c) for c in costs if c), Decimal(0)).normalize(), "f")
    passed = [[one.score for one in tries] for tries in by_case]
    return Evaluation(
        model, len(cases), k, digest_of(cases), headline(figures), low, high, always(passed), ever(passed), sum(one.failed for one in attempts) / len(attempts),
        {row: round(figures[row][0], 4) for row in ROWS if row in figures}, sum(one.input for one in attempts), sum(one.output for one in attempts), cost,
        median(times), times[-1], sum(one.rounds for one in attempts) / len(attempts), datetime.now(UTC).isoformat(timespec="seconds"), attempts,
    )  # fmt: skip


def digest_of(cases: Sequence[Json]) -> str:
    return hashlib.sha256(json.dumps(list(cases), sort_keys=True).encode()).hexdigest()[:12]


def kept(home: Path, one: Evaluation) -> Path:
    """Writes all of it, every attempt too, into the home; gives where."""
    folder = home / "evals" / "builder"
    folder.mkdir(parents=True, exist_ok=True)
    name = "".join(c if c.isalnum() or c in "-." else "_" for c in one.model)[:80]
    path = folder / f"{one.at.replace(':', '').replace('+0000', 'Z')}-{name}.json"
    path.write_text(json.dumps(one.as_json(whole=True), ensure_ascii=False, indent=1), encoding="utf-8")
    return path
