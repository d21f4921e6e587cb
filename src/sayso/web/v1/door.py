"""Where /v1 comes in: plain ASGI, a few lines for each request and none of them twice."""

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from sayso import db
from sayso.errors import SaysoError, TooMany
from sayso.gateway.calls import Answer
from sayso.gateway.entry import new_id
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Header, Refused
from sayso.gateway.reply import JSON
from sayso.web.v1 import realtime, routes
from sayso.web.v1.request import ClientGone, Request

PREFIX = "/v1/"
NO_STORE: Header = (b"cache-control", b"no-store")
NO_SNIFF: Header = (b"x-content-type-options", b"nosniff")

log = logging.getLogger(__name__)


class Door:
    """The ASGI app of everything under `/v1/`."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await realtime.connect(self.gateway, scope, receive, send)
            return
        try:
            answer = await self._answer(scope, receive, send)
        except ClientGone:
            return
        except Refused as error:
            await say(send, error.status, JSON, [*error.headers, *_identified(error.headers)], error.body())
            return
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except Exception as error:
            known = _understood(error)
            await say(send, known.status, JSON, [*known.headers, *_identified(known.headers)], known.body())
            return
        if answer.body is not None:
            await say(send, answer.status, answer.content_type, answer.headers, answer.body)
        else:
            await _stream(answer, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> Answer:
        authorization = b""
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorization = value
                break
        caller = await self.gateway.caller_of(authorization)
        endpoint = scope["path"][len(PREFIX) :]
        found = routes.found(scope["method"], endpoint)
        if found is None:
            raise _nothing_there(scope["method"], endpoint)
        handler, ids = found
        with db.within(caller.workspace):
            return await handler(Request(self.gateway, caller, endpoint, scope, receive, send, ids))


async def say(send: Send, status: int, content_type: bytes, headers: list[Header], body: bytes) -> None:
    """A whole answer."""
    length = (b"content-length", b"%d" % len(body))
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", content_type), length, NO_STORE, NO_SNIFF, *headers],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def _stream(answer: Answer, receive: Receive, send: Send) -> None:
    """Part by part, until the end or until the caller has gone; either way the answer is closed, which charges it."""
    leaving = asyncio.ensure_future(_gone(receive, asyncio.current_task()))
    try:
        headers = [
            (b"content-type", answer.content_type),
            (b"cache-control", b"no-cache"),
            (b"x-accel-buffering", b"no"),
            NO_SNIFF,
            *answer.headers,
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        read = answer.read
        while part := await read():
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except asyncio.CancelledError:
        if not leaving.done():
            raise
    finally:
        leaving.cancel()
        await answer.close()


async def _gone(receive: Receive, streaming: "asyncio.Task[None] | None") -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    if streaming is not None:
        streaming.cancel()


def _identified(headers: tuple[Header, ...]) -> list[Header]:
    return [] if any(name == b"x-request-id" for name, _ in headers) else [(b"x-request-id", b"req_" + new_id().encode())]


def _nothing_there(verb: str, endpoint: str) -> Refused:
    verbs = routes.verbs(endpoint)
    if verbs:
        allow = ", ".join(verbs).encode()
        return Refused(
            f"Not allowed to {verb} on /v1/{endpoint[:200]} (HINT: it takes {allow.decode()}).", 405, headers=[(b"allow", allow)]
        )
    return Refused(f"Invalid URL ({verb} /v1/{endpoint[:200]})", 404)


def _understood(error: Exception) -> Refused:
    """Any other error in OpenAI's shape. A fault of ours gets a number; the log has the rest under it."""
    match error:
        case TooMany(retry_after_seconds=seconds):
            return Refused(str(error), 429, headers=[(b"retry-after", b"%d" % seconds)])
        case SaysoError():
            return Refused(str(error) or error.title, error.status, code=error.slug)
        case SQLAlchemyError() | OSError():
            log.warning("the gateway's database: %s", error)
            return Refused("The database does not answer just now. Try again in a moment.", 503, headers=[(b"retry-after", b"1")])
        case _:
            number = new_id()[-8:]
            log.error("fault %s", number, exc_info=error)
            return Refused(f"The gateway had an error while answering. It has been written down as {number}.", 500)
