"""What a change would do, before it is done."""

from sayso.data import apps
from sayso.spec.app import App
from sayso.web.actor import By
from sayso.web.api.changes import Change
from sayso.web.shapes import AppId, Asked, Effect, Loss, Problem, Shown
from sayso.web.work import Tx


class NewPlan(Asked):
    change: Change


class Plan(Shown):
    change: Change
    """With what must follow, such as reverse links."""
    effects: list[Effect]
    problems: list[Problem]
    losses: list[Loss]
    spec: App
    """The app as it would be, also while there are problems."""


async def create(app: AppId, new: NewPlan, tx: Tx, by: By) -> Plan:
    """What a change would do and what it would lose. Nothing is changed."""
    opened = await apps.open_app(tx, app, by=by)
    if not opened.sight.whole:
        opened.allowed("build")  # what would be lost is counted over all rows
    plan = await apps.planned(tx, opened, new.change.read())
    return Plan(
        change=Change.of(plan.change),
        effects=[Effect.of(one) for one in plan.effects],
        problems=[Problem.of(one) for one in plan.problems],
        losses=[Loss.of(one) for one in plan.losses],
        spec=plan.spec,
    )
