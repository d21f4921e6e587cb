"""Functions of days and moments. Moments are on the wall clock of the app's time zone; years run from 1 to 9999."""

import calendar
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sayso.spec.formula.function import function
from sayso.spec.formula.types import BOOLEAN, DATE, DATETIME, NUMBER, TEXT, Base, Type

UNITS = {
    "years": ("years", "year", "y"), "quarters": ("quarters", "quarter", "q"), "months": ("months", "month"),
    "weeks": ("weeks", "week", "w"), "days": ("days", "day", "d"), "hours": ("hours", "hour", "h"),
    "minutes": ("minutes", "minute", "m"), "seconds": ("seconds", "second", "s"),
}  # fmt: skip
UNIT_OF = {alias: unit for unit, aliases in UNITS.items() for alias in aliases}
MONTHS_IN = {"years": 12, "quarters": 3, "months": 1}
SECONDS_IN = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
MONTHS_MAX = 120_000
SECONDS_MAX = 400_000_000_000

TOKENS = {
    "YYYY": "YYYY", "YY": "YY", "MMMM": "FMMonth", "MMM": "Mon", "MM": "MM", "M": "FMMM", "DDDD": "FMDay", "DDD": "Dy",
    "DD": "DD", "D": "FMDD", "HH": "HH24", "H": "FMHH24", "mm": "MI", "ss": "SS", "Q": "Q", "WW": "IW",
}  # fmt: skip
"""What DATETIME_FORMAT reads, and PostgreSQL's word for it."""


def moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def added(when: Any, n: Decimal, unit: str) -> Any:
    """`when` moved by whole units; a month that is too short gives its last day; outside years 1 to 9999 it is blank."""
    steps = int(n)
    try:
        if unit in MONTHS_IN:
            months = steps * MONTHS_IN[unit]
            if abs(months) > MONTHS_MAX:
                return None
            year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
            return when.replace(year=year, month=month + 1, day=min(when.day, calendar.monthrange(year, month + 1)[1]))
        seconds = steps * SECONDS_IN[unit]
        if abs(seconds) > SECONDS_MAX:
            return None
        small = unit in ("hours", "minutes", "seconds")
        return (moment(when) if small else when) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None


def _added_type(types: list[Type]) -> Type:
    return DATETIME if types[0].base is Base.DATETIME else DATE


def _whole_months(a: datetime, b: datetime) -> int:
    late, early = max(a, b), min(a, b)
    months = (late.year - early.year) * 12 + late.month - early.month
    if late - datetime(late.year, late.month, 1) < early - datetime(early.year, early.month, 1):
        months -= 1
    return months if a >= b else -months


def difference(a: Any, b: Any, unit: str = "days") -> Decimal:
    """Whole units from `b` to `a`, towards zero."""
    a, b = moment(a), moment(b)
    if unit in MONTHS_IN:
        return Decimal(int(_whole_months(a, b) / MONTHS_IN[unit]))
    gap = a - b
    seconds = Decimal(gap.days * 86_400 + gap.seconds)
    return Decimal(int(seconds / SECONDS_IN[unit]))


def working_before(ordinal: int) -> int:
    """How many days from Monday to Friday come before a day, counted from Monday 1 January of the year 1."""
    return ordinal // 7 * 5 + min(ordinal % 7, 5)


def _ordinal(when: Any) -> int:
    return when.toordinal() - 1


def _network_days(a: Any, b: Any) -> Decimal:
    first, last = sorted((_ordinal(a), _ordinal(b)))
    count = working_before(last + 1) - working_before(first)
    return Decimal(count if _ordinal(a) <= _ordinal(b) else -count)


def _workday(start: Any, n: Decimal) -> date | None:
    steps, at = max(-100_000, min(100_000, int(n))), _ordinal(start)
    if steps == 0:
        return date.fromordinal(at + 1)
    index = working_before(at + 1) + steps - 1 if steps > 0 else working_before(at) + steps
    ordinal = index // 5 * 7 + index % 5 + 1
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def _date(y: Decimal, m: Decimal, d: Decimal) -> date | None:
    try:
        return date(int(y), int(m), int(d))
    except (ValueError, OverflowError):
        return None


