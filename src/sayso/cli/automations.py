"""`sayso automations`: what runs by itself."""

from datetime import UTC, datetime
from typing import Any

import click
import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import overview, starting, switching
from sayso.automations.overview import Doing
from sayso.automations.schedule.cron import read, zone_of
from sayso.automations.schedule.sentence import sentence
from sayso.automations.schedule.words import cron_from
from sayso.automations.sentences import trigger_sentence
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.connections.connections import Connections
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.db import transaction
from sayso.errors import Invalid, NotFound, Problem
from sayso.settings import Settings
from sayso.spec.automation import ButtonPressed
from sayso.team.actor import Actor

COMING_SHOWN_MAX = 200


@click.group("automations")
def command() -> None:
    """Automations: what runs by itself, when it comes round, switched on and off."""


@command.command("list")
@click.option("--app", help="Only those of this app.")
@asynchronous
async def listed(settings: Settings, say: Say, app: str | None) -> None:
    """Show the automations of all apps."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = await _all(tx, owner, app)
    for one in found:
        automation, last = one.entry.registered.automation, one.last
        next_at = f", next {one.next[0]:%Y-%m-%d %H:%M}" if one.next else ""
        done = f", last {last.state} {last.created_at:%Y-%m-%d %H:%M}" if last.id else ""
        said = trigger_sentence(one.app.spec, automation.trigger)
        say.line(f"{'on ' if automation.on else 'off'} {one.app.id}/{automation.id:<28} {said}{next_at}{done}")
        if one.entry.problem:
            say.line(f"    {one.entry.problem}")
        if one.circle:
            say.line(f"    Starts itself in a circle: {', '.join(one.circle)}")
    if not found:
        say.line("There are no automations yet. Say what should happen by itself, and `sayso build` adds one.")
    say.answer({"items": [_line(one) for one in found]})


@command.command()
@click.argument("name", metavar="APP/AUTOMATION")
@asynchronous
async def on(settings: Settings, say: Say, name: str) -> None:
    """Switch one on; what it lacks is told."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        changed, one = await _switched(tx, owner, name, True)
        lacks = await switching.missing(
            tx, Connections.of(engine, settings), changed.spec, one.entry, one.owner, mail=settings.mail_in_port is not None
        )
    say.line(
        f"{one.entry.registered.automation.name} is on.{f' It comes round next at {one.next[0]:%Y-%m-%d %H:%M}.' if one.next else ''}"
    )
    for lack in lacks:
        say.line(f"  {lack.sentence}")
    say.answer({**_line(one), "missing": [lack.sentence for lack in lacks]})


@command.command()
@click.argument("name", metavar="APP/AUTOMATION")
@asynchronous
async def off(settings: Settings, say: Say, name: str) -> None:
    """Switch one off. Runs that are under way go on."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        _, one = await _switched(tx, owner, name, False)
    say.line(f"{one.entry.registered.automation.name} is off.")
    say.answer(_line(one))


@command.command()
@click.argument("name", metavar="APP/AUTOMATION")
@click.option("--row", type=click.IntRange(min=1), help="The row whose button is pressed.")
@click.option("--inputs", default="{}", help='What it asks for, as JSON: \'{"Customer": "Otto"}\'.')
@asynchronous
async def run(settings: Settings, say: Say, name: str, row: int | None, inputs: str) -> None:
    """Start one that is called, or pressed for a row. A server or a worker does the run."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        app, id = await _named(tx, owner, name, "write")
        trigger = next((one.trigger for one in app.spec.automations if one.id == id), None)
        if isinstance(trigger, ButtonPressed):
            if row is None:
                raise Invalid(Problem("--row", f"names the row whose button {trigger.label} is pressed", "--row 7"))
            begun: str | None = await starting.press(tx, app, id, row, by=owner)
        else:
            begun = await starting.call(tx, app, id, _inputs(inputs), by=owner)
    say.line(f"Begun: {begun}. `sayso runs {begun}` shows how far it is.")
    say.answer({"run": begun})


