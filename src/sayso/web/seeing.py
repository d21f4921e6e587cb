"""Seeing an app as somebody else would: `X-Sayso-See-As: member:m_…`, `group:g_…` or `role:<id>` (of the app in the address).

Only for whoever manages the app, or the whole workspace, and only to look: nothing that is written counts as that person's, nothing of
theirs but the apps is shown, and it is written down once for each session and whom they see as.
"""

import re
import time
from collections import OrderedDict
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.requests import HTTPConnection

from sayso import db
from sayso.data import apps
from sayso.db.people_tables import groups
from sayso.errors import Forbidden, Invalid, NotFound, Problem
from sayso.team import audit, standing
from sayso.team.actor import Actor
from sayso.web.safety import SAFE_VERBS

HEADER = "x-sayso-see-as"
QUERY = "see_as"
"""On a WebSocket, whose headers a page cannot set."""
REMEMBERED_SECONDS = 0.5
KEPT_MAX = 1_000
SUBJECT = re.compile(r"(member|group|role):([A-Za-z0-9_-]{1,80})")
_PLACES = re.compile(r"/api/(?:apps(?:/(?P<app>[^/]+))?|search|files|live)(?:/|$)")

Key = tuple[str, str, str, str]
V = TypeVar("V")


class Seeing:
    """Whom people see as, remembered for a moment; one for each process."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, tuple[float, Actor]] = OrderedDict()
        self._told: OrderedDict[Key, None] = OrderedDict()

    async def seen_as(self, request: HTTPConnection, engine: AsyncEngine, by: Actor) -> Actor:
        """Who is shown what the request asks for: `by`, or whom they see as. Raises `Forbidden`, `NotFound`, `Invalid`."""
        asked = request.headers.get(HEADER) or (request.query_params.get(QUERY) if request.scope["type"] == "websocket" else None)
        if not asked:
            return by
        if request.scope.get("method", "GET") not in SAFE_VERBS:
            raise Forbidden("You are seeing this as somebody else: nothing can be changed until you stop.")
        place = _PLACES.match(request.url.path)
        subject = SUBJECT.fullmatch(asked)
        if subject is None:
            raise Invalid(Problem("X-Sayso-See-As", "says whom", "member:m_…, group:g_… or role:agent"))
        if place is None:
            return by
        app = place["app"] or (request.query_params.get("app") if request.scope["type"] == "websocket" else None)
        return await self._found(engine, by, app, subject[1], subject[2])

    async def _found(self, engine: AsyncEngine, by: Actor, app: str | None, kind: str, id: str) -> Actor:
        key = (by.workspace, by.session or by.token or by.id, app or "", f"{kind}:{id}")
        remembered, now = self._known.get(key), time.monotonic()
        if remembered is not None and remembered[0] > now:
            return remembered[1]
        async with db.transaction(engine) as tx:
            await _must_manage(tx, by, app)
            seen = replace(await _subject(tx, by, app, kind, id), apps=_reached(by, app))
            if (once := (*key[:2], "", key[3])) not in self._told:
                await audit.write(tx, "app.seen_as", f"looked at what {seen.name} sees", by=by, subject=f"{kind}:{id}", app=app)
                _keep(self._told, once, None)
        _keep(self._known, key, (now + REMEMBERED_SECONDS, seen))
        return seen


def _keep(kept: OrderedDict[Key, V], key: Key, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > KEPT_MAX:
        kept.popitem(last=False)


def _reached(by: Actor, app: str | None) -> frozenset[str] | None:
    """No more apps than whoever looks may see this way: those of their token, and of one who manages an app only that one."""
    if by.may("manage") or app is None:
        return by.apps
    return frozenset({app}) if by.apps is None else by.apps & {app}


async def _must_manage(tx: AsyncConnection, by: Actor, app: str | None) -> None:
    if by.may("manage"):
        return
    if app is None or not (await apps.open_app(tx, app, by=by)).may("build"):
        raise Forbidden("Only whoever manages an app sees it as somebody else would.")


async def _subject(tx: AsyncConnection, by: Actor, app: str | None, kind: str, id: str) -> Actor:
    shown = {"seen_as": by.name, "session": by.session, "token": by.token, "scopes": by.scopes}
    if kind == "member":
        member = await standing.read(tx, id, workspace=by.workspace)
        if member is None:
            raise NotFound("There is no such member here.")
        return replace(member, **shown)
    if kind == "group":
        named = select(groups.c.name).where(groups.c.workspace_id == by.workspace, groups.c.id == id)
        name = (await tx.execute(named)).scalar_one_or_none()
        if name is None:
            raise NotFound("There is no such group here.")
        return replace(Actor("member", by.workspace, None, "member", str(name), groups=frozenset({id})), **shown)
    if app is None:
        return replace(Actor("member", by.workspace, by.member, "guest", id, as_role=id), **shown)
    role = next((one for one in (await apps.open_app(tx, app, by=by)).whole.roles if one.id == id), None)
    if role is None:
        raise NotFound("This app has no such role.")
    return replace(Actor("member", by.workspace, by.member, "guest", role.name, as_role=id), **shown)
