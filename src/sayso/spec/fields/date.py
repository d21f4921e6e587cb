"""Days and moments."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from sayso.errors import Invalid
from sayso.spec.fields.field import Field, Storage, is_empty

MONTHS = {m: i + 1 for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])}
DateOrder = Literal["dmy", "mdy", "ymd"]


def day_from(text: str, order: DateOrder = "dmy") -> date:
    """The day in `2026-11-27`, `27.11.2026`, `11/27/2026`, `27 Nov 2026` or `Nov 27, 2026`; else `ValueError`.

    `order` settles what is open (`3/4/2026`); what cannot be read in that order is read in the other.
    """
    text = text.strip()
    if m := re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", text):
        return date(int(m[1]), int(m[2]), int(m[3]))
    if re.fullmatch(r"\d{8}", text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if m := re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)", text):
        a, b, year = int(m[1]), int(m[2]), int(m[3])
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        first, second = (b, a) if order == "mdy" else (a, b)
        return date(year, second, first) if second <= 12 else date(year, first, second)
    if m := re.match(r"(?i)(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s\-.]+([a-z]{3})[a-z]*\.?,?[\s\-]+(\d{4})", text):
        return date(int(m[3]), MONTHS[m[2].lower()], int(m[1]))
    if m := re.match(r"(?i)([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", text):
        return date(int(m[3]), MONTHS[m[1].lower()], int(m[2]))
    raise ValueError(text)


def relative_day(text: str, today: date) -> date | None:
    return {"today": today, "tomorrow": today + timedelta(1), "yesterday": today - timedelta(1)}.get(text.strip().lower())


class Date(Field):
    """A day, without a time; sent as `2026-11-27`."""

    kind: Literal["date"] = "date"
    storage: ClassVar = Storage.DATE
    example: ClassVar = "2026-11-27"
    order: DateOrder = "dmy"
    """How `3/4/2026` is read when typed or imported."""
    default: Literal["today"] | str | None = None

    def parse(self, raw: object) -> date | None:
        if is_empty(raw):
            return None
        if isinstance(raw, datetime):
            return raw.date()
        if isinstance(raw, date):
            return raw
        try:
            return day_from(str(raw), self.order)
        except (ValueError, KeyError):
            raise Invalid(f"{self.name} is a day, such as {self.example}") from None

    def shown(self, value: date | None) -> str | None:
        return None if value is None else value.isoformat()


class Datetime(Field):
    """A moment; stored and sent in UTC as `2026-11-27T07:30:00Z`. Text without a zone is read in the field's zone."""

    kind: Literal["datetime"] = "datetime"
    storage: ClassVar = Storage.TIMESTAMP
    example: ClassVar = "2026-11-27T07:30:00Z"
    zone: str = "UTC"
    order: DateOrder = "dmy"
    default: Literal["now"] | str | None = None

    def parse(self, raw: object) -> datetime | None:
        if is_empty(raw):
            return None
        moment = self._moment(raw)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.zone))).astimezone(UTC)

    def _moment(self, raw: object) -> datetime:
        if isinstance(raw, datetime):
            return raw
        if isinstance(raw, date):
            return datetime.combine(raw, time())
        text = str(raw).strip()
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
        try:
            day, clock = (
                day_from(text, self.order),
                re.search(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?\.?m?", text.lower()),
            )
            if clock is None:
                return datetime.combine(day, time())
            hour = int(clock[1]) % 12 + (12 if clock[4] == "p" else 0) if clock[4] else int(clock[1])
            return datetime.combine(day, time(hour, int(clock[2]), int(clock[3] or 0)))
        except (ValueError, KeyError):
            raise Invalid(f"{self.name} is a moment, such as {self.example}") from None

    def shown(self, value: datetime | None) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def written(self, value: datetime | None) -> str:
        return "" if value is None else value.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M")
