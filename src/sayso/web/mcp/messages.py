"""JSON-RPC as the Model Context Protocol speaks it: what comes in, what goes out, and what can be wrong with it.

Source: modelcontextprotocol.io/specification/2026-07-28/basic.
"""

from dataclasses import dataclass
from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022

STATUS = {
    PARSE_ERROR: 400,
    INVALID_REQUEST: 400,
    INVALID_PARAMS: 400,
    HEADER_MISMATCH: 400,
    UNSUPPORTED_VERSION: 400,
    METHOD_NOT_FOUND: 404,
}
"""The status that an error goes out with since 2026-07-28. Before, every answer to a message that could be read was 200."""

METHOD_CHARACTERS_MAX = 200
ID_CHARACTERS_MAX = 1_000

Id = str | int


class Wrong(Exception):
    """An error of the protocol, as opposed to one that a tool tells of in its result."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.data = code, data

    @property
    def status(self) -> int:
        return STATUS.get(self.code, 200)


@dataclass(frozen=True, slots=True)
class Message:
    """One request, or a notification, which has no id and gets no answer."""

    method: str
    params: dict[str, Any]
    id: Id | None

    @property
    def answered(self) -> bool:
        return self.id is not None


def read(value: Any) -> Message:
    """Raises `Wrong` for what is no request and no notification."""
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0" or not isinstance(value.get("method"), str):
        raise Wrong(INVALID_REQUEST, "This is no JSON-RPC 2.0 request or notification.")
    id, method, params = value.get("id"), value["method"], value.get("params", {})
    if "id" in value and not _is_id(id):
        raise Wrong(INVALID_REQUEST, "An id is a text or a whole number.")
    if len(method) > METHOD_CHARACTERS_MAX:
        raise Wrong(INVALID_REQUEST, "No method has such a long name.")
    if params is not None and not isinstance(params, dict):
        raise Wrong(INVALID_PARAMS, "The params are an object.")
    return Message(method, params or {}, id)


def id_of(value: Any) -> Id | None:
    """The id to answer an error under, when it can be told."""
    id = value.get("id") if isinstance(value, dict) else None
    return id if _is_id(id) else None


def _is_id(id: Any) -> bool:
    if isinstance(id, str):
        return len(id) <= ID_CHARACTERS_MAX
    return isinstance(id, int) and not isinstance(id, bool)


def result(id: Id | None, value: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "result": value}


def error(id: Id | None, wrong: Wrong) -> dict[str, Any]:
    said: dict[str, Any] = {"code": wrong.code, "message": str(wrong)}
    return {"jsonrpc": "2.0", "id": id, "error": said if wrong.data is None else {**said, "data": wrong.data}}
