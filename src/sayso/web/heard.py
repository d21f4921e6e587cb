"""What one tab may hear of what happened: no row, field or table that its person does not see, and nothing of apps that are not theirs.

Asked for each message when it is sent, with the rights of now: whoever loses an app hears nothing more of it within half a second.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.data.rights.granted import conditions
from sayso.data.rights.visible import visible
from sayso.errors import SaysoError
from sayso.team.actor import Actor

REMEMBERED_SECONDS = 0.5
REMEMBERED_APPS_MAX = 5_000

Message = dict[str, Any]
PRIVATE = ("_fields",)
"""What a message carries for this page alone."""


class Hearing:
    """One for each process. Apps are remembered for a moment, as their callers see them: a busy table is not a question each."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._opened: OrderedDict[tuple[Actor, str], tuple[float, OpenApp | None]] = OrderedDict()

    async def told(self, by: Actor, message: Message) -> Message | None:
        """The message as `by` may hear it; None when it is not for them."""
        event, app_id = message["event"], message.get("app")
        if event in OWN and message.get("by") != by.id and not by.may("manage"):
            return None
        if app_id is None or (event == "app" and message["kind"] == "trashed"):
            return None if app_id is not None and not by.may("read") else message
        app = await self.app(by, app_id)
        if app is None:
            return None
        match event:
            case "rows":
                return await self._rows(app, message)
            case "activity":
                return None if await self._rows(app, message) is None else {"event": event, "app": app_id}
            case "fill":
                return message if app.sight.sees(message["table"], message["field"]) else None
            case "sync":
                return message if app.sight.sees(message["table"]) else None
            case "run":
                return _run(app, message)
            case "people":
                return {**message, "people": [await self._place(app, one) for one in message["people"]]}
            case _:
                return message

    async def app(self, by: Actor, id: str) -> OpenApp | None:
        """The app as `by` sees it now; None when they may not open it."""
        now, key = time.monotonic(), (by, id)
        known = self._opened.get(key)
        if known is not None and known[0] > now:
            return known[1]
        try:
            async with db.transaction(self._engine) as tx:
                app = await apps.open_app(tx, id, by=by)
        except SaysoError:
            app = None
        self._opened[key] = (now + REMEMBERED_SECONDS, app)
        self._opened.move_to_end(key)
        while len(self._opened) > REMEMBERED_APPS_MAX:
            self._opened.popitem(last=False)
        return app

    async def _rows(self, app: OpenApp, message: Message) -> Message | None:
        table, ids = message["table"], message["ids"]
        if table is None or not app.sight.sees(table):
            return None
        told = {name: value for name, value in message.items() if name not in PRIVATE}
        if app.sight.rows(table) is None:
            return told
        seen = await self._seen(app, table, ids)
        if len(seen) == len(ids):
            return told
        if _may_have_left(app, table, message):
            return told | {"ids": []}
        return told | {"ids": [id for id in ids if id in seen]} if seen else None

    async def _seen(self, app: OpenApp, table: str, ids: Iterable[int]) -> set[int]:
        async with db.transaction(self._engine) as tx:
            return await visible(tx, app, table, ids, trashed=True)

    async def _place(self, app: OpenApp, one: Message) -> Message:
        """Where somebody is, as far as whoever hears it sees that place."""
        at = one["at"]
        if at is None or app.sight.whole:
            return one
        table, row, field = at["table"], at["row"], at["field"]
        if (table is not None and not app.sight.sees(table)) or not any(view.id == at["view"] for view in app.spec.views):
            return one | {"at": {**dict.fromkeys(at), "app": app.id, "typing": False}}
        if table is None or (
            row is not None and app.sight.rows(table) is not None and row not in await self._seen(app, table, [row])
        ):
            row = field = None
        if field is not None and table is not None and not app.sight.sees(table, field):
            field = None
        return one | {"at": {**at, "row": row, "field": field, "typing": at["typing"] and field is not None}}


OWN = frozenset({"draft", "import"})
"""What only its maker works on."""


def _may_have_left(app: OpenApp, table: str, message: Message) -> bool:
    """Whether rows that are not seen now may have been until this: then the tab reads its rows again, without being told which these
    are. Only a change can do that, and only one to what the rule asks."""
    whole, fields = app.whole.table(table), message.get("_fields")
    if message["kind"] != "changed" or whole is None:
        return False
    asked = {one.via[0] if one.via else one.field for one in conditions(app.sight.rows(table))}
    stored = all((field := whole.field(id)) is not None and field.writable for id in asked)
    return fields is None or not stored or not asked.isdisjoint(fields)


def _run(app: OpenApp, message: Message) -> Message | None:
    """What went wrong in a run may say what its rows hold: that is for whoever manages the app."""
    if app.may("build"):
        return message
    known = any(one.id == message["automation"] for one in app.spec.automations)
    return message | {"problem": ""} if known else None
