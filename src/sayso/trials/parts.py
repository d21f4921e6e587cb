"""What of an app can be tried: every place where a model works, by its path."""

from dataclasses import dataclass
from typing import Literal

from sayso.ai import job as jobs
from sayso.ai.job import Job
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.app import App

WHOLE = ""
BUILDER = "builder"
Kind = Literal["field", "step", "coworker", "builder", "app"]


@dataclass(frozen=True, slots=True)
class Part:
    """`where` says what it stands in: the table, the automation, the workspace."""

    path: str
    kind: Kind
    name: str
    where: str
    task: str
    slot: str
    model: str
    prompt: str
    table: str | None = None


def parts(spec: App) -> tuple[Part, ...]:
    """Every AI part, and before them the whole app when it has several that answer in words."""
    found = tuple(_part(spec, jobs.of(spec, path)) for path in jobs.paths(spec))
    whole = Part(WHOLE, "app", spec.name, "all its AI parts", "", "text", "", "")
    return (whole, *found) if len(tried_together(spec)) > 1 else found


def part(spec: App, path: str) -> Part:
    """Raises `NotFound` when no AI part stands there."""
    if path == WHOLE:
        tried_at(spec, path)
        return Part(WHOLE, "app", spec.name, "all its AI parts", "", "text", "", "")
    return _part(spec, jobs.of(spec, path))


def tried_at(spec: App, path: str) -> tuple[Job, ...]:
    """The work that a trial of this part does: of one part, or of all those in the app that answer in words."""
    if path != WHOLE:
        return (jobs.of(spec, path),)
    found = tried_together(spec)
    if not found:
        raise NotFound(f"{spec.name} has no AI part that could be tried.")
    return found


def tried_together(spec: App) -> tuple[Job, ...]:
    """A model that draws is not compared with one that writes: pictures are tried part by part. So are co-workers, who are spoken with."""
    found = (jobs.of(spec, path) for path in jobs.paths(spec))
    return tuple(job for job in found if not job.makes_pictures and job.task not in ("coworker", "builder"))


def with_prompt_refused(path: str, prompt: str | None) -> None:
    """Of a whole app there is no one prompt."""
    if prompt is not None and path == WHOLE:
        raise Invalid(Problem("contenders/prompt", "belongs to one part of the app, and this trial is of all of them"))


def _part(spec: App, job: Job) -> Part:
    match job.path.split("/"):
        case ["tables", table, "fields", field]:
            of = spec.table(table)
            found = of.field(field) if of else None
            if of is None or found is None:
                raise NotFound(f"There is nothing at {job.path}.")
            return Part(job.path, "field", found.name, of.name, job.task, job.slot, job.model, job.prompt, job.table)
        case ["automations", id, "steps", *way]:
            automation = next((one for one in spec.automations if one.id == id), None)
            name = automation.name if automation else id
            return Part(job.path, "step", f"Step {_told(way)}", name, job.task, job.slot, job.model, job.prompt, job.table)
        case ["coworkers", id]:
            coworker = next((one for one in spec.coworkers if one.id == id), None)
            name = coworker.name if coworker else id
            return Part(job.path, "coworker", name, spec.name, job.task, job.slot, job.model, job.prompt)
        case _:
            return Part(BUILDER, "builder", "Builder", "the workspace", job.task, job.slot, job.model, job.prompt)


def _told(way: list[str]) -> str:
    """`2` for the third place is the third step; `1/then/0` the first in the branch of the second."""
    return ".".join(str(int(one) + 1) for one in way if one.isdecimal())
