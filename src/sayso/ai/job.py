"""What a model is asked to do in one place of an app: a frozen value, made of the spec alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from sayso.ai import slots
from sayso.errors import NotFound
from sayso.spec.app import App
from sayso.spec.automation import Ai as AiStep
from sayso.spec.automation import at as step_at
from sayso.spec.automation import every, row_tables
from sayso.spec.fields import AnyField, Fill, LongText, Picture, fill_of
from sayso.spec.fields.fill import PICTURE_TASKS
from sayso.spec.table import Table

INSTRUCTIONS = 1
"""The edition of `instructions.py`; part of every version, since it is part of what a model is told."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What else is asked of the answer. `review_below` is no part of what the model is told."""

    language: str = ""
    review_below: float | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One AI part of an app. `path` is where it stands (`tables/shoots/fields/next`, `automations/x/steps/0`, `coworkers/mina`, `builder`).

    `output` is the field whose rules the answer must keep; None where an answer is no value (co-workers, the builder). `table` is whose
    rows are read. `slot` is the slot's id, `model` what the gateway is asked for.
    """

    path: str
    task: str
    prompt: str
    slot: str
    output: AnyField | None
    settings: Settings = Settings()
    table: str | None = None
    model: str = "slot:text"

    @property
    def version(self) -> str:
        """A short digest of what the model is told, whatever the model: another prompt is another version."""
        output = self.output.model_dump(mode="json", exclude={"fill", "description"}) if self.output is not None else None
        picture = self.settings.picture.portable() if self.settings.picture else None
        told: list[Any] = [INSTRUCTIONS, self.task, self.prompt, self.settings.language, picture, output]
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]

    @property
    def makes_pictures(self) -> bool:
        return self.task in PICTURE_TASKS


def of(spec: App, path: str) -> Job:
    """The job at this path. Raises `NotFound` when no AI part stands there."""
    match path.split("/"):
        case ["tables", table_id, "fields", field_id]:
            table = spec.table(table_id)
            field = table.field(field_id) if table else None
            fill = fill_of(field) if field else None
            if table is not None and field is not None and fill is not None:
                return of_field(spec, table, field, fill, path)
        case ["automations", id, "steps", *rest]:
            automation = next((a for a in spec.automations if a.id == id), None)
            at = "/".join(rest)
            step = step_at(automation.steps, at) if automation else None
            if automation is not None and isinstance(step, AiStep):
                return _of_step(spec, path, step, spec.table(row_tables(spec, automation)[at] or ""))
        case ["coworkers", id]:
            coworker = next((c for c in spec.coworkers if c.id == id), None)
            if coworker is not None:
                plug = slots.resolve(spec, coworker.slot)
                return Job(path, "coworker", coworker.instructions, plug.slot, None, model=plug.model)
        case ["builder"]:
            return Job(path, "builder", "", "text", None, model=slots.resolve(spec, "text").model)
        case _:
            pass
    raise NotFound(f"{spec.name} has no AI part at {path[:200]}.")


def of_field(spec: App, table: Table, field: AnyField, fill: Fill, path: str = "") -> Job:
    """What fills a field of this table; `fill` may be another than its own, to try one."""
    plug = slots.resolve(spec, slots.natural(table, fill.task, fill.prompt, fill.slot))
    settings = Settings(fill.language, fill.review_below, fill.picture)
    path = path or f"tables/{table.id}/fields/{field.id}"
    return Job(path, fill.task, fill.prompt, plug.slot, field, settings, table.id, plug.model)


def paths(spec: App) -> tuple[str, ...]:
    """Every AI part of an app, in its order."""
    fields = [f"tables/{t.id}/fields/{f.id}" for t in spec.tables for f in t.fields if fill_of(f) is not None]
    steps = [f"automations/{a.id}/steps/{at}" for a in spec.automations for at, s in every(a.steps) if isinstance(s, AiStep)]
    return (*fields, *steps, *(f"coworkers/{c.id}" for c in spec.coworkers))


def _of_step(spec: App, path: str, step: AiStep, table: Table | None) -> Job:
    into = table.field(step.into) if table and step.into else None
    plug = slots.resolve(spec, slots.natural(table, step.task, step.prompt, step.slot))
    output = into or LongText(id="answer", name="Answer")
    return Job(path, step.task, step.prompt, plug.slot, output, Settings(), table.id if table else None, plug.model)
