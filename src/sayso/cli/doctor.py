"""`sayso doctor`: what is wrong, and what to do."""

import sys
from dataclasses import asdict

import click
from sqlalchemy import text

from sayso.cli import security_checks
from sayso.cli.checks import CHECKS, Finding
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.db import transaction
from sayso.db.installation import opened
from sayso.errors import SaysoError
from sayso.settings import Settings
from sayso.team.actor import system
from sayso.team.audit import chain

MARKS = {"good": click.style("✓", fg="green"), "note": click.style("·", fg="yellow"), "bad": click.style("✗", fg="red")}


@click.command("doctor")
@click.option("--security", is_flag=True, help="Look at what keeps strangers out, in place of what Sayso needs to run.")
@asynchronous
async def command(settings: Settings, say: Say, security: bool) -> None:
    """Look at everything that Sayso needs, and say what to do about what is wrong. Ends with 1 when something is."""
    if security:
        findings = [
            *(check(settings) for check in security_checks.CHECKS),
            security_checks.running_as_root(),
            *await secured(settings),
        ]
    else:
        findings = [*(check(settings) for check in CHECKS), await database(settings)]
    for finding in findings:
        say.line(f"{MARKS[finding.state]} {finding.name}: {finding.found}")
        if finding.do:
            say.line(f"    → {finding.do}")
    wrong = [finding for finding in findings if finding.state == "bad"]
    say.answer({"ok": not wrong, "findings": [asdict(finding) for finding in findings]})
    if wrong:
        sys.exit(1)


async def secured(settings: Settings) -> list[Finding]:
    """What the database tells of safety, and whether the audit log is whole."""
    if not settings.database_url and not settings.home.is_dir():
        return [Finding("Database", "note", "not made yet", "`sayso up` makes it.")]
    try:
        async with opened(settings) as engine, transaction(engine) as tx:
            told = await security_checks.of_database(tx, settings)
            here = (await tx.execute(text("select id from sayso.workspaces"))).scalars().all()
            whole = [await chain.verify(tx, by=system(id)) for id in here]
    except SaysoError as error:
        return [Finding("Database", "bad", str(error), "The last lines of its log say more.")]
    broken = sum(len(one.broken) for one in whole)
    entries = f"{sum(one.entries for one in whole)} entries, as they were written"
    log = Finding("Audit log", "bad", f"{broken} entries were changed or are missing", "`sayso audit verify` names them.")
    return [*told, log if broken else Finding("Audit log", "good", entries)]


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
