"""The builder in a trial: a model plans a wish, and the plan is compared, never built."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sayso.ai.job import Job
from sayso.builder.agent.choosing import READER
from sayso.builder.agent.planning import Agent
from sayso.builder.plan import empty, told
from sayso.builder.planner import Wish
from sayso.builder.planner import plan as planned
from sayso.gateway.gateway import Gateway
from sayso.models.directory import Directory
from sayso.trials.players import TEXT_CHARACTERS_MAX, Place, Played
from sayso.trials.trial import Case


@dataclass(frozen=True, slots=True)
class Wishes:
    """Plans the words of a case for a new app; what would be built is recorded in sentences."""

    gateway: Gateway
    directory: Callable[[], Directory]

    async def play(self, place: Place, job: Job, case: Case, model: str) -> Played:
        began = time.perf_counter()
        wish = Wish(_words(case))
        if self._is_built_in(place, model):
            plan = await asyncio.to_thread(planned, wish)
        else:
            plan = await Agent(self.gateway, place.caller, model, self.directory).plan(wish)
        took = (time.perf_counter() - began) * 1000
        made = plan.made
        sentences = [e.sentence for e in told(empty(plan.spec), plan.spec)] if plan.outcome == "plan" else []
        text = "\n".join(sentences) or plan.message
        return Played(
            "failed" if made.fallback else "written" if sentences else "refused",
            plan.spec.portable() if sentences and not made.fallback else None,
            "" if made.fallback else text[:TEXT_CHARACTERS_MAX],
            made.fallback,
            model,
            cost=None if made.cost is None else Decimal(made.cost),
            tokens={"input": made.input, "output": made.output},
            ms=took,
            calls=max(1, made.rounds),
            recorded=[{"kind": "build", "sentence": sentence} for sentence in sentences],
        )

    def _is_built_in(self, place: Place, model: str) -> bool:
        """Where nothing else is connected, the planner builds: so it does in a trial."""
        route = self.gateway.plan(place.caller, model).routes[0]
        return route.provider.kind == "sayso" and route.model == f"{READER}reader"


def _words(case: Case) -> str:
    """A case written by hand is one message; one from past work is the wish as it was said."""
    given = case.inputs
    if isinstance(given.get("message"), str):
        return given["message"]
    return "\n".join(str(v.get("text", "")) for v in given.get("values", ()) if isinstance(v, dict))
