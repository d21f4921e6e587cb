"""`sayso slots`: which models are plugged in, and plugging in others."""

from datetime import UTC, datetime

import click

from sayso.ai import slots
from sayso.ai.slots import Plug, Preview
from sayso.ai.slots.preview import of_workspace
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.data import apps
from sayso.db import transaction
from sayso.gateway.ledger_book import dollars
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.spec.check.fills import SLOT_KINDS
from sayso.web.put_together import gateway_of

WORKSPACE = "-"


class Slots(click.Group):
    """`sayso slots APP` is `sayso slots list APP`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = bool(args) and (args[0] in self.commands or args[0] in ("-h", "--help"))
        return super().parse_args(ctx, args if known else ["list", *args])


@click.group("slots", cls=Slots)
def command() -> None:
    """Slots: the places where models are plugged in, of the workspace or of an app."""


@command.command("list")
@click.argument("app", required=False)
@asynchronous
async def listed(settings: Settings, say: Say, app: str | None = None) -> None:
    """Show the slots of an APP, or of the workspace."""
    today = datetime.now(UTC).date()
    told: list[dict[str, object]] = []
    async with owned(settings) as (engine, owner), gateway_of(engine, settings, Shelf(settings.home)).running() as gateway:
        caller = gateway.caller(owner.workspace, app=app, member=owner.member)
        async with transaction(engine) as tx:
            found: list[tuple[Plug, tuple[slots.Use, ...]]] = []
            if app:
                spec = (await apps.open_app(tx, app, by=owner)).spec
                ids = (*SLOT_KINDS, *(s.id for s in spec.slots if s.id not in SLOT_KINDS))
                found = [(slots.resolve(spec, id), slots.uses(spec, id)) for id in ids]
            else:
                found = [(of_workspace(kind), await slots.workspace_uses(tx, kind, by=owner)) for kind in SLOT_KINDS]
        for plug, used in found:
            one = slots.standing(gateway, caller, plug, used, today)
            say.line(
                f"{plug.slot:<20} {one.answers or 'nothing is plugged in':<36} {one.where:<10} {len(used)} use{'' if len(used) == 1 else 's'}"
            )
            for line in (*one.problems, *([one.ends] if one.ends else [])):
                say.line(f"  {line}")
            told.append({"slot": plug.slot, "kind": plug.kind, **one.as_json(), "uses": [use.sentence for use in used]})
    say.answer({"app": app, "slots": told})


@command.command()
@click.argument("app")
@click.argument("slot")
@click.argument("model", required=False)
@click.option("--preview", is_flag=True, help="Only say what it would mean.")
@asynchronous
async def switch(settings: Settings, say: Say, app: str, slot: str, model: str | None, preview: bool) -> None:
    """Plug MODEL into a SLOT of an APP (`-` for the workspace); without a model, follow the workspace or the built-in one again."""
    async with (
        owned(settings) as (engine, owner),
        gateway_of(engine, settings, Shelf(settings.home)).running() as gateway,
        transaction(engine) as tx,
    ):
        if app == WORKSPACE:
            seen = await slots.preview_of_workspace(tx, gateway, slot, model, by=owner)
        else:
            opened = await apps.open_app(tx, app, by=owner, to="build")
            slots.change_of(opened.spec, slot, model)
            seen = await slots.preview(tx, gateway, opened.spec, slot, model, by=owner)
        tell(say, seen)
        if not preview:
            if app == WORKSPACE:
                await slots.switch_workspace(tx, gateway, slot, model, by=owner)
            else:
                await slots.switch(tx, gateway, await apps.open_app(tx, app, by=owner, to="build"), slot, model, by=owner)
    say.line("Nothing was changed." if preview else f"{slot} is {model or 'as the workspace has it'} from now on.")
    spent = seen.spent
    say.answer(
        {
            "switched": not preview, "slot": slot, "model": model, "now": seen.now.as_json(), "then": seen.then.as_json(),
            "uses": [use.sentence for use in seen.uses], "refusals": list(seen.refusals), "notes": list(seen.notes),
            "spent": {"calls": spent.calls, "days": spent.days, "paid": dollars(spent.paid), "sentence": spent.sentence},
        }
    )  # fmt: skip


def tell(say: Say, seen: Preview) -> None:
    say.line(f"{seen.slot}: {seen.now.answers or 'nothing'} → {seen.then.answers or 'nothing'}")
    for use in seen.uses:
        say.line(f"  it {use.sentence}")
    for line in (*seen.refusals, *seen.notes, seen.spent.sentence):
        if line:
            say.line(f"  {line}")
