"""`sayso rows`: what is in a table."""

from typing import Any

import click
import orjson
from pydantic import TypeAdapter, ValidationError

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.data.query import Query, page
from sayso.db import transaction
from sayso.errors import Invalid, NotFound, Problem
from sayso.settings import Settings
from sayso.spec.filter import Filter, Sort
from sayso.spec.table import Table

ROWS_MAX = 1_000
CELL_LENGTH_MAX = 28


@click.command("rows")
@click.argument("app")
@click.argument("table")
@click.option("--search", default="", help="Only rows that hold this.")
@click.option("--filter", "filter_json", help='As in the API: {"of": [{"field": "stage", "op": "is", "value": "won"}]}')
@click.option("--sorts", "sorts_json", help='As in the API: [{"field": "worth", "descending": true}]')
@click.option("--offset", default=0, type=click.IntRange(0), show_default=True)
@click.option("--limit", default=50, type=click.IntRange(1, ROWS_MAX), show_default=True)
@asynchronous
async def command(
    settings: Settings,
    say: Say,
    app: str,
    table: str,
    search: str,
    filter_json: str | None,
    sorts_json: str | None,
    offset: int,
    limit: int,
) -> None:
    """Show rows of a TABLE (its id or name) of an APP."""
    asked = Query(
        filter=read("filter", filter_json, TypeAdapter(Filter), Filter()),
        sorts=read("sorts", sorts_json, TypeAdapter(tuple[Sort, ...]), ()),
        search=search,
        offset=offset,
        limit=limit,
    )
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=owner)
        home = table_of(opened, table)
        found = await page(tx, opened, home.id, asked)
    rows = orjson.loads(found.rows)
    shown = home.fields[:6]
    say.line("  ".join(f"{f.name[:CELL_LENGTH_MAX]:<{CELL_LENGTH_MAX}}" for f in shown))
    for row in rows:
        say.line("  ".join(f"{cell(row['values'].get(f.id)):<{CELL_LENGTH_MAX}}" for f in shown))
    say.line(f"{offset + 1 if rows else 0} to {offset + len(rows)} of {found.total:,}")
    say.answer(
        {"app": opened.id, "table": home.id, "rows": rows, "total": found.total, "offset": found.offset, "next": found.next}
    )


def table_of(app: OpenApp, named: str) -> Table:
    table = app.spec.table(named) or app.spec.table_named(named)
    if table is None:
        raise NotFound(f"{app.spec.name} has no table {named!r}. It has: {', '.join(t.name for t in app.spec.tables)}")
    return table


def read(name: str, given: str | None, kind: TypeAdapter[Any], otherwise: Any) -> Any:
    if given is None:
        return otherwise
    try:
        return kind.validate_json(given)
    except ValidationError as error:
        raise Invalid.of(
            Problem("/".join((name, *map(str, e["loc"]))), e["msg"]) for e in error.errors(include_url=False, include_input=False)
        ) from None


def cell(value: Any) -> str:
    """A value in few characters: names of linked rows, choices by their id, text cut short."""
    if value is None:
        return ""
    if isinstance(value, list):
        return cell(", ".join(str(one.get("name", one)) if isinstance(one, dict) else str(one) for one in value))
    text = " ".join(str(value).split())
    return text if len(text) <= CELL_LENGTH_MAX else f"{text[: CELL_LENGTH_MAX - 1]}…"
