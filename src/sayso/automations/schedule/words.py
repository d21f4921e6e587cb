"""Schedules in words: `every weekday at 8:30` is cron `30 8 * * 1-5`. All of the words are understood, or none: nothing is guessed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sayso.automations.schedule.sentence import DAYS, MONTHS
from sayso.errors import Invalid, Problem

WORDS_CHARACTERS_MAX = 200
EXAMPLE = "every weekday at 8:30"
USUAL_HOUR = 9
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_AND = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)"
_CLOCK = r"(?:noon|midday|midnight|\d{1,2}(?:[:.]\d{2}|h\d{2})?\s*(?:a\.?m\.?|p\.?m\.?|o'?clock|h\b|hrs)?)(?![\w:])"
_NUMBER = r"(?:\d{1,3}|two|three|four|five|six|eight|ten|twelve|fifteen|twenty|thirty)"
_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30, "once": 1, "twice": 2,
}  # fmt: skip
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
_NTHS = "|".join(_NTH)
_MDAY = r"(?:the\s+)?(?:\d{1,2}(?:st|nd|rd|th)|first|(?<=day )\d{1,2})"
_OF_MONTH = r"(?:\s+(?:day\s+)?(?:of|in)\s+(?:(?:the|each|every|a)\s+)?month)"
_PARTS = {"morning": 9, "noon": 12, "afternoon": 14, "evening": 18, "night": 21}
_TIMES_A_DAY = {1: (9,), 2: (9, 17), 3: (9, 13, 17), 4: (9, 12, 15, 18)}


@dataclass(slots=True)
class _Said:
    """What has been understood so far; None is what nobody said."""

    minute: str | None = None
    hour: str | None = None
    day: str | None = None
    month: str | None = None
    week: str | None = None
    every: tuple[int, str] | None = None
    window: tuple[int, int] | None = None
    times: list[tuple[int, int]] = field(default_factory=list)
    a_day: int | None = None
    part: str | None = None
    past: int | None = None


def cron_from(words: str) -> str:
    """Raises `Invalid`, naming the words that were not understood."""
    text = _plain(words)
    if not text or len(words) > WORDS_CHARACTERS_MAX:
        raise _wrong("says when, in words")
    if re.search(
        r"\b(?:(?:every|each)\s+other|every\s+second|fortnight\w*|bi-?weekly|every\s+(?:two|[2-9]|\d\d)\s+weeks)\b", text
    ):
        raise _wrong("cannot skip weeks: say every week, or two days of the month", "on the 1st and 15th of every month at 9:00")
    said, rest = _Said(), text
    for pattern, take in _FORMS:
        rest = _taken(rest, pattern, take, said)
    rest = re.sub(
        r"\b(?:at|on|the|of|in|every|each|and|per|a|from|all|year|month|sharp|please|run|day|around|by)\b|[,.;]", " ", rest
    )
    if rest.split():
        raise _wrong(f"is not understood at {' '.join(rest.split())[:60]!r}")
    if said == _Said() and not re.search(r"\b(?:daily|day|hour|night)", text):
        raise _wrong("is not understood")
    return _written(said)


def _plain(words: str) -> str:
    text = words.lower().replace("–", "-").replace("’", "'").strip(" .!")
    return " ".join(text.split())


def _taken(text: str, pattern: re.Pattern[str], take: Callable[[_Said, re.Match[str]], None], said: _Said) -> str:
    while found := pattern.search(text):
        take(said, found)
        text = f"{text[: found.start()]} {text[found.end() :]}"
    return text


# ── what can be said ──────────────────────────────────────


def _window(said: _Said, m: re.Match[str]) -> None:
    (first, minute), (last, other) = _clocks([m["w1"], m["w2"]])
    if minute or other:
        raise _wrong("goes from one full hour to another", "every 2 hours between 9 and 17")
    if last <= first <= 12 and "m" not in m["w2"]:
        last += 12
    if last <= first:
        raise _wrong("ends before it begins", "every 2 hours between 9 and 17")
    _once(said.window, "two spans of hours")
    said.window = (first, last)


def _every(said: _Said, m: re.Match[str]) -> None:
    unit = "minute" if (m["unit"] or "hour").startswith("min") else "hour"
    count = _number(m["n"]) if m["n"] else 1
    _once(said.every, "two intervals")
    if not count or (60 if unit == "minute" else 24) % count:
        least = "1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 minutes" if unit == "minute" else "1, 2, 3, 4, 6, 8 or 12 hours"
        raise _wrong(f"cannot come round every {count} {unit}s evenly: it can be every {least}", "every 2 hours")
    said.every = (count, unit)


def _some_days(said: _Said, m: re.Match[str]) -> None:
    count = _number(m["n"])
    if not 2 <= count <= 15:
        raise _wrong(f"cannot come round every {count} days", "on the 1st and 15th of every month at 9:00")
    said.day = f"*/{count}"


def _a_day(said: _Said, m: re.Match[str]) -> None:
    said.a_day = _number(m["many"])


def _past(said: _Said, m: re.Match[str]) -> None:
    said.past = {"quarter": 15, "half": 30}.get(m["past"]) or int(m["past"])
    if said.past > 59:
        raise _wrong(f"has {said.past} minutes past the hour", "every hour at 15 minutes past")


def _nth_weekday(said: _Said, m: re.Match[str]) -> None:
    _once(said.week, "days of the week twice")
    day = _day(m["nth_day"])
    said.week = f"{day}L" if m["nth"] == "last" else f"{day}#{_NTH[m['nth']]}"


def _last_day(said: _Said, m: re.Match[str]) -> None:
    said.day = "LW" if m["work"] else "L"


def _year_day(said: _Said, m: re.Match[str]) -> None:
    _once(said.day, "days of the month twice")
    said.day = str(_monthday(m["d1"] or m["d2"]))
    said.month = str(_month(m["m1"] or m["m2"]))


def _month_days(said: _Said, m: re.Match[str]) -> None:
    days = [_monthday(d) for d in re.findall(r"\d+|first", m["days"])]
    said.day = ",".join(str(d) for d in sorted({*days, *(int(d) for d in (said.day or "").split(",") if d.isdigit())}))


def _weekdays(said: _Said, m: re.Match[str]) -> None:
    _once(said.week, "days of the week twice")
    said.week = "1-5"


def _weekend(said: _Said, m: re.Match[str]) -> None:
    _once(said.week, "days of the week twice")
    said.week = "0,6"


def _day_span(said: _Said, m: re.Match[str]) -> None:
    first, last = _day(m["from"]), _day(m["to"])
    _once(said.week, "days of the week twice")
    if first < last:
        said.week = f"{first}-{last}"
    else:
        said.week = ",".join(str(d) for d in sorted({d % 7 for d in range(first, last + 8)}))


def _day_list(said: _Said, m: re.Match[str]) -> None:
    days = {_day(d) for d in re.findall(_DAY, m[0])}
    if said.week is not None and not re.fullmatch(r"[\d,]+", said.week):
        raise _wrong("says days of the week twice")
    said.week = ",".join(str(d) for d in sorted(days | {int(d) for d in (said.week or "").split(",") if d}))


def _quarterly(said: _Said, m: re.Match[str]) -> None:
    said.month, said.day = "1,4,7,10", said.day or "1"


def _some_months(said: _Said, m: re.Match[str]) -> None:
    count = _number(m["months"])
    if count not in (2, 3, 4, 6, 12):
        raise _wrong("comes round every 2, 3, 4, 6 or 12 months", "every 3 months")
    said.month = ",".join(str(n) for n in range(1, 13, count))
    said.day = said.day or "1"


def _monthly(said: _Said, m: re.Match[str]) -> None:
    if said.week is None or ("#" not in said.week and "L" not in said.week):
        said.day = said.day or "1"


def _yearly(said: _Said, m: re.Match[str]) -> None:
    said.day, said.month = said.day or "1", said.month or "1"


def _weekly(said: _Said, m: re.Match[str]) -> None:
    said.week = said.week or "1"


def _months(said: _Said, m: re.Match[str]) -> None:
    known = {int(n) for n in (said.month or "").split(",") if n}
    said.month = ",".join(str(n) for n in sorted(known | {_month(name) for name in re.findall(_MONTH, m[0])}))


def _daily(said: _Said, m: re.Match[str]) -> None:
    said.part = said.part or m["part"]


def _part(said: _Said, m: re.Match[str]) -> None:
    said.part = said.part or m["part"]


def _times(said: _Said, m: re.Match[str]) -> None:
    said.times += _clocks(re.findall(_CLOCK, m["times"]))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[_Said, re.Match[str]], None]], ...] = tuple(
    (re.compile(pattern), take)
    for pattern, take in (
        (rf"\b(?:between|from)\s+(?P<w1>{_CLOCK})\s*(?:and|to|until|till|-)\s*(?P<w2>{_CLOCK})", _window),
        (rf"\b(?:every|each)\s+(?P<n>{_NUMBER})?\s*-?\s*(?P<unit>minutes?|mins?|hours?|hrs?)\b|\bhourly\b", _every),
        (rf"\b(?:every|each)\s+(?P<n>{_NUMBER})\s+days\b", _some_days),
        (r"\b(?P<many>once|twice|(?:\d|two|three|four)\s+times)\s+(?:a|per|each|every)\s+day\b", _a_day),
        (r"\b(?:at\s+)?(?:a\s+)?(?P<past>\d{1,2}(?=\s+minutes?\s+past|\s+past)|quarter(?=\s+past)|half(?=\s+past))(?:\s+minutes?)?\s+past(?:\s+(?:the|every|each)\s+hour)?\b", _past),
        (rf"\b(?P<nth>last|{_NTHS})\s+(?P<nth_day>{_DAY})\b{_OF_MONTH}?", _nth_weekday),
        (rf"\b(?:last\s+(?P<work>(?:week|working|business|work)\s?)?day|end){_OF_MONTH}|\bmonth[- ]end\b", _last_day),
        (rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{_MONTH})\b|\b(?P<m2>{_MONTH})\s+(?:the\s+)?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.\d])", _year_day),
        (rf"\b(?P<days>(?:day\s+)?{_MDAY}(?:{_AND}{_MDAY})*){_OF_MONTH}?(?=\s|$|,)", _month_days),
        (r"\b(?:all\s+)?(?:week|working|business|work)\s?-?days?\b", _weekdays),
        (r"\bweek-?ends?\b", _weekend),
        (rf"\b(?P<from>{_DAY})\s*(?:-|to|through|thru|till|until)\s*(?P<to>{_DAY})\b", _day_span),
        (rf"\b{_DAY}(?:{_AND}{_DAY})*\b", _day_list),
        (r"\bquarterly\b|\b(?:every|each|a|per)\s+quarter\b", _quarterly),
        (rf"\bevery\s+(?P<months>{_NUMBER})\s+months\b", _some_months),
        (r"\bmonthly\b|\b(?:every|each|once\s+a|per)\s+month\b|\b(?:of|in)\s+the\s+month\b", _monthly),
        (r"\byearly\b|\bannually\b|\b(?:every|each|once\s+a|per)\s+year\b", _yearly),
        (r"\bweekly\b|\b(?:every|each|once\s+a|per)\s+week\b", _weekly),
        (rf"\b{_MONTH}(?:{_AND}{_MONTH})*\b", _months),
        (r"\bdaily\b|\bnightly\b|\b(?:every|each)\s+(?:single\s+)?(?:day\b|(?P<part>morning|afternoon|evening|night)s?\b)", _daily),
        (rf"(?:\bat\s+|\b|@\s*)(?P<times>{_CLOCK}(?:{_AND}(?:at\s+)?{_CLOCK})*)(?:\s+in\s+the\s+(?=morning|afternoon|evening))?", _times),
        (r"\b(?:in\s+the\s+)?(?P<part>morning|afternoon|evening|night)s?\b", _part),
    )
)  # fmt: skip


# ── what it comes to ──────────────────────────────────────


def _written(said: _Said) -> str:
    minute, hour = _clock_fields(said)
    return f"{minute} {hour} {said.day or '*'} {said.month or '*'} {said.week or '*'}"


def _clock_fields(said: _Said) -> tuple[str, str]:
    if said.every:
        if said.times:
            raise _wrong("says both an interval and a time of day", "every 2 hours between 9 and 17")
        count, unit = said.every
        first, last = said.window or (0, 23)
        hours = "*" if said.window is None else f"{first}-{min(last, 23)}"
        if unit == "minute":
            hours = hours if said.window is None else f"{first}-{last - 1}" if last - 1 > first else str(first)
            return ("*" if count == 1 else f"*/{count}"), hours
        return str(said.past or 0), hours if count == 1 else f"{hours}/{count}"
    if said.window:
        raise _wrong("says from when to when, but not how often", "every 2 hours between 9 and 17")
    times = sorted(set(_of_part(said.times, said.part)))
    if said.a_day is not None:
        times = times or [(h, 0) for h in _TIMES_A_DAY.get(said.a_day, ())]
        if len(times) != said.a_day:
            raise _wrong(f"says {said.a_day} times a day, and names {len(times) or 'no'} of them", "twice a day at 9 and 17")
    if not times:
        times = [(_PARTS[said.part] if said.part else USUAL_HOUR, 0)]
        if (said.day, said.month, said.week, said.part, said.past) == (None,) * 5:
            times = [(USUAL_HOUR, 0)]
    minutes, hours = sorted({m for _, m in times}), sorted({h for h, _ in times})
    if len(minutes) * len(hours) != len(times):
        raise _wrong("has times at different minutes past the hour, which takes two automations", "twice a day at 9:30 and 17:30")
    return ",".join(map(str, minutes)), ",".join(map(str, hours))


def _of_part(times: list[tuple[int, int]], part: str | None) -> Iterator[tuple[int, int]]:
    for hour, minute in times:
        late = part in ("afternoon", "evening", "night") and 0 < hour < 12 and not (part == "night" and hour < 5)
        yield (hour + 12 if late else hour), minute


def _clocks(texts: list[str]) -> list[tuple[int, int]]:
    """`9 and 5 pm` is 9 and 17: what follows a time counts for it alone."""
    return [_time(text.strip()) for text in texts]


def _time(text: str) -> tuple[int, int]:
    if text in ("noon", "midday"):
        return 12, 0
    if text == "midnight":
        return 0, 0
    pieces = re.match(r"(\d{1,2})(?:[:.h](\d{2}))?\s*([ap])?", text)
    assert pieces is not None
    hour, minute, half = int(pieces[1]), int(pieces[2] or 0), pieces[3]
    if (half and not 1 <= hour <= 12) or hour > 24 or minute > 59 or (hour == 24 and minute):
        raise _wrong(f"has {text!r} for a time of day", "at 8:30")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour % 24, minute


def _day(text: str) -> int:
    return next(n for n, name in enumerate(DAYS) if name.lower().startswith(text[:3]))


def _month(text: str) -> int:
    return next(n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(text[:3]))


def _monthday(text: str) -> int:
    day = 1 if text == "first" else int(text)
    if not 1 <= day <= 31:
        raise _wrong(f"has {day} for a day of the month", "on the 1st and 15th of every month")
    return day


def _number(text: str) -> int:
    first = text.split()[0]
    return _NUMBERS.get(first) or int(first)


def _once(known: object, what: str) -> None:
    if known is not None:
        raise _wrong(f"says {what}")


def _wrong(reason: str, example: str = EXAMPLE) -> Invalid:
    return Invalid(Problem("words", reason, example))
