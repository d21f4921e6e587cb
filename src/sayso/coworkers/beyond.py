"""Acts that are not about rows: an automation that is started, a tool or an operation of a connection that is used.

On a card they look as acts on rows do: one line that is named after what is started or used, with what it is given as its fields.
"""

from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.connections import catalogues, mcp, openapi
from sayso.connections.connections import Connections
from sayso.connections.opened import Opened
from sayso.coworkers.desk import Desk
from sayso.coworkers.doors import Automations, Startable
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.errors import SaysoError, Unavailable
from sayso.team.actor import Actor
from sayso.team.ids import new_id

KINDS = ("start", "use")
DOES = ("mcp", "operations")
VALUE_CHARACTERS_MAX = 2_000
NO_AUTOMATIONS = "Automations cannot be reached from here. Ask in the workspace."
NO_CONNECTIONS = "Connections cannot be reached from here. Ask in the workspace."

Act = dict[str, Any]


def starting(app: OpenApp, one: Startable, inputs: dict[str, Any], row: int | None, title: str, *, tool: str, call: str) -> Act:
    """`title` is what the row is called, of a button."""
    on = f" for “{title}”" if row is not None else ""
    act = _act("start", app.id, app.spec.name, app.spec.name, one.name, inputs, tool=tool, call=call)
    return {**act, "automation": one.id, "inputs": inputs, "row": row, "sentence": f"Start “{one.name}”{on}"}


def using(opened: Opened, target: str, name: str, title: str, arguments: dict[str, Any], *, tool: str, call: str) -> Act:
    """`target` is tool or operation."""
    act = _act("use", "", "", opened.name, title or name, arguments, tool=tool, call=call)
    more = {"connection": opened.id, "target": target, "name": name, "arguments": arguments}
    return {**act, **more, "sentence": f"Use “{title or name}” of {opened.name}"}


async def start(tx: AsyncConnection, automations: Automations | None, act: Act, *, by: Actor) -> str:
    """Starts it in `tx`, once for this act; our own words about it. Raises what starting raises."""
    if automations is None:
        raise Unavailable(NO_AUTOMATIONS)
    app = await apps.open_app(tx, act["app"], by=by, to="write")
    await automations.start(tx, app, act["automation"], act["inputs"], act["row"], key=act["id"], by=by)
    return told(act)


async def use(desk: Desk, act: Act, *, by: Actor) -> dict[str, Any]:
    """Does it with the rights of `by`, and never raises: what went wrong is for the model. No transaction is open meanwhile."""
    try:
        if desk.connections is None:
            raise Unavailable(NO_CONNECTIONS)
        async with db.transaction(desk.engine) as tx:
            opened = await desk.connections.opened(tx, act["connection"], DOES, by=by, what="A co-worker")
            found = (await catalogues.read(tx, opened)).found
        return {"done": told(act), "ids": [], "answer": await _used(desk.connections, opened, found, act)}
    except SaysoError as error:
        return {"error": str(error)[:2_000]}


async def _used(connections: Connections, opened: Opened, found: dict[str, Any], act: Act) -> Any:
    if act["target"] == "operation":
        done = await openapi.call(connections, opened, found, act["name"], act["arguments"], key=act["id"])
        return {"status": done.status, "body": done.text if done.value is None else done.value}
    result = await mcp.call(connections, opened, act["name"], act["arguments"], key=act["id"])
    said = {"failed": True} if result.failed else {}
    files = {"files": len(result.files)} if result.files else {}
    return {**said, "text": result.text, **({"value": result.structured} if result.structured is not None else {}), **files}


def told(act: Act) -> str:
    """Our own words about what was done."""
    name = act["rows"][0]["title"]
    return f"Started “{name}”." if act["kind"] == "start" else f"Used “{name}” of {act['table_name']}."


def _act(kind: str, app: str, app_name: str, place: str, title: str, given: dict[str, Any], *, tool: str, call: str) -> Act:
    fields = [_field(name, value) for name, value in given.items()]
    return {
        "id": new_id("h"), "tool": tool, "call": call, "kind": kind, "app": app, "app_name": app_name, "table": "", "table_name": place,
        "left_out": False, "loses": None, "rows": [{"n": 0, "id": None, "title": title, "version": None, "fields": fields}],
    }  # fmt: skip


def _field(name: str, value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    text = text if len(text) <= VALUE_CHARACTERS_MAX else text[:VALUE_CHARACTERS_MAX] + " …"
    return {
        "field": name, "name": name, "kind": "json", "before": None, "after": value, "before_text": "", "after_text": text, "raw": value,
    }  # fmt: skip
