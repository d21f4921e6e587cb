"""What requests and answers are made of: the few shapes and types that every resource shares."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sayso import errors
from sayso.data import losses
from sayso.spec import change
from sayso.team.roles import Right

NUMBER_MAX = 2**63 - 1
"""Row ids and versions are PostgreSQL bigints."""
BATCH_MAX = 1_000
"""Rows in one request; more are imported."""


class Asked(BaseModel):
    """What a request holds. Unknown keys are refused, so that a typing mistake is never ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)


class Shown(BaseModel):
    """What an answer holds."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


PartId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""An id of the spec, such as `clients`."""
AppId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]
RowId = Annotated[int, Field(ge=1, le=NUMBER_MAX)]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
"""A random id, such as `d_5fK2…`."""
VersionNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]

Number = Annotated[int, Field(ge=0, le=NUMBER_MAX)]
Hue = Annotated[int, Field(ge=0, le=360, description="A colour, by its place on the wheel")]
ShortText = Annotated[str, Field(max_length=200)]
LongText = Annotated[str, Field(max_length=20_000)]
Json = dict[str, Any]
Values = Annotated[dict[str, Any], Field(description="Values by field id; the shape of each follows the field's kind")]

May = Right


class Problem(Shown):
    """One thing that is wrong: where, why, and what would be right."""

    path: str
    reason: str
    example: str | None = None

    @classmethod
    def of(cls, problem: errors.Problem) -> Self:
        return cls(path=problem.path, reason=problem.reason, example=problem.example)


class ProblemDocument(Shown):
    """An error, after RFC 9457."""

    type: str = Field(examples=["/problems/invalid"])
    title: str
    status: int
    detail: str = ""
    problems: list[Problem] = []
    yours: Any = None
    theirs: Any = None


class Effect(Shown):
    """What a change does, in a sentence."""

    sentence: str
    part: str
    path: str
    severity: Literal["adds", "changes", "loses"]

    @classmethod
    def of(cls, effect: change.Effect) -> Self:
        return cls(sentence=effect.sentence, part=effect.part, path=effect.path, severity=effect.severity)


class Choice(Shown):
    """One answer to a question."""

    id: str
    label: str
    safe: bool = False
    """Loses nothing."""


class Loss(Shown):
    """What a change would lose, counted in the app's own rows."""

    path: str
    sentence: str
    rows: int
    choices: list[Choice] = []
    """Ways to go on that lose less."""

    @classmethod
    def of(cls, loss: losses.Loss) -> Self:
        ways = [Choice(id=words, label=words) for words in loss.choices]
        return cls(path=loss.path, sentence=loss.sentence, rows=loss.rows, choices=ways)


class Moment(Shown):
    """Who did something, and when."""

    by: str | None
    at: datetime
