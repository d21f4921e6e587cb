"""What a request for a trial holds, and what is told of one."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from sayso.trials import begin
from sayso.trials.cases.masked import Mask
from sayso.trials.checks import CHECKS_MAX, AnyCheck
from sayso.trials.trial import CONTENDERS_MAX, PROMPT_CHARACTERS_MAX, Again, Cases, Contender, Judge
from sayso.web.shapes import AppId, Asked, ShortText, Shown

Path = Annotated[str, Field(max_length=200, pattern=r"^[a-z0-9_/]*$")]
Budget = Annotated[Decimal, Field(gt=0, le=100_000, max_digits=12, decimal_places=6)]
Model = Annotated[str, Field(min_length=1, max_length=200)]
Prompt = Annotated[str, Field(max_length=PROMPT_CHARACTERS_MAX)]
State = Literal["queued", "running", "cancelling", "cancelled", "stopped", "done", "failed"]


class NewContender(Asked):
    """Another model, another prompt, or both. What is left out is as it is in the app."""

    model: Model | None = None
    snapshot: Model | None = None
    """Pins the model to this dated version."""
    prompt: Prompt | None = None
    name: ShortText = ""

    def value(self, place: int = 1) -> Contender:
        return Contender(id=f"c{place}", **self.model_dump())


class NewTrial(Asked):
    app: AppId | None = None
    """Null for the builder."""
    path: Path = ""
    """Of the part; empty for the whole app."""
    name: ShortText = ""
    contenders: Annotated[list[NewContender], Field(max_length=CONTENDERS_MAX - 1)] = []
    """Besides the one in use, which is always there."""
    cases: Cases = Cases()
    mask: Mask = Mask()
    checks: Annotated[list[AnyCheck], Field(max_length=CHECKS_MAX)] = []
    judge: Judge | None = None
    budget: Budget | None = None
    """Dollars; null for none of its own."""
    schedule: Again | None = None

    def wanted(self) -> begin.Wanted:
        contenders = [one.value(place) for place, one in enumerate(self.contenders, 1)]
        return begin.Wanted(
            self.app, self.path, contenders, self.cases, self.mask, tuple(self.checks), self.judge, self.name, self.budget, self.schedule
        )  # fmt: skip


class Share(Shown):
    """Quality from 0 to 1, with an interval that holds in 90 of 100 cases; `n` is how many cases it stands on."""

    value: float
    low: float
    high: float
    n: int
    by: Literal["votes", "judge", "checks", "pairs"]


class Grades(Shown):
    good: int
    fine: int
    poor: int


class TrialContender(Shown):
    id: str
    name: str
    model: str | None
    """As the gateway is asked."""
    snapshot: str | None
    prompt: str | None
    """Null: the prompt that the part had when the trial began."""
    directory: str | None
    """Its id in the directory of models."""
    in_use: bool
    """When the trial began."""
    is_now: bool
    """The app does now what this contender does."""
    note: str
    problem: str | None
    answered: int
    failed: int
    refused: int
    grades: Grades
    votes_missing: int
    """So many more cases need a vote before quality is told from votes."""
    quality: Share | None
    measures: dict[Literal["votes", "judge", "checks", "pairs"], Share | None]
    checks: list[Share | None]
    """One a check of the plan."""
    cost: str | None
    """Dollars, of the cases that it answered."""
    cost_per_1000: str | None
    cost_per_month: str | None
    """By the work of the past 30 days here; null where there was none."""
    runs_per_month: int
    p50_ms: float | None
    p95_ms: float | None
    first_ms: float | None


class NextTurn(Again):
    next_at: datetime | None = None


class TrialLine(Shown):
    id: str
    app: str | None
    app_name: str
    path: str
    part: str
    where: str
    kind: Literal["field", "step", "coworker", "builder", "app"] | None
    name: str
    state: State
    problem: str | None
    cases: int
    calls: int
    answered: int
    spent: str
    budget: str | None
    created_at: datetime
    ended_at: datetime | None
    best_name: str | None
    verdict: str
    schedule: NextTurn | None
    of: str | None


class Agreement(Shown):
    """How often the judge says the same as people; `kappa` is Cohen's, null where it says nothing."""

    same: float
    kappa: float | None
    n: int


class LeftOut(Shown):
    why: str
    count: int


class TrialPlan(Shown):
    cases: dict[str, Any]
    mask: Mask
    checks: list[dict[str, Any]]
    judge: Judge | None


class TrialState(TrialLine):
    """A trial with all its figures."""

    slot: str
    task: str
    contenders: list[TrialContender]
    frontier: list[str]
    """Contenders that nobody beats in cost and quality both, the cheapest first."""
    best: str | None
    sure: float
    plan: TrialPlan
    left_out: list[LeftOut]
    masked: int
    differ: int
    agreement: Agreement | None
    agreement_missing: int
    people: int
    may_build: bool
    may_vote: bool
    seconds_left: float
    started_at: datetime | None
    created_by: str


class Trials(Shown):
    items: list[TrialLine]
    next: str | None = None


class Read(Shown):
    name: str
    text: str


class Before(Shown):
    text: str
    model: str | None = None


class Piece(Shown):
    kind: Literal["same", "added", "removed"]
    text: str


class TrialAnswer(Shown):
    answer: str
    """A contender's id; blind, a letter."""
    state: Literal["written", "review", "failed", "refused"]
    text: str
    value: Any
    problem: str | None
    cost: str | None
    ms: float | None
    first_ms: float | None
    model: str | None
    differences: list[Piece]
    """Against the model in use."""
    scores: list[float | None]
    judged: dict[str, Any] | None
    recorded: list[dict[str, Any]]
    """What it would have written or sent; nothing was."""
    mine: str | None
    won: bool


class TrialCase(Shown):
    n: int
    path: str
    part: str
    row: int | None
    label: str
    detail: str
    inputs: list[Read]
    attachments: list[str]
    expected: Any
    before: Before | None
    differs: bool
    answers: list[TrialAnswer]


class Counts(Shown):
    all: int
    differ: int
    unvoted: int


class TrialCases(Shown):
    items: list[TrialCase]
    total: int
    counts: Counts
    next: str | None = None


class Side(Shown):
    answer: str
    text: str
    value: Any


class Pair(Shown):
    case: int
    label: str
    detail: str
    inputs: list[Read]
    expected: Any
    left: Side
    right: Side


class NextPair(Shown):
    pair: Pair | None
    left: int
    """Pairs that I have not chosen between."""
