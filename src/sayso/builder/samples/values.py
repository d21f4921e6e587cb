"""One value of a field, told by its kind, its name and its table."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.samples import words
from sayso.builder.samples.draw import Draw
from sayso.spec.app import App
from sayso.spec.fields import (
    AnyField,
    Autonumber,
    Checkbox,
    Date,
    Datetime,
    Duration,
    Email,
    LongText,
    Money,
    MultiSelect,
    Number,
    Percent,
    Phone,
    Rating,
    Select,
    Text,
    Url,
)
from sayso.spec.fields.money import digits
from sayso.spec.table import Table

_PEOPLE = re.compile(
    r"\b(?:person|people|employee|staff|member|volunteer|student|pupil|patient|guest|tenant|resident|candidate|applicant|donor|attendee|participant|contact|teacher|trainer|instructor|coach|driver|technician|player|author|artist|speaker|client|customer|user|child|parent|worker|agent|buyer|seller|renter|hire|visitor|subscriber|lead|cleaner|waiter|nurse|doctor)s?\b"
)
_COMPANY = re.compile(
    r"\b(?:compan|account|organi[sz]ation|vendor|supplier|sponsor|partner|client|customer|distributor|reseller|competitor|employer|business|manufacturer|contractor|agency|dealer)"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who a row is about, so that its name, e-mail and company agree."""

    name: str
    company: str

    @property
    def first(self) -> str:
        return self.name.split()[0]

    @property
    def last(self) -> str:
        return self.name.split()[-1]

    @property
    def domain(self) -> str:
        return re.sub(r"[^a-z]", "", self.company.lower().replace("ö", "o").split("&")[0])[:14] + ".example"


def person_for(table: Draw, n: int) -> Person:
    """The n-th person of a table: no two rows share one."""
    people, companies = words.people(), words.companies()
    return Person(
        people[(table.number(0, 999, "people") + n) % len(people)],
        companies[(table.number(0, 999, "companies") + n) % len(companies)],
    )


