"""What of an app can be tried."""

from typing import Annotated, Literal

from fastapi import Query, Request

from sayso.data import apps
from sayso.errors import SaysoError
from sayso.gateway.caller import Caller
from sayso.trials import asked_models, volume
from sayso.trials.parts import WHOLE, Part
from sayso.trials.parts import parts as parts_of
from sayso.web.actor import By
from sayso.web.parts import Parts, parts
from sayso.web.shapes import AppId, Asked, Shown
from sayso.web.work import Tx


class AskedParts(Asked):
    app: AppId


class TrialPart(Shown):
    path: str
    """Empty for the whole app."""
    kind: Literal["field", "step", "coworker", "builder", "app"]
    name: str
    where: str
    task: str
    slot: str
    model: str
    """As the gateway is asked."""
    model_name: str
    prompt: str
    table: str | None
    runs: int
    """Past pieces of work that are kept."""
    problem: str | None


class TrialParts(Shown):
    items: list[TrialPart]
    next: str | None = None


async def listed(asked: Annotated[AskedParts, Query()], request: Request, tx: Tx, by: By) -> TrialParts:
    """Every AI part of an app, with the past work that a trial could draw on."""
    app = await apps.open_app(tx, asked.app, by=by)
    runs = await volume.counts(tx, by.workspace, app.id)
    known = parts(request)
    caller = known.gateway.caller(by.workspace, app=app.id)
    found = parts_of(app.spec)
    together = sum(runs.get(one.path, 0) for one in found)
    return TrialParts(
        items=[_shown(known, caller, one, together if one.path == WHOLE else runs.get(one.path, 0)) for one in found]
    )


def _shown(known: Parts, caller: Caller, one: Part, runs: int) -> TrialPart:
    name, problem = "", None
    if one.path != WHOLE:
        try:
            name = asked_models.find(known.gateway, caller, one.model, known.shelf.directory).name
        except SaysoError as error:
            problem = str(error)
    return TrialPart(
        path=one.path, kind=one.kind, name=one.name, where=one.where, task=one.task, slot=one.slot, model=one.model, model_name=name,
        prompt=one.prompt, table=one.table, runs=runs, problem=problem,
    )  # fmt: skip
