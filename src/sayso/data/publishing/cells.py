"""Values of rows as a stranger reads them: words, choices with their colour, pictures and files by name. Ids stay inside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sayso.data import exports
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Datetime, Formula, Money, MultiSelect, Number, Percent, Rating, Select
from sayso.spec.shape import shape_of
from sayso.spec.table import Table

CHARACTERS_MAX = 4_000
"""Of one value on a page; the download has all of it."""
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF ", "INR": "₹"}


@dataclass(frozen=True, slots=True)
class Chip:
    name: str
    hue: str = "gray"


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that a row shows. `id` is for addresses of the share."""

    id: str
    name: str
    picture: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is all of it in words, whatever else there is."""

    kind: Literal["text", "long", "number", "chips", "files", "check", "url", "email", "stars"]
    text: str
    chips: tuple[Chip, ...] = ()
    files: tuple[Shown, ...] = ()
    href: str = ""


Reader = Callable[[Any], Cell]


def reader(app: App, table: Table, field: AnyField, people: Mapping[str, str]) -> Reader:
    """From a value of the API to what is shown."""
    write = exports.written(field, dict(people), app.zone)
    match field:
        case Select() | MultiSelect():
            options = {o.id: Chip(o.name, o.hue) for o in field.options}
            return lambda v: _chips(tuple(options[i] for i in _several(v) if i in options))
        case Money():
            return lambda v: Cell("number", money(v, field.currency))
        case Number():
            return lambda v: Cell("number", number(v))
        case Percent():
            return lambda v: Cell("number", write(v))
        case Rating():
            return lambda v: Cell("stars", f"{v} of {field.maximum}" if v else "", href="★" * int(v or 0))
        case Datetime():
            return lambda v: Cell("text", moment(v, field.zone))
        case Formula(currency=str() as currency):
            return lambda v: Cell("number", money(v, currency))
        case _:
            return _by_kind(app, table, field, people, write)


def _by_kind(app: App, table: Table, field: AnyField, people: Mapping[str, str], write: Callable[[Any], str]) -> Reader:
    match field.kind:
        case "file" | "image":
            return lambda v: _files(v)
        case "checkbox":
            return lambda v: Cell("check", "yes" if v else "no")
        case "person" | "created_by" | "updated_by":
            return lambda v: _chips(tuple(Chip(people.get(str(i), "Somebody")) for i in _several(v)))
        case "link":
            return lambda v: _chips(tuple(Chip(str(one.get("name") or "Untitled")) for one in v or () if isinstance(one, dict)))
        case "date":
            return lambda v: Cell("text", day(v))
        case "created_at" | "updated_at":
            return lambda v: Cell("text", moment(v, app.zone))
        case "long_text" | "ai":
            return lambda v: Cell("long", _cut(write(v)))
        case "url":
            return lambda v: Cell("url", _cut(write(v)), href=_web(v))
        case "email":
            return lambda v: Cell("email", _cut(write(v)), href=f"mailto:{v}" if _plain(v) else "")
        case _:
            return _by_shape(app, table, field, people, write)


def _by_shape(app: App, table: Table, field: AnyField, people: Mapping[str, str], write: Callable[[Any], str]) -> Reader:
    """What is computed, or read through a link: its shape says how."""
    match shape_of(app, table, field):
        case "files":
            return lambda v: _files(v)
        case "people":
            return lambda v: _chips(tuple(Chip(people.get(str(i), "Somebody")) for i in _flat(v)))
        case "number":
            return lambda v: Cell("number", _figure(v, write))
        case "day":
            return lambda v: Cell("text", day(v) if isinstance(v, str) else write(v))
        case "moment":
            return lambda v: Cell("text", moment(v, app.zone) if isinstance(v, str) else write(v))
        case _:
            return lambda v: Cell("text", _cut(write(v)))


def money(value: Any, currency: str) -> str:
    if isinstance(value, dict) or value is None or value == "":
        return ""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    sign = SIGNS.get(currency, f"{currency} ")
    return f"{'−' if amount < 0 else ''}{sign}{abs(amount):,f}"


def number(value: Any) -> str:
    if value is None or isinstance(value, bool) or not isinstance(value, (int, float)):
        return exports.plain(value)
    said = f"{value:,.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return said.replace("-", "−", 1)


def _figure(value: Any, write: Callable[[Any], str]) -> str:
    """Of a computed field: amounts come as text, so that their digits are exact."""
    if isinstance(value, str):
        try:
            return f"{Decimal(value):,f}".replace("-", "−", 1)
        except InvalidOperation:
            return value
    return number(value) if isinstance(value, (int, float)) else write(value)


def day(value: Any) -> str:
    try:
        at = date.fromisoformat(str(value)) if value else None
    except ValueError:
        return str(value)
    return f"{at.day} {at:%b %Y}" if at else ""


def moment(value: Any, zone: str) -> str:
    try:
        at = datetime.fromisoformat(str(value)).astimezone(ZoneInfo(zone)) if value else None
    except ValueError:
        return str(value)
    return f"{at.day} {at:%b %Y, %H:%M}" if at else ""


def _several(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value or ())


def _flat(value: Any) -> list[Any]:
    return [two for one in _several(value) for two in (one if isinstance(one, list) else [one])]


def _chips(chips: tuple[Chip, ...]) -> Cell:
    return Cell("chips", ", ".join(chip.name for chip in chips), chips=chips)


def _files(value: Any) -> Cell:
    known = [one for one in _flat(value) if isinstance(one, dict) and "id" in one]
    files = tuple(
        Shown(str(f["id"]), str(f.get("name", "file")), str(f.get("type", "")).startswith("image/") and bool(f.get("width")))
        for f in known
    )
    return Cell("files", ", ".join(f.name for f in files), files=files)


def _web(value: Any) -> str:
    """Only what leads to a page: an address that runs something is shown as words."""
    text = str(value or "").strip()
    return text if text.lower().startswith(("https://", "http://")) else ""


def _plain(value: Any) -> bool:
    text = str(value or "")
    return "@" in text and all(c.isascii() and (c.isalnum() or c in "@.+-_") for c in text)


def _cut(text: str) -> str:
    return text if len(text) <= CHARACTERS_MAX else text[:CHARACTERS_MAX].rstrip() + "…"
