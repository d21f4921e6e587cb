"""Figures over rows: how many, their sum, average, least, most, in all or by a field."""

from typing import Literal

from pydantic import Field

from sayso import db
from sayso.coworkers.reach import Place
from sayso.coworkers.tools.conditions import Match, Where, filter_of, words_of
from sayso.coworkers.tools.tool import Asks, At, Read, Tool
from sayso.coworkers.values import people_of
from sayso.data import groups
from sayso.errors import Invalid, Problem
from sayso.spec.filter import Bucket, Grouping
from sayso.spec.view import Measure

GROUPS_TOLD_MAX = 60


class CountRows(Asks):
    table: str
    measure: Literal[
        "count", "sum", "average", "minimum", "maximum", "median", "earliest", "latest", "filled", "empty", "unique"
    ] = "count"
    field: str | None = Field(None, description="what is summed up; not for count")
    by: str | None = Field(None, description="one figure for each value of this field")
    bucket: Bucket | None = Field(None, description="for days: by day, week, month, quarter or year")
    where: list[Where] = []
    match: Match = "all"


async def run(at: At, asked: CountRows) -> Read:
    async with db.transaction(at.desk.engine) as tx:
        place = await at.reach.place(tx, asked.table)
        people = await people_of(tx, place)
        filter = filter_of(place, asked.where, asked.match)
        if asked.measure != "count" and not asked.field:
            raise Invalid(Problem("field", f"is needed for {asked.measure}", "worth"))
        measured = place.field(asked.field, "field") if asked.field and asked.measure != "count" else None
        measure = Measure(summary=asked.measure, field=measured.id if measured else None)
        by = Grouping(field=place.field(asked.by, "by").id, bucket=asked.bucket) if asked.by else None
        figures, total = await groups.aggregated(tx, place.app, place.table.id, by=by, measure=measure, filter=filter)
    what = asked.measure if measured is None else f"{asked.measure} of {measured.name}"
    words = f"{_named(place, asked.by)}{words_of(place, filter, people)}"
    cite = at.sources.number(
        "rows",
        f"{what} {words}",
        place.table.name,
        app=place.app.id,
        table=place.table.id,
        filter=filter.portable(),
        figure=total,
    )
    told = {"cite": cite, "measure": what, "value": total}
    if by is not None:
        told["groups"] = [{"name": f.name, "value": f.value} for f in figures[:GROUPS_TOLD_MAX]]
    return Read(told, f"{what} {words}", f"{len(figures)} groups" if by else str(total))


def _named(place: Place, by: str | None) -> str:
    return f"by {place.field(by, 'by').name} " if by else ""


TOOL = Tool(
    "count_rows", "Work out", "reads", "Counts rows, or sums up a field over them, in all or by another field. Exact: never add up rows yourself.",
    CountRows, run,
)  # fmt: skip
