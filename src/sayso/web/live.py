"""The one WebSocket of a tab: it says what it watches and where its person is, and hears what happens there.

Who may listen is asked again before every message: a session that ends is silent within half a second.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.websockets import WebSocket, WebSocketDisconnect

from sayso import db
from sayso.data import apps
from sayso.db import net
from sayso.errors import Forbidden, Invalid, SaysoError, SignInNeeded
from sayso.team import people
from sayso.team.actor import Actor
from sayso.web.actor import caller
from sayso.web.body import parsed
from sayso.web.parts import Parts, parts
from sayso.web.problems import document, problems_of, understood
from sayso.web.safety import same_origin
from sayso.web.shapes import AppId, PartId, RowId
from sayso.web.tab import APPS_WATCHED_MAX, Tab

MESSAGE_CHARACTERS_MAX = 4_000
SEND_SECONDS_MAX = 10
STILL_THERE_SECONDS = 20
SIGNED_OUT, NOT_YOURS, TOO_SLOW, RESTART = 4401, 4403, 1013, 1012


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Which(_Said):
    app: AppId


class At(_Said):
    app: AppId
    view: PartId | None = None
    table: PartId | None = None
    row: RowId | None = None
    field: PartId | None = None
    typing: bool = False


class Said(_Said):
    """What a tab says: one of these at a time."""

    watch: Which | None = None
    unwatch: Which | None = None
    at: At | None = None
    activity: bool | None = None
    """Whether it shows what happens in all apps: then it hears of each that there is news in it."""


async def live(socket: WebSocket) -> None:
    known = parts(socket)
    try:
        by = await _welcome(socket, known)
    except SaysoError as error:
        await socket.close(SIGNED_OUT if isinstance(error, SignInNeeded) else NOT_YOURS)
        return
    net.enter(by.workspace)
    await socket.accept()
    tab = Tab(by, await _hue(known, by))
    known.hub.join(tab)
    try:
        await _until_one_ends(_listens(socket, known, tab), _speaks(socket, known, tab))
    finally:
        known.hub.leave(tab)


async def _welcome(socket: WebSocket, known: Parts) -> Actor:
    """A page of another site may open a socket with the cookie of this one; it is turned away by its origin."""
    if "authorization" not in socket.headers and not same_origin(socket.headers, known.settings):
        raise Forbidden("This came from another site.")
    return await caller(socket)


async def _until_one_ends(*ways: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listens(socket: WebSocket, known: Parts, tab: Tab) -> None:
    while True:
        try:
            text = await socket.receive_text()
        except (WebSocketDisconnect, RuntimeError, KeyError):
            return
        try:
            tab.by = await _of_now(socket, tab)
            await _heard(known, tab, _read(text))
        except Elsewhere:
            tab.close(RESTART)  # said by whoever speaks; then nothing more is heard
        except SignInNeeded:
            tab.close(SIGNED_OUT)
        except (SaysoError, DBAPIError) as error:
            tab.tell({"event": "problem", **document(understood(error))})


class Elsewhere(Exception):
    """The session went to another workspace: the tab comes back as that workspace's."""


async def _of_now(socket: WebSocket, tab: Tab) -> Actor:
    """The tab's person with the rights of now. Raises `Elsewhere`, and `SignInNeeded` where they have none any more."""
    by = await caller(socket)
    if by.workspace != tab.by.workspace:
        raise Elsewhere
    return by


def _read(text: str) -> Said:
    try:
        return Said.model_validate(parsed(text[: MESSAGE_CHARACTERS_MAX + 1]))
    except ValidationError as error:
        raise Invalid.of(problems_of(error.errors(include_url=False, include_input=False))) from None


async def _heard(known: Parts, tab: Tab, said: Said) -> None:
    """Does what the tab says. An app that is not theirs is not found, here as everywhere."""
    if said.watch:
        await _may_see(known, tab, said.watch.app)
        if len(tab.watched) < APPS_WATCHED_MAX:
            tab.watched.add(said.watch.app)
            known.hub.moved(tab.by.workspace, said.watch.app)
    if said.unwatch:
        tab.watched.discard(said.unwatch.app)
        known.hub.moved(tab.by.workspace, said.unwatch.app)
    if said.activity is not None:
        tab.everywhere = said.activity
    if said.at:
        before = tab.place["app"] if tab.place else said.at.app
        tab.moves(said.at.model_dump())
        for app in {before, said.at.app} & tab.watched:
            known.hub.moved(tab.by.workspace, app)


async def _may_see(known: Parts, tab: Tab, app: str) -> None:
    async with db.transaction(known.engine) as tx:
        await apps.open_app(tx, app, by=tab.by)


async def _speaks(socket: WebSocket, known: Parts, tab: Tab) -> None:
    """Sends what waits, for as long as this caller may hear it and takes it."""
    code = None
    while code is None:
        try:
            code = await _sent(socket, known, tab, await _next(tab))
        except SignInNeeded:
            code = SIGNED_OUT
        except TimeoutError:
            code = TOO_SLOW
        except (WebSocketDisconnect, RuntimeError):
            return
    with suppress(RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_SECONDS_MAX):
            await socket.close(code)


async def _next(tab: Tab) -> dict[str, Any] | int | None:
    """What waits; nothing after a while, so that a silent tab is asked for its session too."""
    try:
        async with asyncio.timeout(STILL_THERE_SECONDS):
            return await tab.waiting.get()
    except TimeoutError:
        return None


async def _sent(socket: WebSocket, known: Parts, tab: Tab, message: dict[str, Any] | int | None) -> int | None:
    """Sends one message, as far as it may be heard, or gives the code to close with."""
    if isinstance(message, int):
        return message
    try:
        tab.by = await _of_now(socket, tab)
    except Elsewhere:
        return RESTART
    told = None if message is None else await known.hub.hearing.told(tab.by, message)
    if told is not None:
        async with asyncio.timeout(SEND_SECONDS_MAX):
            await socket.send_text(orjson.dumps(told).decode())
    return None


async def _hue(known: Parts, by: Actor) -> int:
    async with db.transaction(known.engine) as tx:
        return (await people.read(tx, by.member, by=by)).hue if by.member else 0
