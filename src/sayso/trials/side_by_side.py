"""The same cases, everybody's answers beside each other: marked against the model in use, or without names for who votes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from string import ascii_uppercase
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.team.actor import Actor
from sayso.trials import stored, votes
from sayso.trials.checks import together
from sayso.trials.differences import differences
from sayso.trials.parts import part
from sayso.trials.summary import differing
from sayso.trials.trial import IN_USE, WORTH, Answer, Case, Trial
from sayso.trials.votes import Vote

CASES_SHOWN, CASES_SHOWN_MAX = 50, 200
Show = Literal["all", "differ", "unvoted"]


@dataclass(frozen=True, slots=True)
class Page:
    items: list[dict[str, Any]]
    total: int
    counts: Mapping[str, int]


async def page(
    tx: AsyncConnection, trial: Trial, spec: App | None, *, by: Actor, show: Show = "all", blind: bool = False, offset: int = 0,
    limit: int = CASES_SHOWN,
) -> Page:  # fmt: skip
    """Cases in their order. `unvoted` are those of which `by` has not graded every answer."""
    light = await stored.words_of(tx, trial.id)
    mine = [vote for vote in await votes.of(tx, trial.id) if vote.voter == by.id]
    every = sorted({answer.n for answer in light} | set(range(1, trial.cases + 1)))
    differ = differing(light)
    unvoted = unvoted_of(light, mine)
    chosen = [n for n in every if show == "all" or (show == "differ" and n in differ) or (show == "unvoted" and n in unvoted)]
    ns = chosen[offset : offset + limit]
    cases = await stored.cases_of(tx, trial.id, ns=ns)
    by_case: dict[int, list[Answer]] = defaultdict(list)
    for answer in await stored.answers_of(tx, trial.id, ns):
        by_case[answer.n].append(answer)
    everyone = await votes.of(tx, trial.id, ns)
    items = [_case(trial, spec, case, by_case[case.n], everyone, by.id, case.n in differ, blind) for case in cases]
    return Page(items, len(chosen), {"all": len(every), "differ": len(differ), "unvoted": len(unvoted)})


def unvoted_of(answers: Sequence[Answer], mine: Sequence[Vote]) -> set[int]:
    had = {(vote.n, vote.a) for vote in mine if not vote.b}
    return {answer.n for answer in answers if answer.ok and (answer.n, answer.contender) not in had}


async def one(tx: AsyncConnection, trial: Trial, spec: App | None, n: int, *, by: Actor, blind: bool = False) -> dict[str, Any]:
    """Raises `NotFound`."""
    cases = await stored.cases_of(tx, trial.id, ns=[n])
    if not cases:
        raise NotFound("This trial has no such case.")
    answers = await stored.answers_of(tx, trial.id, [n])
    return _case(trial, spec, cases[0], answers, await votes.of(tx, trial.id, [n]), by.id, n in differing(answers), blind)


def contender_of(trial: Trial, n: int, named: str, *, by: Actor) -> str:
    """Whose answer is meant: by a contender's id, or by the letter that stands over it for this person. Raises `Invalid`."""
    ids = [one.id for one in trial.plan.contenders]
    if named in ids:
        return named
    order = votes.order(trial.id, by.id, n, ids)
    if len(named) == 1 and named in ascii_uppercase[: len(order)]:
        return order[ascii_uppercase.index(named)]
    raise Invalid(Problem("answer", "is neither a contender of this trial nor a letter of this case", ids[0]))


def letter_of(trial: Trial, n: int, contender: str, voter: str) -> str:
    return ascii_uppercase[votes.order(trial.id, voter, n, [one.id for one in trial.plan.contenders]).index(contender)]


async def pair(tx: AsyncConnection, trial: Trial, *, by: Actor) -> tuple[dict[str, Any] | None, int]:
    """The next two answers that this person has not chosen between, without names, and how many pairs are left. Answers that say the
    same are no choice. Pairs that few have judged come first, the model in use among them."""
    answers = [answer for answer in await stored.answers_of(tx, trial.id) if answer.ok]
    every = await votes.of(tx, trial.id)
    had = {(vote.n, vote.a, vote.b) for vote in every if vote.b and vote.voter == by.id}
    judged = Counter((vote.a, vote.b) for vote in every if vote.b)
    by_case: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_case[answer.n].append(answer)
    open_pairs = [
        (n, a, b)
        for n, some in by_case.items()
        for a, b in combinations(sorted(some, key=lambda answer: answer.contender), 2)
        if a.text.split() != b.text.split() and (n, a.contender, b.contender) not in had
    ]
    if not open_pairs:
        return None, 0
    n, a, b = min(
        open_pairs, key=lambda p: (judged[p[1].contender, p[2].contender], IN_USE not in (p[1].contender, p[2].contender), p[0])
    )
    case = (await stored.cases_of(tx, trial.id, ns=[n]))[0]
    order = votes.order(trial.id, by.id, n, [one.id for one in trial.plan.contenders])
    left, right = sorted((a, b), key=lambda answer: order.index(answer.contender))
    sides = {
        side: {"answer": letter_of(trial, n, one.contender, by.id), "text": one.text, "value": one.value}
        for side, one in (("left", left), ("right", right))
    }
    about = {"case": n, "label": case.label, "detail": case.detail, "inputs": read_of(case), "expected": case.expected}
    return {**about, **sides}, len(open_pairs)


