"""Trying a formula before it is kept."""

from typing import Any

from sayso.errors import Unavailable
from sayso.web.shapes import AppId, Asked, PartId, Problem, Shown


class NewFormula(Asked):
    table: PartId
    formula: str


class FormulaExample(Shown):
    row: int
    name: str
    value: Any


class FormulaCheck(Shown):
    type: str | None
    problems: list[Problem]
    examples: list[FormulaExample]
    """What it gives for the first rows."""


async def create(app: AppId, new: NewFormula) -> FormulaCheck:
    """The type of a formula, what is wrong with it, and what it gives for the first rows."""
    raise Unavailable("not there yet")
