"""`sayso doctor`: what is wrong, and what to do."""

import sys
from dataclasses import asdict

import click
from sqlalchemy import text

from sayso.cli.checks import CHECKS, Finding
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.db.installation import opened
from sayso.errors import SaysoError
from sayso.settings import Settings

MARKS = {"good": click.style("✓", fg="green"), "note": click.style("·", fg="yellow"), "bad": click.style("✗", fg="red")}


@click.command("doctor")
@asynchronous
async def command(settings: Settings, say: Say) -> None:
    """Look at everything that Sayso needs, and say what to do about what is wrong. Ends with 1 when something is."""
    findings = [check(settings) for check in CHECKS]
    findings.append(await database(settings))
    for finding in findings:
        say.line(f"{MARKS[finding.state]} {finding.name}: {finding.found}")
        if finding.do:
            say.line(f"    → {finding.do}")
    wrong = [finding for finding in findings if finding.state == "bad"]
    say.answer({"ok": not wrong, "findings": [asdict(finding) for finding in findings]})
    if wrong:
        sys.exit(1)


async def database(settings: Settings) -> Finding:
    """Opens the database, when there is one, and asks what is in it."""
    if not settings.database_url and not settings.home.is_dir():
        return Finding("Database", "note", "not made yet", "`sayso up` makes it.")
    try:
        async with opened(settings) as engine, engine.connect() as tx:
            apps, release = (
                await tx.execute(text("select (select count(*) from sayso.apps), current_setting('server_version')"))
            ).one()
    except SaysoError as error:
        return Finding("Database", "bad", str(error), "The last lines of its log say more.")
    return Finding("Database", "good", f"PostgreSQL {release} answers; {apps} apps")
