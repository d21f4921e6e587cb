"""`sayso activity`: what people and automations did, as the activity page tells it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from sayso.cli import team
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.data import activity
from sayso.errors import Invalid, Problem
from sayso.settings import Settings

DAY = "%Y-%m-%d"


@click.command("activity")
@click.option("--app", help="Only in the app of this id.")
@click.option("--who", help="Only what somebody did: their name, address or id; or `automation`.")
@click.option("--kind", type=click.Choice(activity.TOPICS), help="Only this kind.")
@click.option("--day", type=click.DateTime([DAY]), help="Only on this day, as 2026-11-23.")
@click.option("--zone", default="UTC", show_default=True, help="Whose clock days and times are of, as Europe/Ljubljana.")
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, activity.ACTS_MAX))
@team.in_workspace
@asynchronous
async def command(
    settings: Settings, say: Say, app: str | None, who: str | None, kind: Any, day: datetime | None, zone: str, limit: int, workspace: str | None,
) -> None:  # fmt: skip
    """Show what happened, newest first."""
    try:
        clock = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise Invalid(Problem("zone", f"{zone} is no time zone", "Europe/Ljubljana")) from None
    async with team.as_owner(settings, workspace) as (tx, by):
        whose = who if who in (None, "automation") else (await team.member(tx, who, by)).id
        on = day.date() if day else None
        acts, _ = await activity.listed(tx, by=by, app=app, whose=whose, topic=kind, day=on, zone=zone, limit=limit)
    for one in acts:
        say.line(f"{one.at.astimezone(clock):{DAY} %H:%M}  {one.by_name} {one.sentence}, in {one.app_name}")
    if not acts:
        say.line("Nothing happened that fits this.")
    say.answer(
        {
            "items": [
                {"at": a.at, "by": a.by, "by_name": a.by_name, "sentence": a.sentence, "app": a.app, "table": a.table, "rows": a.rows, "fields": a.fields}
                for a in acts
            ]
        }
    )  # fmt: skip
