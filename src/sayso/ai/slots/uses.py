"""What is done with the model in a slot: every part of an app, and what it needs a model to be able to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.slots.plug import natural, reads, resolve
from sayso.data import finding
from sayso.spec.app import App
from sayso.spec.automation import Ai as AiStep
from sayso.spec.automation import every, row_tables
from sayso.spec.fields import Image, fill_of
from sayso.spec.fields.fill import PICTURE_TASKS
from sayso.spec.table import Table
from sayso.team.actor import Actor

APPS_MAX = 300
"""Apps of a workspace whose parts are looked through."""


@dataclass(frozen=True, slots=True)
class Use:
    """One part. `needs` are abilities of `models.capability`; `makes` is what has to come out: `text`, `image` or `embedding`."""

    app: str
    path: str
    name: str
    sentence: str
    task: str
    needs: tuple[str, ...]
    makes: str
    slot: str


def uses(spec: App, slot_id: str) -> tuple[Use, ...]:
    """Every part of the app that this slot's model works for."""
    return tuple(use for use in _every(spec) if use.slot == slot_id)


async def workspace_uses(tx: AsyncConnection, kind: str, *, by: Actor) -> tuple[Use, ...]:
    """Every part of every app that leaves the choice to the workspace's slot of this kind."""
    by.must("read")
    specs = [app.spec for app in (await finding.every(tx, by))[:APPS_MAX]]
    return tuple(
        use
        for spec in specs
        for use in _every(spec)
        if (plug := resolve(spec, use.slot)).where == "workspace" and plug.kind == kind
    )


def _every(spec: App) -> Iterator[Use]:
    for table in spec.tables:
        for field in table.fields:
            fill = fill_of(field)
            if fill is not None:
                slot = natural(table, fill.task, fill.prompt, fill.slot)
                sentence = f"{_VERBS.get(fill.task, 'fills')} {field.name} in {table.name}"
                yield _use(
                    spec, f"tables/{table.id}/fields/{field.id}", field.name, sentence, fill.task, fill.prompt, slot, table
                )
    for automation in spec.automations:
        tables = row_tables(spec, automation)
        for at, step in every(automation.steps):
            if not isinstance(step, AiStep):
                continue
            table = spec.table(tables[at] or "")
            slot = natural(table, step.task, step.prompt, step.slot)
            path, sentence = (
                f"automations/{automation.id}/steps/{at}",
                f"{_VERBS.get(step.task, 'works')} in the automation {automation.name}",
            )
            yield _use(spec, path, automation.name, sentence, step.task, step.prompt, slot, table)
    for coworker in spec.coworkers:
        sentence = f"speaks as the co-worker {coworker.name}"
        yield Use(spec.id, f"coworkers/{coworker.id}", coworker.name, sentence, "coworker", ("tools",), "text", coworker.slot)


_VERBS = {
    "summarise": "summarises into", "classify": "chooses", "extract": "reads", "generate": "writes", "translate": "translates into",
    "draft_reply": "drafts", "describe_image": "describes pictures into", "image": "draws", "edit_image": "retouches",
}  # fmt: skip


def _use(spec: App, path: str, name: str, sentence: str, task: str, prompt: str, slot: str, table: Table | None) -> Use:
    draws = task in PICTURE_TASKS
    sees = not draws and (
        task == "describe_image" or (table is not None and any(isinstance(f, Image) for f in reads(table, prompt)))
    )
    return Use(spec.id, path, name, sentence, task, ("vision",) if sees else (), "image" if draws else "text", slot)
