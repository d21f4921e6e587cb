"""A trial as values: what is tried, who contends, what an answer is measured by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sayso.errors import Invalid, Problem
from sayso.trials.cases.masked import Mask
from sayso.trials.checks import CHECKS_MAX, AnyCheck

CONTENDERS_MAX = 6
CASES, CASES_MAX = 50, 1_000
NAME_CHARACTERS_MAX = 200
PROMPT_CHARACTERS_MAX = 20_000
RUBRIC_CHARACTERS_MAX = 4_000
TEXT_CHARACTERS_MAX = 20_000

State = Literal["queued", "running", "cancelling", "cancelled", "stopped", "done", "failed"]
OPEN: tuple[State, ...] = ("queued", "running", "cancelling")
"""`stopped` is what a trial is when its budget is spent: it can go on with more."""
IN_USE = "in_use"
"""The id of the contender that stands there now."""
Grade = Literal["good", "fine", "poor"]
WORTH: dict[str, float] = {"good": 1.0, "fine": 0.5, "poor": 0.0}
"""What a grade counts towards quality."""

Model = Annotated[str, Field(min_length=1, max_length=200)]


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Contender(Value):
    """One way to do the work. What is None is as it is in the app."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")]
    model: Model | None = None
    """As the gateway is asked: `openai/gpt-6-luna`, an alias, `slot:text`."""
    snapshot: Model | None = None
    """Pins the model to this dated version of it."""
    prompt: Annotated[str, Field(max_length=PROMPT_CHARACTERS_MAX)] | None = None
    name: Annotated[str, Field(max_length=NAME_CHARACTERS_MAX)] = ""

    @property
    def asked(self) -> str | None:
        """The model as the gateway is asked for it."""
        if self.model is None or self.snapshot is None:
            return self.model
        provider, slash, _ = self.model.rpartition("/")
        return self.snapshot if "/" in self.snapshot else provider + slash + self.snapshot


class Judge(Value):
    """A model that grades every answer good, fine or poor, by a rubric. It is not told who wrote it."""

    model: Model = "slot:text"
    rubric: Annotated[str, Field(max_length=RUBRIC_CHARACTERS_MAX)] = ""


class Given(Value):
    """A case written by hand. `inputs` are texts by the name of the field that the prompt names; for a co-worker or the builder `{"message": …}`."""

    inputs: Annotated[dict[str, Annotated[str, Field(max_length=TEXT_CHARACTERS_MAX)]], Field(max_length=50)]
    expected: Any = None
    label: Annotated[str, Field(max_length=NAME_CHARACTERS_MAX)] = ""


class Cases(Value):
    """Where cases come from. `runs` is past work as it was kept, `rows` is rows as they are now, `hand` what is written in `given`."""

    source: Literal["runs", "rows", "hand"] = "runs"
    count: Annotated[int, Field(ge=1, le=CASES_MAX)] = CASES
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    """The same seed draws the same cases."""
    days: Annotated[int, Field(ge=1, le=365)] = 90
    """How far back past work is looked through."""
    rows: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(), max_length=CASES_MAX)
    """Only these; else any of the table."""
    given: tuple[Given, ...] = Field(default=(), max_length=CASES_MAX)


class Again(Value):
    """When a trial is done anew. `weekly` by cron in the app's zone; `snapshot` when the directory has a new dated version of a
    contender's model; `shutdown` when the model in use gets a day on which it ends."""

    when: Annotated[tuple[Literal["weekly", "snapshot", "shutdown"], ...], Field(min_length=1, max_length=3)]
    cron: Annotated[str, Field(max_length=100)] = "0 6 * * 1"


class Plan(Value):
    """All that is chosen before a trial begins. Contenders in the order of the screen; the one in use is always there."""

    contenders: Annotated[tuple[Contender, ...], Field(min_length=1, max_length=CONTENDERS_MAX)]
    cases: Cases = Cases()
    mask: Mask = Mask()
    checks: Annotated[tuple[AnyCheck, ...], Field(max_length=CHECKS_MAX)] = ()
    judge: Judge | None = None
    kept: dict[str, Any] = {}
    """What was so when it began: the app's version, who was in use, which cases were left out and why."""

    def contender(self, id: str) -> Contender:
        found = next((one for one in self.contenders if one.id == id), None)
        if found is None:
            raise Invalid(Problem("contender", "is none of this trial's", self.contenders[0].id))
        return found


@dataclass(frozen=True, slots=True)
class Trial:
    """As it is kept. `app` is the slug, None for what is the workspace's own; `path` is empty for the whole app."""

    id: str
    workspace: str
    app: str | None
    app_name: str
    path: str
    name: str
    state: State
    plan: Plan
    budget: Decimal | None
    spent: Decimal
    problem: str | None
    schedule: Again | None
    next_at: datetime | None
    of: str | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cases: int
    answered: int

    @property
    def calls(self) -> int:
        """How many answers it has when it is whole."""
        return self.cases * len(self.plan.contenders)


@dataclass(frozen=True, slots=True)
class Case:
    """One piece of work. `path` is the part that does it; `inputs` what is put to the model, JSON; `before` what was answered when it happened."""

    n: int
    path: str
    label: str
    detail: str
    inputs: Any
    expected: Any = None
    before: Any = None
    row: int | None = None
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a contender said. `state` is written, review, failed or refused; `recorded` what it would have written or sent."""

    n: int
    contender: str
    state: str
    value: Any = None
    text: str = ""
    problem: str | None = None
    model: str | None = None
    provider: str | None = None
    cost: Decimal | None = None
    tokens: Any = None
    ms: float | None = None
    first_ms: float | None = None
    calls: int = 1
    recorded: Sequence[Any] = ()
    scores: Sequence[float | None] = ()
    judged: dict[str, Any] | None = None

    @property
    def ok(self) -> bool:
        return self.state in ("written", "review")


def contending(asked: Sequence[Contender]) -> tuple[Contender, ...]:
    """The one in use first, then the others, each once. Raises `Invalid` for too many or two alike."""
    ways = [(one.asked, one.prompt) for one in asked if one.id != IN_USE]
    problems = [
        Problem(f"contenders/{place}", "is there already", "another model or another prompt")
        for place, way in enumerate(ways)
        if way in ways[:place] or way == (None, None)
    ]
    if len(ways) > CONTENDERS_MAX - 1:
        problems.append(Problem("contenders", f"are at most {CONTENDERS_MAX}, with the one in use"))
    if problems:
        raise Invalid.of(problems)
    others = [one for one in asked if one.id != IN_USE]
    return (Contender(id=IN_USE), *(one.model_copy(update={"id": f"c{place}"}) for place, one in enumerate(others, 1)))
