"""An operation of a service that describes itself by an OpenAPI document."""

from __future__ import annotations

from typing import Any

from sayso import db
from sayso.automations.steps import outward
from sayso.automations.steps.step import Doing, Done, Output, OutsideStep, StepFailed
from sayso.connections import catalogues, openapi
from sayso.spec.automation import Operation as Step


class Operation(OutsideStep):
    kind = "operation"
    repeats = "may_repeat"
    """It carries an `Idempotency-Key`, which not everybody reads."""

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return Output("body", "The answer", "any"), Output("status", "Its status", "number")

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        if not step.operation.strip():
            raise StepFailed("It does not say which operation.")
        arguments = {name: outward.argument(doing, text) for name, text in step.arguments.items()}
        return {"connection": step.connection, "operation": step.operation.strip(), "arguments": arguments}

    async def done(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        opened = await outward.opened(doing, prepared["connection"], "operations")
        async with db.transaction(doing.parts.engine) as tx:
            found = (await catalogues.read(tx, opened)).found
        with outward.told():
            answered = await openapi.call(
                doing.parts.connections, opened, found, prepared["operation"], prepared["arguments"], key=doing.key
            )
        body = answered.text if answered.value is None else answered.value
        return Done({"body": body, "status": answered.status}, f"{opened.name} answered {answered.status}.")

    async def tried(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done | None:
        """The request as it would be, without asking anybody."""
        return Done({"body": None, "status": None}, f"Would ask {prepared['operation']}; in a dry run nothing goes out.")
