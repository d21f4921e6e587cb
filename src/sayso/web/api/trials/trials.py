"""Trials: the same work on other models."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query, Request, Response

from sayso.data import apps
from sayso.team.actor import Actor
from sayso.trials import begin, schedule, shown, stored
from sayso.trials.trial import Again
from sayso.web.actor import By
from sayso.web.api.trials.shapes import Budget, NewContender, NewTrial, Trials, TrialState
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, ShortText, Token
from sayso.web.work import Tx


class AskedTrials(Asked):
    app: AppId | None = None


class ChangedTrial(Asked):
    name: ShortText | None = None
    budget: Budget | None = None
    schedule: Again | None = None
    """Null ends it."""


class Nothing(Asked):
    """Nothing to say: an empty object."""


class GoOn(Asked):
    budget: Budget | None = None
    """The whole budget from now on; without it the one it has."""


async def listed(asked: Annotated[AskedTrials, Query()], tx: Tx, by: By) -> Trials:
    """Trials of an app or of all that I may read, newest first."""
    found = await shown.lines(tx, await stored.listed(tx, by=by, app=asked.app), by=by)
    return Trials.model_validate({"items": found})


async def create(new: NewTrial, request: Request, tx: Tx, by: By) -> TrialState:
    """Begin a trial. Nothing that it does is written into rows or sent."""
    known = parts(request)
    ready = await begin.prepared(tx, known.gateway, new.wanted(), known.shelf.directory, by=by)
    return await state(request, tx, await begin.begin(tx, ready, by=by), by)


async def show(id: Token, request: Request, tx: Tx, by: By) -> TrialState:
    """One trial with all its figures."""
    return await state(request, tx, id, by)


async def update(id: Token, changed: ChangedTrial, request: Request, tx: Tx, by: By) -> TrialState:
    """Its name, its budget, when it is done again."""
    trial = await stored.read(tx, id, by=by, to="build")
    given = changed.model_dump(mode="json", exclude_unset=True)
    if changed.budget is not None:
        given["budget"] = changed.budget
    if "schedule" in given:
        now, app = datetime.now(UTC), await apps.open_app(tx, trial.app, by=by) if trial.app else None
        directory = parts(request).shelf.directory
        given |= schedule.taken_up(trial, changed.schedule, app.spec.zone if app else "UTC", directory, now)
    if given.get("name") is not None or "budget" in given or "schedule" in given:
        await stored.changed(tx, trial, by=by, **{name: value for name, value in given.items() if name != "name" or value})
    return await state(request, tx, id, by)


async def remove(id: Token, tx: Tx, by: By) -> Response:
    """Remove a trial with its answers and votes; what is under way ends."""
    await stored.remove(tx, id, by=by)
    return Response(status_code=204)


async def cancel(id: Token, request: Request, tx: Tx, by: By, nothing: Nothing | None = None) -> TrialState:
    """Stop asking. What was answered stays."""
    await stored.cancel(tx, id, by=by)
    return await state(request, tx, id, by)


async def go_on(id: Token, request: Request, tx: Tx, by: By, more: GoOn | None = None) -> TrialState:
    """Go on where it stopped. What was answered is not asked again."""
    await stored.go_on(tx, id, by=by, budget=more.budget if more else None)
    return await state(request, tx, id, by)


async def add(id: Token, one: NewContender, request: Request, tx: Tx, by: By) -> TrialState:
    """One more contender, on the same cases."""
    known = parts(request)
    await begin.add(tx, known.gateway, id, one.value(), known.shelf.directory, by=by)
    return await state(request, tx, id, by)


async def state(request: Request, tx: Tx, id: str, by: Actor) -> TrialState:
    known = parts(request)
    known.trials.look()
    found = await shown.whole(tx, known.gateway, known.shelf.directory, id, by=by, now=datetime.now(UTC))
    return TrialState.model_validate(found)
