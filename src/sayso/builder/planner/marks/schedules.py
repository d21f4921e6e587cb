"""A marked schedule, read whole: clock times in words, days, days of the month, months, quarters, in whatever order they are said."""

import re

from sayso.builder.planner.schedule import Said, schedules

_NUMBER = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_ORDINAL = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
    "fifteenth": 15, "twentieth": 20, "twenty fifth": 25, "thirtieth": 30,
}  # fmt: skip
_W = "|".join(_NUMBER)
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_D = r"\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:days?)?s?\b"
_M = r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
_CLOCK = re.compile(
    r"(?<![\d:.-])(?:(?P<h>[01]?\d|2[0-3])[:.](?P<m>[0-5]\d)\s*(?P<ap>[ap])?\.?m?\b|(?P<h4>[01]\d|2[0-3])(?P<m4>[0-5]\d)(?:\s*h(?:rs|ours)?)?\b(?!\s*(?:kg|km))|"
    r"(?P<h2>1[0-2]|0?\d)\s*(?P<ap2>[ap])\.?\s?m?\b\.?|(?P<h3>[01]?\d|2[0-3])\s*(?:h\b|hrs?\b|uhr\b|o'?\s?clock)|\b(?P<noon>noon|midday|lunch\s?time|midnight)\b)"
)
_BARE = re.compile(
    r"(?:\b(?:at|by|around|about|@)\s+|^|,\s*)(?P<h>1[0-2]|0?[1-9]|1\d|2[0-3])(?=\s*(?:$|,|every|each|in\s+the|on\s+|sharp|and\s))(?!\s*(?:st|nd|rd|th))"
)
_LATE = re.compile(r"\b(?:afternoon|evening|night|nite|tonight|nightly)s?\b")
_EARLY = re.compile(r"\b(?:morning|mornings|early|first\s+thing|dawn|breakfast)\b")
_PART = (("midday", 12), ("lunch", 12), ("noon", 12), ("afternoon", 15), ("evening", 18), ("end of the day", 17), ("end of day", 17), ("close", 17), ("night", 21), ("nite", 21), ("early", 6), ("first thing", 8), ("morning", 9))  # fmt: skip
EARLY_HOUR = 7
"""A bare hour before this is in the afternoon: nobody wants a list `at 3` in the night."""


def digits(text: str) -> str:
    """Clock times and ordinals in figures: `half past seven` becomes `7:30`, `the fifth` `the 5th`."""

    def clock(m: "re.Match[str]") -> str:
        hour = _NUMBER.get(m["h"], 0) or int(m["h"])
        minutes = {"half": 30, "quarter": 15, "ten": 10, "twenty": 20, "five": 5}.get(m["n"], 0)
        if m["side"] == "to":
            return f"{(hour - 1) or 12}:{60 - minutes:02}"
        return f"{hour}:{minutes:02}"

    text = re.sub(rf"\b(?P<n>half|quarter|ten|twenty|five)\s+(?P<side>past|to|after)\s+(?P<h>{_W}|\d{{1,2}})\b", clock, text)
    text = re.sub(rf"\b(?P<n>half)(?P<side>)\s+(?P<h>{_W}|[1-9]|1[0-2])\b(?!\s*(?:hours?|days?|weeks?))", clock, text)
    text = re.sub(
        rf"\b(?P<h>{_W})\s+(?P<m>thirty|fifteen|forty[- ]five)\b",
        lambda m: f"{_NUMBER[m['h']]}:{({'thirty': 30, 'fifteen': 15}).get(m['m'], 45)}",
        text,
    )
    for words, number in _ORDINAL.items():
        text = re.sub(
            rf"\b{words}\b(?!\s+(?:thing|{_D[2:]}))", f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }", text
        )
    return re.sub(rf"\b(?:{_W})\b(?!\s+(?:days?|weeks?|months?|hours?|minutes?)\b)", lambda m: str(_NUMBER[m[0]]), text)


def schedule_of(words: str) -> Said | None:
    """The schedule that a marked piece says; None when it says none that a clock could keep."""
    text = digits(" ".join(words.lower().replace("–", "-").split()))
    hours, minute, said_time = _time(text)
    days = _days(text)
    if days is None:
        known = schedules(text)
        if not known:
            return Said(0, len(words), f"{minute} {hours} * * *", words, "every day") if said_time else None
        parts = known[0].cron.split()
        if parts[1].startswith("*") or parts[0].startswith("*"):
            return known[0]
        days, assumed = (parts[2], parts[3], parts[4]), known[0].assumed
    else:
        assumed = ""
    if not said_time:
        assumed = f"{assumed}, at {hours}:{minute:02}".strip(", ") if "at " not in assumed else assumed
    day, month, week = days
    return Said(0, len(words), f"{minute} {hours} {day} {month} {week}", words, assumed)


