"""One request to /v1, and the ways to answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Receive, Scope, Send

from sayso.gateway.caller import Caller
from sayso.gateway.calls import Answer
from sayso.gateway.entry import new_id
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Header, Refused, not_json
from sayso.gateway.reply import JSON

JSON_BYTES_MAX = 64 * 2**20
FORM_BYTES_MAX = 256 * 2**20


@dataclass(slots=True)
class Request:
    """Who asks is known; the body is not read yet. `ids` are the parts of the path that the address leaves open, in order."""

    gateway: Gateway
    caller: Caller
    endpoint: str
    """The path under `/v1/`."""
    scope: Scope
    receive: Receive
    send: Send
    ids: tuple[str, ...] = ()
    _id: str = ""

    @property
    def id(self) -> str:
        """For answers that are made here; calls of models get theirs from the ledger."""
        if not self._id:
            self._id = "req_" + new_id()
        return self._id

    @property
    def engine(self) -> AsyncEngine:
        return self.gateway.engine

    @property
    def verb(self) -> str:
        return self.scope["method"]

    @property
    def query(self) -> str:
        """With its question mark, or empty."""
        raw: bytes = self.scope["query_string"]
        return "?" + raw.decode("ascii", "replace") if raw else ""

    @property
    def questions(self) -> dict[str, str]:
        """What stands behind the question mark, the last of each name."""
        return dict(parse_qsl(self.query[1:], max_num_fields=100)) if self.query else {}

    @property
    def workspace(self) -> str:
        return self.caller.workspace

    def let_in(self) -> None:
        """Raises `Refused` (403) when the key is not for this address."""
        self.caller.must_reach("", self.endpoint)

    async def optional_json(self) -> dict[str, Any]:
        """As `json`, but nothing at all is an empty object."""
        body = await self.body()
        return as_object(body) if body.strip() else {}

    def header(self, name: bytes) -> bytes:
        """Of that name, which is in lower case; else empty."""
        for key, value in self.scope["headers"]:
            if key == name:
                return value
        return b""

    @property
    def content_type(self) -> bytes:
        return self.header(b"content-type") or JSON

    async def body(self, bytes_max: int | None = None) -> bytes:
        """All of it. Raises `Refused` (413) when it is longer than allowed; `ClientGone` when it stops in the middle."""
        limit = bytes_max or (FORM_BYTES_MAX if self.content_type.startswith(b"multipart/") else JSON_BYTES_MAX)
        claimed = self.header(b"content-length")
        if claimed.isdigit() and int(claimed) > limit:
            raise _too_large(limit)
        message = await self.receive()
        body = message.get("body", b"")
        if not message.get("more_body"):
            return body
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise _too_large(limit)
        return b"".join(parts)

    async def json(self) -> dict[str, Any]:
        """The body as an object. Raises `Refused` (400)."""
        return as_object(await self.body())

    def answer(self, value: Any, status: int = 200, headers: Sequence[Header] = ()) -> Answer:
        """An answer that was made here."""
        body = value if isinstance(value, bytes) else msgspec.json.encode(value)
        return Answer(self.id, status, JSON, [(b"x-request-id", self.id.encode()), *headers], body)


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


def as_object(body: bytes) -> dict[str, Any]:
    """Raises `Refused` (400)."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise not_json(str(error)) from None
    if not isinstance(value, dict):
        raise not_json("it is not an object")
    return value


def _too_large(limit: int) -> Refused:
    return Refused(f"The request is larger than {limit // 2**20} MB.", 413, code="request_too_large")
