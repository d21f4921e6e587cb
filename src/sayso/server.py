"""The one place where the parts are put together and served."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.db.embedded import make_home, presence
from sayso.db.installation import opened
from sayso.errors import Unavailable
from sayso.gateway.builtin import weights
from sayso.settings import Settings
from sayso.team import links, people
from sayso.web.alone import Alone
from sayso.web.app import create_app
from sayso.web.patience import with_patience

_NONE = asyncio.subprocess.DEVNULL
STOP_SECONDS_MAX = 5
"""How long requests that are under way may still take when the server stops."""
BACKLOG_CONNECTIONS = 512
SOCKET_BYTES_MAX = 2**16
"""Of one message that a tab sends; what it may say is shorter still."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. `settings.port` is the port it really has."""

    settings: Settings
    engine: AsyncEngine
    stopped: asyncio.Task[None]

    async def sign_in(self, to: str = "/") -> str:
        """The address that signs the owner in, once, within 15 minutes, and leads to the page `to`."""
        async with transaction(self.engine) as tx:
            owner = await people.first_owner(tx)
            return f"{self.settings.url}/sign-in/{await links.sign_in(tx, by=owner, to=to)}"


def create_server(engine: AsyncEngine, settings: Settings) -> FastAPI:
    """The whole application on an open installation, as an ASGI app."""
    return create_app(engine, settings)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[Running]:
    """Serves this home until the block ends or somebody asks to stop (Ctrl-C, `kill`), which ends `stopped`.

    Raises `Unavailable`, in one line, when another server has this home or the port.
    """
    make_home(settings.home)
    with _listening(settings) as door:
        settings = replace(settings, port=door.getsockname()[1])
        with presence.the_server(settings.home, {"url": settings.url, "pid": os.getpid()}):
            async with opened(settings) as engine:
                server = _Server(_config(create_server(engine, settings), settings))
                serving = asyncio.create_task(server.serve([door]))
                meanwhile = asyncio.create_task(_language_model()) if settings.fetches else None
                try:
                    await _ready(server, serving)
                    with _stopped_by_signals(server):
                        yield Running(settings, engine, serving)
                finally:
                    server.should_exit = True
                    if meanwhile:
                        meanwhile.cancel()
                        await asyncio.wait([meanwhile])
                    await serving


@asynccontextmanager
async def serving_gateway(settings: Settings) -> AsyncGenerator[Running]:
    """Serves /v1 alone, also beside a server on the same home, and as often on one port as there are cores. Else as `serving`."""
    make_home(settings.home)
    with _opened(settings, shared=True) as door:
        settings = replace(settings, port=door.getsockname()[1])
        async with opened(settings) as engine:
            server = _Server(_config(Alone(engine, settings), settings))
            serving = asyncio.create_task(server.serve([door]))
            try:
                await _ready(server, serving)
                with _stopped_by_signals(server):
                    yield Running(settings, engine, serving)
            finally:
                server.should_exit = True
                await serving


class _Server(uvicorn.Server):
    """Signals are ours: uvicorn would raise them again at the end, before the database is stopped."""

    def install_signal_handlers(self) -> None: ...

    def capture_signals(self):  # pyright: ignore[reportIncompatibleMethodOverride]
        return _nothing()


class _nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


async def _language_model() -> None:
    """Fetches the language model beside the server, when it is not there yet; nobody waits for it. `sayso doctor` tells how it went."""
    if weights.available():
        return
    fetching = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sayso", "setup", stdin=_NONE, stdout=_NONE, stderr=_NONE, start_new_session=True
    )
    try:
        await fetching.wait()
    finally:
        if fetching.returncode is None:
            os.killpg(fetching.pid, signal.SIGTERM)
            await fetching.wait()


def _config(app: FastAPI | Alone, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
        http=with_patience(settings),
        ws="websockets-sansio",
        ws_max_size=SOCKET_BYTES_MAX,
    )


def _listening(settings: Settings) -> socket.socket:
    if other := presence.server_of(settings.home):
        raise Unavailable(presence.already_running(settings.home, other))
    return _opened(settings)


def _opened(settings: Settings, *, shared: bool = False) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server(
            (settings.host, settings.port),
            family=family,
            backlog=BACKLOG_CONNECTIONS,
            reuse_port=shared and hasattr(socket, "SO_REUSEPORT"),
        )
    except OSError as error:
        raise Unavailable(
            f"Sayso cannot listen on {settings.host}:{settings.port} ({os.strerror(error.errno or 0)}). Choose another port with --port."
        ) from None


GARBAGE_OBJECTS = 20_000
"""New objects between two looks for garbage: a call makes some dozens, and hardly any in circles."""


def _settled() -> None:
    """What is there when the server is ready stays: half a million objects that are never looked through for garbage again, which
    would otherwise stop every call under way for a tenth of a second now and then."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS, 20, 20)


async def _ready(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started:
        if serving.done():
            await serving
            raise Unavailable("The server stopped while it was starting; the lines above say why.")
        await asyncio.sleep(0.01)
    _settled()


class _stopped_by_signals:
    def __init__(self, server: uvicorn.Server) -> None:
        self.server = server

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)

    def _stop(self) -> None:
        self.server.force_exit = self.server.should_exit
        self.server.should_exit = True
