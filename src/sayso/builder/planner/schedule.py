"""Schedules in words: `every Monday at 9` gives cron `0 9 * * 1`, and cron gives a sentence back."""

import re
from dataclasses import dataclass

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAY_NO = (
    {d: i for i, d in enumerate(DAYS)} | {d[:3]: i for i, d in enumerate(DAYS)} | {"tues": 2, "weds": 3, "thur": 4, "thurs": 4}
)
_MONTH_NO = {m: i + 1 for i, m in enumerate(MONTHS)} | {m[:3]: i + 1 for i, m in enumerate(MONTHS)} | {"sept": 9}
_D = r"(?:mon|tues?|weds?|wednes|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_M = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_TIME = r"(?:(?:at|@|around|by|,|before)\s*)?(?P<time>(?:(?:[01]?\d|2[0-3])[:.h]\d{2}(?:\s*[ap]\.?m\b\.?)?|(?:1[0-2]|0?\d)\s*(?:[ap]\.?m\b\.?|o'?clock)|noon|midday|midnight|lunch\s?time|(?:[01]?\d|2[0-3])(?=\s*(?:sharp|hrs?\b|h\b))))|\b(?:at|@)\s*(?P<bare>(?:[01]?\d|2[0-3])(?![\d:.%/]\S))\b(?!\s*(?:%|days?|weeks?|hours?|items|units|percent|euro|dollar|pounds?))"
_CLOCK = re.compile(_TIME)
_PART = re.compile(
    r"\b(?P<part>first thing|mornings?|afternoons?|evenings?|nights?|nightly|tonight|end of (?:the )?(?:business )?day|close of business|cob|eod|end of (?:the )?shift|lunch)\b"
)
_PART_HOUR = {
    "first": 8,
    "morn": 9,
    "afte": 14,
    "even": 18,
    "nigh": 21,
    "toni": 21,
    "end ": 17,
    "clos": 17,
    "cob": 17,
    "eod": 17,
    "lunc": 12,
}
_NUMBER = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twelve": 12, "fifteen": 15, "thirty": 30}
_EVERY = r"(?:every|each|evry|on|once a|once every|per)"

_RECUR = re.compile(
    rf"""
    (?P<nmin>\b(?:every|each)\s+(?P<nmin_n>\d{{1,3}}|five|ten|fifteen|thirty)\s*-?\s*min(?:ute)?s?\b)
  | (?P<nhour>\b(?:every|each)\s+(?P<nhour_n>\d{{1,2}}|two|three|four|six|twelve)\s*-?\s*h(?:ou)?rs?\b)
  | (?P<hourly>\bhourly\b|\b(?:every|each)\s+hour\b)
  | (?P<monthday>\b(?:(?:on|every|each)\s+)?(?:the\s+)?(?P<ord>first|second|third|fourth|last|1st|2nd|3rd|4th)\s+(?P<ord_day>{_D})\s+(?:of|in)\s+(?:the|each|every|a)\s+month(?:ly)?\b)
  | (?P<lastday>\b(?:on\s+)?(?:the\s+)?(?:last\s+day|end)\s+of\s+(?:the|each|every|a)\s+month\b|\b(?:at\s+)?month[- ]end\b|\blast\s+day\s+of\s+(?:each|every|the)?\s*month\b)
  | (?P<yearday>\b(?:every|each)\s+(?:year\s+on\s+)?(?:the\s+)?(?:(?P<yd_d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<yd_m>{_M})|(?P<yd_m2>{_M})\s+(?P<yd_d2>\d{{1,2}})(?:st|nd|rd|th)?)\b)
  | (?P<monthly_on>\b(?:(?:every|each|a)\s+month|monthly)?,?\s*(?:on|every|each|the|by)\s+(?:the\s+)?(?P<mdays>(?:\d{{1,2}}(?:st|nd|rd|th)|first|fifteenth|1)(?:\s*(?:,|and|&)\s*(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th))*)(?:\s+day)?\s*(?:of\s+(?:the|each|every|a)\s+month|each\s+month|every\s+month|monthly|of\s+month)\b)
  | (?P<monthly_on2>\b(?:(?:every|each)\s+month|monthly)\s*,?\s*on\s+(?:the\s+)?(?P<mdays2>\d{{1,2}}(?:st|nd|rd|th)?(?:\s*(?:,|and|&)\s*(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?)*)\b)
  | (?P<twomdays>\b(?:on|every)\s+(?:the\s+)?(?P<mdays3>\d{{1,2}}(?:st|nd|rd|th)\s*(?:,|and|&)\s*(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th))\b)
  | (?P<onemday>\b(?:on\s+)?the\s+(?P<mdays4>\d{{1,2}}(?:st|nd|rd|th))\b(?!\s+(?:of\s+)?{_M})(?=\s*(?:at\b|,|\.|$|\d|we\b|i\b)))
  | (?P<quarter>\bquarterly\b|\b(?:every|each|per|once\s+a)\s+quarter\b)
  | (?P<half>\b(?:twice|two\s+times)\s+(?:a|per|each)\s+year\b|\b(?:every|each)\s+(?:six|6)\s+months\b)
  | (?P<year>\b(?:yearly|annually)\b|\b(?:every|each|once\s+a)\s+year\b)
  | (?P<weekdays>\b(?:(?:every|each|on)\s+)?(?:all\s+)?(?:week|working|business|work)\s?-?days?\b|\b(?:every|each|from\s+)?\s*mon(?:day)?s?\s*(?:-|–|to|through|thru|till|until)\s*fri(?:day)?s?\b)
  | (?P<weekend>\b(?:every|each|on|at)\s+(?:the\s+)?weekends?\b)
  | (?P<range>\b(?P<r1>{_D})\s*(?:-|–|to|through|thru|till|until)\s*(?P<r2>{_D})\b)
  | (?P<other>\b(?:every|each)\s+(?:other|second|2nd)\s+(?P<other_d>{_D}|week)\b|\bfortnightly\b|\bbi-?weekly\b|\b(?:every|each)\s+(?:two|2)\s+weeks\b)
  | (?P<days>\b(?P<cue>(?:every|each|evry|on|once\s+a\s+week\s+on|weekly\s*,?\s*(?:on)?|come|this)\s+)?(?P<dlist>{_D}(?:\s*(?:,|and|&|/|\+|or)\s*(?:on\s+)?{_D})*)(?:\s+(?:morning|afternoon|evening|night))?\b)
  | (?P<ndays>\b(?:every|each)\s+(?P<ndays_n>\d{{1,2}}|two|three|four|five|six|ten)\s+days\b)
  | (?P<daily>\bdaily\b|\bnightly\b|\b(?:every|each|evry)\s+(?:single\s+)?(?:day|morning|afternoon|evening|night|lunch)s?\b|\bonce\s+(?:a|per)\s+day\b|\bat\s+(?:the\s+)?end\s+of\s+(?:the|each|every)\s+(?:day|shift)\b)
  | (?P<weekly>\bweekly\b|\b(?:every|each|once\s+a|once\s+per|a|per)\s+week\b|\b(?:at\s+)?(?:the\s+)?(?P<wk>start|beginning|end)\s+of\s+(?:the|each|every)\s+week\b)
  | (?P<monthly>\bmonthly\b|\b(?:every|each|once\s+a|once\s+per)\s+month\b|\b(?:start|beginning)\s+of\s+(?:the|each|every)\s+month\b)
    """,
    re.X,
)
_WEAK = frozenset(
    {"weekly", "monthly", "quarter", "year", "half", "days", "onemday", "weekdays", "range", "daily", "other", "hourly"}
)


@dataclass(frozen=True, slots=True)
class Said:
    """A schedule found in a text: where, its cron, and what had to be assumed to write it (`""` when nothing)."""

    start: int
    end: int
    cron: str
    words: str
    assumed: str = ""
    strong: bool = True
    """Whether the words alone say "again and again": `every Monday` does, `monthly` may describe a fee."""


def _clock(found: "re.Match[str]") -> tuple[int, int]:
    raw = (found["time"] or found["bare"] or "").replace(" ", "").replace("'", "")
    if raw.startswith(("noon", "midday", "lunch")):
        return 12, 0
    if raw.startswith("midnight"):
        return 0, 0
    pieces = re.match(r"(\d{1,2})(?:[:.h](\d{2}))?", raw)
    if pieces is None:
        return 9, 0
    hour, minute = int(pieces[1]), int(pieces[2] or 0)
    if "p" in raw and hour < 12:
        hour += 12
    elif "a" in raw and hour == 12:
        hour = 0
    return hour % 24, minute % 60


def _days(text: str) -> list[int]:
    return [_day(d) for d in re.findall(_D, text)]


def _day(text: str) -> int:
    stem = text.rstrip("s") if text not in ("tues",) else text
    return _DAY_NO.get(stem, _DAY_NO.get(stem[:3], 1))


def _count(text: str | None) -> int:
    return _NUMBER.get(text or "", 0) or int(text or 1)


def _fields(m: "re.Match[str]") -> tuple[str, str, str, str]:
    """Day of month, month, day of week, and what was assumed."""
    g = m.groupdict()
    match next(k for k in _ORDER if g.get(k)):
        case "monthday":
            nth = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 0, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}[g["ord"]]
            return "*", "*", f"{_day(g['ord_day'])}#{nth}" if nth else f"{_day(g['ord_day'])}L", ""
        case "lastday":
            return "L", "*", "*", ""
        case "yearday":
            month = _MONTH_NO[(g["yd_m"] or g["yd_m2"])[:3]]
            return str(min(int(g["yd_d"] or g["yd_d2"]), 31) or 1), str(month), "*", ""
        case "monthly_on" | "monthly_on2" | "twomdays" | "onemday":
            raw = (g["mdays"] or g["mdays2"] or g["mdays3"] or g["mdays4"]).replace("first", "1").replace("fifteenth", "15")
            days = sorted({min(max(int(d), 1), 31) for d in re.findall(r"\d+", raw)})
            return ",".join(map(str, days)), "*", "*", ""
        case "quarter":
            return "1", "1,4,7,10", "*", "on the first day of the quarter"
        case "half":
            return "1", "1,7", "*", "on 1 January and 1 July"
        case "year":
            return "1", "1", "*", "on 1 January"
        case "weekdays":
            return "*", "*", "1-5", ""
        case "weekend":
            return "*", "*", "6,0", ""
        case "range":
            a, b = _day(g["r1"]), _day(g["r2"])
            return "*", "*", ",".join(str(d % 7) for d in range(a, b + 1 if b >= a else b + 8)), ""
        case "other":
            day = _day(g["other_d"]) if g["other_d"] and g["other_d"] != "week" else 1
            return "*", "*", str(day), "every week, because a schedule cannot skip weeks"
        case "days":
            return "*", "*", ",".join(str(d) for d in dict.fromkeys(_days(g["dlist"]))), ""
        case "ndays":
            return f"*/{_count(g['ndays_n'])}", "*", "*", ""
        case "weekly":
            return "*", "*", "5" if g["wk"] == "end" else "1", "" if g["wk"] else "on Mondays"
        case "monthly":
            return "1", "*", "*", "on the first of the month"
        case _:
            return "*", "*", "*", ""


_ORDER = (
    "nmin", "nhour", "hourly", "monthday", "lastday", "yearday", "monthly_on", "monthly_on2", "twomdays", "onemday", "quarter", "half",
    "year", "weekdays", "weekend", "range", "other", "days", "ndays", "daily", "weekly", "monthly",
)  # fmt: skip
_NEAR = 24
"""How many characters may lie between the days and the time of one schedule."""


def _time_near(text: str, start: int, end: int) -> tuple[tuple[int, int] | None, int, int]:
    after = _CLOCK.search(text, end, min(len(text), end + _NEAR + 12))
    if after and after.start() - end <= _NEAR and not re.search(r"[.;!?]\s|\bor\b", text[end : after.start()]):
        return _clock(after), start, after.end()
    for before in _CLOCK.finditer(text, max(0, start - 22), start):
        if re.fullmatch(r"[\s,]*(?:on|of|every|each)?[\s,]*", text[before.end() : start]):
            return _clock(before), before.start(), end
    return None, start, end


def schedules(text: str) -> list[Said]:
    """All schedules in a text (lower case), in order. A day alone (`Monday`) counts only with a cue or a time."""
    found: list[Said] = []
    for m in _RECUR.finditer(text):
        which = next(k for k in _ORDER if m[k])
        clock, start, end = _time_near(text, m.start(), m.end())
        plural_day = which == "days" and re.search(r"days\b", m["dlist"] or "")
        cued = which == "days" and bool(m["cue"]) and not (m["cue"] or "").startswith(("on", "this"))
        if which == "days" and not (cued or plural_day or clock or re.search(r"\bweekly\b", text)):
            continue
        if which in ("nmin", "nhour", "hourly"):
            step = _count(m["nmin_n"] or m["nhour_n"])
            cron = f"*/{step} * * * *" if which == "nmin" else f"0 */{step} * * *" if which == "nhour" else "0 * * * *"
            found.append(Said(start, m.end(), cron, text[start : m.end()].strip(), "", which != "hourly" or "every" in m[0]))
            continue
        day, month, week, assumed = _fields(m)
        timed = clock is not None
        part = _PART.search(text, max(0, m.start() - 18), min(len(text), end + 20))
        if clock and part and clock[0] < 12 and part["part"].startswith(("after", "even", "nigh")) and clock[0] > 0:
            late = part["part"].startswith("nigh") and clock[0] < 5
            clock = clock if late or re.search(r"[ap]\.?m", text[start:end]) else (clock[0] + 12, clock[1])
        if clock is None:
            clock = (
                (_PART_HOUR.get((part["part"][:4].strip() if part["part"] not in ("cob", "eod") else part["part"]), 9), 0)
                if part
                else (9, 0)
            )
            if part:
                start, end = min(start, part.start()), max(end, part.end())
            assumed = f"{assumed}, at {clock[0]:02}:00".strip(", ") if assumed else f"at {clock[0]:02}:00"
        strong = (
            timed
            or which not in _WEAK
            or bool(re.match(r"\s*(?:every|each|evry|once)\b", m[0]))
            or bool(plural_day and clock)
            or bool(cued)
        )
        if found and start < found[-1].end:
            last = found[-1]
            if last.cron.endswith("* * *") or which == "days":  # "daily … Monday to Friday": the narrower one wins
                kept = cron_of(clock, day, month, week)
                found[-1] = Said(
                    last.start, max(end, last.end), kept, text[last.start : max(end, last.end)].strip(), assumed, True
                )
            continue
        found.append(Said(start, end, cron_of(clock, day, month, week), text[start:end].strip(" ,"), assumed, strong))
    return _joined(text, found)


def cron_of(clock: tuple[int, int], day: str, month: str, week: str) -> str:
    return f"{clock[1]} {clock[0]} {day} {month} {week}"


def _joined(text: str, found: list[Said]) -> list[Said]:
    """`weekly, each Friday at 3` is one schedule, not two: the more exact neighbour wins."""
    kept: list[Said] = []
    for said in found:
        last = kept[-1] if kept else None
        if last and said.start - last.end <= 12 and not re.search(r"[.;]", text[last.end : said.start]):
            better = said if last.assumed and (not said.assumed or len(said.assumed) <= len(last.assumed)) else last
            kept[-1] = Said(last.start, said.end, better.cron, text[last.start : said.end].strip(" ,"), better.assumed, True)
        else:
            kept.append(said)
    return kept


def sentence(cron: str) -> str:
    """The schedule in plain words: `0 9 * * 1` gives `every Monday at 09:00`."""
    parts = cron.split()
    if len(parts) != 5:
        return cron
    minute, hour, day, month, week = parts
    if minute.startswith("*/"):
        return f"every {minute[2:]} minutes"
    if hour.startswith("*/"):
        return f"every {hour[2:]} hours" if hour != "*/1" else "every hour"
    if hour == "*":
        return "every hour"
    at = f" at {_and([f'{int(h):02}:{int(minute):02}' for h in hour.split(',')])}"
    if week != "*":
        return _weekdays(week) + at
    if month != "*":
        months = [MONTHS[int(m) - 1].capitalize() for m in month.split(",")]
        return f"on {_spoken_days(day)} of {_and(months)}{at}"
    if day.startswith("*/"):
        return f"every {day[2:]} days{at}"
    if day == "L":
        return f"on the last day of every month{at}"
    return f"on {_spoken_days(day)} of every month{at}" if day != "*" else f"every day{at}"


def _weekdays(week: str) -> str:
    if week == "1-5":
        return "every weekday"
    if "#" in week:
        day, nth = week.split("#")
        return (
            f"on the {('first', 'second', 'third', 'fourth', 'fifth')[int(nth) - 1]} {DAYS[int(day)].capitalize()} of every month"
        )
    if week.endswith("L"):
        return f"on the last {DAYS[int(week[0])].capitalize()} of every month"
    return f"every {_and([DAYS[int(d) % 7].capitalize() for d in week.split(',')])}"


def _spoken_days(day: str) -> str:
    return _and(
        [f"the {d}{'th' if 10 < int(d) < 14 else {'1': 'st', '2': 'nd', '3': 'rd'}.get(d[-1], 'th')}" for d in day.split(",")]
    )


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
