"""Five fields of cron and the moments they mean in a zone.

The fields are read by cronsim, which also knows Debian's rule for the two day fields. The walk is our own: cronsim's loses slots where
clocks change by half an hour (Lord Howe), and goes back in time when it is asked within the hour that comes twice.

Clock changes, as Debian's cron has them:
  - a time of day that is left out in spring starts when the clock goes on (02:30 → 03:00), once;
  - a time of day that comes twice in autumn starts the first time only;
  - what goes by intervals (`*` or `*/n` as minutes or hours) goes on by the clock: in both of the doubled hours, in none that is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from sayso.errors import Invalid, Problem

CRON_CHARACTERS_MAX = 200
DAYS_AHEAD_MAX = 366 * 9
"""29 February comes round within eight years, also around 2100."""
EXAMPLE = "30 8 * * 1-5"
_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


@dataclass(frozen=True, slots=True)
class Cron:
    """`text` is five fields with single spaces between them."""

    text: str
    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    months: frozenset[int]
    by_interval: bool
    _days: CronSim

    def on(self, day: date) -> bool:
        return day.month in self.months and self._days.match_day(day)

    def times(self, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
        """Every moment later than `after` (aware), in order, in the zone."""
        last = after.astimezone(UTC)
        day = (last - timedelta(days=1)).astimezone(zone).date()
        for _ in range(DAYS_AHEAD_MAX):
            if self.on(day):
                for moment in self._of(day, zone):
                    if moment > last:
                        last = moment
                        yield moment.astimezone(zone)
                if day == date.max:
                    return
            day += timedelta(days=1)

    def next(self, zone: ZoneInfo, after: datetime) -> datetime | None:
        return next(self.times(zone, after), None)

    def few(self, zone: ZoneInfo, after: datetime, count: int) -> list[datetime]:
        return list(islice(self.times(zone, after), count))

    def _of(self, day: date, zone: ZoneInfo) -> list[datetime]:
        """The moments of one local day, in UTC, in order."""
        begins = datetime.combine(day, time(), zone)
        if (
            day < date.max
            and begins.utcoffset() == (begins + timedelta(days=1)).utcoffset() == begins.replace(fold=1).utcoffset()
        ):
            start = begins.astimezone(UTC)
            return [start + timedelta(hours=hour, minutes=minute) for hour in self.hours for minute in self.minutes]
        return self._of_change(day, zone)

    def _of_change(self, day: date, zone: ZoneInfo) -> list[datetime]:
        """The same of a day on which clocks change."""
        found: list[datetime] = []
        for hour in self.hours:
            for minute in self.minutes:
                wall = datetime.combine(day, time(hour, minute), zone)
                first = wall.astimezone(UTC)
                there = first.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)
                if there:
                    found.append(first)
                    second = wall.replace(fold=1).astimezone(UTC)
                    if self.by_interval and second != first:
                        found.append(second)
                elif not self.by_interval:
                    found.append(_end_of_gap(wall, zone))
        return sorted(set(found))


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clock goes on over `wall`, a time of day that is left out."""
    low, high = wall.replace(fold=1).astimezone(UTC), wall.replace(fold=0).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=2_000)
def read(text: str) -> Cron:
    """Raises `Invalid`, saying which of the five fields is wrong."""
    text = " ".join(text.split())
    text = _MACROS.get(text.lower(), text)
    fields = text.upper().split(" ")
    if len(text) > CRON_CHARACTERS_MAX or len(fields) != 5 or not text.isascii():
        raise _wrong("is five fields: minute, hour, day of the month, month, day of the week")
    try:
        sim = CronSim(text, datetime(2026, 1, 1))
    except (CronSimError, ValueError, AssertionError) as error:
        raise _wrong(_reason(str(error), fields)) from None
    by_interval = fields[0].startswith("*") or fields[1].startswith("*")
    cron = Cron(text, tuple(sorted(sim.hours)), tuple(sorted(sim.minutes)), frozenset(sim.months), by_interval, sim)
    if cron.next(ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC)) is None:
        raise _wrong("never comes round: there is no such day")
    return cron


_FIELDS = {
    "minute": "minutes are 0 to 59",
    "hour": "hours are 0 to 23",
    "day-of-month": "days of the month are 1 to 31, or L for the last",
    "month": "months are 1 to 12 or JAN to DEC",
    "day-of-week": "days of the week are 0 (Sunday) to 6 or SUN to SAT",
}


def _reason(error: str, fields: list[str]) -> str:
    which = error.removeprefix("Bad ")
    if which not in _FIELDS:
        return "is five fields: minute, hour, day of the month, month, day of the week"
    said = fields[list(_FIELDS).index(which)]
    if which == "day-of-month" and all(n.isdigit() and 1 <= int(n) <= 31 for n in said.split(",")):
        return f"never comes round: no such month has a day {said}"
    return f"cannot have {said[:40]!r} there: {_FIELDS[which]}"


def _wrong(reason: str) -> Invalid:
    return Invalid(Problem("cron", reason, EXAMPLE))


def zone_of(name: str) -> ZoneInfo:
    """Raises `Invalid` for what is no time zone."""
    try:
        if not name or len(name) > 60 or name.startswith(("/", ".")):
            raise ValueError
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid(Problem("zone", "is a time zone by its name", "Europe/Berlin")) from None
