"""One statement on a connected database. Whatever names stand for is bound as a value and never becomes part of the statement."""

from __future__ import annotations

from typing import Any

from sayso.automations.steps import outward
from sayso.automations.steps.step import Doing, Done, Output, OutsideStep, StepFailed
from sayso.connections import sql
from sayso.connections.databases.database import Refused
from sayso.connections.databases.statement import parsed
from sayso.connections.opened import Opened
from sayso.spec.automation import Sql as Step

ROWS_MAX = 1_000
"""Of an answer; a query that gives more is told, and gives these."""


class Sql(OutsideStep):
    kind = "sql"
    repeats = "may_repeat"
    """A query may be asked again; a statement that writes was kept or not when its connection broke, and nobody can tell."""

    def outputs(self, app: Any, automation: Any, step: Step) -> tuple[Output, ...]:
        if step.write:
            return (Output("changed", "How many rows it changed", "number"), Output("rows", "What it answered", "list"))
        return (
            Output("rows", "The rows", "list"),
            Output("count", "How many", "number"),
            Output("first", "The first row", "object"),
        )

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        statement = parsed(step.query, step.values)
        values = {
            bind.template: doing.names.text(bind.template)
            if bind.words
            else doing.names.value(step.values[bind.template[1:]] if bind.template.startswith(":") else bind.template)
            for bind in statement.binds
        }
        return {"connection": step.connection, "query": step.query, "values": values, "write": step.write}

    async def done(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        if doing.parts.connections is None:
            raise StepFailed(outward.NO_DOOR)
        opened = await outward.opened(doing, prepared["connection"], "sql")
        values = {name.removeprefix(":"): value for name, value in prepared["values"].items()}
        try:
            found = await sql.query(
                doing.parts.connections, opened, prepared["query"], values, write=prepared["write"], rows_max=ROWS_MAX
            )
        except Refused as error:
            raise StepFailed(str(error), again=error.again and not prepared["write"], detail=error.detail) from error
        rows = list(found.rows)
        output = {"rows": rows, "count": len(rows), "first": rows[0] if rows else None, "changed": max(found.changed, 0)}
        return Done(output, _told(opened, found, write=prepared["write"]))

    async def tried(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done | None:
        return Done({"none": True}, "Would ask the database; in a dry run nothing goes out.")


def _told(opened: Opened, found: sql.Rows, *, write: bool) -> str:
    if write and found.changed >= 0:
        return f"{opened.name} changed {found.changed:,} row{'' if found.changed == 1 else 's'}."
    more = ", the first of more" if found.cut else ""
    return f"{opened.name} gave {len(found.rows):,} row{'' if len(found.rows) == 1 else 's'}{more}."
