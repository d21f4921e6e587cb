"""`sayso audit`: who did what here, and whether the log of it is whole."""

import sys
from dataclasses import asdict
from datetime import UTC

import click
import orjson
from sqlalchemy import select

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.connections import audit_streams
from sayso.connections.connections import Connections
from sayso.db import tables as t
from sayso.db import transaction
from sayso.db.installation import opened
from sayso.errors import Invalid, Problem
from sayso.settings import Settings
from sayso.team import audit
from sayso.team.actor import system
from sayso.team.audit import chain, keeping


@click.group("audit")
def command() -> None:
    """Who did what here, and whether the log of it is whole."""


@command.command("list")
@click.option("--kind", help="A kind such as token.created, or a family such as token.")
@click.option("--by", "who", help="The id of a member.")
@click.option("--text", help="Words in what was done.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200))
@asynchronous
async def listed(settings: Settings, say: Say, kind: str | None, who: str | None, text: str | None, limit: int) -> None:
    """Show the newest entries."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = await audit.listed(tx, by=owner, wanted=audit.Wanted(by=who, kind=kind, text=text), limit=limit)
    for one in found:
        at = one.at.astimezone(UTC)
        say.line(f"{one.n:>6}  {at:%Y-%m-%d %H:%M}  {one.by_name} {one.sentence}{f'  ({one.address})' if one.address else ''}")
    say.answer({"items": [one.as_json() for one in found]})


@command.command()
@asynchronous
async def export(settings: Settings, say: Say) -> None:
    """Write all entries to standard output, one line of JSON each, oldest first."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        await audit.write(tx, "audit.exported", "took a copy of the audit log", by=owner, detail={"with": "sayso audit export"})
        async for one in audit.streamed(tx, by=owner):
            click.echo(orjson.dumps(one.as_json()))


@command.command()
@click.option("--noted", help="A head that was noted before, as N:HASH; it must still be there.")
@asynchronous
async def verify(settings: Settings, say: Say, noted: str | None) -> None:
    """Look at every entry of every workspace. Ends with 1 when one was changed or is missing, and names it."""
    head = _noted(noted)
    async with opened(settings) as engine, transaction(engine) as tx:
        workspaces = (await tx.execute(select(t.workspaces.c.id, t.workspaces.c.name).order_by(t.workspaces.c.created_at))).all()
        found = [(id, name, await chain.verify(tx, by=system(id), noted=head)) for id, name in workspaces]
    for _, name, one in found:
        say.line(
            f"{name}: {one.entries} entries, {'as they were written' if one.ok else 'not as they were written'}. Head {one.n}:{one.hash}"
        )
        for broken in one.broken:
            say.line(
                f"    entry {broken.n or broken.id}: {broken.why}{f' It says now: {broken.sentence}.' if broken.sentence else ''}"
            )
    whole = all(one.ok for _, _, one in found) and (head is None or any(one.noted for _, _, one in found))
    if head is not None and not any(one.noted for _, _, one in found):
        say.line("The head that was noted is in none of them: the log was written anew, or its beginning was let go of.")
    say.answer({"ok": whole, "workspaces": [{"id": id, "name": name, **asdict(one), "ok": one.ok} for id, name, one in found]})
    if not whole:
        sys.exit(1)


@command.command()
@click.argument("days")
@asynchronous
async def keep(settings: Settings, say: Say, days: str) -> None:
    """Keep entries for so many DAYS, or `forever`."""
    if days != "forever" and not days.isdigit():
        raise Invalid(Problem("days", "is a number, or forever", "365"))
    wanted = None if days == "forever" else int(days)
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        await keeping.keep(tx, wanted, by=owner)
    say.line("Entries are kept for ever." if wanted is None else f"Entries are kept for {wanted} days.")
    say.answer({"keep_days": wanted})


@command.command()
@click.argument("url")
@click.option("--kind", "kinds", multiple=True, help="Only this family, such as member. Can be given more than once.")
@asynchronous
async def stream(settings: Settings, say: Say, url: str, kinds: tuple[str, ...]) -> None:
    """Have entries carried to URL by a signed webhook; prints its secret, this once."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        made = await audit_streams.create(tx, Connections.of(engine, settings), by=owner, url=url, kinds=kinds)
    say.line(f"{made.id}: what happens from now on is told to {made.url}. It signs with this secret, shown this once:")
    say.line(made.secret or "")
    say.answer({"id": made.id, "url": made.url, "events": list(made.events), "secret": made.secret})


def _noted(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or not digest:
        raise Invalid(Problem("noted", "is a number, a colon and a hash, as `sayso audit verify` prints it"))
    return int(number), digest.strip().lower()
