"""`sayso evals builder`: how well a model builds apps from words, measured here."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.ai import measurements
from sayso.builder.agent.modes import known_as, route_of
from sayso.builder.agent.planning import Agent
from sayso.builder.evals import measuring
from sayso.builder.evals.measuring import Builder, Evaluation
from sayso.builder.planner import Plan, Wish, plan
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.db import transaction
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.team.actor import Actor
from sayso.web.put_together import gateway_of

PLANNER = "planner"


@click.group("evals")
def command() -> None:
    """Measure models on work that Sayso does."""


@command.command("builder")
@click.option(
    "--model",
    required=True,
    help="Any model of the gateway (slot:text, an alias, provider/model), or `planner` for the built-in one.",
)
@click.option(
    "--cases",
    type=click.Path(path_type=Path),
    help="JSON lines of wishes with what should be made of them; without, the ones that come with Sayso.",
)
@click.option(
    "--k", type=click.IntRange(1, measuring.ATTEMPTS_MAX), default=3, show_default=True, help="How often each wish is planned."
)
@click.option("--limit", type=click.IntRange(1, measuring.CASES_MAX), help="Only so many of the cases, evenly chosen.")
@click.option(
    "--at-once",
    type=click.IntRange(1, 32),
    default=measuring.AT_ONCE,
    show_default=True,
    help="How many are under way at a time.",
)
@asynchronous
async def builder(settings: Settings, say: Say, model: str, cases: Path | None, k: int, limit: int | None, at_once: int) -> None:
    """Score how well a model builds apps, and keep the result as this workspace's own measurement.

    Each attempt costs what the model costs; the ledger and budgets see them all.
    """
    asked = measuring.read(cases) if cases else measuring.packaged()
    if limit is not None and limit < len(asked):
        asked = [asked[n * len(asked) // limit] for n in range(limit)]
    say.progress(f"{len(asked)} wishes, {k} times each, with {model}")
    async with owned(settings) as (engine, owner):
        if model == PLANNER:
            done = await measuring.measured(model, asked, _planner, k=k, at_once=1, told=_progress(say))
            await _keep(engine, done, None, owner)
        else:
            done = await _by_model(settings, engine, owner, model, asked, k, at_once, say)
    path = measuring.kept(settings.home, done)
    _tell(say, done, path)


async def _by_model(
    settings: Settings, engine: AsyncEngine, owner: Actor, model: str, asked: list[measuring.Json], k: int, at_once: int, say: Say
) -> Evaluation:
    shelf = Shelf(settings.home)
    async with gateway_of(engine, settings, shelf).running() as gateway:
        caller = gateway.caller(owner.workspace, member=owner.member, name="sayso evals")
        route = route_of(gateway, caller, model)
        agent = Agent(gateway, caller, model, lambda: shelf.directory)
        build: Builder = agent.plan
        done = await measuring.measured(model, asked, build, k=k, at_once=at_once, told=_progress(say))
        known = known_as(route, shelf.directory)
    await _keep(engine, done, known.id if known else None, owner)
    return done


async def _planner(wish: Wish) -> Plan:
    return await asyncio.to_thread(plan, wish)


async def _keep(engine: AsyncEngine, done: Evaluation, directory: str | None, owner: Actor) -> None:
    async with transaction(engine) as tx:
        await measurements.keep(tx, owner.workspace, done.measurement(directory, "wishes"))


def _progress(say: Say) -> Callable[[int, int], None]:
    def told(done: int, of: int) -> None:
        if done == of or done % 10 == 0:
            say.progress(f"{done} of {of}")

    return told


def _tell(say: Say, done: Evaluation, path: Path) -> None:
    say.line(
        f"{done.model} builds apps: {done.headline:.2f} ({done.low:.2f} to {done.high:.2f}, {done.cases} wishes, {done.k} tries each)"
    )
    say.line(f"right every time (pass^{done.k}) {done.always:.0%}, at least once {done.ever:.0%}, no plan {done.failed:.0%}")
    for row, value in done.parts.items():
        if row.endswith("f1") or " " not in row:
            say.line(f"  {row:12} {value:.3f}")
    cost = f"${done.cost}" if done.cost is not None else "of unknown price"
    say.line(
        f"{done.input:,} tokens in, {done.output:,} out, {cost}; median {done.ms / 1000:.1f} s, longest {done.ms_max / 1000:.1f} s, {done.rounds:.1f} rounds"
    )
    say.line(f"Every attempt is in {path}.")
    say.answer({**done.as_json(), "file": str(path)})
