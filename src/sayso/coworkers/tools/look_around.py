"""What there is: tables, their fields and choices, views."""

from typing import Any

from sayso import db
from sayso.coworkers.reach import Place, Reach
from sayso.coworkers.tools.tool import Asks, At, Read, Tool
from sayso.spec.fields import Formula, Link, MultiSelect, Select
from sayso.spec.view import Dashboard, Form

OPTIONS_TOLD_MAX = 40


class LookAround(Asks):
    table: str | None = None
    """Only this one."""


async def run(at: At, asked: LookAround) -> Read:
    async with db.transaction(at.desk.engine) as tx:
        places = [await at.reach.place(tx, asked.table)] if asked.table else await at.reach.places(tx)
    value = {"tables": [table_told(at.reach, p) for p in places], "views": [v for p in places for v in views_told(at.reach, p)]}
    return Read(
        value, f"in {places[0].table.name}" if asked.table else "", f"{len(places)} tables" if len(places) != 1 else "1 table"
    )


def table_told(reach: Reach, place: Place) -> dict[str, Any]:
    fields = {f.id: _field(reach, place, f) for f in place.fields}
    writes = {} if place.may_write else {"read_only": True}
    return {"table": reach.called(place), "name": place.table.name, **writes, "fields": fields}


def _field(reach: Reach, place: Place, field: Any) -> str:
    said = field.kind if field.name.casefold() == field.id.replace("_", " ") else f"{field.kind}, “{field.name}”"
    match field:
        case Select() | MultiSelect():
            said += ": " + ", ".join(o.name for o in field.options[:OPTIONS_TOLD_MAX])
        case Link():
            said += f" to {field.to}, ids of rows" + ("" if field.many else ", one")
        case Formula():
            said += ", worked out"
        case _ if getattr(field, "currency", None):
            said += f" in {field.currency}"
        case _:
            pass
    return said + (", needed" if field.required else "")


def views_told(reach: Reach, place: Place) -> list[dict[str, str]]:
    views = [v for v in place.app.spec.views if not isinstance(v, (Form, Dashboard)) and v.table == place.table.id]
    return [{"view": v.id, "name": v.name, "table": reach.called(place)} for v in views]


TOOL = Tool(
    "look_around", "Look around", "reads", "Lists the tables you may see with their fields and choices, and their views.", LookAround, run
)  # fmt: skip
