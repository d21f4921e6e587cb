"""Cron in words: `30 8 * * 1-5` is said `every weekday at 08:30`."""

import re

from sayso.automations.schedule.cron import read

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NTH = ("first", "second", "third", "fourth", "fifth")
_NUMBERED = {name[:3].upper(): str(n) for n, name in enumerate(DAYS)}
_MONTHED = {name[:3].upper(): str(n) for n, name in enumerate(MONTHS, 1)}


def sentence(cron: str) -> str:
    """Raises `Invalid` for what is no cron."""
    fields = read(cron).text.upper().split()
    minute, hour, day, month, week = (
        *fields[:3],
        _named(fields[3], _MONTHED),
        _named(fields[4], _NUMBERED),
    )
    if minute == "0" and hour == "0" and day == "1" and month == "1" and week == "*":
        return "every year on 1 January at 00:00"
    days = _days(day, month, week)
    clock = _clock(minute, hour)
    if re.match(r"at \d\d:", clock):
        return f"{days or 'every day'} {clock}"
    return f"{clock}, {days}" if days else clock


def _named(field: str, names: dict[str, str]) -> str:
    return re.sub(r"[A-Z]{3}", lambda m: names.get(m[0], m[0]), field)


def _clock(minute: str, hour: str) -> str:
    if minute.isdigit() and re.fullmatch(r"[\d,]+", hour):
        return f"at {_and([f'{int(h):02}:{int(minute):02}' for h in hour.split(',')])}"
    return _often(minute, hour)


def _often(minute: str, hour: str) -> str:
    within = _hours(hour)
    if minute.isdigit():
        past = f" at {int(minute)} minutes past" if int(minute) else ""
        if hour == "*":
            return f"every hour{past}"
        if step := re.fullmatch(r"(?:\*|(\d+)-(\d+))/(\d+)", hour):
            every = f"every {step[3]} hours" if step[3] != "1" else "every hour"
            between = f" from {int(step[1]):02}:{int(minute):02} to {_last(step):02}:{int(minute):02}" if step[1] else ""
            return f"{every}{between or (past + _from_midnight(step[3]))}"
        if span := re.fullmatch(r"(\d+)-(\d+)", hour):
            return f"every hour from {int(span[1]):02}:{int(minute):02} to {int(span[2]):02}:{int(minute):02}"
        return f"at {int(minute)} minutes past the hours {hour}"
    if minute == "*":
        return f"every minute{within}"
    if step := re.fullmatch(r"\*/(\d+)", minute):
        return f"every {step[1]} minutes{within}" if step[1] != "1" else f"every minute{within}"
    if re.fullmatch(r"[\d,]+", minute):
        return f"at {_and(minute.split(','))} minutes past {'every hour' if hour == '*' else 'the hour'}{within}"
    return f"at the minutes {minute}{within or ' of every hour'}"


def _last(step: re.Match[str]) -> int:
    first, last, by = int(step[1]), int(step[2]), int(step[3])
    return first + (last - first) // by * by


def _from_midnight(step: str) -> str:
    return "" if 24 % int(step) == 0 else ", beginning anew at midnight"


def _hours(hour: str) -> str:
    if hour == "*":
        return ""
    if span := re.fullmatch(r"(\d+)-(\d+)", hour):
        return f" from {int(span[1]):02}:00 to {int(span[2]):02}:59"
    if re.fullmatch(r"[\d,]+", hour):
        return f" of the hours {_and([f'{int(h):02}:00' for h in hour.split(',')])}"
    if step := re.fullmatch(r"\*/(\d+)", hour):
        return f" of every {step[1]}th hour" if step[1] != "2" else " of every second hour"
    return f" of the hours {hour}"


def _days(day: str, month: str, week: str) -> str:
    """Which days, or nothing when it is every day."""
    months = _months(month)
    if week == "*" and day == "*":
        return f"every day of {months}" if months else ""
    if week == "*" or day == "*":
        if week != "*":
            return _weekdays(week, months)
        return _monthdays(day, month, months)
    either = "or" if not (day.startswith("*") or week.startswith("*")) else "when it is"
    return f"{_monthdays(day, month, months)} {either} {_weekdays(week, '')}"


def _weekdays(week: str, months: str) -> str:
    of = f" of {months}" if months else ""
    if week == "1-5":
        return f"every weekday{of}"
    if week in ("0,6", "6,0", "6-7"):
        return f"every Saturday and Sunday{of}"
    if nth := re.fullmatch(r"(\d)#(\d)", week):
        return f"on the {_NTH[int(nth[2]) - 1]} {DAYS[int(nth[1]) % 7]} of {months or 'every month'}"
    if last := re.fullmatch(r"(\d)L", week):
        return f"on the last {DAYS[int(last[1]) % 7]} of {months or 'every month'}"
    if span := re.fullmatch(r"(\d)-(\d)", week):
        return f"every day from {DAYS[int(span[1]) % 7]} to {DAYS[int(span[2]) % 7]}{of}"
    if re.fullmatch(r"[\d,]+", week):
        return f"every {_and([DAYS[int(d) % 7] for d in week.split(',')])}{of}"
    return f"on the days of the week {week}{of}"


def _monthdays(day: str, month: str, months: str) -> str:
    if day == "*":
        return f"every day of {months}" if months else "every day"
    if step := re.fullmatch(r"\*/(\d+)", day):
        return f"every {step[1]} days, beginning anew each month{f' of {months}' if months else ''}"
    spoken = {"L": "the last day", "LW": "the last weekday"}.get(day) or _spoken(day)
    if month == "1,4,7,10":
        return f"every quarter on {spoken} of its first month"
    if month.isdigit() and day.isdigit():
        return f"every year on {day} {months}"
    return f"on {spoken} of {months or 'every month'}"


def _spoken(day: str) -> str:
    if re.fullmatch(r"[\d,]+", day):
        return _and([f"the {_ordinal(int(d))}" for d in day.split(",")])
    if span := re.fullmatch(r"(\d+)-(\d+)", day):
        return f"the {_ordinal(int(span[1]))} to the {_ordinal(int(span[2]))}"
    return f"the days {day}"


def _ordinal(n: int) -> str:
    return f"{n}{'th' if 10 < n < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def _months(month: str) -> str:
    if month == "*":
        return ""
    if re.fullmatch(r"[\d,]+", month):
        return _and([MONTHS[int(m) - 1] for m in month.split(",")])
    if span := re.fullmatch(r"(\d+)-(\d+)", month):
        return f"{MONTHS[int(span[1]) - 1]} to {MONTHS[int(span[2]) - 1]}"
    if step := re.fullmatch(r"\*/(\d+)", month):
        return f"every {'second' if step[1] == '2' else f'{_ordinal(int(step[1]))}'} month"
    return f"the months {month}"


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
