"""Which moments of a schedule are to be started now: each once, however many processes look, and those that were missed as asked."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sayso.automations.schedule.cron import Cron

CatchUp = Literal["once", "all", "none"]
CATCH_UP_SLOTS_MAX = 100
"""Of those that were missed, the latest so many are started; a server that was off for a month is no reason for 40,000 runs."""
LATE_SECONDS_MAX = 120
"""What is started later than this was missed."""
LOOK_BACK_DAYS = 31


@dataclass(frozen=True, slots=True)
class Due:
    """`slots` are to be started, in order; `next` is when to look again, None when it never comes round any more."""

    slots: tuple[datetime, ...]
    next: datetime | None


def due(cron: Cron, zone: ZoneInfo, since: datetime, now: datetime, catch_up: CatchUp) -> Due:
    """What came round later than `since` and not later than `now`."""
    passed = _passed(cron, zone, max(since, now - timedelta(days=LOOK_BACK_DAYS)), now)
    if not passed and since < now - timedelta(days=LOOK_BACK_DAYS):
        passed = _passed(cron, zone, since, now)
    following = cron.next(zone, now)
    if not passed:
        return Due((), following)
    late = now - passed[-1] > timedelta(seconds=LATE_SECONDS_MAX)
    match catch_up:
        case "all":
            return Due(tuple(passed), following)
        case "once":
            return Due((passed[-1],), following)
        case "none":
            return Due(() if late else (passed[-1],), following)


def _passed(cron: Cron, zone: ZoneInfo, since: datetime, now: datetime) -> deque[datetime]:
    kept: deque[datetime] = deque(maxlen=CATCH_UP_SLOTS_MAX)
    for moment in cron.times(zone, since):
        if moment > now:
            break
        kept.append(moment)
    return kept


def key_of(moment: datetime) -> str:
    """What makes two starts the same: the time on the wall with its distance from UTC, `slot:2026-11-23T08:30+01:00`."""
    return f"slot:{moment.isoformat(timespec='minutes')}"
