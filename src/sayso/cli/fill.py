"""`sayso fill`: have a model fill a field of many rows, see fills, call one off."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import click
import orjson
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.ai.fills import estimating, stored
from sayso.ai.fills.fill import OPEN, Fill
from sayso.ai.fills.wanted import Wanted
from sayso.ai.fills.work import Fills
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.cli.rows import read, table_of
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.db import transaction
from sayso.errors import Conflict, Invalid, Problem
from sayso.gateway.gateway import Gateway
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.spec.fields import fill_of
from sayso.spec.filter import Filter
from sayso.spec.table import Table
from sayso.team.actor import Actor
from sayso.web.put_together import gateway_of

LOOK_SECONDS = 0.3


class Commands(click.Group):
    """`sayso fill APP …` begins one; `list`, `cancel` and `resume` are about those that are there."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        begins = bool(args) and args[0] not in self.commands and not args[0].startswith("-")
        return super().parse_args(ctx, ["begin", *args] if begins else args)


@click.group("fill", cls=Commands)
def command() -> None:
    """Fill a field by a model: sayso fill APP TABLE FIELD [--rows 1,2 | --where FILTER] [--dry] [--budget 2.00]."""


@dataclass(frozen=True, slots=True)
class Here:
    engine: AsyncEngine
    gateway: Gateway
    by: Actor


@asynccontextmanager
async def working(settings: Settings) -> AsyncGenerator[Here]:
    async with owned(settings) as (engine, owner):
        gateway = gateway_of(engine, settings, Shelf(settings.home))
        async with gateway.running():
            yield Here(engine, gateway, owner)


@command.command()
@click.argument("app")
@click.argument("table")
@click.argument("field")
@click.option("--rows", help="Only these rows, with commas: 1,2,3.")
@click.option(
    "--where", help='Only rows that meet a filter, as in the API: {"of": [{"field": "stage", "op": "is", "value": "won"}]}'
)
@click.option("--search", default="", help="Only rows that hold this.")
@click.option("--dry", is_flag=True, help="Only say what it would ask and cost.")
@click.option("--budget", help="In dollars: it stops there, and keeps what is done.")
@click.option("--model", help="In place of the slot's.")
@click.option("--overwrite", is_flag=True, help="Also what people wrote by hand.")
@click.option("--again", is_flag=True, help="Also what is up to date.")
@asynchronous
async def begin(
    settings: Settings, say: Say, app: str, table: str, field: str, rows: str | None, where: str | None, search: str, dry: bool,
    budget: str | None, model: str | None, overwrite: bool, again: bool,
) -> None:  # fmt: skip
    """Have a model fill a FIELD of a TABLE of an APP. Goes on in a server that runs, also after Ctrl-C."""
    filter = read("where", where, TypeAdapter(Filter), Filter())
    async with working(settings) as here:
        async with transaction(here.engine) as tx:
            opened = await apps.open_app(tx, app, by=here.by, to="write")
            home = table_of(opened, table)
            wanted = Wanted(home.id, _field(home, field), row_ids(rows), filter, search, overwrite, again, dollars(budget), model)
            estimate = await estimating.estimated(tx, opened, here.gateway, wanted)
            say.line(estimate.sentence)
            if dry:
                say.answer(_plain(estimate.as_json()))
                return
            one = await stored.begin(tx, opened, here.gateway, wanted, by=here.by)
        await _watched(here, say, opened, one)


@command.command("list")
@click.argument("app")
@click.option("--limit", default=20, type=click.IntRange(1, stored.LISTED_MAX), show_default=True)
@asynchronous
async def listed(settings: Settings, say: Say, app: str, limit: int) -> None:
    """Fills of an APP, newest first."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=owner)
        some, _ = await stored.listed(tx, opened, limit=limit)
    for one in some:
        say.line(f"{one.id}  {one.state:<9}  {one.table}/{one.field}  {_counts(one)}" + (f"  {one.why}" if one.why else ""))
    say.answer({"items": [_plain(one.as_json()) for one in some]})


@command.command()
@click.argument("app")
@click.argument("fill")
@asynchronous
async def cancel(settings: Settings, say: Say, app: str, fill: str) -> None:
    """Stop a FILL of an APP. What is written stays."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=owner, to="write")
        one = await stored.cancel(tx, opened, fill, by=owner)
    say.line(f"Stopped: {_counts(one)}.")
    say.answer(_plain(one.as_json()))


@command.command()
@click.argument("app")
@click.argument("fill")
@click.option("--budget", help="In dollars, for all of it, what is spent included.")
@asynchronous
async def resume(settings: Settings, say: Say, app: str, fill: str, budget: str | None) -> None:
    """Go on with a FILL that stopped; rows that failed are tried again."""
    async with working(settings) as here:
        async with transaction(here.engine) as tx:
            opened = await apps.open_app(tx, app, by=here.by, to="write")
            one = await stored.go_on(tx, opened, fill, by=here.by, budget=dollars(budget))
        await _watched(here, say, opened, one)


async def _watched(here: Here, say: Say, app: OpenApp, one: Fill) -> None:
    """To its end, whoever works it off: this process, or a server that was faster."""
    working = asyncio.create_task(Fills(here.gateway).run_one(one.id))
    told = one.done
    try:
        while one.state in OPEN:
            await asyncio.wait([working], timeout=LOOK_SECONDS) if not working.done() else await asyncio.sleep(LOOK_SECONDS)
            async with transaction(here.engine) as tx:
                one = await stored.read(tx, app, one.id)
            if one.done > told and one.state in OPEN:
                told = one.done
                say.progress(_counts(one))
        await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    say.line(f"{one.state.capitalize()}: {_counts(one)}, ${one.cost:.4f}." + (f" {one.why}" if one.why else ""))
    say.answer(_plain(one.as_json()))
    if one.state == "stopped":
        raise Conflict(f"{one.why} Go on with `sayso fill resume {app.id} {one.id}`.")


def _counts(one: Fill) -> str:
    more = [f"{n:,} {what}" for n, what in ((one.review, "to look at"), (one.failed, "failed"), (one.skipped, "left out")) if n]
    return f"{one.written:,} of {one.rows:,} rows" + (f", {', '.join(more)}" if more else "")


def _field(table: Table, named: str) -> str:
    field = table.field(named) or table.named(named)
    if field is not None:
        return field.id
    filled = ", ".join(f.name for f in table.fields if fill_of(f) is not None) or "none"
    raise Invalid(Problem("field", f"{table.name} has no field {named!r}; those that a model fills are: {filled}"))


def row_ids(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and len(part) < 19 for part in parts):
        raise Invalid(Problem("--rows", "names rows by their numbers", "1,2,3"))
    return tuple(int(part) for part in parts)


def dollars(text: str | None) -> Decimal | None:
    try:
        amount = None if text is None else Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not (amount.is_finite() and 0 < amount < 10**9):
        raise Invalid(Problem("--budget", "is an amount in dollars", "2.00"))
    return amount


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return orjson.loads(orjson.dumps(value))
