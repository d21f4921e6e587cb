"""The gateway of a process, as the settings want it: the same for the whole web and for the gateway alone."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.ai.fills.work import Fills
from sayso.automations.schedule import cron as cron_of
from sayso.automations.steps.step import Parts
from sayso.automations.work.worker import RUNS_AT_ONCE, Worker
from sayso.connections import egress
from sayso.connections.connections import Connections
from sayso.coworkers.desk import Desk
from sayso.data.files import FileStore
from sayso.gateway.builtin.local.model import LocalModels
from sayso.gateway.builtin.models import built_in
from sayso.gateway.gateway import Gateway
from sayso.gateway.here import Model
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.trials.coworker_player import Talks
from sayso.trials.players import Fields
from sayso.trials.work import Work
from sayso.web.builder_player import Wishes
from sayso.web.coworker_asked import asked


def gateway_of(engine: AsyncEngine, settings: Settings, shelf: Shelf, *more: Model) -> Gateway:
    """With the door outwards that the operator has opened, and the models that live here; `more` are those that stand on other parts."""
    door = egress.Door(egress.networks(settings.egress_allow))
    always, local = built_in(), LocalModels(settings.home)
    return Gateway(
        engine, settings.home, door, lambda: (*always, *local(), *more), directory=lambda: shelf.directory, traces=settings.traces
    )


def worker_of(
    engine: AsyncEngine,
    settings: Settings,
    gateway: Gateway,
    connections: Connections,
    fills: Fills,
    coworkers: Desk,
    *,
    at_once: int | None = None,
    busy: Callable[[], bool] = lambda: False,
) -> Worker:
    """Who does runs of automations in this process: always, when `at_once` says how many; else as the setting says. While it is `busy`
    with people, fewer at a time."""
    asks = {"coworker": partial(asked, coworkers)}
    parts = Parts(engine, settings.url, FileStore(settings.home / "files"), gateway, connections, fills, asks)
    return Worker(parts, work=at_once is not None or settings.worker, runs_at_once=at_once or RUNS_AT_ONCE, busy=busy)


def last_slot(cron: str, zone: str, after: datetime, until: datetime) -> datetime | None:
    """For schedules of co-workers, which do not know automations: the clock of automations' schedules. Raises `Invalid`."""
    last = None
    for moment in cron_of.read(cron).times(ZoneInfo(zone), after):
        if moment > until:
            break
        last = moment
    return last


def trials_of(gateway: Gateway, shelf: Shelf) -> Work:
    """Who works trials off, with a player for each kind of part."""
    return Work(
        gateway,
        {"field": Fields(gateway), "coworker": Talks(gateway), "builder": Wishes(gateway, lambda: shelf.directory)},
        lambda: shelf.directory,
    )
