"""What can be recognised in a text by its form: mail addresses, telephones, links, amounts, numbers, days, hours, codes, names, companies."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Literal

FINDINGS_MAX = 500
"""Findings of one kind in one text."""
TEXT_CHARACTERS_MAX = 100_000
"""What is read of a text."""

Kind = Literal["email", "phone", "url", "amount", "percent", "number", "date", "time", "code", "person", "company", "postcode"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`value` is ready for JSON (days as ISO 8601); `text[start:stop]` is what stands there; `unit` is a currency, or the two words that follow a number."""

    kind: Kind
    value: str | float | int
    start: int
    stop: int
    unit: str = ""


EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+")
URL = re.compile(r"https?://[^\s<>\"']+|\bwww\.[^\s<>\"']+")
PHONE = re.compile(
    r"(?<![\w/.-])(?:\+\d{1,3}[ -]?)?(?:\(\d{1,5}\)[ -]?)?\d{2,6}(?:[ -]\d{2,6}){1,4}(?![\w/-]|\.\d)|(?<![\w.])\+?\d{9,14}(?!\w)"
)
CURRENCIES = {
    "£": "GBP", "$": "USD", "€": "EUR", "¥": "JPY", "usd": "USD", "eur": "EUR", "gbp": "GBP", "chf": "CHF", "sek": "SEK", "dollar": "USD",
    "dollars": "USD", "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "quid": "GBP", "bucks": "USD", "francs": "CHF",
    "kr": "SEK", "cad": "CAD", "aud": "AUD", "jpy": "JPY", "inr": "INR", "₹": "INR", "rupees": "INR", "pln": "PLN", "nok": "NOK", "dkk": "DKK",
}  # fmt: skip
_FIGURE = r"\d{1,3}(?:[,.'\u00a0 ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,4})?"
_MONEY = "|".join(sorted((re.escape(c) for c in CURRENCIES if c.isalpha()), key=len, reverse=True))
AMOUNT = re.compile(rf"(?P<sign>[£$€¥₹])\s?(?P<a>{_FIGURE})(?P<k>\s?[kK]\b)?|\b(?P<pre>{_MONEY})\s(?P<b>{_FIGURE})|(?<![\w.,])(?P<c>{_FIGURE})\s?(?P<post>[£$€]|(?:{_MONEY})\b)", re.I)  # fmt: skip
PERCENT = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s?(?:%|per ?cent\b)", re.I)
NUMBER = re.compile(rf"(?<![\w.,/:-])(-?(?:{_FIGURE}))(?![\w%:/]|[.,-]\d)(?:[ \u00a0]?(?P<unit>[^\W\d_]+(?: [^\W\d_]+)?))?")
TIME = re.compile(r"\b(?:(?P<h>[01]?\d|2[0-3])[:.h](?P<m>[0-5]\d)(?:\s?(?P<ap>[ap])\.?m\b\.?)?|(?P<h2>1[0-2]|0?[1-9])\s?(?P<ap2>[ap])\.?m\b\.?|(?P<noon>noon|midday|midnight)\b)(?!\d|\.\d)", re.I)  # fmt: skip
CODE = re.compile(r"(?<![\w@./+-])(?=[A-Z0-9-]*\d)(?:[A-Z]{1,6}-?\d[\dA-Z]*(?:-[\dA-Z]+)*|\d+-?[A-Z]{1,3}\d*|\d{2,}(?:[-/]\d+)+|[A-Z0-9]{5,12}|\d{3,})(?![\w@]|\.\d|[-/]\w)")  # fmt: skip
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b\d{5}-\d{4}\b|\b(?:[A-Z]{1,2}-)?\d{4,5}(?= [A-Z][a-zà-ÿ]+)")
_NAME = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’]+(?:-[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+)?"
_FULL = rf"{_NAME}(?:\s(?:(?:van|von|de|da|der|den|la|el|al|bin|ter)\s){{0,2}}(?:[A-Z]\.\s)?{_NAME}){{0,2}}"
COMPANY = re.compile(r"(?:[A-ZÀ-Þ][\w&'’.-]*\s(?:(?:&|and|of)\s)?){1,5}(?:Ltd|Limited|Inc|LLC|LLP|GmbH|AG|plc|PLC|Corp|Corporation|Co|Company|BV|B\.V|SA|S\.A|SARL|SpA|Oy|AB|AS|ApS|Pty|KG|Group|Foundation|Trust|University|Partners|& Sons|and Sons)\b\.?")  # fmt: skip
_CUES = r"(?:(?i:\bthis is|\bmy name is|\bname['’]?s|\bi am|\bi['’]m|\bcalled|\bsigned|\bcontact(?: person)?(?: on site)?(?: is)?|\bowner|\bcustomer|\bclient|\bpassenger|\bpatient|\bguest|\btenant|\bask for|\bspeak to|\battn|\bwith|\bfrom|\bby|\bfor|\bdear|\bhi|\bhello)[:,]?\s+(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau)\.?\s+)?)"  # fmt: skip
_GREETING = re.compile(r"(?:dear|hi|hello|with|from|by|for)[:,]?\s*$", re.I)
TITLED = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau)\.?\s+(?P<name>{_FULL})")
CUED = re.compile(rf"(?P<cue>{_CUES})(?P<name>{_FULL})")
SIGNED = re.compile(rf"(?i:regards|sincerely|cheers|thanks|best wishes|yours|best),?\s*(?:and\s+\w+,?\s*)?[\n,\s]\s*(?P<name>{_FULL})(?=[\s.,]*(?:$|\n|\())")  # fmt: skip
TWO_NAMES = re.compile(rf"(?<![.!?]\s)(?<!^)\b(?P<name>{_NAME}\s{_NAME})\b")
NO_NAMES = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December "
    "The This That Please Dear Hello Hi Thanks Thank Kind Best Our Your We I It If Team Sir Madam Order Invoice Total Date Phone Street Road Lane "
    "Avenue Square Ltd Inc GmbH Customer Subtotal Tax Name Number North South East West New Mr Mrs Ms Dr All Everyone Support Service Sales "
    "There Re Fwd Subject Note Problem Next Last Valid Pay See And Or Not No Yes Bicycle Ticket Booking Flight Seat Passenger Owner Contact".split()
)  # fmt: skip