def of_field(
    field: AnyField, table: Table, app: App, draw: Draw, row: Draw, person: Person, n: int, today: date, *, first: bool
) -> Any:
    """A value as the API takes it; None for what is computed, kept by the engine, a file, a member or a link."""
    name = field.name.lower()
    match field:
        case Text():
            return _text(field, table, draw, person, n, first=first)
        case LongText():
            return _longer(name, draw)
        case Email():
            return f"{person.first}.{person.last}@{person.domain}".lower().replace("ö", "o")
        case Phone():
            return f"+1 555 01{draw.number(10, 99)}"
        case Url():
            return f"https://{person.domain}"
        case Select():
            return draw.one(field.options).id if field.options else None
        case MultiSelect():
            return (
                list(dict.fromkeys((draw.one(field.options).id, draw.one(field.options, "second").id))) if field.options else None
            )
        case Checkbox():
            return draw.chance(60 if re.search(r"active|paid|ok|confirmed|consent", name) else 35)
        case Rating():
            return draw.number(max(1, field.maximum // 2), field.maximum)
        case Percent():
            return draw.number(1, 19) * 5 / 100
        case Money():
            return _money(name, field, draw)
        case Duration():
            return draw.number(1, 16) * 900
        case Number() if not isinstance(field, Autonumber):
            return _number(name, field, draw, today)
        case Date():
            return _day(name, row, draw, today).isoformat()
        case Datetime():
            moment = datetime.combine(
                _day(name, row, draw, today),
                time(draw.number(8, 17, "hour"), draw.one((0, 15, 30, 45), "minute")),
                ZoneInfo(field.zone),
            )
            if re.search(r"\b(?:end|finish|until|out|closed|returned)\b", name):
                moment += timedelta(hours=2)
            return moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return None


def _tail(name: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    parts = lemma(name).split()
    for n in range(len(parts)):
        if (tail := " ".join(parts[n:])) in known:
            return known[tail]
    return known.get(singular(parts[0]), ()) if parts and "of" in parts else ()


def _text(field: Text, table: Table, draw: Draw, person: Person, n: int, *, first: bool) -> str | None:
    name, noun = field.name.lower(), lemma(table.name)
    shaped = _shaped(name, person, draw, n)
    if shaped is not None:
        return shaped
    named = re.fullmatch(r"(?:full |contact |display )?name|title|label|description|summary|subject|.*\bname", name)
    if named and (name in ("name", "full name", "title", "contact name", "label") or first):
        owner = (
            name.removesuffix(" name").strip() if name.endswith(" name") and name not in ("full name", "contact name") else noun
        )
        titled = _tail(owner, words.table("titles.tsv")) or (_tail(noun, words.table("titles.tsv")) if first else ())
        if titled:
            return titled[n] if n < len(titled) else f"{titled[n % len(titled)]} {n // len(titled) + 1}"
        if _COMPANY.search(owner) and not re.search(r"client|customer|contact", owner):
            return person.company
        if _PEOPLE.search(owner) or re.search(r"\bperson|contact|full name", name):
            return person.name
        if name in ("name", "title") or first:
            return (
                f"{singular(table.name.split()[-1]) if len(table.name.split()) == 1 else lemma(table.name)} {n + 1}".capitalize()
            )
    if _PEOPLE.search(name):
        return words.people()[(draw.number(0, 29) + n) % len(words.people())]
    if _COMPANY.search(name):
        return words.companies()[draw.number(0, len(words.companies()) - 1)]
    if found := _tail(name, words.table("texts.tsv")):
        return draw.one(found)
    if found := _tail(name, words.table("titles.tsv")):
        return draw.one(found)
    if first:
        return f"{lemma(table.name).capitalize()} {n + 1}"
    return _longer(name, draw)


def _shaped(name: str, person: Person, draw: Draw, n: int) -> str | None:
    """Names with a shape of their own: parts of a person's name, addresses, codes and numbers."""
    match name:
        case "first name" | "given name" | "forename":
            return person.first
        case "last name" | "surname" | "family name":
            return person.last
        case "company" | "company name" | "organisation" | "organization" | "employer" | "business name":
            return person.company
        case _:
            pass
    if re.search(r"\baddress$|\bstreet\b", name):
        return draw.one(words.lines("streets.txt"))
    if re.search(r"\b(?:city|town)$", name):
        return draw.one(words.lines("cities.txt"))
    if re.search(r"\b(?:postcode|zip|zip code|postal code)$", name):
        return str(draw.number(10000, 98999))
    if m := re.search(r"\b(?:(?P<w>\w+)\s+)?(?:number|no\.?|nr|code|id|ref|reference)$", name):
        stem = (m["w"] or name)[:3].upper()
        return f"{stem}-{1040 + n * 7 + draw.number(0, 6)}"
    if re.search(r"\b(?:sku|barcode|serial)\b", name):
        return f"{draw.one(('NL', 'KX', 'TR'))}-{draw.number(100, 999)}-{n + 1:02}"
    return None


def _longer(name: str, draw: Draw) -> str | None:
    found = _tail(name, words.table("notes.tsv"))
    return draw.one(found) if found else None


def _money(name: str, field: Money, draw: Draw) -> str:
    low, high = 20, 900
    for pattern, span in _AMOUNTS:
        if re.search(pattern, name):
            low, high = span
            break
    step = 500 if low >= 5000 else 50 if low >= 400 else 1
    whole = draw.number(low // step, high // step) * step
    places = digits(field.currency)
    cents = draw.one((0, 50, 90, 95), "cents") if places == 2 and high < 1000 else 0
    return f"{whole}.{cents:02}" if places == 2 else str(whole)


_AMOUNTS = (
    (r"salary|annual|revenue|turnover|contract|deal|raised|grant", (12000, 90000)), (r"budget|value|worth|estimate|target|forecast", (5000, 40000)), (r"rent|deposit|premium|mortgage", (450, 2400)),
    (r"hourly|per hour|rate|wage", (18, 120)), (r"unit price|unit cost|extra|tip|fee|fine|postage|shipping", (2, 60)), (r"price|cost|amount|total|paid|due|donation|expense", (15, 600)),
)  # fmt: skip


def _number(name: str, field: Number, draw: Draw, today: date) -> int | float:
    low, high = 1, 40
    for pattern, span in _COUNTS:
        if re.search(pattern, name):
            low, high = span
            break
    if re.search(r"\byear\b", name):
        low, high = today.year - 12, today.year
    if field.minimum is not None:
        low = max(low, int(field.minimum))
        high = max(high, low)
    if field.maximum is not None:
        high = min(high, int(field.maximum))
        low = min(low, high)
    value = draw.number(low, high)
    return value + 0.5 if re.search(r"\bhours|hrs\b", name) and draw.chance(40, "half") and field.maximum is None else value


_COUNTS = (
    (r"\bage\b", (19, 72)), (r"mileage|odometer|km\b", (8000, 140000)), (r"stock|quantity|qty|on hand", (2, 120)), (r"guests|seats|capacity|people|attend", (2, 40)), (r"hours|hrs", (1, 8)),
    (r"minutes|mins|duration", (5, 90)), (r"bed|bath|floor", (1, 4)), (r"weight", (2, 60)), (r"area|sqm|square", (28, 180)), (r"views|impressions|followers", (240, 9800)), (r"days", (1, 30)),
    (r"score|points", (1, 100)), (r"interval", (7, 90)), (r"level|rank|priority", (1, 5)), (r"temperature", (2, 24)),
)  # fmt: skip


def _day(name: str, row: Draw, draw: Draw, today: date) -> date:
    """Days of one row hang together: an end comes after its start, because both count from the row's own day."""
    if re.search(r"birth|dob", name):
        return today - timedelta(days=row.number(19 * 365, 70 * 365, "birth"))
    own = row.number(-24, 18, "day")
    if re.search(r"expir|renew|warranty|lease end|valid|contract end", name):
        return today + timedelta(days=row.number(20, 300, "late"))
    if re.search(r"hire|join|since|purchase|bought|lease start|contract start|last|opened|received|created|order", name):
        return today - timedelta(days=row.number(3, 160, "past"))
    if re.search(
        r"\b(?:end|finish|due|deadline|until|to|return|returned|close|closed|departure|check out|completed|next)\b", name
    ):
        return today + timedelta(days=own + row.number(2, 14, "length"))
    return today + timedelta(days=own)
