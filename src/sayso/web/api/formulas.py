"""Trying a formula before it is kept."""

from typing import Annotated, Any

from pydantic import Field

from sayso.data import apps
from sayso.data.tried import tried
from sayso.errors import Invalid
from sayso.spec.fields.formula import FORMULA_CHARACTERS_MAX
from sayso.web.actor import By
from sayso.web.shapes import AppId, Asked, PartId, Problem, Shown
from sayso.web.work import Tx


class NewFormula(Asked):
    table: PartId
    formula: Annotated[str, Field(max_length=FORMULA_CHARACTERS_MAX)]


class FormulaExample(Shown):
    row: int
    name: str
    value: Any


class FormulaCheck(Shown):
    """`type` is that of the result, such as `number` or `list of text`; nothing when there are problems."""

    type: str | None
    problems: list[Problem]
    examples: list[FormulaExample]
    """What it gives for the first rows."""


async def create(app: AppId, new: NewFormula, tx: Tx, by: By) -> FormulaCheck:
    """The type of a formula, what is wrong with it, and what it gives for the first rows."""
    opened = await apps.open_app(tx, app, by=by)
    try:
        found = await tried(tx, opened, new.table, new.formula)
    except Invalid as error:
        return FormulaCheck(type=None, problems=[Problem.of(p) for p in error.problems], examples=[])
    examples = [FormulaExample(row=row, name=name, value=value) for row, name, value in found.examples]
    kind = f"list of {found.type.base}" if found.type.many else str(found.type.base)
    return FormulaCheck(type=kind, problems=[], examples=examples)
