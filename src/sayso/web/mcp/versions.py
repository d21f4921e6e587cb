"""Which revision of the protocol a message speaks.

Since 2026-07-28 every request says so itself, in `_meta` and again in headers, which must agree. Before that, a client began with
`initialize`; we keep no session for such a client, its later messages name the revision in a header.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from sayso.web.mcp.messages import HEADER_MISMATCH, INVALID_PARAMS, UNSUPPORTED_VERSION, Message, Wrong

MODERN = ("2026-07-28",)
WITH_HANDSHAKE = ("2025-03-26", "2025-06-18", "2025-11-25")
SUPPORTED = (*MODERN, *reversed(WITH_HANDSHAKE))
WITHOUT_HEADER = "2025-03-26"
"""Revisions before 2025-06-18 had no header that names one."""

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
CLIENT_KEY = "io.modelcontextprotocol/clientInfo"
SERVER_KEY = "io.modelcontextprotocol/serverInfo"

VERSION_HEADER, METHOD_HEADER, NAME_HEADER = "mcp-protocol-version", "mcp-method", "mcp-name"
NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
CODED_BEGIN, CODED_END = "=?base64?", "?="


def spoken(message: Message, headers: Mapping[str, str]) -> str:
    """The revision of this message. Raises `Wrong` when it contradicts itself or speaks one that we do not."""
    said = headers.get(VERSION_HEADER)
    meta = message.params.get("_meta")
    within = meta.get(VERSION_KEY) if isinstance(meta, dict) else None
    if message.method == "initialize" and within is None:
        return negotiated(message.params.get("protocolVersion"))
    if within is None and (said is None or said in WITH_HANDSHAKE):
        return said or WITHOUT_HEADER
    if not message.answered:
        return _known(said if said is not None else within)
    if not isinstance(meta, dict) or VERSION_KEY not in meta or CAPABILITIES_KEY not in meta:
        if said is not None and said not in SUPPORTED:
            raise unsupported(said)
        raise Wrong(INVALID_PARAMS, f"params._meta says {VERSION_KEY} and {CAPABILITIES_KEY}.")
    _must_agree(message, headers, within)
    return _known(within)


def negotiated(wanted: Any) -> str:
    """What we answer to `initialize`: the revision asked for, else our latest that has a handshake."""
    return wanted if isinstance(wanted, str) and wanted in WITH_HANDSHAKE else WITH_HANDSHAKE[-1]


def unsupported(wanted: object) -> Wrong:
    return Wrong(
        UNSUPPORTED_VERSION,
        "This revision of the protocol is not spoken here.",
        {"supported": list(SUPPORTED), "requested": str(wanted)[:100]},
    )


def _known(version: Any) -> str:
    if not isinstance(version, str):
        raise Wrong(INVALID_PARAMS, f"{VERSION_KEY} is a text.")
    if version not in SUPPORTED:
        raise unsupported(version)
    return version


def _must_agree(message: Message, headers: Mapping[str, str], version: Any) -> None:
    """Whoever routes by the headers must see what is done by the body."""
    if headers.get(VERSION_HEADER) != version:
        raise Wrong(HEADER_MISMATCH, "The header MCP-Protocol-Version is not what params._meta says.")
    if headers.get(METHOD_HEADER) != message.method:
        raise Wrong(HEADER_MISMATCH, "The header Mcp-Method is not the method of the message.")
    key = NAMED_BY.get(message.method)
    if key and message.params.get(key) is not None and decoded(headers.get(NAME_HEADER)) != message.params[key]:
        raise Wrong(HEADER_MISMATCH, f"The header Mcp-Name is not the {key} of the message.")


def decoded(value: str | None) -> str | None:
    """A header's value, which stands in base64 between marks when plain ASCII cannot say it; None when that is broken."""
    if value is None or not (value.startswith(CODED_BEGIN) and value.endswith(CODED_END)):
        return value
    try:
        return base64.b64decode(value[len(CODED_BEGIN) : -len(CODED_END)], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
