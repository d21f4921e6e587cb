"""What a trial will cost, and how long it will take, before anything is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from sayso.ai.job import Job
from sayso.gateway.meter import CHARACTERS_A_TOKEN
from sayso.gateway.tokens import Tokens
from sayso.trials.asked_models import AskedModel
from sayso.trials.trial import Case

ORDERS_CHARACTERS = 1_200
"""Of what a model is told around the case, about."""
OUTPUT_TOKENS: Mapping[str, int] = {
    "classify": 15,
    "extract": 25,
    "summarise": 80,
    "draft_reply": 250,
    "translate": 200,
    "builder": 1_500,
    "coworker": 400,
}
OUTPUT_TOKENS_ELSE = 120
"""Where no past work says how long answers are."""
CALLS: Mapping[str, int] = {"builder": 3, "coworker": 3}
"""Of one case, about; a part that works with tools asks several times."""
GRADE_TOKENS = 40
CALL_SECONDS = 2.0
AT_ONCE = 32
"""Calls of one trial under way at the same time."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """Dollars for all cases on one contender; None where no price is published."""

    cost: Decimal | None
    each: Decimal | None


def of(asked: AskedModel, work: Mapping[str, Job], cases: Sequence[Case]) -> Estimated:
    if not cases:
        return Estimated(Decimal(0), Decimal(0))
    if asked.price is None:
        return Estimated(None, None)
    total = sum((asked.price.of(tokens(work.get(case.path), case)) * _calls(work.get(case.path)) for case in cases), Decimal(0))
    return Estimated(total, total / len(cases))


def of_judge(asked: AskedModel, cases: Sequence[Case], contenders: int) -> Decimal | None:
    """Dollars for grading every answer; None where no price is published."""
    if asked.price is None:
        return None
    price = asked.price
    each = (Tokens(input=tokens(None, case).input + tokens(None, case).output, output=GRADE_TOKENS) for case in cases)
    return sum((price.of(one) * contenders for one in each), Decimal(0))


def tokens(job: Job | None, case: Case) -> Tokens:
    """About: characters divided by those of a token; answers as long as they were when it happened."""
    characters = ORDERS_CHARACTERS + len(job.prompt if job else "") + len(_text(case.inputs))
    said = _text(case.before.get("text")) if isinstance(case.before, dict) else ""
    usual = OUTPUT_TOKENS.get(job.task if job else "", OUTPUT_TOKENS_ELSE)
    return Tokens(input=characters // CHARACTERS_A_TOKEN, output=max(10, len(said) // CHARACTERS_A_TOKEN + 8) if said else usual)


def seconds(calls: int, contenders: int) -> float:
    return round(max(CALL_SECONDS, calls * CALL_SECONDS / AT_ONCE), 1) if calls and contenders else 0.0


def _calls(job: Job | None) -> int:
    return CALLS.get(job.task if job else "", 1)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