_MONTHS = {m: i + 1 for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())}
_DAYS = {d: i for i, d in enumerate("mon tue wed thu fri sat sun".split())}
_MONTH = r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_WEEKDAY = r"mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
DATE = re.compile(
    r"\b(?:(?P<iy>\d{4})-(?P<im>\d{1,2})-(?P<id>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})"
    r"|(?P<d1>\d{1,2})(?:st|nd|rd|th)?\s(?:of\s)?" + _MONTH.format("m1") + r"(?:,?\s(?P<y1>\d{4}))?"
    r"|" + _MONTH.format("m2") + r"\s(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?:,?\s(?P<y2>\d{4}))?"
    r"|(?P<rel>today|tomorrow|yesterday|day after tomorrow)"
    r"|(?P<which>next|this|last|coming)\s(?P<wd>" + _WEEKDAY + r")"
    r"|in\s(?P<in>\d{1,3})\s(?P<what>day|week)s?"
    r"|(?P<bare>" + _WEEKDAY + r"))\b",
    re.I,
)  # fmt: skip
_SMALL = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}
_SPELT = re.compile(rf"\b({'|'.join(list(_SMALL)[1:])})\s(?P<unit>[^\W\d_]+(?: [^\W\d_]+)?)", re.I)


def figure(text: str) -> float | int:
    """`1,296.00`, `1.296,00`, `1 296` and `1296` are the same. Of one mark with three figures behind it, it is taken for thousands."""
    text = re.sub(r"['\u00a0 ]", "", text)
    last = max(text.rfind(","), text.rfind("."))
    if last >= 0 and (len(text) - last - 1 != 3 or ("," in text and "." in text)):
        text = re.sub(r"[.,]", "", text[:last]) + "." + text[last + 1 :]
    else:
        text = re.sub(r"[.,]", "", text)
    value = float(text)
    return int(value) if value.is_integer() and "." not in text else value


def findings(text: str, kind: Kind, *, today: date) -> list[Finding]:
    """All of one kind, in their order. `today` is what "tomorrow" is counted from."""
    found = list(_FINDERS[kind](text[:TEXT_CHARACTERS_MAX], today))
    return sorted(found, key=lambda one: (one.start, -one.stop))[:FINDINGS_MAX]


def _matches(pattern: re.Pattern[str], kind: Kind) -> Callable[[str, date], Iterator[Finding]]:
    def find(text: str, _: date) -> Iterator[Finding]:
        for m in pattern.finditer(text):
            value = m[0].rstrip(".,;:!?)")
            yield Finding(kind, value, m.start(), m.start() + len(value))

    return find


def _phones(text: str, today: date) -> Iterator[Finding]:
    days = [m.span() for m in DATE.finditer(text) if _date(m, today, text)]
    for m in PHONE.finditer(text):
        figures = sum(c.isdigit() for c in m[0])
        if (
            7 <= figures <= 15
            and not any(a < m.end() and m.start() < b for a, b in days)
            and not re.fullmatch(r"\d{1,3}( \d{3})+", m[0])
        ):
            yield Finding("phone", m[0], m.start(), m.end())


def _amounts(text: str, _: date) -> Iterator[Finding]:
    for m in AMOUNT.finditer(text):
        unit = (m["sign"] or m["pre"] or m["post"]).lower()
        value = figure(m["a"] or m["b"] or m["c"])
        yield Finding("amount", value * 1000 if m["k"] else value, m.start(), m.end(), CURRENCIES[unit])


