"""What a request carries: read up to a limit, and JSON with limits of its own.

Anything that PostgreSQL could not store or that would cost more to check than to send is refused here, once, for every
address: NUL characters, lone surrogates, numbers without end, nesting without end.
"""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import Message

from sayso.errors import Invalid, Problem, TooLarge

JSON_BYTES_MAX = 2**20
JSON_DEPTH_MAX = 32
NUL = "holds the character NUL, which no text can hold"


class BoundedRequest(Request):
    """A request that never gives more than `bytes_max` bytes, and parses JSON strictly."""

    bytes_max = JSON_BYTES_MAX
    seen = 0

    def bounded(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        claimed = self.headers.get("content-length", "0")
        if claimed.isdecimal() and int(claimed) > bytes_max:
            raise too_large(bytes_max)
        inner = self._receive

        async def receive() -> Message:
            message = await inner()
            self.seen += len(message.get("body", b""))
            if self.seen > bytes_max:
                raise too_large(bytes_max)
            return message

        self._receive = receive

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parsed(await self.body())
        return self._json


def too_large(bytes_max: int) -> TooLarge:
    return TooLarge(f"A request here holds at most {bytes_max / 2**20:,.0f} MB. Send less at once, or import a file.")


def parsed(text: bytes | str, path: str = "") -> Any:
    """The value of JSON text; `Invalid` says where it breaks."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Invalid(Problem(path, f"is not JSON: {error}", '{"values": {"name": "Otto"}}')) from None
    raw = text if isinstance(text, bytes) else text.encode()
    if raw.count(b"[") + raw.count(b"{") > JSON_DEPTH_MAX and _depth(value) > JSON_DEPTH_MAX:
        raise Invalid(Problem(path, f"is nested more than {JSON_DEPTH_MAX} deep"))
    if b"\\u0000" in raw and (where := _nul(value, path)) is not None:
        raise Invalid(Problem(where, NUL))
    return value


def _children(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _depth(value: Any) -> int:
    """How deep it is nested; level by level, so that no nesting can exhaust the stack."""
    level, depth = [value], 0
    while level := [child for one in level for child in _children(one)]:
        depth += 1
        if depth > JSON_DEPTH_MAX:
            break
    return depth


def _nul(value: Any, path: str) -> str | None:
    """The path of the first text that holds NUL."""
    match value:
        case str():
            return path if "\0" in value else None
        case dict():
            pairs = [(k, v) for k, v in value.items()]
            if any("\0" in k for k, _ in pairs):
                return path
        case list():
            pairs = list(enumerate(value))
        case _:
            return None
    return next((found for k, v in pairs if (found := _nul(v, f"{path}/{k}".strip("/"))) is not None), None)
