"""Automations: one tool for each that takes inputs, one for all buttons, and what came of a run."""

import asyncio
from typing import Annotated, Any

from pydantic import Field

from sayso import db
from sayso.coworkers.doors import Startable
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.errors import Forbidden, NotFound
from sayso.spec.automation import Automation as AnyAutomation
from sayso.web.automation_door import AutomationDoor
from sayso.web.mcp.tools import places
from sayso.web.mcp.tools.apps import Said
from sayso.web.mcp.tools.tool import Asks, At, Tool

CALLED_MAX = 200
"""Tools of automations in the list; the others are there when they are called by name."""
ANSWER_SECONDS_MAX = 20
"""How long a call waits for the run; then it is told how to look at it later."""
LOOK_SECONDS = 0.25
BETWEEN = "__"
NAME_CHARACTERS_MAX = 128
OVER = frozenset({"done", "failed", "cancelled", "quarantined", "paused", "sleeping"})
SHAPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "checkbox": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}

door = AutomationDoor()


class PressButton(Asks):
    app: Annotated[Said, Field(description="id or name")]
    automation: Annotated[Said, Field(description="id or name of one whose trigger is a button")]
    row: Annotated[int, Field(ge=1, le=2**63 - 1)]


class OneRun(Asks):
    run: Annotated[str, Field(min_length=1, max_length=80)]


class SomeRuns(Asks):
    app: Annotated[Said, Field(description="id or name")]
    automation: Annotated[str | None, Field(max_length=120, description="only of this one, by its id")] = None
    failed: Annotated[bool, Field(description="only runs that failed")] = False


async def pressed(at: At, asked: PressButton) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        app = await places.app(tx, at, asked.app, "write")
        one = _named(app, asked.automation)
        run = await door.start(tx, app, one.id, {}, asked.row, key=at.key, by=at.by)
    return await _after(at, app, run)


async def status(at: At, asked: OneRun) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        for line in await apps.listed(tx, by=at.by):
            app = await apps.open_app(tx, line.id, by=at.by)
            try:
                return await door.run(tx, app, asked.run, by=at.by)
            except NotFound:
                continue
    raise NotFound(f"There is no run {asked.run!r} here.")


async def latest(at: At, asked: SomeRuns) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        app = await places.app(tx, at, asked.app)
        one = _named(app, asked.automation).id if asked.automation else None
        return {"runs": await door.runs(tx, app, one, asked.failed, by=at.by)}


async def called(at: At) -> list[Tool]:
    """A tool for each automation that is on and takes calls, of every app that the caller may write in."""
    found = list[Tool]()
    async with db.transaction(at.known.engine) as tx:
        for line in await apps.listed(tx, by=at.by):
            app = await apps.open_app(tx, line.id, by=at.by)
            if app.may("write"):
                found += [_tool(app, one) for one in door.startable(app) if one.on and one.table is None]
            if len(found) >= CALLED_MAX:
                break
    return found[:CALLED_MAX]


async def by_name(at: At, name: str) -> Tool | None:
    """The tool of one automation, such as `crm__late_invoices`."""
    parts = name.split(BETWEEN)
    async with db.transaction(at.known.engine) as tx:
        for n in range(1, min(len(parts), 4)):
            try:
                app = await apps.open_app(tx, BETWEEN.join(parts[:n]), by=at.by)
            except (NotFound, Forbidden):
                continue
            id = BETWEEN.join(parts[n:])
            one = next((one for one in door.startable(app) if one.id == id and one.table is None), None)
            if one is not None:
                return _tool(app, one)
    return None


def _tool(app: OpenApp, one: Startable) -> Tool:
    properties = {name: SHAPES[kind] for name, kind, _ in one.inputs}
    schema = {
        "type": "object",
        "properties": properties,
        "required": [name for name, _, needed in one.inputs if needed],
        "additionalProperties": False,
    }

    async def run(at: At, arguments: dict[str, Any]) -> dict[str, Any]:
        async with db.transaction(at.known.engine) as tx:
            opened = await apps.open_app(tx, app.id, by=at.by, to="write")
            began = await door.start(tx, opened, one.id, arguments, None, key=at.key, by=at.by)
        return await _after(at, app, began)

    says = f"{one.description} An automation of the app {app.spec.name}.".strip()
    name = f"{app.id}{BETWEEN}{one.id}"[:NAME_CHARACTERS_MAX]
    return Tool(name, one.name, says, schema, run, "write", True, outside=True)


async def _after(at: At, app: OpenApp, run: str | None) -> dict[str, Any]:
    """What came of it, when that is soon."""
    if run is None:
        return {"note": "This was started before."}
    told: dict[str, Any] = {}
    for _ in range(round(ANSWER_SECONDS_MAX / LOOK_SECONDS)):
        async with db.transaction(at.known.engine) as tx:
            told = await door.run(tx, app, run, by=at.by)
        if told["state"] in OVER or told.get("answer") is not None:
            return told
        await asyncio.sleep(LOOK_SECONDS)
    return {**told, "note": "Still at work; look at it with run_status."}


def _named(app: OpenApp, said: str) -> AnyAutomation:
    folded = said.strip().casefold()
    for one in app.spec.automations:
        if folded in (one.id, one.name.casefold()):
            return one
    known = ", ".join(one.id for one in app.spec.automations[:40])
    raise NotFound(f"{app.spec.name} has no automation {said[:80]!r}. It has: {known or 'none'}.")


TOOLS = (
    Tool("press_button", "Press a button", "Presses the button of a row, which starts an automation. describe_app lists them.", PressButton, pressed, "write", True, outside=True),
    Tool("list_runs", "List runs", "The latest runs of an app's automations: when, how they ended, and what went wrong.", SomeRuns, latest),
    Tool("run_status", "Look at a run", "One run of an automation, step by step.", OneRun, status),
)  # fmt: skip
