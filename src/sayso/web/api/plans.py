"""What a change would do, before it is done."""

from sayso.errors import Unavailable
from sayso.spec.app import App
from sayso.web.api.changes import Change
from sayso.web.shapes import AppId, Asked, Effect, Loss, Problem, Shown


class NewPlan(Asked):
    change: Change


class Plan(Shown):
    change: Change
    """With what must follow, such as reverse links."""
    effects: list[Effect]
    problems: list[Problem]
    losses: list[Loss]
    spec: App | None
    """The app as it would be; nothing when there are problems."""


async def create(app: AppId, new: NewPlan) -> Plan:
    """What a change would do and what it would lose. Nothing is changed."""
    raise Unavailable("not there yet")
