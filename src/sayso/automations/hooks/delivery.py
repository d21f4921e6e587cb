"""What was sent to a webhook's address."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from sayso.errors import Invalid

BODY_BYTES_MAX = 2**20
HEADERS_MAX = 60
HEADER_CHARACTERS_MAX = 2_000
PARAMETERS_MAX = 200
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})
"""Never told to a run: its history is read by the whole team."""
KEY_CHARACTERS_MAX = 200
DEPTH_MAX = 32


@dataclass(frozen=True, slots=True)
class Delivery:
    """`headers` by their names in small letters."""

    method: str
    headers: Mapping[str, str]
    query: str
    raw: bytes

    @property
    def body(self) -> Any:
        """JSON and forms as values, everything else as text."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/x-www-form-urlencoded":
            return _form(self.raw)
        if kind.endswith("json") or self.raw.lstrip()[:1] in (b"{", b"["):
            try:
                value = orjson.loads(self.raw)
            except orjson.JSONDecodeError:
                return _text(self.raw)
            return value if _shallow(value, DEPTH_MAX) else _text(self.raw)
        return _text(self.raw) or None

    def told(self, secret_header: str) -> dict[str, Any]:
        """What a run is told of it."""
        hidden = {*SECRET_HEADERS, secret_header.lower()}
        shown = {k: v[:HEADER_CHARACTERS_MAX] for k, v in list(self.headers.items())[:HEADERS_MAX] if k not in hidden}
        query = _fields(self.query)
        return {"kind": "webhook", "method": self.method, "body": self.body, "headers": shown, "query": query}

    def digest(self) -> str | None:
        """Of what was sent; None when that was nothing, which two callers may mean alike."""
        if not self.raw and not self.query:
            return None
        return hashlib.sha256(b"%b?%b\n%b" % (self.method.encode(), self.query.encode(), self.raw)).hexdigest()


def dug(value: Any, path: str) -> Any:
    """What lies at `a.b.0` in a body; None when nothing does."""
    for piece in path.split("."):
        match value:
            case dict():
                value = value.get(piece)
            case list() if piece.isdigit() and int(piece) < len(value):
                value = value[int(piece)]
            case _:
                return None
    return value


def _form(raw: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = _fields(_text(raw))
    if payload := fields.get("payload"):  # Slack and others put JSON into one field of a form
        try:
            value = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return fields
        return {**fields, "payload": value} if _shallow(value, DEPTH_MAX) else fields
    return fields


def _fields(text: str) -> dict[str, str]:
    """Raises `Invalid` for more than anybody means."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=PARAMETERS_MAX))
    except ValueError:
        raise Invalid(f"A query or a form that is sent here has at most {PARAMETERS_MAX} fields.") from None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace").replace("\0", "")


def _shallow(value: Any, depth: int) -> bool:
    if depth == 0:
        return False
    match value:
        case dict():
            return all(_shallow(one, depth - 1) for one in value.values())
        case list():
            return all(_shallow(one, depth - 1) for one in value)
        case _:
            return True
