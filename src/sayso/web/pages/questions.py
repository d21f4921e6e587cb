"""What a form asks: each field of the spec as a control that plain HTML has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from sayso.data.publishing.cells import SIGNS
from sayso.data.publishing.choosing import NOT_FOR_STRANGERS
from sayso.spec.fields import AnyField, Checkbox, File, Image, LongText, Money, MultiSelect, Option, Percent, Rating, Select
from sayso.spec.table import Table
from sayso.spec.view import Form, FormField

PREFILLED_CHARACTERS_MAX = 2_000
PREFILLED_VALUES_MAX = 50
RADIOS_MAX = 8
"""More choices than this become a menu."""

Control = Literal["line", "area", "select", "radios", "checks", "check", "file"]

LINES: dict[str, tuple[str, str, str]] = {
    "email": ("email", "email", "email"),
    "phone": ("tel", "tel", "tel"),
    "url": ("url", "url", "url"),
    "date": ("date", "", ""),
    "datetime": ("datetime-local", "", ""),
    "number": ("text", "decimal", ""),
}
"""Type, inputmode and autocomplete of the kinds that are one line; the rest is text."""


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    label: str
    control: Control
    help: str = ""
    required: bool = False
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    unit: str = ""
    accept: str = ""
    many: bool = False
    options: Sequence[Option] = ()
    typed: Sequence[str] = ()
    problem: str = ""
    field: AnyField | None = field(default=None, repr=False)

    def answered(self, typed: Sequence[str], problem: str = "") -> "Question":
        return replace(self, typed=tuple(typed), problem=problem)


def questions(form: Form, table: Table, agreed: Sequence[AnyField]) -> list[Question]:
    """In the form's order; all fields that a person can fill when the form names none. Never another field than those agreed to."""
    known = {f.id for f in agreed}
    asked = form.fields or tuple(FormField(field=f.id) for f in table.fields)
    pairs = [(one, table.field(one.field)) for one in asked]
    return [
        _question(one, f)
        for one, f in pairs
        if f is not None and f.id in known and f.writable and f.kind not in NOT_FOR_STRANGERS
    ]


def beside(asked: Sequence[Question]) -> frozenset[str]:
    """Ids of questions that stand two in a line where there is room: short ones that follow one another."""
    halves: set[str] = set()
    for one, other in pairwise(asked):
        if one.control == other.control == "line" and one.id not in halves:
            halves |= {one.id, other.id}
    return frozenset(halves)


def _question(one: FormField, f: AnyField) -> Question:
    asked = Question(
        id=f.id,
        label=one.label or f.name,
        control="line",
        help=one.help or f.description,
        required=one.required or f.required,
        field=f,
    )
    match f:
        case LongText():
            return replace(asked, control="area")
        case Select(options=options) if len(options) > RADIOS_MAX:
            return replace(asked, control="select", options=options, typed=_default(f))
        case Select(options=options):
            return replace(asked, control="radios", options=options, typed=_default(f))
        case MultiSelect(options=options):
            return replace(asked, control="checks", options=options, typed=_default(f))
        case Rating(maximum=most):
            stars = tuple(Option(id=f"n{n}", name=str(n)) for n in range(1, most + 1))
            return replace(asked, control="radios", options=stars)
        case Checkbox():
            return replace(asked, control="check", typed=("yes",) if f.default else ())
        case File(many=many):
            return replace(asked, control="file", many=many)
        case Image(many=many):
            return replace(asked, control="file", many=many, accept="image/*")
        case Money(currency=currency):
            return replace(asked, unit=SIGNS.get(currency, currency).strip())
        case Percent():
            return replace(asked, unit="%")
        case _:
            type, inputmode, autocomplete = LINES.get(f.kind, ("text", "", ""))
            return replace(asked, type=type, inputmode=inputmode, autocomplete=autocomplete)


def _default(f: Select | MultiSelect) -> tuple[str, ...]:
    return (f.default,) if isinstance(f.default, str) else f.default or ()


def prefilled(asked: Sequence[Question], said: Mapping[str, Sequence[str]]) -> list[Question]:
    """With what the address says: `?budget=1200&stage=booked`, by the field's id; a choice by its id or its name. What does not fit is left out."""
    return [_prefilled(q, said.get(q.id, ())) for q in asked]


def _prefilled(q: Question, said: Sequence[str]) -> Question:
    typed = [one.replace("\0", "").strip()[:PREFILLED_CHARACTERS_MAX] for one in said[:PREFILLED_VALUES_MAX]]
    typed = [one for one in typed if one]
    if not typed or q.control == "file":
        return q
    if q.control == "check":
        return q.answered(("yes",) if typed[0].lower() in ("yes", "true", "1", "on") else ())
    if q.options:
        names = {o.name.lower(): o.id for o in q.options} | {o.id: o.id for o in q.options}
        chosen = [id for one in typed if (id := names.get(one) or names.get(one.lower()))]
        return q.answered(chosen if q.control == "checks" else chosen[:1]) if chosen else q
    return q.answered(typed[:1])
