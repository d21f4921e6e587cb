"""What whoever called is answered."""

from __future__ import annotations

from typing import Any

from sayso.automations.steps.step import Doing, Done, PlainStep


class Respond(PlainStep):
    kind = "respond"

    def do(self, step: Any, doing: Doing) -> Done:
        answer = {"status": step.status, "body": doing.names.json(step.body)}
        return Done({"answer": answer}, f"Answered {step.status}.")
