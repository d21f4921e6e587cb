"""What a trigger asks of an event is asked of the rows as they were then, whatever became of them since."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.automations import registry
from sayso.automations.triggers.asked import is_about, question
from sayso.automations.triggers.states import Told
from sayso.data import apps, rows
from sayso.data.open_app import OpenApp
from sayso.db import transaction
from sayso.db.tables import events
from sayso.team.actor import Actor
from tests.automations.desk import automation, desk, meets
from tests.conftest import Northlight

URGENT = {"kind": "row_changed", "table": "tickets", "fields": ["priority"], "filter": meets(priority="urgent")}
TRIGGERS: dict[str, dict[str, Any]] = {
    "urgent": URGENT,
    "low_to_urgent": {**URGENT, "was": meets(priority="low")},
    "any_change": {"kind": "row_changed", "table": "tickets"},
    "name": {"kind": "row_changed", "table": "tickets", "fields": ["name"]},
    "name_of_urgent": {"kind": "row_changed", "table": "tickets", "fields": ["name"], "filter": meets(priority="urgent")},
    "becomes_urgent": {"kind": "row_changed", "table": "tickets", "filter": meets(priority="urgent")},
    "double": {"kind": "row_changed", "table": "tickets", "fields": ["double"]},
    "tags": {"kind": "row_changed", "table": "tickets", "fields": ["tags"], "filter": {"of": [{"field": "tags", "op": "contains", "value": "VIP"}]}},
    "enters": {"kind": "enters_view", "view": "hot"},
    "created_urgent": {"kind": "row_created", "table": "tickets", "filter": meets(priority="urgent")},
    "deleted_done": {"kind": "row_deleted", "table": "tickets", "filter": meets(done=True)},
}  # fmt: skip
HOT = {"id": "hot", "name": "Hot", "kind": "grid", "table": "tickets", "filter": meets(priority="urgent")}


async def _started(tx: AsyncConnection, app: OpenApp, event: Any) -> set[str]:
    """The automations that one event starts."""
    table = app.spec.table("tickets")
    assert table is not None
    found: set[str] = set()
    for id, entry in (await registry.entries(tx, app)).items():
        if is_about(entry, event):
            asked = question(app, entry, Told(table, event.kind, event.at, tuple(event.row_ids)))
            if asked.is_open or await asked.met(tx, limit=10):
                found.add(id)
    return found


async def test_each_event_starts_what_it_is_about_though_the_row_went_on(
    engine: AsyncEngine, northlight_kept: Northlight
) -> None:
    by = northlight_kept.ana
    async with transaction(engine) as tx:
        some = [automation(id, trigger) for id, trigger in TRIGGERS.items()]
        await desk(tx, *some, by=by, views=[HOT])
    row = await _writes(engine, by, "create", {"name": "Printer", "priority": "low", "hours": 2})
    for values in (
        {"priority": "urgent"},
        {"name": "Printer burns"},
        {"priority": "high"},
        {"priority": "urgent", "hours": 3},
        {"tags": ["eu"]},
        {"tags": ["eu", "vip"]},
        {"done": True},
    ):
        await _writes(engine, by, "update", values, row)
    async with transaction(engine) as tx:
        app = await apps.open_app(tx, "desk", by=by, to="write")
        await rows.trash(tx, app, "tickets", [row], by=by)
        await rows.restore(tx, app, "tickets", [row], by=by)
    await _writes(engine, by, "create", {"name": "Server", "priority": "urgent"})
    async with transaction(engine) as tx:
        app = await apps.open_app(tx, "desk", by=by)
        happened = (await tx.execute(select(events).where(events.c.kind.startswith("row.")).order_by(events.c.id))).all()
        started = [await _started(tx, app, event) for event in happened]
    assert started == [
        set(),
        {"urgent", "low_to_urgent", "any_change", "becomes_urgent", "enters"},
        {"any_change", "name", "name_of_urgent"},
        {"any_change"},
        {"urgent", "any_change", "becomes_urgent", "enters", "double"},
        {"any_change"},
        {"any_change", "tags"},
        {"any_change"},
        {"deleted_done"},
        {"enters"},
        {"created_urgent", "enters"},
    ]


async def _writes(engine: AsyncEngine, by: Actor, how: str, values: dict[str, Any], row: int = 0) -> int:
    async with transaction(engine) as tx:
        app = await apps.open_app(tx, "desk", by=by, to="write")
        if how == "create":
            return (await rows.create(tx, app, "tickets", values, by=by))["id"]
        return (await rows.update(tx, app, "tickets", row, values, by=by))["id"]
