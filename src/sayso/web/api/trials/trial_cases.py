"""The cases of a trial: everybody's answers side by side, and what people say of them."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.team.actor import Actor
from sayso.team.roles import Right
from sayso.trials import side_by_side, stored, votes
from sayso.trials.side_by_side import CASES_SHOWN, CASES_SHOWN_MAX
from sayso.trials.trial import CASES_MAX, Trial
from sayso.web.actor import By
from sayso.web.api.trials.shapes import NextPair, TrialCase, TrialCases
from sayso.web.shapes import Asked, Shown, Token
from sayso.web.work import Tx

Number = Annotated[int, Field(ge=1, le=CASES_MAX)]
Name = Annotated[str, Field(min_length=1, max_length=20)]


class AskedCases(Asked):
    show: Literal["all", "differ", "unvoted"] = "all"
    blind: bool = False
    offset: Annotated[int, Query(ge=0, le=CASES_MAX)] = 0
    limit: Annotated[int, Query(ge=1, le=CASES_SHOWN_MAX)] = CASES_SHOWN


class NewVote(Asked):
    """A grade of one answer, or a choice between two. Null takes it back."""

    answer: Name
    """A contender's id, or the letter that stands over its answer for me."""
    other: Name | None = None
    vote: Literal["good", "fine", "poor", "answer", "other", "tie"] | None


class Voted(Shown):
    case: TrialCase
    """As it was asked for: blind when the vote named a letter."""


async def listed(id: Token, asked: Annotated[AskedCases, Query()], tx: Tx, by: By) -> TrialCases:
    """Cases with everybody's answers: marked against the model in use, or blind, without names and in an order of my own."""
    trial, spec = await _opened(tx, id, by)
    page = await side_by_side.page(
        tx, trial, spec, by=by, show=asked.show, blind=asked.blind, offset=asked.offset, limit=asked.limit
    )
    return TrialCases.model_validate({"items": page.items, "total": page.total, "counts": page.counts})


async def vote(id: Token, case: Number, new: NewVote, tx: Tx, by: By) -> Voted:
    """Say what an answer is worth, or which of two is better."""
    trial, spec = await _opened(tx, id, by, to="comment")
    answer = side_by_side.contender_of(trial, case, new.answer, by=by)
    if new.other is None:
        if new.vote in ("answer", "other", "tie"):
            raise Invalid(Problem("other", "is the answer that it is compared with", "B"))
        await stored.must_have_said(tx, trial.id, case, answer)
        await votes.grade(tx, trial.id, case, answer, new.vote, by=by)
    else:
        if new.vote in ("good", "fine", "poor"):
            raise Invalid(Problem("vote", "of two answers is answer, other or tie", "tie"))
        other = side_by_side.contender_of(trial, case, new.other, by=by)
        await stored.must_have_said(tx, trial.id, case, answer, other)
        chosen = {"answer": "a", "other": "b", "tie": "tie", None: None}[new.vote]
        await votes.choose(tx, trial.id, case, answer, other, chosen, by=by)  # pyright: ignore[reportArgumentType]
    blind = len(new.answer) == 1
    return Voted.model_validate({"case": await side_by_side.one(tx, trial, spec, case, by=by, blind=blind)})


async def pair(id: Token, tx: Tx, by: By) -> NextPair:
    """The next two answers to choose between, without names."""
    trial, _ = await _opened(tx, id, by)
    found, left = await side_by_side.pair(tx, trial, by=by)
    return NextPair.model_validate({"pair": found, "left": left})


async def _opened(tx: AsyncConnection, id: str, by: Actor, to: Right = "read") -> tuple[Trial, App | None]:
    trial = await stored.read(tx, id, by=by, to=to)
    return trial, (await apps.open_app(tx, trial.app, by=by)).spec if trial.app else None
