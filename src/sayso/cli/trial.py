"""`sayso trial`: the same past work on other models."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.cli import told
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.data import apps
from sayso.db import transaction
from sayso.errors import Invalid, Problem
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.spec.app import App
from sayso.team.actor import Actor
from sayso.trials import begin, promotion, shown, stored
from sayso.trials.checks import AnyCheck
from sayso.trials.parts import BUILDER, WHOLE, parts
from sayso.trials.trial import CASES, CASES_MAX, OPEN, Cases, Contender, Given, Judge
from sayso.trials.work import Work

LOOK_SECONDS = 0.3
PUT_TOGETHER = "sayso.web.put_together"
"""Loaded by those commands that ask models; it takes a second."""
CHECKS: TypeAdapter[Any] = TypeAdapter(AnyCheck)
GIVEN = TypeAdapter(tuple[Given, ...])


@dataclass(frozen=True, slots=True)
class Here:
    """The installation with its gateway, for as long as a command lasts."""

    engine: AsyncEngine
    work: Work
    by: Actor


@asynccontextmanager
async def working(settings: Settings) -> AsyncGenerator[Here]:
    """Works trials off too, beside a server if there is one: whoever is first takes a trial up."""
    together = import_module(PUT_TOGETHER)
    shelf = Shelf(settings.home)
    async with owned(settings) as (engine, owner):
        gateway = together.gateway_of(engine, settings, shelf)
        async with gateway.running():
            yield Here(engine, together.trials_of(gateway, shelf), owner)


@click.group("trial")
def command() -> None:
    """Trials: run past work of an app on other models, compare, and keep the better one."""


@command.command()
@click.argument("app")
@click.argument("part", default="whole")
@click.option("--models", default="", help="The models to try beside the one in use, with commas: openai/gpt-6-luna,local/tiny.")
@click.option("--prompt", help="One more contender: the model in use with this prompt.")
@click.option("--cases", default=CASES, show_default=True, type=click.IntRange(1, CASES_MAX), help="How many cases.")
@click.option(
    "--from",
    "source",
    type=click.Choice(["runs", "rows"]),
    default="runs",
    show_default=True,
    help="Past work, or rows as they are now.",
)
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='Cases by hand: JSON lines of {"inputs": {…}, "expected": …}.',
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="The same seed draws the same cases.")
@click.option("--check", "checks", multiple=True, help="exact, rules, or a check in JSON. Can be given more than once.")
@click.option("--judge", help="A model that grades every answer.")
@click.option("--rubric", default="", help="What the judge grades by.")
@click.option("--mask", is_flag=True, help="Mask e-mail addresses, telephones, names, cards and IBANs.")
@click.option("--budget", help="Dollars at most.")
@click.option("--dry", is_flag=True, help="Only tell what it would cost.")
@asynchronous
async def run(
    settings: Settings, say: Say, app: str, part: str, models: str, budget: str | None, dry: bool, **given: Any
) -> None:
    """Try PART of APP (a field's name, its path, `whole`, or `builder`) on other models. Nothing is written into rows."""
    async with working(settings) as here:
        async with transaction(here.engine) as tx:
            spec = None if part == BUILDER else (await apps.open_app(tx, app, by=here.by)).spec
            wanted = _wanted(app, spec, part, models, budget, given)
            ready = await begin.prepared(tx, here.work.gateway, wanted, here.work.directory(), by=here.by)
            stored.must_have_cases(ready.cases)
            _estimated(say, ready)
            if dry:
                say.answer(_estimate(ready))
                return
            id = await begin.begin(tx, ready, by=here.by)
        async with here.work.running():
            await _watched(here, say, id)
        async with transaction(here.engine) as tx:
            whole = await _whole(tx, here, id)
    _shown(say, whole)
    say.answer(whole)


@command.command("list")
@click.option("--app", help="Only of this app.")
@asynchronous
async def listed(settings: Settings, say: Say, app: str | None) -> None:
    """List trials, newest first."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = await shown.lines(tx, await stored.listed(tx, by=owner, app=app), by=owner)
    for one in found:
        say.line(
            f"{one['id']}  {one['created_at']:%Y-%m-%d}  {one['state']:<9} {one['name']} ({one['app_name'] or 'workspace'}): {one['verdict']}"
        )
    if not found:
        say.line("There are no trials yet.")
    say.answer({"items": [_plain(one) for one in found]})


@command.command()
@click.argument("id")
@asynchronous
async def show(settings: Settings, say: Say, id: str) -> None:
    """Show one trial with all its figures."""
    async with working(settings) as here, transaction(here.engine) as tx:
        whole = await _whole(tx, here, id)
    _shown(say, whole)
    say.answer(whole)


@command.command()
@click.argument("id")
@click.argument("model")
@click.option("--dry", is_flag=True, help="Only tell what would switch.")
@asynchronous
async def promote(settings: Settings, say: Say, id: str, model: str, dry: bool) -> None:
    """Keep MODEL (a contender's model, name or id) of the trial ID: a change of the app like any other, with undo."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        trial = await stored.read(tx, id, by=owner, to="build")
        if trial.app is None:
            raise Invalid("The builder is no app's: switch the workspace's slot for text under Models.")
        one = next((c for c in trial.plan.contenders if model in (c.id, c.asked, c.model, c.name)), None)
        if one is None:
            names = ", ".join(c.name for c in trial.plan.contenders)
            raise Invalid(Problem("model", f"is no contender of this trial; there are {names}"))
        app = await apps.open_app(tx, trial.app, by=owner, to="build")
        change = promotion.change_to(app.spec, trial.path, one, title=f"Keeps {one.name} for {trial.name}")
        planned = await apps.planned(tx, app, change)
        version = app.version if dry else (await apps.change(tx, app, change, by=owner, note=change.title)).version
        await stored.told(tx, trial.id, trial.app, by=owner)
    told.effects(say, planned.effects)
    say.line("Nothing was changed." if dry else f"{change.title}. Version {version}.")
    say.answer(
        {"app": trial.app, "version": version, "applied": not dry, "effects": [effect.sentence for effect in planned.effects]}
    )


# ── what was asked for ────────────────────────────────────


def _wanted(app: str, spec: App | None, part: str, models: str, budget: str | None, given: dict[str, Any]) -> begin.Wanted:
    contenders = [Contender(id=f"c{n}", model=name.strip()) for n, name in enumerate(models.split(","), 1) if name.strip()]
    if given["prompt"]:
        contenders.append(Contender(id=f"c{len(contenders) + 1}", prompt=given["prompt"]))
    cases = Cases(source=given["source"], count=given["cases"], seed=given["seed"])
    if given["file"]:
        cases = cases.model_copy(update={"source": "hand", "given": _by_hand(given["file"])})
    mask = begin.UNMASKED.model_copy(update=dict.fromkeys(("emails", "phones", "names", "numbers"), given["mask"]))
    judge = Judge(model=given["judge"], rubric=given["rubric"]) if given["judge"] else None
    checks = tuple(_check(text) for text in given["checks"])
    return begin.Wanted(
        None if spec is None else app, path_of(spec, part), contenders, cases, mask, checks, judge, budget=_dollars(budget)
    )  # fmt: skip


def path_of(spec: App | None, part: str) -> str:
    """Of a part, by its path, the end of it, or its name. Raises `Invalid` with those that are there."""
    if spec is None or part in (WHOLE, "whole"):
        return WHOLE if spec is not None else BUILDER
    found = [
        one.path
        for one in parts(spec)
        if part in (one.path, one.path.rpartition("/")[2]) or part.casefold() == one.name.casefold()
    ]
    if len(found) != 1:
        there = ", ".join(one.path for one in parts(spec) if one.path) or "none"
        raise Invalid(
            Problem(
                "part", f"{part!r} {'is no AI part' if not found else 'is several AI parts'} of {spec.name}; there are: {there}"
            )
        )
    return found[0]


def _by_hand(path: Path) -> tuple[Given, ...]:
    try:
        return GIVEN.validate_python([orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()])
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise Invalid(
            Problem(
                "--file",
                f"is not lines of cases: {str(error).splitlines()[0]}",
                '{"inputs": {"Letter": "…"}, "expected": "Billing"}',
            )
        ) from None


def _check(text: str) -> AnyCheck:
    try:
        return CHECKS.validate_python(orjson.loads(text) if text.startswith("{") else {"kind": text})
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise Invalid(
            Problem("--check", f"is no check: {str(error).splitlines()[0]}", '{"kind": "contains", "words": ["refund"]}')
        ) from None


def _dollars(text: str | None) -> Decimal | None:
    try:
        amount = Decimal(text) if text is not None else None
    except InvalidOperation:
        amount = Decimal(0)
    if amount is not None and not 0 < amount < 1_000_000:
        raise Invalid(Problem("--budget", "is an amount in dollars", "1.00"))
    return amount


# ── what is told ──────────────────────────────────────────


def _estimate(ready: begin.Prepared) -> dict[str, Any]:
    each = {one.id: ready.estimates.get(one.id) for one in ready.plan.contenders}
    contenders = [
        {
            "id": one.id,
            "name": one.name,
            "cost": shown.dollars(told.cost) if (told := each[one.id]) else None,
            "problem": ready.problems.get(one.id),
        }
        for one in ready.plan.contenders
    ]
    calls = len(ready.cases) * len(contenders)
    return {
        "cases": len(ready.cases),
        "calls": calls,
        "cost": shown.dollars(ready.cost),
        "left_out": ready.drawn.left_out,
        "contenders": contenders,
    }


def _estimated(say: Say, ready: begin.Prepared) -> None:
    found = _estimate(ready)
    cost = f"about {_money(found['cost'])}" if found["cost"] is not None else "at a price that is not published"
    say.line(f"{ready.name}: {found['cases']} cases on {len(found['contenders'])} contenders, {cost}")
    for one in found["contenders"]:
        say.line(f"  {one['name']:<32} {_money(one['cost'])}{'  ' + one['problem'] if one['problem'] else ''}")
    for why, count in ready.drawn.left_out.items():
        say.line(f"  left out: {count} that {why}")


async def _watched(here: Here, say: Say, id: str) -> None:
    here.work.look()
    seen = -1
    while True:
        async with transaction(here.engine) as tx:
            trial = await stored.read(tx, id, by=here.by)
        if trial.answered != seen:
            seen = trial.answered
            say.progress(f"{trial.answered} of {trial.calls} answers")
        if trial.state not in OPEN:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _whole(tx: Any, here: Here, id: str) -> dict[str, Any]:
    return _plain(await shown.whole(tx, here.work.gateway, here.work.directory(), id, by=here.by, now=datetime.now(UTC)))


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return orjson.loads(orjson.dumps(value))


def _shown(say: Say, whole: dict[str, Any]) -> None:
    say.line(
        click.style(whole["name"], bold=True)
        + f"  {whole['id']}  {whole['state']}"
        + (f": {whole['problem']}" if whole["problem"] else "")
    )
    say.line(whole["verdict"])
    say.line()
    say.line(f"  {'':<32} {'quality':>16} {'per 1,000':>12} {'a month':>12} {'typical':>9} {'1 in 20':>9} {'failed':>7}")
    for one in whole["contenders"]:
        q = one["quality"]
        quality = (
            f"{q['value']:.0%} ({q['low']:.0%}–{q['high']:.0%})"
            if q
            else f"{one['votes_missing']} more votes"
            if one["votes_missing"]
            else "not measured"
        )
        name = f"{one['name'][:28]}{' *' if one['is_now'] else ''}"
        times = [f"{ms / 1000:.2f} s" if ms is not None else "–" for ms in (one["p50_ms"], one["p95_ms"])]
        say.line(
            f"  {name:<32} {quality:>16} {_money(one['cost_per_1000']):>12} {_money(one['cost_per_month']):>12} {times[0]:>9} {times[1]:>9} {one['failed']:>7}"
        )
        if one["problem"]:
            say.line(f"    {one['problem']}")
    say.line("  * in use now")


def _money(text: str | None) -> str:
    return "unknown" if text is None else f"${Decimal(text):,.4f}" if Decimal(text) < 1 else f"${Decimal(text):,.2f}"
