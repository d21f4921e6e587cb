"""Puts the addresses, the errors and the safety of the web together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.datastructures import Default
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

import sayso
from sayso.ai.fills.work import Fills
from sayso.automations import starting
from sayso.automations.hooks import Hooks
from sayso.automations.mail import Mailboxes, MailDoor
from sayso.automations.runs.sweeping import hourly
from sayso.automations.triggers.triggers import Triggers
from sayso.automations.webhooks_out import WebhooksOut
from sayso.connections.connections import Connections
from sayso.coworkers.answers import CoworkerModels
from sayso.coworkers.desk import Desk
from sayso.coworkers.schedules import Schedules
from sayso.data import sweeping
from sayso.data.files import FileStore
from sayso.data.imports.abandoned import abandoned
from sayso.data.publishing import sweep as publishing_sweep
from sayso.errors import SaysoError
from sayso.gateway import files as gateway_files
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.sources.work import Syncs
from sayso.web import hooks, problems, refreshing, refusals
from sayso.web.api_route import ApiRoute
from sayso.web.automation_door import AutomationDoor
from sayso.web.callers import Callers
from sayso.web.copying import Copies
from sayso.web.hub import Hub
from sayso.web.jobs import Jobs
from sayso.web.pages.page import BUILT
from sayso.web.parts import Parts
from sayso.web.post.carrier import Post
from sayso.web.put_together import gateway_of, last_slot, trials_of, worker_of
from sayso.web.routes import API, LIVE, PUBLIC, Address
from sayso.web.safety import SafeAnswers
from sayso.web.served import Served
from sayso.web.shapes import ProblemDocument
from sayso.web.v1.door import PREFIX, Door
from sayso.web.workspace_page import BuiltFiles, WorkspacePage

ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "What is wrong, and what to do", "model": ProblemDocument},
    "503": {"description": "Not available right now", "model": ProblemDocument},
}


def create_app(engine: AsyncEngine | None, settings: Settings, *, static: Path = BUILT) -> FastAPI:
    """The whole web as one ASGI app. Without an engine it can only describe itself.

    `static` is where the built workspace lies.
    """
    register_url_convertor("front", _Front())
    app = Web(
        title="Sayso",
        version=sayso.__version__,
        description="Everything that the workspace can do, over HTTP.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_living,
    )
    app.state.openapi = cache(lambda: described(app))
    if engine is not None:
        shelf = Shelf(settings.home)
        here = CoworkerModels()
        gateway = gateway_of(engine, settings, shelf, here)
        jobs = Jobs()
        connections = Connections.of(engine, settings, gateway.pools.door)
        door = AutomationDoor()
        coworkers = Desk(engine, gateway, jobs.begin, automations=door, connections=connections, heard=starting.message)
        here.desk = coworkers
        fills = Fills(gateway)
        worker = worker_of(engine, settings, gateway, connections, fills, coworkers, busy=app.served.lately)
        app.state.parts = Parts(
            engine,
            settings,
            Callers(engine),
            Hub(engine),
            jobs,
            gateway,
            shelf,
            trials_of(gateway, shelf),
            fills,
            coworkers,
            connections,
            Triggers(engine),
            worker,
            Syncs(connections),
            Hooks(engine, connections.vault, worker.answers.of),
            MailDoor(
                engine, FileStore(settings.home / "files"), settings.mail_in_host, settings.mail_in_port, settings.mail_domain
            ),
            Copies(engine, connections.process),
        )
        app.v1 = Door(gateway)
    for error in (SaysoError, RequestValidationError, HTTPException, DBAPIError, PoolTimeout, Exception):
        app.add_exception_handler(error, problems.answer)
    app.add_exception_handler(ClientDisconnect, problems.gone)
    app.add_middleware(SafeAnswers, settings=settings)
    app.router.routes.extend(_of_the_api())
    app.router.add_websocket_route(*LIVE)
    for verb, path, handler in PUBLIC:
        app.add_route(path, handler, methods=[verb], include_in_schema=False)
    app.mount("/static", BuiltFiles(static))
    app.add_route("/{path:front}", WorkspacePage(static).show, include_in_schema=False)
    return app


class Web(FastAPI):
    """FastAPI, but for /v1 and webhooks: their calls go past all of FastAPI's machinery."""

    v1: Door | None = None

    def __init__(self, **more: Any) -> None:
        self.served = Served()
        super().__init__(**more)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.served.came()
        if scope["type"] in ("http", "websocket") and self.v1 is not None and scope["path"].startswith(PREFIX):
            await self.v1(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(hooks.PREFIX):
            await hooks.direct({**scope, "app": self}, receive, send)
        else:
            await super().__call__(scope, receive, send)


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncGenerator[None]:
    parts: Parts = app.state.parts
    await abandoned(parts.engine)
    async with (
        refreshing.prices_followed(parts.settings.home),
        parts.hub.running(),
        parts.gateway.running(),
        parts.trials.running(),
        parts.fills.running(),
        parts.triggers.running(),
        Schedules(parts.coworkers, last_slot).running(),
        parts.automations.running(),
        parts.syncs.running(),
        WebhooksOut(parts.connections).running(),
        parts.hooks.running(),
        parts.mail_door.running(),
        Mailboxes(parts.connections, parts.files).running(),
        Post(parts).running(),
        parts.copies.running(),
        parts.jobs.running(),
    ):
        home = parts.settings.home
        parts.jobs.begin(sweeping.hourly(parts.engine, home, also=partial(gateway_files.forget, home)))
        parts.jobs.begin(refusals.every_minute(parts.engine, parts.refusals))
        parts.jobs.begin(refreshing.warm(parts))
        parts.jobs.begin(publishing_sweep.every_minute(parts.engine))
        parts.jobs.begin(hourly(parts.engine, parts.settings.run_days))
        if parts.settings.refreshes_models:
            parts.jobs.begin(refreshing.daily(parts))
        yield


class _Front(Convertor[str]):
    """Every address but those of the APIs and of files."""

    regex = "(?!(?:api|static|v1)(?:/|$)).*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


NAMES = {"sayso__spec__automation__steps__Ai": "AiStep", "sayso__spec__fields__ai__Ai": "Ai"}
"""Two kinds of the spec share a class name; in the OpenAPI file each has one of its own."""


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI file as a value."""
    text = orjson.dumps(app.openapi()).decode()
    for long, short in NAMES.items():
        text = text.replace(long, short)
    return orjson.loads(text)


@cache
def _of_the_api() -> tuple[BaseRoute, ...]:
    """The addresses of the API, which know nothing of the app that serves them: reading their shapes takes longer than all
    else here, so a process that makes more than one app does it once."""
    mould = FastAPI(openapi_url=None)
    mould.router.route_class = ApiRoute
    for address in API:
        add(mould, address)
    return tuple(mould.router.routes)


def add(app: FastAPI, address: Address) -> None:
    resource = address.handler.__module__.rpartition(".")[2]
    app.router.add_api_route(
        address.path,
        address.handler,
        methods=[address.verb],
        status_code=address.status,
        operation_id=f"{resource}_{address.handler.__name__}",
        tags=[resource],
        summary=(address.handler.__doc__ or "").split("\n")[0],
        responses=ERRORS,
        form_limits={"max_files": 1, "max_fields": 8, "max_part_size": 2**16},
        response_model=address.answers or Default(None),
    )
