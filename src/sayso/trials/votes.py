"""What people say of answers, without knowing whose they are."""

import hashlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.trial_tables import votes as t
from sayso.errors import Invalid, Problem
from sayso.team.actor import Actor
from sayso.trials.statistics import Duel, Interval, wilson
from sayso.trials.trial import WORTH, Grade

VOTES_LEAST = 20
"""Cases that have a vote, before quality is told from votes: below it, the bar is hollow."""
Chosen = Literal["a", "b", "tie"]


@dataclass(frozen=True, slots=True)
class Vote:
    """A grade of `a`, or with `b` a choice between two."""

    n: int
    voter: str
    a: str
    b: str
    vote: str


def order(trial: str, voter: str, n: int, contenders: Sequence[str]) -> list[str]:
    """How the answers to a case stand for one person: shuffled, and always the same for them."""
    seed = hashlib.sha256(f"{trial} {voter} {n}".encode()).digest()
    shuffled = sorted(contenders)
    random.Random(seed).shuffle(shuffled)
    return shuffled


async def grade(tx: AsyncConnection, trial: str, n: int, contender: str, vote: Grade | None, *, by: Actor) -> None:
    """One person's grade of one answer; a new one takes the place of the old, None takes it back."""
    await _put(tx, trial, n, by.id, contender, "", vote)


async def choose(tx: AsyncConnection, trial: str, n: int, a: str, b: str, chosen: Chosen | None, *, by: Actor) -> None:
    """One person's choice between two answers. Kept under the names in their order, whichever stood left."""
    if a == b:
        raise Invalid(Problem("b", "is another answer than a"))
    if a > b:
        a, b = b, a
        chosen = {"a": "b", "b": "a"}.get(chosen or "", chosen)  # pyright: ignore[reportAssignmentType]
    await _put(tx, trial, n, by.id, a, b, chosen)


async def _put(tx: AsyncConnection, trial: str, n: int, voter: str, a: str, b: str, vote: str | None) -> None:
    if vote is None:
        mine = (t.c.trial == trial) & (t.c.n == n) & (t.c.voter == voter) & (t.c.a == a) & (t.c.b == b)
        await tx.execute(delete(t).where(mine))
        return
    new = insert(t).values(trial=trial, n=n, voter=voter, a=a, b=b, vote=vote)
    await tx.execute(
        new.on_conflict_do_update(index_elements=["trial", "n", "voter", "a", "b"], set_={"vote": vote, "at": func.now()})
    )


async def of(tx: AsyncConnection, trial: str, ns: Sequence[int] | None = None) -> list[Vote]:
    query = select(t.c.n, t.c.voter, t.c.a, t.c.b, t.c.vote).where(t.c.trial == trial)
    return [Vote(*row) for row in await tx.execute(query.where(t.c.n.in_(ns)) if ns is not None else query)]


@dataclass(frozen=True, slots=True)
class Graded:
    """What people said of one contender. `quality` is None until enough cases have a vote; `missing` says how many more that takes."""

    good: int
    fine: int
    poor: int
    quality: Interval | None
    so_far: Interval | None
    missing: int


def graded(found: Sequence[Vote], contender: str, cases: int) -> Graded:
    """A case counts once, with the mean of its votes, however many people have voted on it: two votes on one answer are not two answers."""
    mine = [vote for vote in found if vote.a == contender and not vote.b]
    counts = Counter(vote.vote for vote in mine)
    by_case: dict[int, list[float]] = {}
    for vote in mine:
        by_case.setdefault(vote.n, []).append(WORTH[vote.vote])
    so_far = wilson(sum(sum(some) / len(some) for some in by_case.values()), len(by_case))
    missing = max(0, min(VOTES_LEAST, cases) - len(by_case))
    return Graded(counts["good"], counts["fine"], counts["poor"], None if missing else so_far, so_far, missing)


def duels(found: Sequence[Vote]) -> list[Duel]:
    """All choices between two; grades of two answers to one case by one person are one too, when they differ or are alike."""
    pairs = [vote for vote in found if vote.b]
    return [Duel(vote.a, vote.b, {"a": vote.a, "b": vote.b}.get(vote.vote)) for vote in pairs]


def by_answer(found: Sequence[Vote]) -> Mapping[tuple[int, str], str]:
    """The grade that most people gave an answer; the middle one when they are at odds. For comparing with a judge."""
    given: dict[tuple[int, str], list[float]] = {}
    for vote in found:
        if not vote.b:
            given.setdefault((vote.n, vote.a), []).append(WORTH[vote.vote])
    means = {key: sum(some) / len(some) for key, some in given.items()}
    return {key: "good" if mean > 0.75 else "poor" if mean < 0.25 else "fine" for key, mean in means.items()}
