"""A claimed run, made ready to be done: its definition, what is kept of it, and with whose rights it acts now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import definitions
from sayso.automations.registered import Registered
from sayso.automations.runs.run import page
from sayso.automations.steps.step import Run
from sayso.automations.work.plan import Plan
from sayso.automations.work.records import Record
from sayso.db.automation_tables import steps as t
from sayso.errors import Forbidden
from sayso.spec.app import App
from sayso.team import standing
from sayso.team.actor import Actor


def run_of(row: Any, url: str) -> Run:
    return Run(
        row.id, row.workspace_id, row.app_id, row.app, row.automation, row.name, row.trigger, row.hops, row.dry,
        url + page(row.app_id, row.automation, row.id), row.created_at,
    )  # fmt: skip


async def plan_of(tx: AsyncConnection, row: Any) -> Plan:
    return Plan.of(await definitions.read(tx, row.definition), await definitions.app_of(tx, row.app, row.version))


async def app_at(tx: AsyncConnection, registered: Registered) -> App:
    return await definitions.app_of(tx, registered.app_number, registered.version)


async def records_of(tx: AsyncConnection, runs: Sequence[str]) -> dict[str, list[Record]]:
    kept: dict[str, list[Record]] = {run: [] for run in runs}
    if runs:
        for row in await tx.execute(select(t).where(t.c.run.in_(runs)).order_by(t.c.run, t.c.n)):
            kept[row.run].append(Record.of(row))
    return kept


async def owners_of(tx: AsyncConnection, rows: Sequence[Any]) -> dict[tuple[str, str], Actor]:
    """Members by workspace and id, as they are now; those who left are not among them."""
    return await standing.of_all(tx, {row.owner for row in rows})


def actor(row: Any, owners: dict[tuple[str, str], Actor]) -> Actor:
    """The automation, with its owner's rights of now. Raises `Forbidden` when there is no such member any more."""
    owner = owners.get((row.workspace_id, row.owner))
    if owner is None:
        raise Forbidden(
            f"{row.name} acts with the rights of whoever switched it on, and they are not in this workspace any more. Switch it off and on again."
        )
    return replace(owner, kind="automation", name=row.name)
