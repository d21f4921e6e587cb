"""One value of one kind as a value of another kind: what a person would expect, by each kind's own reading of text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sayso.errors import Invalid
from sayso.spec.fields import (
    Checkbox,
    Date,
    Datetime,
    Duration,
    File,
    Image,
    Money,
    MultiSelect,
    Number,
    Percent,
    Person,
    Rating,
    Select,
)
from sayso.spec.fields.money import digits

State = Literal["kept", "shortened", "emptied"]
_FIGURES = (Number, Percent, Money, Rating)
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_MEMBERS = ("person", "created_by", "updated_by")


@dataclass(frozen=True, slots=True)
class People:
    """Names of members by id, and ids by name and address, for turning people into text and back."""

    names: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    """The app's: in which a moment is a day."""

    def named(self, ids: list[str]) -> str:
        return ", ".join(self.names.get(i, i) for i in ids)

    def found(self, text: str) -> list[str]:
        """Raises `Invalid` when one of the names is nobody's."""
        pieces = [p.strip() for p in text.replace(";", ",").split(",") if p.strip()]
        found = [self.ids.get(" ".join(p.split()).casefold()) for p in pieces]
        if None in found or not found:
            raise Invalid("nobody here is called that")
        return [i for i in found if i]


Turn = Callable[[Any], tuple[Any, State]]


def turn(old: Any, new: Any, people: People) -> Turn:
    """How stored values of `old` become stored values of `new`. What cannot be read is emptied, never guessed."""

    def turned(value: Any) -> tuple[Any, State]:
        if value is None or value == []:
            return _empty(new), "kept"
        try:
            raw = _raw(old, new, value, people)
            fitting, state = _fitting(new, raw)
            result = new.parse(fitting)
        except (Invalid, ValueError, ArithmeticError, NotImplementedError):
            return _empty(new), "emptied"
        return (result, state) if result is not None else (_empty(new), "emptied")

    return turned


def _empty(new: Any) -> Any:
    return False if isinstance(new, Checkbox) else None


def _fitting(new: Any, raw: Any) -> tuple[Any, State]:
    """Several values for a field that takes one: the first stays."""
    one = isinstance(new, Select) or (getattr(new, "many", True) is False)
    if one and isinstance(raw, list) and len(raw) > 1:
        return raw[:1], "shortened"
    return raw, "kept"


def _raw(old: Any, new: Any, value: Any, people: People) -> Any:
    """The value as `new` can read it: figures stay figures, choices and people keep who they are, all else is text."""
    if isinstance(new, Person):
        return list(value) if old.kind == "person" else [value] if old.kind in _MEMBERS else people.found(old.written(value))
    if old.kind in _MEMBERS:
        return people.named(value if isinstance(value, list) else [value])
    if isinstance(old, (Select, MultiSelect)) and isinstance(new, (Select, MultiSelect)):
        return _options(old, new, value)
    if isinstance(old, (File, Image)):
        if not isinstance(new, (File, Image)):
            raise Invalid("files are no text")
        return list(value)
    if isinstance(new, (File, Image)):
        raise Invalid("text is no file")
    if isinstance(value, datetime):
        return _moment(old, new, value, people)
    return _figure(old, new, value)


def _options(old: Select | MultiSelect, new: Select | MultiSelect, value: Any) -> list[str]:
    """By id where the choice is still there, else by its name. Those that are gone fall out of a set of several."""
    known = {o.id for o in new.options}
    several = list(value) if isinstance(value, list) else [value]
    said = [v if v in known else old.named([v])[0] for v in several]
    if not isinstance(old, MultiSelect):
        return said
    names = known | {o.name.casefold() for o in new.options}
    return [s for s in said if s in known or s.casefold() in names]


def _moment(old: Any, new: Any, value: datetime, people: People) -> Any:
    zone = ZoneInfo(old.zone if isinstance(old, Datetime) else people.zone)
    if isinstance(new, Datetime):
        return value
    local = value.astimezone(zone)
    return local.date() if isinstance(new, Date) else local.strftime("%Y-%m-%d %H:%M")


def _figure(old: Any, new: Any, value: Any) -> Any:
    figures = isinstance(new, _FIGURES)
    match old:
        case Money() if figures or isinstance(new, Money):
            return Decimal(value).scaleb(-digits(old.currency))
        case Percent() if figures:
            return value
        case Duration() if isinstance(new, Duration):
            return int(value)
        case Duration() if figures:
            return Decimal(value) / _SECONDS[old.unit]
        case Checkbox() if figures:
            return 1 if value else 0
        case _:
            return value if isinstance(old, _FIGURES) and figures else old.written(value)
