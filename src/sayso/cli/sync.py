"""`sayso sync`: bring a connected table up to date, or see first what that would do."""

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.cli.rows import table_of
from sayso.connections.connections import Connections
from sayso.data import apps
from sayso.db import transaction
from sayso.errors import Conflict, Unavailable
from sayso.settings import Settings
from sayso.sources import previewing, stored
from sayso.sources.source import Sync
from sayso.sources.work import Syncs


@click.command("sync")
@click.argument("app")
@click.argument("table", required=False)
@click.option("--dry", is_flag=True, help="Only say what it would do.")
@click.option("--full", is_flag=True, help="Read everything, also where only what is new would be read.")
@click.option("--force", is_flag=True, help="Also when so many rows are gone that a sync would stop.")
@asynchronous
async def command(settings: Settings, say: Say, app: str, table: str | None, dry: bool, full: bool, force: bool) -> None:
    """Bring the connected table TABLE of APP up to date. Without TABLE, all that are connected."""
    async with owned(settings) as (engine, owner):
        syncs = Syncs(Connections.of(engine, settings))
        async with transaction(engine) as tx:
            opened = await apps.open_app(tx, app, by=owner, to="write")
            if table is not None:
                stored.source_of(table_of(opened, table))
                wanted = [table_of(opened, table)]
            else:
                wanted = [t for t in opened.spec.tables if t.source is not None and t.source.mode == "synced"]
        if not wanted:
            say.line(f"{opened.spec.name} has no connected tables.")
        ended: list[Sync] = []
        for one in wanted:
            if dry:
                told = await previewing.preview(syncs.connections, opened.id, one.id, None, by=owner)
                say.line(f"{one.name}: {told.sentence}")
                continue
            async with transaction(engine) as tx:
                again = await apps.open_app(tx, app, by=owner, to="write")
                begun = await stored.begin(tx, again, one.id, by=owner, full=full, force=force)
            await syncs.run_one(begun.id)
            async with transaction(engine) as tx:
                done = await stored.read(tx, again, one.id, begun.id)
            ended.append(done)
            say.line(f"{one.name}: {told_of(done)}")
        say.answer({"syncs": [{"id": s.id, "table": s.table_id, "state": s.state, "read": s.read, "why": s.why} for s in ended]})
        if failed := [s for s in ended if s.state == "failed"]:
            raise (
                Unavailable(failed[0].why)
                if len(failed) == 1
                else Conflict(f"{len(failed)} tables could not be brought up to date.")
            )


def told_of(sync: Sync) -> str:
    """One line of what came of it."""
    if sync.state != "done":
        return {
            "failed": "stopped",
            "waiting": "waits for another process",
            "running": "is brought up to date by another process",
        }.get(sync.state, sync.state)
    counts = (
        ("new", sync.created),
        ("changed", sync.changed),
        ("to the trash", sync.trashed),
        ("as they were", sync.same),
        ("to be decided", sync.conflicts),
        ("written back", sync.written),
        ("refused", sync.refused),
    )
    return ", ".join(f"{n:,} {what}" for what, n in counts if n) or "nothing to do"
