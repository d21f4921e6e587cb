"""JSON-RPC from the client's side, and which revisions of the protocol we speak.

Sources: modelcontextprotocol.io/specification/2026-07-28/basic and /2025-11-25/basic.
"""

from typing import Any

from sayso import __version__
from sayso.connections.delivered import NotDelivered

MODERN = "2026-07-28"
"""Every request says what it speaks; there is no greeting and no session."""
WITH_HANDSHAKE = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
CLIENT_KEY = "io.modelcontextprotocol/clientInfo"
SERVER_KEY = "io.modelcontextprotocol/serverInfo"
UNSUPPORTED_VERSION = -32022
METHOD_NOT_FOUND = -32601
US = {"name": "sayso", "title": "Sayso", "version": __version__}
SAID_CHARACTERS_MAX = 500

Message = dict[str, Any]


class Answered(NotDelivered):
    """The server answered with an error of the protocol."""

    def __init__(self, who: str, code: int, message: str, data: Any = None) -> None:
        super().__init__(f"{who} says: {message[:SAID_CHARACTERS_MAX]}", detail=f"MCP error {code}")
        self.code, self.data = code, data


def request(method: str, params: Message, *, modern: bool, id: int) -> Message:
    if modern:
        meta = {VERSION_KEY: MODERN, CAPABILITIES_KEY: {}, CLIENT_KEY: US}
        params = {**params, "_meta": {**params.get("_meta", {}), **meta}}
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


def notification(method: str) -> Message:
    return {"jsonrpc": "2.0", "method": method}


def result(who: str, message: Any, id: int) -> Message | None:
    """What a message answers to our request; None when it is about something else. Raises `Answered`."""
    if not isinstance(message, dict) or "method" in message:
        return None
    error: Any = message.get("error")
    if isinstance(error, dict) and message.get("id") in (id, None):
        code = error.get("code")
        raise Answered(who, code if isinstance(code, int) else 0, str(error.get("message") or "no reason"), error.get("data"))
    if message.get("id") != id:
        return None
    value = message.get("result")
    if not isinstance(value, dict):
        raise NotDelivered(f"{who} answered with something that is no result.")
    return value
