"""`sayso runs`: what automations did."""

import click

from sayso.automations import runs
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.data import apps
from sayso.db import transaction
from sayso.settings import Settings

MARKS = {
    "done": "✓",
    "failed": "✗",
    "quarantined": "✗",
    "cancelled": "–",
    "running": "…",
    "waiting": "…",
    "sleeping": "z",
    "paused": "॥",
}


@click.command("runs")
@click.argument("run", required=False)
@click.option("--app", help="Only those of this app.")
@click.option("--automation", help="Only those of this automation.")
@click.option("--state", multiple=True, help="Only those in this state, such as failed; may be given several times.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.option("--cancel", "act", flag_value="cancel", help="Call RUN off.")
@click.option("--pause", "act", flag_value="pause", help="Hold RUN after its step.")
@click.option("--resume", "act", flag_value="resume", help="Let RUN go on.")
@click.option("--retry", "act", flag_value="retry", help="Let RUN go on with the step that failed.")
@asynchronous
async def command(
    settings: Settings,
    say: Say,
    run: str | None,
    app: str | None,
    automation: str | None,
    state: tuple[str, ...],
    limit: int,
    act: str | None,
) -> None:
    """List what automations did, newest first; or show RUN step by step."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        if run is None:
            number = (await apps.open_app(tx, app, by=owner)).number if app else None
            found, _ = await runs.listed(tx, runs.Asked(number, automation, state, limit=limit), by=owner)
            for one in found:
                said = one.problem or one.told
                say.line(
                    f"{MARKS.get(one.state, '?')} {one.id}  {one.created_at:%Y-%m-%d %H:%M:%S}  {one.app_id}/{one.automation:<24} {one.state:<10} {said}"
                )
            if not found:
                say.line("No runs yet.")
            say.answer({"items": [_line(one) for one in found]})
            return
        if act is not None:
            await {"cancel": runs.cancel, "pause": runs.pause, "resume": runs.resume, "retry": runs.retry}[act](tx, run, by=owner)
        one = await runs.found(tx, run, by=owner)
        steps = await runs.steps(tx, run)
    say.line(f"{MARKS.get(one.state, '?')} {one.name} ({one.app_id}): {one.state}{f', {one.problem}' if one.problem else ''}")
    for step in steps:
        say.line(f"  {MARKS.get(step.state, '·')} {step.place:<24} {step.kind:<14} {step.ms:>6} ms  {step.problem or step.told}")
    say.answer(
        {
            **_line(one),
            "steps": [
                {"place": s.place, "kind": s.kind, "state": s.state, "told": s.told, "problem": s.problem, "ms": s.ms}
                for s in steps
            ],
        }
    )


def _line(one: object) -> dict[str, object]:
    names = (
        "id",
        "app_id",
        "automation",
        "name",
        "state",
        "problem",
        "told",
        "failed_step",
        "created_at",
        "started_at",
        "ended_at",
    )
    return {name: getattr(one, name) for name in names}
