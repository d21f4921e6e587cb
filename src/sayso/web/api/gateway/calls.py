"""Calls by hand: how the playground asks a model, and what models there are to ask."""

import time
from collections.abc import AsyncGenerator
from typing import Annotated, Literal

import orjson
from fastapi import Request
from pydantic import Field
from starlette.responses import StreamingResponse

from sayso.gateway import catalogue
from sayso.gateway.asked import as_body
from sayso.gateway.caller import Caller
from sayso.gateway.calls import Answer, Call
from sayso.gateway.gateway import Gateway
from sayso.gateway.ledger_book import dollars
from sayso.gateway.refusals import Refused
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, Json, Shown

BODY_KEYS_MAX = 60


class CallableModels(Shown):
    items: list[Json]
    """As /v1/models tells them: id, upstream, price, local, fallbacks, slot."""


class NewCall(Asked):
    """One call to a model, charged to you (and to the app, when one is named)."""

    endpoint: Literal["chat/completions", "responses", "embeddings", "images/generations", "moderations"] = "chat/completions"
    body: Annotated[Json, Field(max_length=BODY_KEYS_MAX)]
    """As OpenAI's endpoint takes it; `stream` is on unless it says otherwise, where there are streams."""
    app: AppId | None = None


async def models(request: Request, by: By) -> CallableModels:
    """The models that can be asked: for pickers of models."""
    by.must("read")
    gateway = parts(request).gateway
    return CallableModels(items=catalogue.listed(gateway, gateway.caller(by.workspace, member=by.member)))


async def create(new: NewCall, request: Request, by: By) -> StreamingResponse:
    """Ask a model. Answered in JSON lines: `{"event": …}` for each event (or the whole answer), then `{"done": …}` with its cost and
    time, or `{"error": …}` in OpenAI's shape."""
    by.must("write")
    gateway = parts(request).gateway
    caller = gateway.caller(by.workspace, app=new.app, member=by.member, name=by.name)
    return StreamingResponse(_lines(gateway, caller, new), media_type="application/x-ndjson")


async def _lines(gateway: Gateway, caller: Caller, new: NewCall) -> AsyncGenerator[bytes]:
    streams = new.endpoint in ("chat/completions", "responses", "images/generations")
    body = {"stream": True, **new.body} if streams else new.body
    began = time.perf_counter()
    try:
        async with gateway.answering(Call(caller, new.endpoint, as_body(body))) as answer:
            if answer.body is not None:
                yield _line(b'{"event":%s}' % answer.body.strip().replace(b"\n", b" "))
            else:
                async for part in answer:
                    for line in part.splitlines():
                        if line.startswith(b"data:") and (said := line[5:].strip()) != b"[DONE]":
                            yield _line(b'{"event":%s}' % said)
            done = _done(answer, began)
        yield done
    except Refused as error:
        yield _line(error.body())


def _done(answer: Answer, began: float) -> bytes:
    entry = answer.entry
    if entry is None:
        return b""
    return _line(
        orjson.dumps(
            {
                "done": {
                    "id": answer.id,
                    "provider": entry.route.provider.name,
                    "model": entry.meter.model or entry.route.model,
                    "cost": None if entry.cost is None else dollars(entry.cost),
                    "tokens": entry.tokens._asdict(),
                    "flags": entry.flags,
                    "latency_ms": int((time.perf_counter() - began) * 1000),
                    "first_ms": int((entry.first - began) * 1000) if entry.first else None,
                    "attempts": entry.attempts,
                }
            }
        )
    )


def _line(json: bytes) -> bytes:
    return json + b"\n"
