"""Another automation of the app started."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import runs
from sayso.automations.registry import read
from sayso.automations.steps.opened import opened
from sayso.automations.steps.step import Doing, Done, Output, RowsStep, StepFailed
from sayso.errors import NotFound
from sayso.spec.app import App

HOPS_MAX = 5
"""Runs that start one another, one after the other; then it is taken for a circle."""


class Call(RowsStep):
    kind = "call"

    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        if doing.run.hops >= HOPS_MAX:
            raise StepFailed(f"{HOPS_MAX} runs have started one another already: this looks like a circle, and stops here.")
        app = await opened(tx, doing)
        try:
            called = await read(tx, app, step.automation)
        except NotFound:
            raise StepFailed(f"There is no automation {step.automation!r} in {app.spec.name} any more.") from None
        if not called.on:
            raise StepFailed(f"{called.automation.name} is switched off, so it cannot be started.")
        inputs = doing.names.filled(step.inputs)
        begun = await runs.begin(
            tx,
            called,
            {"kind": "called", "inputs": inputs, "by": doing.run.name},
            key=f"call:{doing.key}",
            hops=doing.run.hops + 1,
            of=doing.run.id,
        )
        return Done({"run": begun}, f"Started {called.automation.name}.")

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        return (Output("run", "The run that was started"),)