# ── one case ──────────────────────────────────────────────


def _case(
    trial: Trial, spec: App | None, case: Case, answers: Sequence[Answer], everyone: Sequence[Vote], me: str, differ: bool, blind: bool
) -> dict[str, Any]:  # fmt: skip
    in_use = next((a for a in answers if a.contender == IN_USE), None)
    ids = [one.id for one in trial.plan.contenders]
    order = votes.order(trial.id, me, case.n, ids) if blind else ids
    there = sorted(answers, key=lambda a: order.index(a.contender) if a.contender in order else len(order))
    mine = {vote.a: vote.vote for vote in everyone if vote.voter == me and vote.n == case.n and not vote.b}
    won = winners([a for a in answers if a.ok], [vote for vote in everyone if vote.n == case.n])
    return {
        "n": case.n,
        "path": case.path,
        "part": _part_name(spec, case.path),
        "row": case.row,
        "label": case.label,
        "detail": case.detail,
        "inputs": read_of(case),
        "attachments": [one["name"] for one in case.inputs.get("attachments", ())] if isinstance(case.inputs, dict) else [],
        "expected": case.expected,
        "before": {"text": case.before.get("text") or "", "model": case.before.get("model")}
        if isinstance(case.before, dict)
        else None,
        "differs": differ,
        "answers": [_blind(trial, a, me, mine) if blind else _answer(a, in_use, mine, a.contender in won) for a in there],
    }


def winners(answers: Sequence[Answer], some: Sequence[Vote]) -> set[str]:
    """Whose answer to this case is best, by what is said of it: votes, else the judge, else checks. Nobody when all are alike."""
    for worth in (_by_votes(some), _by_judge(answers), _by_checks(answers)):
        there = {answer.contender: worth[answer.contender] for answer in answers if answer.contender in worth}
        if there and len(there) == len(answers):
            most = max(there.values())
            return {name for name, value in there.items() if value == most} if most > min(there.values()) else set()
    return set()


def _by_votes(some: Sequence[Vote]) -> dict[str, float]:
    given: dict[str, list[float]] = defaultdict(list)
    for vote in some:
        if not vote.b:
            given[vote.a].append(WORTH[vote.vote])
    return {name: sum(worth) / len(worth) for name, worth in given.items()}


def _by_judge(answers: Sequence[Answer]) -> dict[str, float]:
    return {a.contender: WORTH[a.judged["grade"]] for a in answers if a.judged and a.judged.get("grade") in WORTH}


def _by_checks(answers: Sequence[Answer]) -> dict[str, float]:
    return {a.contender: score for a in answers if (score := together(a.scores)) is not None}


def _answer(a: Answer, in_use: Answer | None, mine: Mapping[str, str], won: bool) -> dict[str, Any]:
    against = in_use if in_use is not None and in_use is not a and in_use.ok and a.ok else None
    return {
        "answer": a.contender, "state": a.state, "text": a.text, "value": a.value, "problem": a.problem,
        "cost": None if a.cost is None else f"{a.cost:f}", "ms": a.ms, "first_ms": a.first_ms, "model": a.model,
        "differences": [piece._asdict() for piece in differences(against.text, a.text)] if against else [],
        "scores": list(a.scores), "judged": a.judged, "recorded": list(a.recorded), "mine": mine.get(a.contender), "won": won,
    }  # fmt: skip


def _blind(trial: Trial, a: Answer, me: str, mine: Mapping[str, str]) -> dict[str, Any]:
    """Nothing by which it could be told whose it is."""
    return {
        "answer": letter_of(trial, a.n, a.contender, me), "state": a.state, "text": a.text, "value": a.value, "problem": None,
        "cost": None, "ms": None, "first_ms": None, "model": None, "differences": [], "scores": [], "judged": None,
        "recorded": list(a.recorded), "mine": mine.get(a.contender), "won": False,
    }  # fmt: skip


def read_of(case: Case) -> list[dict[str, str]]:
    """What the case reads, by name."""
    if isinstance(case.inputs, dict) and isinstance(case.inputs.get("values"), list):
        return [{"name": one["name"], "text": one["text"]} for one in case.inputs["values"]]
    return [{"name": str(name), "text": str(text)} for name, text in case.inputs.items()] if isinstance(case.inputs, dict) else []


def _part_name(spec: App | None, path: str) -> str:
    try:
        return part(spec, path).name if spec is not None else "Builder"
    except NotFound:
        return path
