"""`/v1/realtime`: a WebSocket, passed through to an upstream that has realtime models, or a session of text with any other."""

import asyncio
import logging
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from websockets.exceptions import ConnectionClosed

from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.realtime import secret
from sayso.gateway.realtime.passing import Passing, as_event
from sayso.gateway.realtime.session import SESSION_SECONDS_MAX, Session
from sayso.gateway.refusals import Refused

PATH = "/v1/realtime"
NATIVE = ("openai", "azure")
PROTOCOL = "realtime"
KEY_IN_PROTOCOL = "openai-insecure-api-key."
"""How a browser, which cannot set headers, shows a client secret."""
NOT_FOUND, REFUSED, GONE_WRONG, TOO_LONG = 4404, 4401, 1011, 4408
STATUS_CODES = {401: 4401, 403: 4403, 404: 4404, 429: 4429}

log = logging.getLogger(__name__)


async def connect(gateway: Gateway, scope: Scope, receive: Receive, send: Send) -> None:
    socket = WebSocket(scope, receive, send)
    if scope["path"] != PATH:
        await socket.close(NOT_FOUND)
        return
    try:
        caller, given = await _caller(gateway, socket)
        query = dict(parse_qsl(scope["query_string"].decode("ascii", "replace"), max_num_fields=20))
        model = query.get("model") or str(given.get("model") or "")
        if not model:
            raise Refused("you must provide a model parameter", 400, param="model")
        caller.must_reach(model, "realtime")
        plan = gateway.plan(caller, model)
    except Refused as error:
        await _refuse(socket, error)
        return
    await socket.accept(PROTOCOL if PROTOCOL in scope.get("subprotocols", []) else None)
    route = plan.routes[0]
    native = route.provider.kind in NATIVE or bool(route.provider.settings.get("realtime"))
    try:
        async with asyncio.timeout(SESSION_SECONDS_MAX):
            if native and "realtime" in route.model:
                await _passed(socket, Passing(gateway, caller, model, route))
            else:
                await _text(socket, gateway, caller, model, given)
    except TimeoutError:
        await _close(socket, TOO_LONG, "a session lasts an hour at most")
    except Refused as error:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_text(orjson.dumps(as_event(error)).decode())
        await _close(socket, STATUS_CODES.get(error.status, GONE_WRONG), str(error))
    except (WebSocketDisconnect, ConnectionClosed):
        await _close(socket, 1000)
    except Exception:
        log.exception("a realtime session")
        await _close(socket, GONE_WRONG)


async def _caller(gateway: Gateway, socket: WebSocket) -> tuple[Caller, dict[str, Any]]:
    shown = socket.headers.get("authorization", "")
    if not shown:
        protocols = socket.scope.get("subprotocols", [])
        key = next((one.removeprefix(KEY_IN_PROTOCOL) for one in protocols if one.startswith(KEY_IN_PROTOCOL)), "")
        shown = f"Bearer {key}" if key else ""
    if shown[7:].startswith(secret.PREFIX):
        return await secret.caller_of(gateway, shown[7:])
    return await gateway.caller_of(shown.encode("latin-1", "replace")), {}


async def _refuse(socket: WebSocket, error: Refused) -> None:
    """Before the handshake: as an answer of HTTP where the server can give one."""
    await socket.close(STATUS_CODES.get(error.status, REFUSED), str(error)[:100])


async def _text(socket: WebSocket, gateway: Gateway, caller: Caller, model: str, given: dict[str, Any]) -> None:
    async def say(event: dict[str, Any]) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_text(orjson.dumps(event).decode())

    kept = {name: value for name, value in given.items() if name in ("instructions", "tools", "tool_choice", "max_output_tokens")}
    session = Session(gateway, caller, model, say, kept)
    await session.begin()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await session.hear(message.get("text") or message.get("bytes") or b"")
    finally:
        await session.end()


async def _passed(socket: WebSocket, passing: Passing) -> None:
    await passing.open()

    async def up() -> None:
        while (message := await socket.receive())["type"] != "websocket.disconnect":
            await passing.tell(message.get("text") or message.get("bytes") or b"")

    async def down() -> None:
        while (frame := await passing.hear()) is not None:
            await (socket.send_text(frame) if isinstance(frame, str) else socket.send_bytes(frame))

    tasks = {asyncio.create_task(up()), asyncio.create_task(down())}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await passing.close()
    await _close(socket, 1000)


async def _close(socket: WebSocket, code: int, reason: str = "") -> None:
    if socket.application_state != WebSocketState.DISCONNECTED:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(code, reason[:100])
