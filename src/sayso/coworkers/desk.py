"""What co-workers work with: put together once a process."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections.connections import Connections
from sayso.coworkers.doors import Automations
from sayso.coworkers.live import Live
from sayso.data.files import FileStore
from sayso.gateway.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Desk:
    """`begin` starts work that goes on after the answer; `heard` is told of every message of a person, in its transaction. Without
    `automations` and `connections` nothing is reached but rows."""

    engine: AsyncEngine
    gateway: Gateway
    begin: Callable[[Coroutine[Any, Any, None]], Any]
    live: Live = field(default_factory=Live)
    automations: Automations | None = None
    connections: Connections | None = None
    heard: Callable[..., Awaitable[Any]] | None = None

    @property
    def files(self) -> FileStore:
        return FileStore(self.gateway.home / "files")
