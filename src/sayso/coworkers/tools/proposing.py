"""What the writing tools share: rows as a model gives them, turned into values by field id."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sayso.coworkers.reach import Place
from sayso.errors import Invalid, Problem

ROWS_PROPOSED_MAX = 50


class NewRow(BaseModel):
    model_config = ConfigDict(extra="ignore")
    values: dict[str, Any] = Field(description="by field id; a link takes ids of rows")


class ChangedRow(NewRow):
    id: int = Field(ge=1, le=2**63 - 1)


def values_of(place: Place, raw: dict[str, Any], path: str) -> dict[str, Any]:
    """By field id. Raises `Invalid` with all that is wrong."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in raw.items():
        try:
            values[place.field(name, f"{path}/{name}").id] = value
        except Invalid as wrong:
            problems += wrong.problems
    if not raw:
        problems.append(Problem(path, "says nothing to write", '{"name": "Otto"}'))
    if problems:
        raise Invalid.of(problems)
    return values
