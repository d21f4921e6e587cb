"""Automations for those who do not know them: co-workers, and agents over MCP. What may be started by hand, started, and what came of it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import starting
from sayso.automations.runs import reading, sentences
from sayso.automations.runs.reading import Asked
from sayso.coworkers.doors import Startable
from sayso.data.open_app import OpenApp
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.automation import ButtonPressed, Called
from sayso.team.actor import Actor

RUNS_TOLD_MAX = 15
STEPS_TOLD_MAX = 60
TEXT_CHARACTERS_MAX = 600


class AutomationDoor:
    """`coworkers.doors.Automations`."""

    def startable(self, app: OpenApp) -> list[Startable]:
        """Those that are called, and those with a button; in the order of the spec."""
        found = list[Startable]()
        for one in app.spec.automations:
            match one.trigger:
                case Called(inputs=inputs):
                    asked = [(i.name, i.kind, i.required) for i in inputs]
                    found.append(Startable(one.id, one.name, one.description, one.on, inputs=asked))
                case ButtonPressed(table=table):
                    found.append(Startable(one.id, one.name, one.description, one.on, table=table))
                case _:
                    pass
        return found

    async def checked(self, tx: AsyncConnection, app: OpenApp, one: Startable, inputs: dict[str, Any], row: int | None) -> None:
        """By starting it and taking that back."""
        trial = await tx.begin_nested()
        try:
            await self.start(tx, app, one.id, inputs, row, key="", by=app.by)
        finally:
            await trial.rollback()

    async def start(
        self, tx: AsyncConnection, app: OpenApp, id: str, inputs: dict[str, Any], row: int | None, *, key: str, by: Actor
    ) -> str | None:
        automation = next((one for one in app.spec.automations if one.id == id), None)
        if automation is None:
            raise NotFound(f"{app.spec.name} has no automation {id[:60]!r} any more.")
        if isinstance(automation.trigger, ButtonPressed):
            if row is None:
                raise Invalid(Problem("row", f"is needed: it is a button of rows of {automation.trigger.table}", "7"))
            return await starting.press(tx, app, id, row, by=by, key=key or None)
        return await starting.call(tx, app, id, inputs, by=by, key=key or None)

    async def runs(
        self, tx: AsyncConnection, app: OpenApp, automation: str | None, failed: bool, *, by: Actor
    ) -> list[dict[str, Any]]:
        """The latest, in a few words each."""
        states = ("failed", "quarantined") if failed else ()
        found, _ = await reading.listed(tx, Asked(app.number, automation, states, limit=RUNS_TOLD_MAX), by=by)
        return [_told(app, row) for row in found if not row.dry]

    async def run(self, tx: AsyncConnection, app: OpenApp, id: str, *, by: Actor) -> dict[str, Any]:
        """One, with its steps. Raises `NotFound`, also for a run of another app."""
        row = await reading.found(tx, id, by=by)
        if row.app != app.number:
            raise NotFound(f"There is no run {id[:40]!r} here.")
        steps = [
            {"step": one.step, "kind": one.kind, "state": one.state, "told": one.told[:TEXT_CHARACTERS_MAX], "problem": one.problem[:TEXT_CHARACTERS_MAX]}
            for one in (await reading.steps(tx, id))[:STEPS_TOLD_MAX]
        ]  # fmt: skip
        if not app.sight.whole:
            steps = [{"step": one["step"], "kind": one["kind"], "state": one["state"]} for one in steps]
        return {**_told(app, row), "steps": steps, "answer": row.answer}


def _told(app: OpenApp, row: Any) -> dict[str, Any]:
    told = {
        "run": row.id, "automation": row.automation, "name": row.name, "state": row.state, "began": row.created_at, "ended": row.ended_at,
        "because": sentences.trigger(app.spec, row.trigger), "told": row.told[:TEXT_CHARACTERS_MAX], "problem": row.problem[:TEXT_CHARACTERS_MAX],
    }  # fmt: skip
    unsaid = () if app.sight.whole else ("told", "problem")  # a run acts with its owner's rights, and may say what its rows hold
    return {key: value for key, value in told.items() if value not in (None, "") and key not in unsaid}
