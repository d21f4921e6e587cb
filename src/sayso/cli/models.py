"""`sayso models`: the directory of AI models."""

from datetime import UTC, date, datetime
from importlib import import_module

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.models import asked, changes, lifecycle, strengths
from sayso.models.compare import Comparison, compare
from sayso.models.directory import Directory
from sayso.models.facts import UNKNOWN
from sayso.models.listing import SORTS, Listed
from sayso.models.model import Model
from sayso.models.prices import dollars
from sayso.models.shelf import Shelf
from sayso.models.words import day as day_text
from sayso.models.words import some_day, tokens
from sayso.settings import Settings

NAME_COLUMN, CELL_COLUMN = 34, 30


MORE = {
    "refresh": "sayso.cli.models_refresh",
    "pull": "sayso.cli.models_pull",
    "local": "sayso.cli.models_local",
    "forget": "sayso.cli.models_forget",
    "serve": "sayso.cli.models_serve",
}
"""Each loaded when it is used: what fetches and merges takes a third of a second."""


class Models(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *MORE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return import_module(MORE[cmd_name]).command if cmd_name in MORE else super().get_command(ctx, cmd_name)


@click.group("models", cls=Models)
def command() -> None:
    """The directory of AI models: what they cost, what they can do, and how long they stay. Works offline."""


@command.command("list")
@click.argument("search", required=False, default="")
@click.option("--maker", default="", help="Only of these, with commas: openai,anthropic.")
@click.option("--type", "kind", default="", help="Only of these types: text,image,embedding.")
@click.option("--status", default="", help="current, preview, deprecated, retired or unknown, with commas.")
@click.option("--can", default="", help="Only what can do all of this: vision,tools.")
@click.option("--input-max", default="", help="At most so many dollars per million input tokens.")
@click.option("--context-min", default="", help="At least so many tokens of context.")
@click.option("--sort", default="", help=f"One of {', '.join(SORTS)}; with - before it, descending.")
@click.option("--limit", default=40, show_default=True, type=click.IntRange(1, asked.LIMIT_MAX))
@asynchronous
async def listed(
    settings: Settings,
    say: Say,
    search: str,
    maker: str,
    kind: str,
    status: str,
    can: str,
    input_max: str,
    context_min: str,
    sort: str,
    limit: int,
) -> None:
    """List models, the newest flagships first, or what SEARCH finds."""
    given = {
        "search": search,
        "maker": maker,
        "type": kind,
        "status": status,
        "can": can,
        "input_max": input_max,
        "context_min": context_min,
        "sort": sort,
    }
    directory = _directory(settings)
    rows = asked.found(directory, given, _today())
    for row in rows[:limit]:
        say.line(_line(row))
    if not rows:
        say.line("No model is like that.")
    elif len(rows) > limit:
        say.line(f"… and {len(rows) - limit:,} more; --limit shows them, a search narrows them.")
    say.answer({"items": [row.as_json() for row in rows[:limit]], "total": len(rows), "made": directory.made.isoformat()})


def _line(row: Listed) -> str:
    prices = [
        f"{dollars(amount)} {what}"
        for amount, what in ((row.input, "in"), (row.output, "out"), (row.image, "an image"))
        if amount is not None
    ]
    context = f"{tokens(row.context)} context" if row.context else ""
    facts = " · ".join(part for part in (row.type_name, ", ".join(prices) or f"price {UNKNOWN}", context, row.label) if part)
    return f"{row.id:<{NAME_COLUMN}} {row.maker_name} · {facts}"


@command.command()
@click.argument("name")
@asynchronous
async def show(settings: Settings, say: Say, name: str) -> None:
    """Show what is known of one model, by any name that means it."""
    directory, today = _directory(settings), _today()
    model = directory.read(name)
    life = lifecycle.of(model, directory, today)
    say.line(click.style(model.name, bold=True) + f"  {model.id}")
    say.line(f"{model.type_name} model by {model.maker_name}")
    say.line(life.sentence)
    say.line()
    for label, text in _facts(model):
        say.line(f"  {label:<18} {text}")
    for price in model.prices(today):
        mark = {
            "agree": "  two sources agree",
            "differ": "  sources differ: " + ", ".join(f"{dollars(o.value)} ({o.source.name})" for o in price.figure.others),
        }
        long = "".join(f", {dollars(amount)} above {tokens(start)} tokens of input" for start, amount in price.above)
        say.line(f"  {price.label:<18} {dollars(price.amount)} {price.unit}{long}{mark.get(price.figure.agreement, '')}")
    for image in model.images:
        say.line(f"  {image.quality:<6} {image.size:<11} {dollars(image.amount)} an image")
    for title, points in (
        ("Good", strengths.strengths(model, directory, today)),
        ("Mind", strengths.weaknesses(model, directory, today)),
    ):
        for point in points:
            say.line(f"  {title}: {point.title}. {' '.join(point.lines)}")
    for change in changes.of_model(model, directory, today)[:6]:
        say.line(f"  {change.day}: {change.sentence}")
    say.answer(asked.model(directory, name, today))


def _facts(model: Model) -> list[tuple[str, str]]:
    limits = [("Context window", model.context_window), ("Most input", model.max_input), ("Most output", model.max_output)]
    return [
        *((label, f"{tokens(figure.value)} tokens" if figure else UNKNOWN) for label, figure in limits),
        ("Released", some_day(model.released.value) if model.released else UNKNOWN),
        ("Knowledge until", some_day(model.knowledge.value) if model.knowledge else UNKNOWN),
        ("Endpoints", ", ".join(model.endpoints.value) if model.endpoints else UNKNOWN),
        ("Snapshots", ", ".join(snapshot.id for snapshot in model.snapshots) or UNKNOWN),
        *([("Also served by", ", ".join(offer.provider_name for offer in model.offers))] if model.offers else []),
    ]


@command.command("compare")
@click.argument("names", nargs=-1, required=True)
@asynchronous
async def compared(settings: Settings, say: Say, names: tuple[str, ...]) -> None:
    """Set two to four models side by side."""
    directory, today = _directory(settings), _today()
    found = compare(directory, names, today)
    _told(say, found)
    say.answer(found.as_json(today))


def _told(say: Say, found: Comparison) -> None:
    say.line(click.style(found.title, bold=True))
    say.line(found.summary)
    say.line()
    for row in found.table:
        say.line(f"  {row.label:<22} " + " ".join(f"{cell.text:<{CELL_COLUMN}}" for cell in row.cells).rstrip())
    say.line()
    for one in found.differences:
        say.line(f"· {one.text}" + (f" {one.but}" if one.but else ""))
    for pick in found.picks:
        say.line()
        say.line(f"{pick.title}:")
        for reason in pick.reasons:
            say.line(f"  – {reason}")


@command.command("changes")
@click.option(
    "--since", default="", help="From this day on, such as 2026-11-01; without it the last 90 days, and everything announced."
)
@click.option("--maker", default="", help="Only of these, with commas.")
@click.option("--kind", default="", help="price, shutdown or release, with commas.")
@asynchronous
async def changed(settings: Settings, say: Say, since: str, maker: str, kind: str) -> None:
    """Show what changed and what is announced: prices, shutdowns, releases. The furthest ahead comes first."""
    today = _today()
    told = asked.changed(_directory(settings), {"since": since, "maker": maker, "kind": kind}, today)
    before: date | None = None
    for item in told["items"]:
        day = date.fromisoformat(item["day"])
        if day <= today and (before is None or before > today):
            say.line(click.style(f"— today, {day_text(today)} —", dim=True))
        say.line(f"{item['day']}  {item['sentence']}")
        before = day
    say.answer(told)


def _directory(settings: Settings) -> Directory:
    return Shelf(settings.home).directory


def _today() -> date:
    return datetime.now(UTC).date()
