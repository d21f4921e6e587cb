"""Automations that programs call, and what they answer."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import Field

from sayso import db
from sayso.automations import starting
from sayso.data import apps
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, PartId, Shown
from sayso.web.work import Engine, Once

WAIT_SECONDS_MAX = 30


class CalledWith(Asked):
    """`inputs` are named as the automation asks for them."""

    inputs: Annotated[dict[str, Any], Field(max_length=100)] = {}
    wait_seconds: Annotated[float, Field(ge=0, le=WAIT_SECONDS_MAX)] = 0
    """How long to wait for it to answer, or to end."""


class CallAnswer(Shown):
    """What a step `respond` said."""

    status: int
    body: Any


class CalledRun(Shown):
    run: str
    state: str
    answer: CallAnswer | None = None
    """Null while it has not answered, and when it ends without."""


async def create(
    app: AppId, automation: PartId, called: CalledWith, request: Request, engine: Engine, by: By, once: Once
) -> CalledRun:
    """Call an automation; with an `Idempotency-Key`, once however often it is sent."""
    async with db.transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=by, to="write")
        waits = called.wait_seconds > 0
        run = await starting.call(tx, opened, automation, called.inputs, by=by, awaited=waits)
    assert run is not None, "without a key nothing has begun already"
    if not waits:
        return CalledRun(run=run, state="waiting")
    said = await parts(request).hooks.answers(run, called.wait_seconds)
    return CalledRun(run=run, state=said.state, answer=CallAnswer(status=said.status, body=said.body) if said.responded else None)
