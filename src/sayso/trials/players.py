"""How each kind of part is asked in a trial. A player asks models and does nothing else: no row is written, nothing is sent."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from sayso.ai import work
from sayso.ai.inputs import Inputs
from sayso.ai.job import Job
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.team.actor import Actor
from sayso.trials import pictures
from sayso.trials.trial import Case

TEXT_CHARACTERS_MAX = 20_000
"""Of an answer, as it is kept and compared."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one case. `recorded` is what would have been written or sent, each `{"kind": …, "sentence": …}`. `state` as of an `Outcome`."""

    state: str
    value: Any = None
    text: str = ""
    problem: str | None = None
    model: str = ""
    provider: str = ""
    cost: Decimal | None = Decimal(0)
    tokens: Mapping[str, int] | None = None
    ms: float = 0
    first_ms: float | None = None
    calls: int = 1
    recorded: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """On whose behalf a trial asks, and where. `app` is the slug."""

    by: Actor
    app: str | None
    caller: Caller


class Player(Protocol):
    async def play(self, place: Place, job: Job, case: Case, model: str) -> Played:
        """Never raises for what a model does wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Fields:
    """AI fields and AI steps: one answer, checked by the field's own rules, and dropped."""

    gateway: Gateway

    async def play(self, place: Place, job: Job, case: Case, model: str) -> Played:
        began = time.perf_counter()
        done = await work.do(self.gateway, place.caller, job, Inputs.from_json(case.inputs), model=model)
        took = (time.perf_counter() - began) * 1000
        value, text = done.value, done.text
        if done.pictures:
            shown = await asyncio.to_thread(pictures.shown, done.pictures)
            value, text = {"pictures": [one.url for one in shown]}, ", ".join(one.name for one in shown)
        into = job.output.name if job.output else "the answer"
        recorded = [{"kind": "write", "sentence": f"Would write {into}"}] if done.is_value and case.row else []
        return Played(
            done.state, value, text[:TEXT_CHARACTERS_MAX], done.problem, done.model, done.provider, done.cost, done.tokens, took,
            done.first_ms, max(1, done.calls), recorded,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Nobody:
    """For parts that this installation cannot try yet."""

    what: str

    async def play(self, place: Place, job: Job, case: Case, model: str) -> Played:
        return Played("refused", problem=f"{self.what} cannot be tried here.", model=model)


def player_of(players: Mapping[str, Player], job: Job) -> Player:
    """`coworker` and `builder` have players of their own; all else is `field`."""
    kind = job.task if job.task in ("coworker", "builder") else "field"
    return players.get(kind) or Nobody({"coworker": "Co-workers", "builder": "The builder"}.get(kind, "This part"))
