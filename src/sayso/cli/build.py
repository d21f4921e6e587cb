"""`sayso build`: a wish becomes an app, or a change of one."""

from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.builder import build, drafts
from sayso.cli import told
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import address_of, owned
from sayso.data import apps
from sayso.db import tables as t
from sayso.db import transaction
from sayso.errors import Invalid
from sayso.settings import Settings
from sayso.spec.app import App
from sayso.team.actor import Actor


@click.command("build")
@click.argument("wish")
@click.option("--app", help="Change this app; without it a new one is made.")
@click.option("--samples/--no-samples", default=True, help="Put a few sample rows into a new app.")
@asynchronous
async def command(settings: Settings, say: Say, wish: str, app: str | None, samples: bool) -> None:
    """Build what WISH describes, in one transaction."""
    async with owned(settings) as (engine, owner):
        made = await built(engine, wish, say, by=owner, app=app, with_samples=samples)
    address = address_of(settings, made["app"])
    say.line(f"{made['name']} is built: {address}")
    say.answer({**made, "address": address})


async def built(
    engine: AsyncEngine, wish: str, say: Say, *, by: Actor, app: str | None = None, with_samples: bool = True
) -> dict[str, Any]:
    """Plans and builds, telling how it goes. Gives the app's id, name, version, tables and what was done.

    Raises `Invalid` with the planner's own words when the wish is no plan: a question back, or a refusal.
    """
    say.progress("Planning")
    planned = await drafts.describe(engine, wish, app=app, by=by)
    card = planned.plan
    if card is None or card["outcome"] != "plan":
        async with transaction(engine) as tx:
            await drafts.discard(tx, planned.id, by=by)
        raise Invalid((card or {}).get("message") or planned.error or "Say what you need.")
    say.line(card["title"])
    told.effects(say, card["effects"])
    told.losses(say, [loss["sentence"] for loss in card["losses"]])
    told.notes(say, card["notes"])
    say.progress("Building")
    done = await build.accept(engine, planned.id, by=by, with_samples=with_samples)
    async with transaction(engine) as tx:
        spec = (await apps.open_app(tx, done.app, by=by)).spec
    return _answer(done.app, done.version, spec, done.report, card)


async def built_before(tx: AsyncConnection, wish: str, *, by: Actor) -> dict[str, Any] | None:
    """The app that these very words have made before, if it is still there: starting twice builds once."""
    c = t.drafts.c
    query = select(c.report, c.plan, t.apps.c.id).join_from(t.drafts, t.apps, c.app == t.apps.c.number)
    query = query.where(c.workspace_id == by.workspace, c.wish == wish, c.state == "built", c.base_version.is_(None))
    row = (await tx.execute(query.where(t.apps.c.deleted_at.is_(None)).order_by(c.created_at.desc()).limit(1))).one_or_none()
    if row is None:
        return None
    app = await apps.open_app(tx, row.id, by=by)
    return _answer(app.id, app.version, app.spec, row.report["report"], row.plan)


def _answer(app: str, version: int, spec: App, report: Sequence[dict[str, Any]], card: dict[str, Any]) -> dict[str, Any]:
    not_understood = [note["words"] for note in card["notes"] if note["kind"] == "not_understood"]
    return {
        "app": app,
        "name": spec.name,
        "version": version,
        "tables": [table.name for table in spec.tables],
        "views": [view.name for view in spec.views],
        "report": [effect["sentence"] for effect in report],
        "not_understood": not_understood,
    }
