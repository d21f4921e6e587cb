"""`sayso plan`: what a wish would become, without building it."""

from dataclasses import asdict
from pathlib import Path

import click

from sayso.builder.evals import predictions as measured
from sayso.builder.plan import suggested
from sayso.builder.planner import Wish, plan
from sayso.cli import told
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.cli.spec_file import bare
from sayso.data import apps
from sayso.db import transaction
from sayso.errors import Invalid, Problem
from sayso.settings import Settings
from sayso.spec.app import App
from sayso.spec.change import difference, effects


@click.command("plan")
@click.argument("wish", required=False)
@click.option("--app", help="Plan a change of this app.")
@click.option("--cases", type=click.Path(path_type=Path), help="Plan every case in this file of JSON lines.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the predictions for --cases go.")
@asynchronous
async def command(settings: Settings, say: Say, wish: str | None, app: str | None, cases: Path | None, out: Path | None) -> None:
    """Show what a WISH would become. Nothing is built."""
    if cases or out:
        return measure(say, cases, out)
    if wish is None:
        raise Invalid(Problem("WISH", "says what to plan", 'sayso plan "keep track of repair jobs"'))
    given = await _app(settings, app) if app else None
    made = plan(Wish(wish, app=given))
    before = given or bare(made.spec)
    done = effects(before, difference(before, made.spec)) if made.outcome == "plan" else ()
    notes = [asdict(note) for note in made.notes]
    say.line(made.message)
    told.effects(say, done)
    told.notes(say, notes)
    offered = suggested(made.spec, wish) if made.outcome == "plan" and given is None else []
    told.suggestions(say, offered)
    spec = made.spec.portable() if made.outcome == "plan" else None
    say.answer(
        {
            "outcome": made.outcome,
            "message": made.message,
            "effects": list(map(asdict, done)),
            "notes": notes,
            "suggestions": offered,
            "spec": spec,
        }
    )
    return None


def measure(say: Say, cases: Path | None, out: Path | None) -> None:
    if cases is None or out is None:
        raise Invalid("--cases and --out go together: sayso plan --cases cases.jsonl --out predictions.jsonl")
    if not cases.is_file():
        raise Invalid(Problem(str(cases), "there is no such file"))
    figures = measured.written(cases, out)
    say.line(f"{figures['cases']} cases planned into {out}; median {figures['median_ms']} ms, longest {figures['longest_ms']} ms")
    say.answer(figures)


async def _app(settings: Settings, id: str) -> App:
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        return (await apps.open_app(tx, id, by=owner)).spec
