"""What "now" and "today" mean for an app: one moment, seen from the app's time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sayso.errors import Invalid, Problem
from sayso.spec.fields.date import DateOrder, day_from, relative_day

YEARS = (1, 9998)


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` in UTC; `zone` is the app's."""

    now: datetime
    zone: str = "UTC"

    @classmethod
    def of(cls, zone: str, now: datetime | None = None) -> "Clock":
        return cls(now or datetime.now(UTC), zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def start(self, day: date) -> datetime:
        """The moment at which this day begins in the app's zone, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    def day(self, raw: object, order: DateOrder = "dmy") -> date:
        """`today`, `tomorrow`, `yesterday` or a day as people write it; else `ValueError`."""
        day = relative_day(str(raw), self.today) or day_from(str(raw), order)
        if not YEARS[0] < day.year < YEARS[1]:
            raise ValueError(raw)
        return day

    def moment(self, raw: object) -> datetime | None:
        """A moment when `raw` has a time in it, read in the app's zone when it names none; None for a bare day."""
        text = str(raw).strip()
        if len(text) < 11 or ":" not in text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Invalid(Problem("", "is not a moment", "2026-11-27T07:30:00Z")) from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.zone))).astimezone(UTC)


def next_day(day: date) -> date:
    return day + timedelta(1)
