"""Keep this model: what a contender does becomes what the app does, as a normal change that can be undone. Nothing else is touched."""

from typing import Any

from sayso.ai import job as jobs
from sayso.ai.slots import resolve
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.spec.change import Alter, Change, apply
from sayso.spec.change.step import Add, Step
from sayso.spec.check.fills import SLOT_KINDS
from sayso.spec.coworker import Slot
from sayso.spec.fields import AnyField
from sayso.spec.part import id_from
from sayso.trials.parts import BUILDER, WHOLE, part, tried_together
from sayso.trials.trial import Contender


def change_to(spec: App, path: str, contender: Contender, *, title: str = "") -> Change:
    """The change that makes this contender the one in use.

    A part whose slot is its own gets that slot's model switched; a part that shares its slot with others gets a slot of its own, so
    that only this part switches. The whole app gets its slot for text switched, and those for vision where its parts see pictures.
    Raises `Invalid` for the one in use, `NotFound` when the part is gone.
    """
    if path == BUILDER:
        raise Invalid(Problem("contender", "is kept by the workspace's slot, not by an app"))
    steps: list[Step] = []
    after = spec
    if contender.prompt is not None:
        steps.append(_prompted(after, path, contender.prompt))
        after = apply(after, Change(steps=(steps[-1],)))
    if contender.asked is not None:
        steps += _all_switched(after, contender.asked) if path == WHOLE else _switched(after, path, contender.asked)
    if not steps:
        raise Invalid(Problem("contender", "is the one in use", "another contender of this trial"))
    return Change(title=title, steps=tuple(steps))


def with_contender(spec: App, path: str, contender: Contender) -> App:
    """The app as it would be with this contender, without ever becoming it: what a trial asks is what would be promoted."""
    return apply(spec, Change(steps=(_prompted(spec, path, contender.prompt),))) if contender.prompt is not None else spec


# ── the prompt ────────────────────────────────────────────


def _prompted(spec: App, path: str, prompt: str) -> Step:
    match path.split("/"):
        case ["tables", table, "fields", field]:
            return Alter(part="field", table=table, id=field, value=_field_with(_field(spec, table, field), prompt=prompt))
        case ["automations", id, "steps", *way]:
            return _automation_with(spec, id, way, prompt=prompt)
        case ["coworkers", id]:
            found = next((one for one in spec.coworkers if one.id == id), None)
            if found is not None:
                return Alter(part="coworker", id=id, value=found.model_copy(update={"instructions": prompt}))
        case _:
            pass
    raise NotFound(f"{spec.name} has no prompt at {path[:200]!r}.")


def _field(spec: App, table: str, field: str) -> AnyField:
    found = next((f for f in of.fields if f.id == field), None) if (of := spec.table(table)) else None
    if found is None:
        raise NotFound("This field is gone.")
    return found


def _field_with(field: AnyField, **values: str) -> Any:
    """The same field, filled another way: kind `ai` says it at its top level, others in their `fill`."""
    if field.kind == "ai":
        return field.model_copy(update=values)
    fill = getattr(field, "fill", None)
    if fill is None:
        raise NotFound(f"{field.name} is not filled by a model any more.")
    return field.model_copy(update={"fill": fill.model_copy(update=values)})


def _automation_with(spec: App, id: str, way: list[str], **values: str) -> Step:
    found = next((one for one in spec.automations if one.id == id), None)
    if found is None:
        raise NotFound("This automation is gone.")
    return Alter(part="automation", id=id, value=found.model_copy(update={"steps": _steps_with(found.steps, way, values)}))


def _steps_with(steps: tuple[Any, ...], way: list[str], values: dict[str, str]) -> tuple[Any, ...]:
    at = int(way[0]) if way and way[0].isdecimal() else len(steps)
    if at >= len(steps):
        raise NotFound("This step is gone.")
    step = steps[at]
    if len(way) > 1:
        inner = getattr(step, way[1], None)
        if not isinstance(inner, tuple):
            raise NotFound("This step is gone.")
        new = step.model_copy(update={way[1]: _steps_with(inner, way[2:], values)})
    elif step.kind == "ai":
        new = step.model_copy(update=values)
    else:
        raise NotFound("This step asks no model any more.")
    return (*steps[:at], new, *steps[at + 1 :])


# ── the model ─────────────────────────────────────────────


def _switched(spec: App, path: str, model: str) -> list[Step]:
    """Only this part switches."""
    slot = jobs.of(spec, path).slot
    own = next((one for one in spec.slots if one.id == slot), None)
    if own is not None and slot not in SLOT_KINDS and _users(spec, slot) == {path}:
        return [Alter(part="slot", id=slot, value=own.model_copy(update={"model": model}))]
    found = part(spec, path)
    names = {one.name.casefold() for one in spec.slots}
    name = next(n for n in (found.name, *(f"{found.name} {i}" for i in range(2, len(names) + 3))) if n.casefold() not in names)
    new = Slot(
        id=id_from(found.name, {*(one.id for one in spec.slots), *SLOT_KINDS}),
        name=name,
        kind=resolve(spec, slot).kind,
        model=model,
    )
    return [Add(part="slot", value=new), _plugged(spec, path, new.id)]


def _plugged(spec: App, path: str, slot: str) -> Step:
    match path.split("/"):
        case ["tables", table, "fields", field]:
            return Alter(part="field", table=table, id=field, value=_field_with(_field(spec, table, field), slot=slot))
        case ["automations", id, "steps", *way]:
            return _automation_with(spec, id, way, slot=slot)
        case ["coworkers", id]:
            found = next((one for one in spec.coworkers if one.id == id), None)
            if found is not None:
                return Alter(part="coworker", id=id, value=found.model_copy(update={"slot": slot}))
        case _:
            pass
    raise NotFound(f"{spec.name} has no AI part at {path[:200]!r}.")


def _all_switched(spec: App, model: str) -> list[Step]:
    """Every slot that a tried part stands on: shared ones by their override in this app, own ones by themselves."""
    steps: list[Step] = []
    for slot in dict.fromkeys(job.slot for job in tried_together(spec)):
        known = next((one for one in spec.slots if one.id == slot), None)
        if known is not None:
            steps.append(Alter(part="slot", id=slot, value=known.model_copy(update={"model": model})))
        else:
            kind = resolve(spec, slot).kind
            steps.append(Add(part="slot", value=Slot(id=kind, name=kind.capitalize(), kind=kind, model=model)))
    return [step for step in steps if not isinstance(step, Alter) or step.value not in spec.slots]


def _users(spec: App, slot: str) -> set[str]:
    return {path for path in jobs.paths(spec) if jobs.of(spec, path).slot == slot}
