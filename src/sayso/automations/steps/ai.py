"""A model's work: one answer, or several by name; into the row when the step says so, with who wrote it.

The work is the same `Job` that trials try on other models, and is kept among the app's past work, so that a trial of this step finds cases.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.ai import drawing, inputs, job, runs, work
from sayso.ai.fills import writing as provenance_of
from sayso.ai.inputs import Inputs, Value
from sayso.ai.job import Job
from sayso.ai.outcome import Outcome
from sayso.automations.ai_answers import answered
from sayso.automations.names.template import Named, names_in
from sayso.automations.steps import outward
from sayso.automations.steps.opened import table_of
from sayso.automations.steps.step import Doing, Done, Kind, Output, OutsideStep, StepFailed
from sayso.data import apps, provenance, rows
from sayso.data.physical import rows_of
from sayso.data.provenance import Provenance
from sayso.spec.automation import Ai as Step
from sayso.spec.automation import every, named
from sayso.spec.fields import fill_of
from sayso.spec.part import id_from
from sayso.team.actor import Actor

BUSY_SECONDS = 20.0
TOLD_CHARACTERS_MAX = 160
KINDS: dict[str, Kind] = {"text": "text", "number": "number", "checkbox": "checkbox", "choice": "text"}


class Ai(OutsideStep):
    kind = "ai"
    repeats = "safe"
    """Asked again after a crash, a model may say something else and costs again; nothing in the world has happened twice."""

    def outputs(self, app: Any, automation: Any, step: Step) -> tuple[Output, ...]:
        keys = answer_keys(step)
        several = tuple(Output(f"answers.{key}", one.name, KINDS[one.kind]) for key, one in keys.items())
        return several or (Output("answer", "The answer"), Output("confidence", "How sure the model is", "number"))

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        asked = _job(doing)
        async with doing.reading() as tx:
            read = await _inputs(tx, asked, step, doing)
        return {"prompt": step.prompt, "path": asked.path, "model": asked.model, "read": read.as_json()}

    async def done(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        gateway = doing.parts.gateway
        if gateway is None:
            raise StepFailed("This process has no door to models.")
        asked, read = _job(doing), Inputs.from_json(prepared["read"])
        caller = gateway.caller(doing.run.workspace, app=doing.run.app_id, member=doing.by.member, name=doing.run.name)
        values: dict[str, Any] = {}
        if step.answers:
            outcome, values = await answered(gateway, caller, asked, read, answer_keys(step))
        else:
            outcome = await work.do(gateway, caller, asked, read)
        async with db.transaction(doing.parts.engine) as tx:
            if outcome.pictures:
                outcome = await drawing.keep(tx, gateway, outcome, by=doing.by)
            if outcome.calls:
                await runs.keep(tx, doing.run.workspace, doing.run.app_number, [runs.of(asked, read, outcome, by=doing.by.id)])
            if outcome.is_value and step.into and doing.row is not None:
                await _into(tx, step.into, outcome, doing)
        return _done(outcome, values)

    async def tried(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done | None:
        """A dry run asks: it costs what it costs, writes nothing, and later steps have something to say."""
        gateway = doing.parts.gateway
        if gateway is None:
            return None
        asked, read = _job(doing), Inputs.from_json(prepared["read"])
        caller = gateway.caller(doing.run.workspace, app=doing.run.app_id, member=doing.by.member, name=doing.run.name)
        if asked.makes_pictures:
            return Done({"none": True}, "Would draw a picture; a dry run does not.")
        if step.answers:
            outcome, values = await answered(gateway, caller, asked, read, answer_keys(step))
            return _done(outcome, values)
        return _done(await work.do(gateway, caller, asked, read), {})


def answer_keys(step: Step) -> dict[str, Any]:
    """The named answers by how later steps name them: `{ask: answers.due_day}`."""
    keys: dict[str, Any] = {}
    for one in step.answers:
        keys[id_from(one.name, set(keys))] = one
    return keys


def _done(outcome: Outcome, values: dict[str, Any]) -> Done:
    if not outcome.is_value:
        raise StepFailed(
            outcome.problem or "The model gave no answer.", again=outcome.state == "failed", after=BUSY_SECONDS if outcome.busy else None,
            detail=f"{outcome.provider} {outcome.model}".strip(),
        )  # fmt: skip
    told = " ".join(outcome.text.split())
    told = told if len(told) <= TOLD_CHARACTERS_MAX else told[: TOLD_CHARACTERS_MAX - 1] + "…"
    output = {
        "answer": outcome.value if outcome.value is not None else outcome.text, "model": outcome.model, "confidence": outcome.confidence,
        "review": outcome.state == "review",
    }  # fmt: skip
    return Done({**output, **({"answers": values} if values else {})}, f"{outcome.model or 'The model'}: {told}", outcome.cost)


def _job(doing: Doing) -> Job:
    """As the app was when the run began. Its path is where trials find it."""
    automation = next((a for a in doing.app.automations if a.id == doing.run.automation), None)
    names = named(automation.steps) if automation else {}
    path = next((path for path, _ in every(automation.steps) if names[path] == doing.step), None) if automation else None
    if path is None:
        raise StepFailed("This step is not in the app of this run any more.")
    found = job.of(doing.app, f"automations/{doing.run.automation}/steps/{path}")
    return replace(found, table=doing.row.table) if doing.row is not None and found.table is None else found


async def _inputs(tx: AsyncConnection, asked: Job, step: Step, doing: Doing) -> Inputs:
    """The row that the step is about, and every name of the prompt that is none of its fields."""
    read = Inputs(None, ())
    names = list(dict.fromkeys(names_in(step.prompt)))
    if doing.row is not None:
        app = await apps.open_app(tx, doing.run.app_id, by=doing.by)
        found = await inputs.gathered(tx, app, doing.row.table, [doing.row.id], asked) if app.spec.table(doing.row.table) else []
        others = bool(names) and not any(_is_field(one, doing) for one in names)
        read = replace(found[0], values=()) if found and others else found[0] if found else read
    writing = await outward.writing(doing)
    more = [Value(_called(one), writing.read(one)) for one in names if not _is_field(one, doing)]
    if not names and not read.values:
        more = [Value("Today", doing.names.text("{today}"))]
    return replace(read, values=(*read.values, *more))


def _is_field(one: Named, doing: Doing) -> bool:
    return any(row.table.named(one.name) is not None for row in doing.names.rows)


def _called(one: Named) -> str:
    return ".".join(part for part in (one.name, one.behind) if part)


async def _into(tx: AsyncConnection, field_id: str, outcome: Outcome, doing: Doing) -> None:
    """Written as the automation, and told as the model's."""
    assert doing.row is not None
    app = await apps.open_app(tx, doing.run.app_id, by=doing.by, to="write")
    table = table_of(app, doing.row.table)
    field = table.field(field_id)
    if field is None:
        raise StepFailed(f"The field {field_id!r} that the answer goes into is not in {table.name} any more.")
    await rows.update(tx, app, table.id, doing.row.id, {field_id: outcome.value}, by=doing.by)
    if fill_of(field) is not None:
        physical = rows_of(app, table)
        model = replace(app, by=Actor("model", app.by.workspace, None, app.by.role, "A model"))
        written = Provenance("review" if outcome.state == "review" else "written", provenance_of.about(outcome))
        await provenance.keep(tx, model, physical, {(doing.row.id, physical.numbers[field_id]): written})
