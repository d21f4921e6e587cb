"""The JSON schema that an answer has to fit, made of the field's own rules, and the way from such an answer to a value of the field."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from sayso.ai.inputs import Inputs
from sayso.ai.job import Job
from sayso.errors import Invalid
from sayso.spec.fields import Ai, AnyField, Checkbox, Date, Datetime, Link, Money, MultiSelect, Number, Percent, Rating, Select
from sayso.spec.fields.money import digits

NONE_SAID = ("", "null", "none", "n/a", "na", "not available", "not stated", "not mentioned", "unknown", "-", "–")
"""What models write in place of null."""
_NAMES = {
    "summarise": "summary",
    "translate": "translation",
    "draft_reply": "reply",
    "generate": "draft",
    "describe_image": "description",
}
_MAY_BE_EMPTY = ("extract", "classify")
_FORMATS = {"email": "email", "date": "date", "datetime": "date-time"}
"""Formats that OpenAI's strict schemas know; any other would be refused."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`name` is the property that holds the value; `schema` the whole answer's."""

    name: str
    schema: dict[str, Any]
    labels: dict[str, Any]
    """By what the model says, folded, the value that is meant: of choices and linked rows."""

    @property
    def format(self) -> dict[str, Any]:
        """As `response_format` of a chat completion."""
        return {"type": "json_schema", "json_schema": {"name": self.name[:64], "strict": True, "schema": self.schema}}


def shape_of(job: Job, inputs: Inputs) -> Shape:
    """Kept ready by job; only rows that a link may point to differ from row to row."""
    assert job.output is not None
    if isinstance(job.output, Link):
        return _shape(job.task, job.output, inputs.candidates)
    field: Any = job.output
    return _kept(job.task, field)


@lru_cache(maxsize=500)
def _kept(task: str, field: Any) -> Shape:
    return _shape(task, field, ())


def _shape(task: str, field: AnyField, candidates: tuple[tuple[int, str], ...]) -> Shape:
    labels = _labels(field, candidates)
    name = field.id if task in ("extract", "classify") else _NAMES.get(task, "draft")
    if field.kind not in ("text", "long_text", "ai") or name == "confidence":
        name = field.id if field.id != "confidence" else "value"
    value = _value(task, field, [said for said, _ in labels])
    confidence = {"type": "number", "description": "How sure you are that the value is right, from 0 to 1."}
    schema = {
        "type": "object",
        "properties": {name: value, "confidence": confidence},
        "required": [name, "confidence"],
        "additionalProperties": False,
    }
    return Shape(name, schema, {_folded(said): meant for said, meant in labels})


def _labels(field: AnyField, candidates: tuple[tuple[int, str], ...]) -> list[tuple[str, Any]]:
    match field:
        case Select() | MultiSelect():
            return [(o.name, o.id) for o in field.options]
        case Ai() if field.options:
            return [(o.name, o.name) for o in field.options]
        case Link():
            names = [name for _, name in candidates]
            return [(name if names.count(name) == 1 else f"{name} (row {id})", id) for id, name in candidates]
        case _:
            return []


def _value(task: str, field: AnyField, labels: list[str]) -> dict[str, Any]:
    about = f"{field.name}. {field.description}".strip()
    empty = task in _MAY_BE_EMPTY or field.kind not in ("text", "long_text", "ai", "select", "multi_select", "checkbox")
    if isinstance(field, MultiSelect) or (isinstance(field, Link) and field.many):
        return {
            "type": "array",
            "description": about,
            "items": {"type": "string", "enum": labels} if labels else {"type": "string"},
        }
    if labels:
        many = [*labels, None] if empty else labels
        return {"type": ["string", "null"] if empty else "string", "enum": many, "description": about}
    type, said = _type(field)
    told: dict[str, Any] = {
        "type": [type, "null"] if empty and type != "boolean" else type,
        "description": f"{about} {said}".strip(),
    }
    if field.kind in _FORMATS:
        told["format"] = _FORMATS[field.kind]
    return told


def _type(field: AnyField) -> tuple[str, str]:
    """The JSON type, and what to say of it."""
    match field:
        case Number():
            unit = f"In {field.unit}, the figure alone." if field.unit else ""
            return ("integer" if field.decimals == 0 else "number"), unit + _bounds(field.minimum, field.maximum)
        case Rating():
            return "integer", _bounds(1, field.maximum)
        case Percent():
            return "number", "As a fraction: 0.25 for 25 %."
        case Money():
            return "number", f"An amount in {field.currency} with at most {digits(field.currency)} decimals, without the sign."
        case Checkbox():
            return "boolean", ""
        case Date():
            return "string", "As 2026-11-27."
        case Datetime():
            return "string", "As 2026-11-27T07:30:00Z."
        case _ if field.kind == "duration":
            return "integer", "In whole seconds."
        case _ if field.kind in ("text", "email", "phone", "url"):
            return "string", "One line."
        case _:
            return "string", ""


def _bounds(least: float | None, most: float | None) -> str:
    said = [f"at least {least:g}"] if least is not None else []
    said += [f"at most {most:g}"] if most is not None else []
    return f" {' and '.join(said).capitalize()}." if said else ""


def value_of(shape: Shape, field: AnyField, raw: Any) -> Any:
    """The value as the API sends it. Raises `Invalid` when it breaks the field's rules: the reason is for the model to read."""
    if isinstance(raw, str) and raw.strip().casefold() in NONE_SAID:
        raw = None
    if shape.labels or isinstance(field, Link):
        raw = _meant(shape, field, raw)
    if raw is None or raw == []:
        return [] if isinstance(field, (MultiSelect, Link)) else None
    if field.kind == "duration" and isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return round(raw) if raw >= 0 else _refuse(f"{field.name} is a length of time in whole seconds")
    if isinstance(raw, (dict, list)) and field.kind in ("text", "long_text", "ai", "email", "phone", "url"):
        _refuse(f"{field.name} is one text, not a list or an object")
    if isinstance(field, (Number, Money, Percent, Rating)) and isinstance(raw, bool):
        _refuse(f"{field.name} is a figure")
    if isinstance(field, Link):
        return raw
    parsed: Any = field.parse(raw)
    _may_be(field, parsed)
    return field.shown(parsed)