@command.command("next")
@click.argument("name", metavar="[APP/AUTOMATION]", required=False)
@click.option("--words", help='Try a schedule in words instead, such as "every weekday at 8:30".')
@click.option("--cron", help='Or in cron, such as "30 8 * * 1-5".')
@click.option("--zone", default="UTC", show_default=True, help="The time zone that is tried.")
@asynchronous
async def coming(settings: Settings, say: Say, name: str | None, words: str | None, cron: str | None, zone: str) -> None:
    """Show what comes round next: of all that are on, of one, or of a schedule that is only tried."""
    now = datetime.now(UTC)
    if words is not None or cron is not None:
        tried = read(cron if cron is not None else cron_from(words or ""))
        moments = tried.few(zone_of(zone), now, overview.NEXT_SHOWN)
        say.line(f"{tried.text}: {sentence(tried.text)}")
        for moment in moments:
            say.line(f"  {moment:%a %Y-%m-%d %H:%M %Z}")
        say.answer({"cron": tried.text, "words": sentence(tried.text), "zone": zone, "next": [m.isoformat() for m in moments]})
        return
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = await _all(tx, owner, name.partition("/")[0] if name else None)
    shown = [(at, one) for one in found if name in (None, _name(one), one.app.id) for at in one.next]
    for at, one in sorted(shown, key=lambda pair: pair[0])[:COMING_SHOWN_MAX]:
        say.line(f"{at:%a %Y-%m-%d %H:%M %Z}  {_name(one)}")
    if not shown:
        say.line("Nothing comes round by the clock.")
    say.answer({"items": [{"at": at.isoformat(), "automation": _name(one)} for at, one in shown]})


async def _all(tx: AsyncConnection, owner: Actor, app: str | None) -> list[Doing]:
    members, found = await overview.members_of(tx, owner), list[Doing]()
    ids = [app] if app else [line.id for line in await apps.listed(tx, by=owner)]
    for id in ids:
        found += await overview.of_app(tx, await apps.open_app(tx, id, by=owner), datetime.now(UTC), members)
    return sorted(found, key=lambda one: (not one.entry.registered.on, one.app.id))


async def _named(tx: AsyncConnection, owner: Actor, name: str, to: Any) -> tuple[OpenApp, str]:
    app, _, id = name.partition("/")
    if not id:
        raise Invalid(Problem("APP/AUTOMATION", "names an app and one of its automations", "crm/weekly_digest"))
    return await apps.open_app(tx, app, by=owner, to=to), id


async def _switched(tx: AsyncConnection, owner: Actor, name: str, on: bool) -> tuple[OpenApp, Doing]:
    app, id = await _named(tx, owner, name, "build")
    changed = await switching.switch(tx, app, id, on, by=owner)
    for one in await overview.of_app(tx, changed, datetime.now(UTC), await overview.members_of(tx, owner)):
        if one.entry.registered.automation.id == id:
            return changed, one
    raise NotFound(f"{app.spec.name} has no automation {id[:60]!r}.")


def _inputs(text: str) -> dict[str, Any]:
    try:
        inputs = orjson.loads(text)
    except orjson.JSONDecodeError:
        inputs = None
    if not isinstance(inputs, dict):
        raise Invalid(Problem("--inputs", "is JSON", '{"Customer": "Otto"}'))
    return inputs


def _name(one: Doing) -> str:
    return f"{one.app.id}/{one.entry.registered.automation.id}"


def _line(one: Doing) -> dict[str, Any]:
    automation = one.entry.registered.automation
    return {
        "automation": _name(one),
        "name": automation.name,
        "on": automation.on,
        "starts": trigger_sentence(one.app.spec, automation.trigger),
        "owner": one.owner.name if one.owner else None,
        "next": [at.isoformat() for at in one.next],
        "last": one.last.state if one.last.id else None,
        "problem": one.entry.problem,
        "circle": list(one.circle),
    }
