"""A conversation with a server: which revision it speaks is found out first, the newest is tried before the older ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from sayso.connections.delivered import NotDelivered
from sayso.connections.mcp import programs
from sayso.connections.mcp.messages import MODERN, SERVER_KEY, UNSUPPORTED_VERSION, US, WITH_HANDSHAKE, Answered, Message
from sayso.connections.mcp.over_http import OverHttp
from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

LOCAL = "mcp_program"
"""The kind of connection whose server is a program on this machine."""


class Talk(Protocol):
    who: str
    modern: bool
    version: str

    async def ask(self, method: str, params: Message, headers: list[tuple[str, str]] | None = None) -> Message: ...

    async def tell(self, method: str) -> None: ...

    async def close(self) -> None: ...


@asynccontextmanager
async def talking(connections: Connections, opened: Opened, *, key: str = "") -> AsyncGenerator[tuple[Talk, Message]]:
    """A conversation, and what the server said of itself: `serverInfo`, `instructions`, `capabilities`."""
    talk: Talk
    if opened.kind == LOCAL:
        talk = programs.AsProgram(programs.named(connections.home, opened), opened.name)
    else:
        talk = OverHttp(connections, opened, key)
    try:
        yield talk, await _greeted(talk)
    finally:
        await talk.close()


async def _greeted(talk: Talk) -> Message:
    """Raises what is wrong with the way there; what the server makes of a revision only decides which one is spoken."""
    try:
        told = await talk.ask("server/discover", {})
        if MODERN in told.get("supportedVersions", ()):
            meta: Any = told.get("_meta") or {}
            return {**told, "serverInfo": told.get("serverInfo") or meta.get(SERVER_KEY) or {}}
    except Answered as error:
        if error.code == UNSUPPORTED_VERSION and not _any_older(error.data):
            raise NotDelivered(f"{talk.who} speaks no revision of the protocol that we speak.") from None
    except NotDelivered as error:
        if not _may_be_older(error):
            raise
    talk.modern = False
    told = await talk.ask("initialize", {"protocolVersion": WITH_HANDSHAKE[0], "capabilities": {}, "clientInfo": US})
    version = told.get("protocolVersion")
    if version not in WITH_HANDSHAKE:
        raise NotDelivered(f"{talk.who} speaks the revision {str(version)[:40]} of the protocol, which we do not.")
    talk.version = str(version)
    await talk.tell("notifications/initialized")
    return told


def _any_older(data: Any) -> bool:
    supported = data.get("supported") if isinstance(data, dict) else None
    return not isinstance(supported, list) or any(version in WITH_HANDSHAKE for version in supported)


def _may_be_older(error: NotDelivered) -> bool:
    """A server of before does not know the question: 400, 404, 405, 406, or an answer that is no message."""
    return error.detail[:3] in ("400", "404", "405", "406", "415", "422", "200", "202")
