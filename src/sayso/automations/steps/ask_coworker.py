"""A co-worker of the app asked: it reads with its tools; what it would write waits for a yes of the automation's owner."""

from __future__ import annotations

from typing import Any

from sayso.automations.steps import outward
from sayso.automations.steps.step import Doing, Done, Output, OutsideStep, StepFailed
from sayso.spec.automation import AskCoworker as Step

ASKED_CHARACTERS_MAX = 20_000
TOLD_CHARACTERS_MAX = 160


class AskCoworker(OutsideStep):
    kind = "ask_coworker"
    repeats = "may_repeat"

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("answer", "What it answered"), Output("conversation", "The conversation"),
            Output("waiting", "Whether something waits for a yes", "checkbox"),
        )  # fmt: skip

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        writing = await outward.writing(doing)
        asked = writing.lines(step.ask).strip()[:ASKED_CHARACTERS_MAX]
        if not asked:
            raise StepFailed("It does not say what to ask.")
        return {"coworker": step.coworker, "asked": asked}

    async def done(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        ask = doing.parts.asks.get("coworker")
        if ask is None:
            raise StepFailed("This process has no co-workers. Run the automation where Sayso's server runs.", again=True)
        said = await ask(doing.run.app_id, prepared["coworker"], prepared["asked"], by=doing.by, title=doing.run.name)
        if said.get("problem") and not said.get("answer"):
            raise StepFailed(str(said["problem"]), again=bool(said.get("again")))
        words = " ".join(str(said["answer"]).split())
        told = words if len(words) <= TOLD_CHARACTERS_MAX else words[: TOLD_CHARACTERS_MAX - 1] + "…"
        also = " What it would change waits for a yes in the conversation." if said.get("waiting") else ""
        output = {key: said.get(key) for key in ("answer", "conversation", "waiting", "model")}
        return Done(output, f"{said.get('name') or 'The co-worker'}: {told}{also}", said.get("cost"))

    async def tried(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done | None:
        return Done({"none": True}, f"Would ask: “{prepared['asked'][:200]}”; a dry run does not.")
