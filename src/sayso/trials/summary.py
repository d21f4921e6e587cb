"""A trial in figures: what each contender is worth, costs and takes, and what follows from it. Everything that the screen shows is worked out here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sayso.trials.checks import together
from sayso.trials.frontier import frontier
from sayso.trials.statistics import AGREEMENT_LEAST, Agreement, Interval, agreement, percentile, preferred, wilson
from sayso.trials.trial import IN_USE, WORTH, Answer, Contender, Trial
from sayso.trials.votes import VOTES_LEAST, Graded, Vote, by_answer, duels, graded

BY = ("votes", "judge", "checks", "pairs")
"""Whose word on quality counts, where several have spoken: people's before a judge's, a judge's before what can be checked."""
COSTS_SHOWN_PER = 1_000


@dataclass(frozen=True, slots=True)
class Share:
    """Quality from 0 to 1 with its bounds, and who says so."""

    of: Interval
    by: str


@dataclass(frozen=True, slots=True)
class Summed:
    """One contender. Costs are dollars over the answered cases and per 1,000 of them, None while a price is unknown; times in milliseconds."""

    id: str
    answered: int
    failed: int
    refused: int
    grades: Graded
    quality: Share | None
    measures: Mapping[str, Interval | None]
    checks: tuple[Interval | None, ...]
    cost: Decimal | None
    cost_per_1000: Decimal | None
    p50_ms: float | None
    p95_ms: float | None
    first_ms: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """`differ` are the cases on which somebody answered otherwise than the model in use."""

    contenders: tuple[Summed, ...]
    best: str | None
    frontier: tuple[str, ...]
    differ: frozenset[int]
    agreement: Agreement | None
    agreement_missing: int
    people: int
    by: Mapping[str, Summed] = field(default_factory=dict)


def summed(trial: Trial, answers: Sequence[Answer], votes: Sequence[Vote]) -> Summary:
    fought = preferred(duels(votes))
    some = tuple(_of(trial, one, [a for a in answers if a.contender == one.id], votes, fought) for one in trial.plan.contenders)
    by = _whose(some)
    some = tuple(_by(one, by) for one in some)
    points = {
        one.id: (float(one.cost_per_1000), one.quality.of.value)
        for one in some
        if one.quality is not None and one.cost_per_1000 is not None
    }
    both = _both(answers, votes)
    return Summary(
        some, best(some), frontier(points), differing(answers), agreement(both), max(0, AGREEMENT_LEAST - len(both)),
        len({vote.voter for vote in votes}), {one.id: one for one in some},
    )  # fmt: skip


def _of(trial: Trial, one: Contender, mine: Sequence[Answer], votes: Sequence[Vote], fought: Mapping[str, Interval]) -> Summed:
    said = [answer for answer in mine if answer.state != "refused"]
    failed = [answer for answer in said if not answer.ok]
    grades = graded(votes, one.id, len(said) - len(failed))
    costs = [answer.cost for answer in said]
    known = [cost for cost in costs if cost is not None]
    cost = sum(known, Decimal(0)) if said and len(known) == len(costs) else None
    per = cost / len(said) * COSTS_SHOWN_PER if cost is not None and said else None
    measures = {
        "votes": _with_failures(grades, len(failed)),
        "judge": _judged(said, failed),
        "checks": _checked(said),
        "pairs": fought.get(one.id),
    }
    times = [answer.ms for answer in said if answer.ms is not None and answer.ok]
    firsts = [answer.first_ms for answer in said if answer.first_ms is not None]
    return Summed(
        one.id, len(said), len(failed), len(mine) - len(said), grades, None, measures, _each_check(trial, said), cost, per,
        percentile(times, 0.5), percentile(times, 0.95), percentile(firsts, 0.5),
    )  # fmt: skip


def _with_failures(grades: Graded, failed: int) -> Interval | None:
    """What failed needs no vote to be poor."""
    if grades.quality is None:
        return None
    return wilson(grades.quality.value * grades.quality.n, grades.quality.n + failed)


def _judged(said: Sequence[Answer], failed: Sequence[Answer]) -> Interval | None:
    given = [WORTH[a.judged["grade"]] for a in said if a.ok and a.judged and a.judged.get("grade") in WORTH]
    return wilson(sum(given), len(given) + len(failed)) if given else None


