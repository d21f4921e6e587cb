"""Models that end: told in the answer's headers before, and replaced afterwards where the owner allows it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sayso.errors import NotFound
from sayso.gateway.known import Plan, Workspace
from sayso.gateway.pricing import PROVIDERS
from sayso.gateway.refusals import Header
from sayso.models import lifecycle
from sayso.models.directory import Directory

WARNED_DAYS = 90
REMEMBERED_MAX = 4096

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """A model of which its maker has said when it ends. `successor` is the first of its replacements that is still served."""

    model: str
    day: date
    successor: str | None
    headers: tuple[Header, ...]
    over: bool


class Endings:
    """Looked up in the directory once a day for each model."""

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory
        self._today = date.min
        self._found: dict[tuple[str, str], Ending | None] = {}

    def of(self, kind: str, model: str, today: date) -> Ending | None:
        """The end of this model at its maker's own provider, when it is near or over."""
        if today != self._today:
            self._today = today
            self._found.clear()
        key = (kind, model)
        if key not in self._found:
            if len(self._found) >= REMEMBERED_MAX:
                self._found.clear()
            self._found[key] = self._looked_up(kind, model, today)
        return self._found[key]

    def heeded(self, plan: Plan, workspace: Workspace) -> tuple[Plan, list[Header], list[str]]:
        """The plan with what has ended replaced by what its maker names, where the owner allows that; headers and flags that tell of it."""
        first = plan.routes[0]
        if first.provider.kind == "sayso":
            return plan, [], []
        ending = self.of(first.provider.kind, first.model, _today())
        if ending is None:
            return plan, [], []
        if not (ending.over and ending.successor and workspace.settings.follow_replacements):
            return plan, list(ending.headers), []
        instead = replace(first, model=ending.successor)
        return replace(plan, routes=(instead, *plan.routes[1:])), list(ending.headers), ["replaced"]

    def _looked_up(self, kind: str, name: str, today: date) -> Ending | None:
        directory = self._directory()
        try:
            resolved = directory.resolve(name)
            model = directory.read(resolved.model)
        except NotFound:
            return None
        if model.maker != PROVIDERS.get(kind, kind):
            return None
        dated = next((one.shutdown for one in model.snapshots if one.id == resolved.snapshot and one.shutdown), None)
        shutdown = dated or model.shutdown
        if shutdown is None or (shutdown.value - today).days > WARNED_DAYS:
            return None
        successor = lifecycle.of(model, directory, today).successor
        return Ending(name, shutdown.value, successor, _headers(name, shutdown.value, successor, today), shutdown.value <= today)


def _today() -> date:
    """In UTC; cheap enough to be asked for each call."""
    return date.fromordinal(EPOCH + int(time.time() // 86_400))


EPOCH = date(1970, 1, 1).toordinal()


def _headers(name: str, day: date, successor: str | None, today: date) -> tuple[Header, ...]:
    """`Sunset` (RFC 8594) for programs, a sentence for people."""
    left = (day - today).days
    when = f"in {left} days" if left > 1 else "tomorrow" if left == 1 else "today" if left == 0 else f"{-left} days ago"
    said = f"{name} {'was' if left < 0 else 'is'} shut down on {day.isoformat()}, {when}"
    said += f"; its maker names {successor} in its place" if successor else ""
    sunset = datetime(day.year, day.month, day.day, tzinfo=UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return ((b"sunset", sunset.encode()), (b"x-sayso-warning", said.encode("ascii", "replace")))
