"""A value of the API in words, as a model reads it."""

from collections.abc import Mapping
from typing import Any

from sayso.errors import Invalid
from sayso.spec.fields import AnyField, Duration, Money, MultiSelect, Number, Percent, Select

VALUE_CHARACTERS_MAX = 60_000
"""Of one value; what is longer is cut, and the model is told so."""
_CUT = " […the rest was cut]"


def text_of(field: AnyField, value: Any, people: Mapping[str, str] = {}) -> str:
    """Empty when there is no value. `people` are the names of members by id."""
    text = _text(field, value, people)
    return text if len(text) <= VALUE_CHARACTERS_MAX else text[:VALUE_CHARACTERS_MAX] + _CUT


def _text(field: AnyField, value: Any, people: Mapping[str, str]) -> str:
    match value:
        case None:
            return ""
        case {"error": _}:
            return ""
        case {"name": name}:
            return str(name)
        case list():
            if isinstance(field, MultiSelect):
                return ", ".join(field.named(map(str, value)))
            return ", ".join(text for one in value if (text := _text(field, one, people)))
        case bool():
            return "yes" if value else "no"
        case _:
            return _single(field, value, people)


def _single(field: AnyField, value: Any, people: Mapping[str, str]) -> str:
    match field:
        case Select():
            return field.named([str(value)])[0]
        case Money():
            return f"{value} {field.currency}"
        case Percent() if isinstance(value, (int, float)):
            return f"{value * 100:.10g} %"
        case Number() if field.unit:
            return f"{value} {field.unit}"
        case Duration():
            return _written(field, value)
        case _:
            return people.get(str(value), str(value))


def _written(field: AnyField, value: Any) -> str:
    try:
        parsed: Any = field.parse(value)
        return field.written(parsed)
    except (Invalid, ValueError, TypeError):
        return str(value)