def _refuse(reason: str) -> Any:
    raise Invalid(reason)


def _may_be(field: AnyField, parsed: Any) -> None:
    """What PostgreSQL could not hold."""
    year = getattr(parsed, "year", None)
    if isinstance(year, int) and not 1 < year < 9999:
        raise Invalid(f"{field.name} is a day between the years 2 and 9998")


def _meant(shape: Shape, field: AnyField, raw: Any) -> Any:
    """The option ids or row ids that are meant by what was said."""
    several = raw if isinstance(raw, list) else [] if raw is None else [raw]
    if isinstance(raw, str) and isinstance(field, MultiSelect) and _folded(raw) not in shape.labels:
        several = [part for part in raw.replace(";", ",").split(",") if part.strip()]
    found = [_one(shape, field, one) for one in several]
    if isinstance(field, Link):
        if len(found) > 1 and not field.many:
            raise Invalid(f"{field.name} takes one row, not {len(found)}")
        return list(dict.fromkeys(found))
    if isinstance(field, MultiSelect):
        return list(dict.fromkeys(found))
    if len(found) > 1:
        raise Invalid(f"{field.name} takes one choice, not {len(found)}")
    return found[0] if found else None


def _one(shape: Shape, field: AnyField, said: Any) -> Any:
    if isinstance(said, dict):
        said = said.get("name", said.get("id"))
    ids = set(shape.labels.values())
    if said in ids or (isinstance(said, str) and said.isdecimal() and int(said) in ids):
        return said if said in ids else int(said)
    folded = _folded(str(said))
    if folded in shape.labels:
        return shape.labels[folded]
    near = [meant for label, meant in shape.labels.items() if folded and (folded.startswith(label) or label.startswith(folded))]
    if len(set(near)) == 1:
        return near[0]
    known = ", ".join(list(shape.labels)[:20]) or "none"
    raise Invalid(f"{field.name} has no choice {str(said)[:60]!r}; it has {known}")


def _folded(text: str) -> str:
    return " ".join(text.split()).strip(" .'\"").casefold()


def in_words(shape: Shape) -> str:
    """The schema for a model that has to be asked in words."""
    return orjson.dumps(shape.schema).decode()
