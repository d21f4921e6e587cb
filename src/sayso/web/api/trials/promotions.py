"""Keep this model: a contender becomes what the app does."""

from fastapi import Request
from pydantic import Field

from sayso.data import apps
from sayso.errors import Invalid, Problem
from sayso.spec.change import effects
from sayso.team import audit
from sayso.trials import promotion, stored
from sayso.web.actor import By
from sayso.web.shapes import Asked, Effect, Shown, Token
from sayso.web.shapes import Problem as ShownProblem
from sayso.web.work import Tx


class NewPromotion(Asked):
    contender: str = Field(min_length=1, max_length=20)
    dry: bool = False
    """Only tell what would switch."""


class Promotion(Shown):
    app: str
    version: int
    """The app's, after it; with `dry` as it is."""
    effects: list[Effect]
    sentence: str
    problems: list[ShownProblem]
    applied: bool


async def create(id: Token, new: NewPromotion, request: Request, tx: Tx, by: By) -> Promotion:
    """Switch to this contender, as a change that can be undone; or tell what that would be."""
    trial = await stored.read(tx, id, by=by, to="build")
    if trial.app is None:
        raise Invalid(
            Problem(
                "contender", "is kept by switching the workspace's slot for text: this part is no app's", "PUT /api/slots/text"
            )
        )
    app = await apps.open_app(tx, trial.app, by=by, to="build")
    one = trial.plan.contender(new.contender)
    change = promotion.change_to(app.spec, trial.path, one, title=f"Keeps {one.name or one.model} for {trial.name}")
    planned = await apps.planned(tx, app, change)
    told = [Effect.of(effect) for effect in planned.effects]
    problems = [ShownProblem.of(problem) for problem in planned.problems]
    if new.dry or problems:
        return Promotion(app=app.id, version=app.version, effects=told, sentence=change.title, problems=problems, applied=False)
    after = await apps.change(tx, app, change, by=by, note=change.title)
    await audit.write(tx, "trial.kept", f"kept {one.name or one.model} after the trial {trial.name}", by=by, subject=trial.id)
    await stored.told(tx, trial.id, trial.app, by=by)
    applied = [Effect.of(effect) for effect in effects(app.spec, planned.change)] if after.version != app.version else []
    return Promotion(
        app=app.id,
        version=after.version,
        effects=applied,
        sentence=change.title,
        problems=[],
        applied=after.version != app.version,
    )
