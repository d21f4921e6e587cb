"""What a trial would cost, before anything is asked."""

from fastapi import Request

from sayso.trials import begin, side_by_side, stored
from sayso.trials.estimate import seconds
from sayso.trials.shown import dollars
from sayso.web.actor import By
from sayso.web.api.trials.shapes import LeftOut, NewTrial, Read
from sayso.web.parts import parts
from sayso.web.shapes import Shown
from sayso.web.work import Tx

SAMPLE_CASES = 3


class EstimatedContender(Shown):
    id: str
    name: str
    model: str | None
    cost: str | None
    """Dollars for all cases; null where no price is published."""
    cost_each: str | None
    problem: str | None
    """Why it cannot be asked, or what speaks against it."""


class SampleCase(Shown):
    label: str
    detail: str
    inputs: list[Read]


class TrialEstimate(Shown):
    cases: int
    calls: int
    left_out: list[LeftOut]
    masked: int
    """Places that were masked, in all cases together."""
    seconds: float
    cost: str | None
    judge_cost: str | None
    """Part of `cost`: grading every answer."""
    contenders: list[EstimatedContender]
    sample: list[SampleCase]
    """As they would be asked."""


async def create(new: NewTrial, request: Request, tx: Tx, by: By) -> TrialEstimate:
    """What a trial would ask, cost and take. Nothing is asked, nothing is kept."""
    known = parts(request)
    ready = await begin.prepared(tx, known.gateway, new.wanted(), known.shelf.directory, by=by)
    stored.must_have_cases(ready.cases)
    calls = len(ready.cases) * len(ready.plan.contenders)
    return TrialEstimate(
        cases=len(ready.cases),
        calls=calls,
        left_out=[LeftOut(why=why, count=count) for why, count in ready.drawn.left_out.items()],
        masked=ready.drawn.masked,
        seconds=seconds(calls, len(ready.plan.contenders)),
        cost=dollars(ready.cost),
        judge_cost=dollars(ready.judge_cost),
        contenders=[_contender(ready, one.id) for one in ready.plan.contenders],
        sample=[
            SampleCase(label=c.label, detail=c.detail, inputs=[Read(**r) for r in side_by_side.read_of(c)])
            for c in ready.cases[:SAMPLE_CASES]
        ],
    )


def _contender(ready: begin.Prepared, id: str) -> EstimatedContender:
    one, estimated, asked = ready.plan.contender(id), ready.estimates.get(id), ready.asked.get(id)
    return EstimatedContender(
        id=id,
        name=one.name,
        model=asked.asked if asked else one.model,
        cost=dollars(estimated.cost) if estimated else None,
        cost_each=dollars(estimated.each) if estimated else None,
        problem=ready.problems.get(id),
    )
