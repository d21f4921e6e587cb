"""Automations that may be started, and what came of their runs."""

from typing import Any

from pydantic import Field

from sayso import db
from sayso.coworkers import beyond
from sayso.coworkers.tools.rows_read import counted
from sayso.coworkers.tools.start_automation import apps_of
from sayso.coworkers.tools.tool import Asks, At, Read, Tool
from sayso.data import apps
from sayso.errors import Forbidden, NotFound, Unavailable


class LookAtAutomations(Asks):
    automation: str | None = Field(None, description="only runs of this one, by its id")
    failed: bool = Field(False, description="only runs that failed")
    run: str | None = Field(None, description="this run, step by step")


async def run(at: At, asked: LookAtAutomations) -> Read:
    door = at.desk.automations
    if door is None:
        raise Unavailable(beyond.NO_AUTOMATIONS)
    told: dict[str, Any] = {"automations": [], "runs": []}
    async with db.transaction(at.desk.engine) as tx:
        for id in apps_of(at):
            try:
                app = await apps.open_app(tx, id, by=at.reach.by)
            except (NotFound, Forbidden):
                continue
            if asked.run is not None:
                try:
                    return Read(await door.run(tx, app, asked.run, by=at.reach.by), "one run", "1 run")
                except NotFound:
                    continue
            told["automations"] += [
                {
                    "automation": one.id if at.reach.found.app else f"{id}/{one.id}", "name": one.name, "on": one.on, "button_of": one.table,
                    "inputs": [f"{name} ({kind}{', needed' if needed else ''})" for name, kind, needed in one.inputs],
                }
                for one in door.startable(app)
            ]  # fmt: skip
            told["runs"] += await door.runs(tx, app, asked.automation, asked.failed, by=at.reach.by)
    if asked.run is not None:
        raise NotFound(f"There is no run {asked.run[:60]!r} here.")
    return Read(told, "failed ones" if asked.failed else "", counted(len(told["runs"]), "run"))


TOOL = Tool(
    "look_at_automations", "Look at automations", "reads",
    "The automations that may be started here, and the latest runs: when, how they ended, and what went wrong.",
    LookAtAutomations, run, automates=True,
)  # fmt: skip