def _month_end(when: Any, n: Decimal = Decimal(0)) -> date | None:
    first = added(date(when.year, when.month, 1), n, "months")
    return first and first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _floor(when: datetime, unit: str) -> datetime:
    day = datetime(when.year, when.month, when.day)
    match unit:
        case "years":
            return day.replace(month=1, day=1)
        case "quarters":
            return day.replace(month=(when.month - 1) // 3 * 3 + 1, day=1)
        case "months":
            return day.replace(day=1)
        case "weeks":
            return day - timedelta(day.weekday()) if day.toordinal() > 7 else day
        case "days":
            return day
        case "hours":
            return when.replace(minute=0, second=0, microsecond=0)
        case "minutes":
            return when.replace(second=0, microsecond=0)
        case _:
            return when.replace(microsecond=0)


def _is_same(a: Any, b: Any, unit: str = "days") -> bool:
    return _floor(moment(a), unit) == _floor(moment(b), unit)


def pieces(pattern: str) -> list[tuple[bool, str]]:
    """A format cut into (is it a token, text); what is no token stands for itself."""
    out: list[tuple[bool, str]] = []
    while pattern:
        token = next((t for t in sorted(TOKENS, key=len, reverse=True) if pattern.startswith(t)), None)
        out.append((token is not None, token or pattern[0]))
        pattern = pattern[len(token or pattern[0]) :]
    return out


def _format(when: Any, pattern: str = "YYYY-MM-DD") -> str:
    at = moment(when)
    words = {
        "YYYY": f"{at.year:04}", "YY": f"{at.year % 100:02}", "MMMM": calendar.month_name[at.month], "MMM": calendar.month_abbr[at.month],
        "MM": f"{at.month:02}", "M": str(at.month), "DDDD": calendar.day_name[at.weekday()], "DDD": calendar.day_abbr[at.weekday()],
        "DD": f"{at.day:02}", "D": str(at.day), "HH": f"{at.hour:02}", "H": str(at.hour), "mm": f"{at.minute:02}", "ss": f"{at.second:02}",
        "Q": str((at.month + 2) // 3), "WW": f"{at.isocalendar().week:02}",
    }  # fmt: skip
    return "".join(words[text] if token else text for token, text in pieces(pattern))


def _parsed(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10]) if len(text.strip()) >= 10 and text.strip()[4] == "-" else None
    except ValueError:
        return None


def _part(name: str) -> Any:
    return lambda when: Decimal(getattr(moment(when), name))


FUNCTIONS = (
    function("TODAY", "", DATE, "This day in the app's time zone", "TODAY()", None),  # type: ignore[arg-type]
    function("NOW", "", DATETIME, "This moment", "NOW()", None),  # type: ignore[arg-type]
    function("DATE", "number number number", DATE, "A day from year, month and day", "DATE(2026, 11, 27)", _date),
    function("DATEVALUE", "text", DATE, "The day that a text such as 2026-11-27 holds", 'DATEVALUE("2026-11-27")', _parsed),
    function("YEAR", "moment", NUMBER, "The year", "YEAR({Date})", _part("year")),
    function("MONTH", "moment", NUMBER, "The month, 1 to 12", "MONTH({Date})", _part("month")),
    function("DAY", "moment", NUMBER, "The day of the month", "DAY({Date})", _part("day")),
    function("HOUR", "moment", NUMBER, "The hour, 0 to 23", "HOUR({Start})", _part("hour")),
    function("MINUTE", "moment", NUMBER, "The minute", "MINUTE({Start})", _part("minute")),
    function("SECOND", "moment", NUMBER, "The second", "SECOND({Start})", _part("second")),
    function("WEEKDAY", "moment", NUMBER, "0 for Sunday to 6 for Saturday", "WEEKDAY({Date})", lambda w: Decimal(w.isoweekday() % 7)),
    function("WEEKNUM", "moment", NUMBER, "The week of the year by ISO 8601", "WEEKNUM({Date})", lambda w: Decimal(w.isocalendar().week)),
    function("QUARTER", "moment", NUMBER, "The quarter, 1 to 4", "QUARTER({Date})", lambda w: Decimal((w.month + 2) // 3)),
    function("DATEADD", "moment number unit", _added_type, "Moves by days, weeks, months, years, hours …", 'DATEADD({Date}, 2, "weeks")', added),
    function("EDATE", "moment number", _added_type, "Moves by months", "EDATE({Start}, 3)", lambda w, n: added(w, n, "months")),
    function("EOMONTH", "moment number?", DATE, "The last day of a month", "EOMONTH({Date}, 0)", _month_end),
    function("DATETIME_DIFF", "moment moment unit?", NUMBER, "Whole units from the second to the first, days unless told", 'DATETIME_DIFF({End}, {Start}, "hours")', difference),
    function("DAYS", "moment moment", NUMBER, "Days from the second (start) to the first (end)", "DAYS({End}, {Start})", difference),
    function("NETWORKDAYS", "moment moment", NUMBER, "Days from Monday to Friday, both ends included", "NETWORKDAYS({From}, {Until})", _network_days),
    function("WORKDAY", "moment number", DATE, "So many working days later", "WORKDAY({Ordered}, 5)", _workday),
    function("IS_BEFORE", "moment moment", BOOLEAN, "Whether the first comes earlier", "IS_BEFORE({Due}, TODAY())", lambda a, b: moment(a) < moment(b)),
    function("IS_AFTER", "moment moment", BOOLEAN, "Whether the first comes later", "IS_AFTER({Due}, TODAY())", lambda a, b: moment(a) > moment(b)),
    function("IS_SAME", "moment moment unit?", BOOLEAN, "Whether both lie in one day, week, month …", 'IS_SAME({Date}, TODAY(), "month")', _is_same),
    function("DATETIME_FORMAT", "moment format?", TEXT, "As text: YYYY MM MMM MMMM DD D DDD HH mm", 'DATETIME_FORMAT({Date}, "D MMM YYYY")', _format),
)  # fmt: skip