def _percents(text: str, _: date) -> Iterator[Finding]:
    for m in PERCENT.finditer(text):
        yield Finding("percent", figure(m[1]), m.start(), m.end(), "%")


def _numbers(text: str, today: date) -> Iterator[Finding]:
    taken = [m.span() for m in DATE.finditer(text) if _date(m, today, text)]
    for m in NUMBER.finditer(text):
        if not any(a < m.end(1) and m.start() < b for a, b in taken):
            yield Finding(
                "number", figure(m[1].lstrip("-")) * (-1 if m[1][0] == "-" else 1), m.start(), m.end(1), (m["unit"] or "").lower()
            )
    for m in _SPELT.finditer(text):
        yield Finding("number", _SMALL[m[1].lower()], m.start(), m.end(1), m["unit"].lower())


def _times(text: str, _: date) -> Iterator[Finding]:
    for m in TIME.finditer(text):
        if m["noon"]:
            yield Finding("time", "00:00" if m["noon"].lower() == "midnight" else "12:00", m.start(), m.end())
            continue
        hour, minute, half = int(m["h"] or m["h2"]), int(m["m"] or 0), (m["ap"] or m["ap2"] or "").lower()
        if half and hour <= 12:
            hour = hour % 12 + 12 * (half == "p")
        if not (m["h"] and not half and "." in m[0]):
            yield Finding("time", f"{hour:02}:{minute:02}", m.start(), m.end())


def _dates(text: str, today: date) -> Iterator[Finding]:
    for m in DATE.finditer(text):
        if day := _date(m, today, text):
            yield Finding("date", day.isoformat(), m.start(), m.end())


def _date(m: re.Match[str], today: date, text: str) -> date | None:
    try:
        if m["iy"]:
            return date(int(m["iy"]), int(m["im"]), int(m["id"]))
        if m["a"]:
            return _by_figures(
                int(m["a"]), int(m["b"]), int(m["y"]), american=m["sep"] == "/" and "$" in text and "€" not in text
            )
        if m["m1"] or m["m2"]:
            return _named(int(m["d1"] or m["d2"]), _MONTHS[(m["m1"] or m["m2"])[:3].lower()], m["y1"] or m["y2"], today)
    except ValueError:
        return None
    if m["rel"]:
        return today + timedelta({"today": 0, "tomorrow": 1, "yesterday": -1}.get(m["rel"].lower(), 2))
    if m["in"]:
        return today + timedelta(int(m["in"]) * (7 if m["what"].lower() == "week" else 1))
    ahead = (_DAYS[(m["wd"] or m["bare"])[:3].lower()] - today.weekday()) % 7
    return today + timedelta(ahead - 7 if (m["which"] or "").lower() == "last" else ahead or 7)


def _by_figures(a: int, b: int, year: int, *, american: bool) -> date:
    day, month = (b, a) if (american and a <= 12) or b > 12 else (a, b)
    return date(year + 2000 if year < 100 else year, month, day)


def _named(day: int, month: int, year: str | None, today: date) -> date:
    """Without a year, the next such day, or the last when that was within the last three months."""
    if year:
        return date(int(year), month, day)
    found = date(today.year, month, day)
    return found if found >= today - timedelta(92) else date(today.year + 1, month, day)


def _people(text: str, _: date) -> Iterator[Finding]:
    taken: list[tuple[int, int]] = [m.span() for m in islice(COMPANY.finditer(text), FINDINGS_MAX)]
    for pattern in (TITLED, CUED, SIGNED, TWO_NAMES):
        for m in pattern.finditer(text):
            start, stop = m.span("name")
            words = m["name"].split()
            while words and words[-1] in NO_NAMES:
                stop -= len(words.pop()) + 1
            lone_guess = len(words) < 2 and pattern is CUED and _GREETING.search(m["cue"])
            if not words or words[0] in NO_NAMES or lone_guess or any(a < stop and start < b for a, b in taken):
                continue
            taken.append((start, stop))
            if len(taken) > FINDINGS_MAX:
                return
            yield Finding("person", text[start:stop], start, stop, "cued" if pattern is not TWO_NAMES else "")


def _companies(text: str, _: date) -> Iterator[Finding]:
    for m in COMPANY.finditer(text):
        words = m[0].split()
        while words and words[0] in NO_NAMES:
            words.pop(0)
        value = " ".join(words)
        start = m.end() - len(m[0]) + m[0].rfind(value)
        if len(words) > 1:
            yield Finding("company", value if value.endswith("Inc.") else value.rstrip("."), start, start + len(value))


_FINDERS: dict[Kind, Callable[[str, date], Iterator[Finding]]] = {
    "email": _matches(EMAIL, "email"), "url": _matches(URL, "url"), "code": _matches(CODE, "code"), "postcode": _matches(POSTCODE, "postcode"),
    "phone": _phones, "amount": _amounts, "percent": _percents, "number": _numbers, "time": _times, "date": _dates,
    "person": _people, "company": _companies,
}  # fmt: skip
