"""What happens, told to the webhooks that follow it: each event becomes one message for each of them, once, whichever process hears it.

A message is written with the rights that whoever added the webhook has now: rows that they may not read are not told, and when they have
left, the webhook is switched off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import psycopg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.connections import audit_streams, endpoints, webhooks
from sayso.connections.connections import Connections
from sayso.connections.deliveries import Deliveries
from sayso.data import apps
from sayso.data.events import CHANNEL
from sayso.data.open_app import OpenApp
from sayso.data.outbox import Outbox
from sayso.data.query import rows_by_id
from sayso.data.rights.visible import visible
from sayso.db.automation_tables import follow
from sayso.db.connection_tables import webhooks as t
from sayso.errors import NotFound, SaysoError
from sayso.team import standing
from sayso.team.actor import Actor

OUTBOX = Outbox(follow, "webhooks")
EVENTS_READ = 500
LOOK_SECONDS = 5.0
TOGETHER_SECONDS = 0.05
SOON_SECONDS = 0.2
RECONNECT_SECONDS = 1.0
ROWS_TOLD_MAX = 100
"""Rows whose values are told; of more only the ids are."""
LEFT = "Whoever added it is not a member any more"

log = logging.getLogger(__name__)


class WebhooksOut:
    """Of one process: hears what happens, and carries the messages."""

    def __init__(self, connections: Connections, url: str = "") -> None:
        self.connections, self.engine, self.url = connections, connections.engine, url or connections.url
        self.deliveries = Deliveries(connections)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[WebhooksOut]:
        following = asyncio.create_task(self._follow(), name="sayso webhooks")
        async with self.deliveries.running():
            try:
                yield self
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    async def caught_up(self) -> int:
        """Hears everything that there is to hear now; gives how many messages came of it."""
        total, more = 0, True
        while more:
            async with db.transaction(self.engine) as tx:
                heard, put = await self.step(tx)
            more, total = heard >= EVENTS_READ, total + put
        more = True
        while more:
            async with db.transaction(self.engine) as tx:
                more = await audit_streams.step(tx) > 0
        return total

    async def step(self, tx: AsyncConnection) -> tuple[int, int]:
        """How many events were heard, and how many messages were put."""
        place = await OUTBOX.place(tx)
        if place is None:
            return 0, 0
        happened = await OUTBOX.happened(tx, place, EVENTS_READ)
        known = [one for one in happened if one.kind in endpoints.EVENTS]
        if not known:
            return len(happened), 0
        following = await _following(tx, {one.workspace_id for one in known})
        put = 0
        for event in known:
            for to in following.get(event.workspace_id, ()):
                put += await self._told(tx, to, event)
        return len(happened), put

    async def _told(self, tx: AsyncConnection, to: Any, event: Any) -> bool:
        if (endpoints.ALL not in to.events and event.kind not in to.events) or (to.app and to.app != event.app_id):
            return False
        try:
            by = await standing.read(tx, to.created_by, workspace=to.workspace_id)
            if by is None:
                raise NotFound("Whoever added it has left.")
            by.must("build")
        except SaysoError:
            await endpoints.off(tx, to.id, LEFT)
            return False
        try:
            async with tx.begin_nested():
                hops = int(event.payload.get("hops") or 0)
                told = await self._data(tx, event, by)
                body = webhooks.written(event.kind, event.at, told, hops)
                if len(body) > webhooks.BODY_BYTES_MAX:
                    told.pop("rows", None)
                    body = webhooks.written(event.kind, event.at, told, hops)
                await webhooks.put(tx, to.workspace_id, to.id, event=event.kind, body=body, key=f"event:{event.id}")
        except NotFound:
            return False  # the app is gone, or not theirs to see
        return True

    async def _data(self, tx: AsyncConnection, event: Any, by: Actor) -> dict[str, Any]:
        told = _thin(event, self.url)
        table_id = event.payload.get("table")
        if event.app_id and event.kind != "app.trashed":
            app = await apps.open_app(tx, event.app_id, by=by)
            table = app.spec.table(table_id) if table_id else None
            if table_id and table is None and event.kind.startswith(("row.", "comment.")):
                raise NotFound("They do not see this table.")
            if table is not None:
                told = await _seen(tx, app, table.id, told)
            if table is not None and event.kind.startswith("row.") and 0 < len(told.get("row_ids", ())) <= ROWS_TOLD_MAX:
                trashed = event.kind == "row.trashed"
                told["rows"] = orjson.loads(f"[{await rows_by_id(tx, app, table, told['row_ids'], trashed=trashed)}]")
        return told

    async def _follow(self) -> None:
        """For ever."""
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
                    await listener.execute(f"listen {CHANNEL}")
                    await listener.execute(f"listen {audit_streams.CHANNEL}")
                    while True:
                        await self.caught_up()
                        async with db.transaction(self.engine) as tx:
                            waits = SOON_SECONDS if await OUTBOX.waiting(tx) else LOOK_SECONDS
                        if [one async for one in listener.notifies(timeout=waits, stop_after=1)]:
                            [one async for one in listener.notifies(timeout=TOGETHER_SECONDS)]
            except Exception as error:
                log.warning("webhooks wait, and go on in a moment: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)


async def _following(tx: AsyncConnection, workspaces: set[str]) -> dict[str, list[Any]]:
    query = select(t).where(t.c.workspace_id.in_(workspaces), t.c.on, t.c.events != []).order_by(t.c.position)
    found: dict[str, list[Any]] = {}
    for row in await tx.execute(query):
        found.setdefault(row.workspace_id, []).append(row)
    return found


async def _seen(tx: AsyncConnection, app: OpenApp, table: str, told: dict[str, Any]) -> dict[str, Any]:
    """Without the rows and fields that whoever added the webhook does not see; `NotFound` when no row is left."""
    if app.sight.whole:
        return told
    if told.get("row_ids"):
        seen = await visible(tx, app, table, told["row_ids"], trashed=True)
        told = told | {"row_ids": [id for id in told["row_ids"] if id in seen], "count": len(seen)}
        if not seen:
            raise NotFound("They see none of these rows.")
    return told | {"fields": [id for id in told["fields"] if app.sight.sees(table, id)]} if "fields" in told else told


def _thin(event: Any, url: str) -> dict[str, Any]:
    """What is told of every event: what, where, by whom. No values."""
    payload = dict(event.payload)
    told = {"event": event.id, "app": event.app_id, "table": payload.pop("table", None)}
    told |= {"by": event.by_actor, "by_name": payload.pop("by_name", None)}
    if event.kind.startswith(("row.", "comment.")):
        told |= {"row_ids": list(event.row_ids), "count": payload.pop("rows", len(event.row_ids))}
        told |= {name: payload[name] for name in ("fields",) if name in payload}
    else:
        told |= {name: payload[name] for name in TOLD if name in payload}
    return told | ({"url": f"{url}/a/{event.app_id}"} if event.app_id else {})


TOLD = ("id", "version", "state", "automation", "rows", "done", "failed")
"""What else an event says of itself that is for others too."""
