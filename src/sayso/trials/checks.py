"""Checks: what can be said of an answer without a judge. Each is a small value; a score is from 0 to 1, or None where it does not apply."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

import orjson
import re2
from pydantic import BaseModel, ConfigDict, Discriminator, Field, model_validator

from sayso.errors import Invalid, Problem
from sayso.trials.shape import matches_shape, problems_of_shape

CHECKS_MAX = 10
PATTERN_CHARACTERS_MAX = 1_000
PATTERN_BYTES_MAX = 8 * 2**20
"""Of memory for one pattern; RE2 takes time in proportion to the text, whatever the pattern."""
LIKENESS_LEAST = 0.8


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check looks at. `value` is what a field would hold, `text` how it reads; `expected` is what the case wants, `in_use` what the
    model in use said; `rules` whether the field's own rules took it; `likeness` by what it was compared with, where it was computed."""

    value: Any
    text: str
    expected: Any = None
    in_use: str | None = None
    rules: bool = True
    likeness: Mapping[str, float] | None = None


class _Check(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Exact(_Check):
    """The very value that the case expects. Numbers are compared as numbers, several choices in any order."""

    kind: Literal["exact"] = "exact"
    strict: bool = False
    """Then upper and lower case, spaces and full stops at the end count too."""

    def score(self, of: Checked) -> float | None:
        return (
            None
            if of.expected is None
            else float(equal(of.value, of.expected, self.strict) or equal(of.text, of.expected, self.strict))
        )


class Rules(_Check):
    """What the field's own rules take: one of its choices, a day, a number within its bounds."""

    kind: Literal["rules"] = "rules"

    def score(self, of: Checked) -> float | None:
        return float(of.rules)


class Pattern(_Check):
    """A regular expression (RE2's syntax) that is found in the answer."""

    kind: Literal["pattern"] = "pattern"
    pattern: Annotated[str, Field(min_length=1, max_length=PATTERN_CHARACTERS_MAX)]
    whole: bool = False
    """Then it must be all of the answer."""

    @model_validator(mode="after")
    def _compiles(self) -> "Pattern":
        compiled(self.pattern)
        return self

    def score(self, of: Checked) -> float | None:
        pattern = compiled(self.pattern)
        return float((pattern.fullmatch(of.text.strip()) if self.whole else pattern.search(of.text)) is not None)


class Contains(_Check):
    """Words that must stand in the answer; without any, those that the case expects. `absent` must not stand there."""

    kind: Literal["contains"] = "contains"
    words: tuple[Annotated[str, Field(min_length=1, max_length=500)], ...] = ()
    absent: tuple[Annotated[str, Field(min_length=1, max_length=500)], ...] = ()

    def score(self, of: Checked) -> float | None:
        words = self.words or (() if self.absent else tuple(str(one) for one in _listed(of.expected)))
        if not words and not self.absent:
            return None
        text = folded(of.text)
        held = [folded(word) in text for word in words] + [folded(word) not in text for word in self.absent]
        return sum(held) / len(held)


class Shape(_Check):
    """JSON of this shape: a JSON Schema in the keywords type, properties, required, items, enum, minimum, maximum, minItems."""

    kind: Literal["shape"] = "shape"
    shape: dict[str, Any]

    @model_validator(mode="after")
    def _understood(self) -> "Shape":
        if problems := problems_of_shape(self.shape):
            raise ValueError(problems[0])
        return self

    def score(self, of: Checked) -> float | None:
        value = of.value
        if isinstance(value, str):
            try:
                value = orjson.loads(_unfenced(value))
            except orjson.JSONDecodeError:
                return 0.0
        return float(matches_shape(value, self.shape))


class Likeness(_Check):
    """Means about the same as what the case expects, or as what the model in use said: the cosine of their embeddings."""

    kind: Literal["likeness"] = "likeness"
    to: Literal["expected", "in_use"] = "expected"
    least: Annotated[float, Field(ge=0, le=1)] = LIKENESS_LEAST

    def score(self, of: Checked) -> float | None:
        found = (of.likeness or {}).get(self.to)
        return None if found is None else float(found >= self.least)


AnyCheck = Annotated[Exact | Rules | Pattern | Contains | Shape | Likeness, Discriminator("kind")]


def scored(checks: Sequence[AnyCheck], of: Checked) -> tuple[float | None, ...]:
    """One score a check, in their order."""
    return tuple(check.score(of) for check in checks)


def together(scores: Sequence[float | None]) -> float | None:
    """The mean of those that apply."""
    there = [score for score in scores if score is not None]
    return sum(there) / len(there) if there else None


def title(check: AnyCheck) -> str:
    """How a person would call it."""
    match check:
        case Exact():
            return "Is what was expected"
        case Rules():
            return "Keeps the field's rules"
        case Pattern():
            return f"{'Is' if check.whole else 'Has'} {check.pattern}"
        case Contains():
            return (
                "Names " + ", ".join(check.words or ("what was expected",))
                if not check.absent
                else "Leaves out " + ", ".join(check.absent)
            )
        case Shape():
            return "Is JSON of that shape"
        case Likeness():
            return "Means what was expected" if check.to == "expected" else "Means what the model in use said"


def compiled(pattern: str) -> Any:
    """Raises `Invalid` in words; RE2 knows no backreferences and no lookaround."""
    options = re2.Options()
    options.max_mem, options.log_errors = PATTERN_BYTES_MAX, False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        raise Invalid(Problem("checks/pattern", f"is no regular expression that RE2 reads: {error}", r"^\d+ days$")) from None


def equal(value: Any, expected: Any, strict: bool = False) -> bool:
    match value, expected:
        case (list() | tuple(), list() | tuple()):
            return sorted(map(_key, value)) == sorted(map(_key, expected))
        case bool(), _:
            return value is expected or str(value).casefold() == str(expected).casefold()
        case dict(), dict():
            return value == expected
        case _:
            pass
    a, b = _number(value), _number(expected)
    if a is not None and b is not None:
        return a == b or math.isclose(a, b, rel_tol=1e-9)
    return str(value) == str(expected) if strict else folded(str(value)) == folded(str(expected))


def folded(text: str) -> str:
    """Without what nobody would call a difference: case, width, doubled spaces, a full stop at the end."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(". ")


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    size = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b))
    return max(0.0, min(1.0, sum(x * y for x, y in zip(a, b, strict=True)) / size)) if size else 0.0


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return float(number) if number.is_finite() else None


def _listed(value: Any) -> Sequence[Any]:
    return [] if value is None else value if isinstance(value, (list, tuple)) else [value]


def _key(value: Any) -> str:
    return folded(str(value.get("id", value) if isinstance(value, dict) else value))


def _unfenced(text: str) -> str:
    """Without the fence that models like to put around JSON."""
    text = text.strip()
    return text.strip("`").removeprefix("json").strip() if text.startswith("```") else text
