"""Forms, filled in by an agent for its person."""

from typing import Annotated, Any

from pydantic import Field

from sayso import db
from sayso.coworkers.tools.proposing import values_of
from sayso.coworkers.values import people_of, title_of
from sayso.data import rows
from sayso.errors import Invalid, Problem
from sayso.spec.view import Form
from sayso.web.mcp.tools import places
from sayso.web.mcp.tools.apps import Said
from sayso.web.mcp.tools.rows import Written
from sayso.web.mcp.tools.tool import Asks, At, Tool


class SubmitForm(Asks):
    app: Annotated[Said, Field(description="id or name")]
    form: Annotated[Said, Field(description="id or name")]
    values: Written


async def submitted(at: At, asked: SubmitForm) -> dict[str, Any]:
    """Only what the form asks for is taken, and what it needs must be there."""
    async with db.transaction(at.known.engine) as tx:
        app = await places.app(tx, at, asked.app, "write")
        form = places.view(app, asked.form)
        table = app.spec.table(form.table) if isinstance(form, Form) else None
        if not isinstance(form, Form) or table is None:
            raise Invalid(Problem("form", f"{form.name} is no form"))
        place = places.of(app, table)
        values = values_of(place, asked.values, "values")
        takes = {one.field for one in form.fields} or {f.id for f in table.fields if f.writable}
        needed = [one.field for one in form.fields if one.required and values.get(one.field) in (None, "", [])]
        problems = [Problem(f"values/{id}", "is not asked for by this form") for id in values if id not in takes]
        problems += [Problem(f"values/{id}", "is needed by this form") for id in needed]
        if problems:
            raise Invalid.of(problems)
        row = await rows.create(tx, app, table.id, values, by=at.by)
        return {"id": row["id"], "name": title_of(table, row, await people_of(tx, place)), "said": form.thanks}


TOOLS = (
    Tool(
        "submit_form", "Fill in a form", "Sends a form of an app: one new row, with what the form asks for. `describe_app` lists its fields.",
        SubmitForm, submitted, "write",
    ),
)  # fmt: skip
