"""Where webhooks come in: `/hooks/{token}`. Public: the address is the key, and the automation says what else a caller must prove."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sayso import db
from sayso.automations import runs
from sayso.automations.hooks import Delivery, Hooks, Taken
from sayso.automations.hooks.answers import filled
from sayso.automations.hooks.delivery import BODY_BYTES_MAX, dug
from sayso.automations.runs import acts
from sayso.errors import NotFound, SaysoError
from sayso.web import problems
from sayso.web.body import BoundedRequest
from sayso.web.parts import Parts, parts
from sayso.web.safety import SafeAnswers

PREFIX = "/hooks/"
VERBS = ("POST", "PUT", "GET")
RESPOND_SECONDS_MAX = 25.0
"""How long a caller waits for the step that answers; then it is told that the run goes on."""
ADDRESS = re.compile(r"[A-Za-z0-9_-]{16,100}")


async def receive(request: Request) -> Response:
    """One delivery: kept before it is acknowledged."""
    token = request.path_params["token"]
    known = parts(request)
    try:
        delivery = await _delivery(request)
        if not ADDRESS.fullmatch(token):
            raise NotFound("This address leads nowhere.")
        taken = await known.hooks.take(token, delivery)
        if taken is None:
            return await _woken(known, token, delivery)
        return await _answered(known, taken, delivery)
    except SaysoError as error:
        return _refused(error)


async def _delivery(request: Request) -> Delivery:
    bounded = BoundedRequest(request.scope, request.receive)
    bounded.bounded(BODY_BYTES_MAX)
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1").replace("\0", "") for name, value in request.scope["headers"]
    }
    return Delivery(request.method, headers, request.scope["query_string"].decode("latin-1"), await bounded.body())


async def _answered(known: Parts, taken: Taken, delivery: Delivery) -> Response:
    trigger = taken.target.trigger
    if trigger.verify == "slack" and dug(delivery.body, "type") == "url_verification":
        return Response(str(dug(delivery.body, "challenge") or ""), media_type="text/plain")
    if taken.run is None:
        return _json({"ok": True, "duplicate": True})
    if taken.target.responds:
        return await _responded(known.hooks, taken.run)
    if trigger.answer:
        return _said(filled(trigger.answer, taken, delivery, known.settings.url), trigger.status)
    return _json({"ok": True}, trigger.status)


async def _responded(hooks: Hooks, run: str) -> Response:
    said = await hooks.answers(run, RESPOND_SECONDS_MAX)
    if said.responded:
        return _said(said.body, said.status)
    if said.state in runs.OVER:
        ok = said.state == "done"
        return _json({"ok": ok, "run": run, "state": said.state}, 200 if ok else 500)
    return _json({"ok": True, "run": run, "state": said.state}, 202)


async def _woken(known: Parts, token: str, delivery: Delivery) -> Response:
    """A run may wait for this very call."""
    async with db.transaction(known.engine) as tx:
        run = await acts.came(tx, token, delivery.body)
    if run is None:
        raise NotFound("This address leads nowhere.")
    return _json({"ok": True, "run": run})


def _refused(error: SaysoError) -> Response:
    body = orjson.dumps(problems.document(error), default=str)
    return Response(body, error.status, problems.headers(error), media_type=problems.PROBLEM_JSON)


def _said(body: Any, status: int) -> Response:
    """JSON as JSON, all else as plain text: nothing that a browser would run."""
    if not isinstance(body, str):
        return _json(body, status)
    if body.lstrip()[:1] in ("{", "["):
        try:
            return _json(orjson.loads(body), status)
        except orjson.JSONDecodeError:
            pass
    return Response(body, status, media_type="text/plain")


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, default=str), status, media_type="application/json")


async def _direct(scope: Scope, receive_: Receive, send: Send) -> None:
    request = Request({**scope, "path_params": {"token": scope["path"][len(PREFIX) :]}}, receive_)
    try:
        if request.method not in VERBS:
            answer: Response = Response(status_code=405, headers={"allow": ", ".join(VERBS)})
        else:
            answer = await receive(request)
    except (ClientDisconnect, asyncio.CancelledError):
        raise
    except Exception as error:
        answer = _refused(problems.understood(error))
    await answer(scope, receive_, send)


direct = SafeAnswers(_direct)
"""The same past all of FastAPI's machinery: what is called four hundred times a second asks two hundred other addresses first otherwise."""
