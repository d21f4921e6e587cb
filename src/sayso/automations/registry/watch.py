"""When the clock is to look at a trigger next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sayso.automations.schedule.cron import Cron, read, zone_of
from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.automation import Automation, DateReached, EmailReceived, Schedule


def cron_of(automation: Automation) -> Cron | None:
    """The clock of its trigger: of a date, the time of day at which dates are looked at. Raises `Invalid`."""
    match automation.trigger:
        case Schedule(cron=cron):
            return read(cron)
        case DateReached(time=time):
            hour, _, minute = time.partition(":")
            return read(f"{int(minute or 0)} {int(hour)} * * *") if hour.isdigit() else None
        case _:
            return None


def zone_name(app: App, automation: Automation) -> str:
    trigger = automation.trigger
    return (trigger.zone if isinstance(trigger, Schedule) else None) or app.zone


def clock_of(app: App, automation: Automation) -> dict[str, Any]:
    """What the next look depends on: when it is another, it is reckoned anew."""
    if isinstance(automation.trigger, EmailReceived):
        return {"connection": automation.trigger.connection, "folder": automation.trigger.folder}
    try:
        cron = cron_of(automation)
    except (Invalid, ValueError):
        return {}
    return {"cron": cron.text, "zone": zone_name(app, automation)} if cron else {}


def begun(app: App, automation: Automation, now: datetime) -> tuple[datetime | None, dict[str, Any]]:
    """When to look first, and the place from which it goes on, for one that was switched on or has another clock than before."""
    clock = clock_of(app, automation)
    if isinstance(automation.trigger, EmailReceived):
        return (now if automation.trigger.connection else None), clock
    if not clock:
        return None, {}
    return read(clock["cron"]).next(zone_of(clock["zone"]), now), {**clock, "since": now.isoformat()}
