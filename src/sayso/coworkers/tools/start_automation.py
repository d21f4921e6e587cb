"""An automation started, after a yes."""

from typing import Any

from pydantic import Field

from sayso import db
from sayso.coworkers import beyond
from sayso.coworkers.doors import Startable
from sayso.coworkers.tools.tool import Asks, At, Proposed, Tool
from sayso.coworkers.values import people_of, title_of
from sayso.data import apps, rows
from sayso.data.open_app import OpenApp
from sayso.errors import Forbidden, Invalid, NotFound, Problem, Unavailable


class StartAutomation(Asks):
    automation: str = Field(description="id or name; look_at_automations lists them")
    inputs: dict[str, Any] = Field({}, description="by name, of one that takes inputs")
    row: int | None = Field(None, ge=1, le=2**63 - 1, description="the row whose button it is, of one that has a button")


async def run(at: At, asked: StartAutomation) -> Proposed:
    async with db.transaction(at.desk.engine) as tx:
        app, one = await startable(tx, at, asked.automation)
        title = ""
        if one.table is not None:
            if asked.row is None:
                raise Invalid(Problem("row", f"is needed: it is a button of rows of {one.table}", "7"))
            place = await at.reach.place(tx, f"{app.id}/{one.table}")
            title = title_of(place.table, await rows.read(tx, app, one.table, asked.row), await people_of(tx, place))
        assert at.desk.automations is not None
        await at.desk.automations.checked(tx, app, one, asked.inputs, asked.row)
    act = beyond.starting(app, one, asked.inputs, asked.row, title, tool=TOOL.name, call=at.call)
    return Proposed(act, act["sentence"])


async def startable(tx: Any, at: At, said: str) -> tuple[OpenApp, Startable]:
    """By id or name, with the app in front where there are several. Raises `NotFound` with those that there are."""
    if at.desk.automations is None:
        raise Unavailable(beyond.NO_AUTOMATIONS)
    app_said, _, name = said.rpartition("/")
    folded, known = name.strip().casefold(), list[str]()
    for id in apps_of(at):
        if app_said and app_said.strip().casefold() != id:
            continue
        try:
            app = await apps.open_app(tx, id, by=at.reach.by, to="write")
        except (NotFound, Forbidden):
            continue
        for one in at.desk.automations.startable(app):
            if folded in (one.id, one.name.casefold()):
                return app, one
            known.append(f"{id}/{one.id}" if at.reach.found.app is None else one.id)
    raise NotFound(
        f"There is no automation {said[:80]!r} that may be started here. There are: {', '.join(known[:40]) or 'none'}."
    )


def apps_of(at: At) -> list[str]:
    """Where it may write: its own app, or those of its grants."""
    found = at.reach.found
    writes = [g.app or found.app for g in found.coworker.grants if g.may == "write"]
    return [id for id in dict.fromkeys(writes) if id is not None]


TOOL = Tool(
    "start_automation", "Start automations", "writes",
    "Proposes to start an automation that takes inputs, or the button of a row. A person says yes first; nothing is done before.",
    StartAutomation, run, automates=True,
)  # fmt: skip