def _time(text: str) -> tuple[str, int, bool]:
    """Hours as cron writes them, the minute, and whether they were said."""
    found = list(_CLOCK.finditer(text))
    hours: list[int] = []
    minute = 0
    for m in found:
        if m["noon"]:
            hour = 0 if m["noon"].startswith("midn") else 12
        else:
            hour, minute = int(m["h"] or m["h4"] or m["h2"] or m["h3"]), int(m["m"] or m["m4"] or 0)
            hour = _meant(hour, m["ap"] or m["ap2"], text, exact=bool(m["h4"] or (m["h"] and len(m["h"]) == 2)))
        hours.append(hour % 24)
    if not hours and (bare := _BARE.search(text)):
        hours.append(_meant(int(bare["h"]), None, text, exact=False))
    if not hours:
        return str(next((h for w, h in _PART if w in text), 9)), 0, False
    return ",".join(str(h) for h in sorted(set(hours))), minute, True


def _meant(hour: int, half: str | None, text: str, *, exact: bool) -> int:
    if half:
        return hour % 12 + (12 if half == "p" else 0)
    if exact and (hour == 0 or hour > 12):
        return hour
    if _LATE.search(text) and hour < 12:
        return hour if "night" in text and hour < 5 else hour + 12
    if not _EARLY.search(text) and not exact and 0 < hour < EARLY_HOUR:
        return hour + 12
    return hour


def _days(text: str) -> tuple[str, str, str] | None:
    """Day of the month, month and day of the week; None when the words are for `schedules` to read."""
    months = sorted(
        {_MONTHS.index(m[:3]) + 1 for m in re.findall(_M, text) if m != "may" or re.search(r"\d|of\s+may|may\s+the", text)}
    )
    numbers = [int(n) for n in re.findall(r"\b(\d{1,2})(?:st|nd|rd|th)\b", text)]
    if months:
        near = [
            int(a or b)
            for a, b in re.findall(
                rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_M}|{_M}\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.\d])", text
            )
        ]
        days = sorted({n for n in (near or numbers) if 1 <= n <= 31}) or [1]
        return ",".join(map(str, days[-1:] if len(months) > 1 and near else days)), ",".join(map(str, months)), "*"
    if re.search(r"\bquarter(?:ly)?\b", text) and not re.search(r"\bquarter\s+(?:past|to)\b", text):
        return str(next((n for n in numbers if 1 <= n <= 28), 1)), "1,4,7,10", "*"
    if re.search(r"\b(?:last|end)\b.{0,20}\bmonth\b|\bmonth[- ]end\b|^(?:on\s+)?(?:the\s+)?last\s+day\b", text) and not re.search(
        _D, text
    ):
        return "L", "*", "*"
    if re.search(r"\b(?:week|work|working|business|school|office)\s?-?days?\b", text):
        return "*", "*", "1-5"
    if re.search(rf"\b(?:\d(?:st|nd|rd|th)|first|last|second|third|fourth)\s+{_D[2:]}.*\bmonth", text) or re.search(
        r"\b(?:every|each)\s+(?:other|\d+|two|three|four)\s+\w+|fortnight|bi-?weekly", text
    ):
        return None
    if numbers and not re.search(_D, text):
        return ",".join(map(str, sorted({n for n in numbers if 1 <= n <= 31}))), "*", "*"
    if m := re.search(rf"(?<!-)({_D})\s*(?:-|to|till|until|through|thru)\s*({_D})(?!\s*[-/]\s*[a-z])", text):
        a, b = (_DAYS.index(d[:3]) for d in m.groups())
        return "*", "*", "1-5" if (a, b) == (1, 5) else ",".join(str(d % 7) for d in range(a, b + 1 if b >= a else b + 8))
    if found := re.findall(_D, text):
        return "*", "*", ",".join(str(n) for n in sorted({_DAYS.index(d[:3]) for d in found}))
    if re.search(r"\b(?:daily|nightly|(?:every|each)\s+(?:single\s+)?(?:day|morning|evening|night|nite|afternoon))\b", text):
        return "*", "*", "*"
    return None