def _checked(said: Sequence[Answer]) -> Interval | None:
    scores = [score for answer in said if (score := together(answer.scores)) is not None]
    return wilson(sum(scores), len(scores))


def _each_check(trial: Trial, said: Sequence[Answer]) -> tuple[Interval | None, ...]:
    found: list[Interval | None] = []
    for place in range(len(trial.plan.checks)):
        scores = [a.scores[place] for a in said if place < len(a.scores)]
        there = [score for score in scores if score is not None]
        found.append(wilson(sum(there), len(there)))
    return tuple(found)


def _whose(some: Sequence[Summed]) -> str | None:
    """One word for all of them: contenders measured in different ways are not compared."""
    asked = [one for one in some if one.answered]
    return next((by for by in BY if asked and all(one.measures[by] is not None for one in asked)), None)


def _by(one: Summed, by: str | None) -> Summed:
    found = one.measures[by] if by is not None else None
    return replace(one, quality=Share(found, by) if found is not None and by is not None else None)


def best(some: Sequence[Summed]) -> str | None:
    """The highest quality; among those alike the cheapest. None while there is nothing to compare."""
    there = [one for one in some if one.quality is not None]
    if len(there) < 2:
        return None
    first = max(
        there,
        key=lambda one: (
            round(one.quality.of.value, 6) if one.quality else 0,
            -(one.cost_per_1000 if one.cost_per_1000 is not None else Decimal("Infinity")),
            one.id == IN_USE,
        ),
    )
    return first.id


def differing(answers: Sequence[Answer]) -> frozenset[int]:
    in_use = {a.n: a for a in answers if a.contender == IN_USE}
    return frozenset(a.n for a in answers if a.contender != IN_USE and a.n in in_use and differs(in_use[a.n], a))


def differs(one: Answer, other: Answer) -> bool:
    return one.ok != other.ok or (one.text.split() != other.text.split())


def _both(answers: Sequence[Answer], votes: Sequence[Vote]) -> list[tuple[str, str]]:
    """What people and the judge said of the same answers."""
    people = by_answer(votes)
    judged = {(a.n, a.contender): a.judged.get("grade") for a in answers if a.judged and a.judged.get("grade") in WORTH}
    return [(said, str(judged[key])) for key, said in people.items() if key in judged]


def verdict(trial: Trial, found: Summary, names: Mapping[str, str]) -> str:
    """What can be said of it in one sentence. Equal figures are called equal, and what the cases cannot tell is called so."""
    if trial.state in ("queued", "running"):
        return f"{trial.answered} of {trial.calls} answers are there."
    used = found.by.get(IN_USE)
    if found.best is None or used is None:
        missing = max((one.grades.missing for one in found.contenders), default=0)
        return (
            f"Nothing says yet which is better: {_votes(missing)} on each, or checks, would tell."
            if missing
            else "Nothing says yet which is better."
        )
    winner = found.by[found.best]
    if winner.id == IN_USE or used.quality is None or winner.quality is None:
        return (
            f"None of the others is better than what is in use ({_percent(used)})."
            if used.quality
            else "The one in use could not be measured."
        )
    name, cost = names.get(winner.id, winner.id), _against(winner, used)
    if winner.quality.of.value == used.quality.of.value:
        return f"{name} is as good as what is in use ({_percent(winner)}){cost}."
    if winner.quality.of.low <= used.quality.of.high:
        return f"{name} scored {_percent(winner)}, what is in use {_percent(used)}{cost}; so few cases do not tell them apart for sure."
    return f"{name} is better than what is in use: {_percent(winner)} to {_percent(used)}{cost}."


def _votes(missing: int) -> str:
    return f"{missing} more vote{'s' if missing != 1 else ''}"


def _percent(one: Summed) -> str:
    return f"{one.quality.of.value * 100:.0f}%" if one.quality else "unknown"


def _against(one: Summed, used: Summed) -> str:
    if one.cost_per_1000 is None or used.cost_per_1000 is None:
        return ""
    if one.cost_per_1000 == used.cost_per_1000:
        return ", at the same cost"
    if not used.cost_per_1000:
        return f", and costs ${one.cost_per_1000:.2f} per 1,000 where the other is free"
    share = (one.cost_per_1000 / used.cost_per_1000 - 1) * 100
    return f", {abs(share):.0f}% {'cheaper' if share < 0 else 'dearer'}"


def votes_least(cases: int) -> int:
    return min(VOTES_LEAST, cases)
