"""A help desk with automations, as the stories of triggers need one."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.spec.app import App
from sayso.spec.change import Alter, Change, completed_app
from sayso.team.actor import Actor

PRIORITIES = [{"id": "low", "name": "Low"}, {"id": "high", "name": "High"}, {"id": "urgent", "name": "Urgent"}]
TICKETS: dict[str, Any] = {
    "id": "tickets",
    "name": "Tickets",
    "fields": [
        {"kind": "text", "id": "name", "name": "Name"},
        {"kind": "select", "id": "priority", "name": "Priority", "options": PRIORITIES},
        {"kind": "number", "id": "hours", "name": "Hours"},
        {"kind": "date", "id": "due", "name": "Due"},
        {"kind": "multi_select", "id": "tags", "name": "Tags", "options": [{"id": "vip", "name": "VIP"}, {"id": "eu", "name": "EU"}]},
        {"kind": "checkbox", "id": "done", "name": "Done"},
        {"kind": "formula", "id": "double", "name": "Double", "formula": "{Hours} * 2"},
    ],
}  # fmt: skip


def automation(id: str, trigger: dict[str, Any], *, on: bool = True, steps: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"id": id, "name": id.replace("_", " ").capitalize(), "on": on, "trigger": trigger, "steps": steps or []}


def meets(**wanted: Any) -> dict[str, Any]:
    return {"of": [{"field": field, "op": "is", "value": value} for field, value in wanted.items()]}


async def desk(tx: AsyncConnection, *automations: dict[str, Any], by: Actor, id: str = "desk", **also: Any) -> OpenApp:
    """The app, as `by` may build it."""
    spec = App.model_validate(
        {"id": id, "name": "Desk", "tables": [TICKETS], "automations": list(automations), "zone": "Europe/Berlin", **also}
    )
    app = await apps.create(tx, completed_app(spec), by=by)
    return await apps.open_app(tx, app.id, by=by, to="build")


async def altered(tx: AsyncConnection, app: OpenApp, automation: str, *, by: Actor, **values: Any) -> OpenApp:
    """The app after one of its automations was changed."""
    old = next(one for one in app.spec.automations if one.id == automation)
    new = old.model_validate({**old.portable(), **values})
    app = await apps.open_app(tx, app.id, by=by, to="build")
    await apps.change(tx, app, Change(title="Change it", steps=(Alter(part="automation", id=automation, value=new),)), by=by)
    return await apps.open_app(tx, app.id, by=by, to="build")
