"""One call of a tool. What comes back was written by a stranger: it is bounded, and it is data.

Before each call the server is asked once more what the tool is, in the same conversation: a tool whose description or shape is no longer
what a person has approved is not called ("rug pull"), whatever was kept.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from sayso import db
from sayso.connections import catalogues
from sayso.connections.delivered import NotDelivered
from sayso.connections.mcp import header
from sayso.connections.mcp.looking import catalogue, listed
from sayso.connections.mcp.messages import Answered
from sayso.connections.mcp.talking import Talk, talking
from sayso.connections.mcp.tools import Server, Tool, said
from sayso.connections.opened import Opened
from sayso.errors import Forbidden, Invalid, NotFound, Problem

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

TEXT_CHARACTERS_MAX = 100_000
STRUCTURED_BYTES_MAX = 256 * 1024
FILES_MAX = 10
FILE_BYTES_MAX = 5 * 2**20
ARGUMENTS_BYTES_MAX = 256 * 1024

File = tuple[str, str, bytes]
"""Name, type, content."""


@dataclass(frozen=True, slots=True)
class Result:
    """`failed`: the tool itself says that it did not work. `cut`: there was more text than is kept."""

    text: str
    structured: Any = None
    files: tuple[File, ...] = field(default=(), repr=False)
    failed: bool = False
    cut: bool = False


async def call(connections: Connections, opened: Opened, tool: str, arguments: dict[str, Any], *, key: str = "") -> Result:
    """Calls an approved tool. Raises `Forbidden` (not approved, or changed since), `NotFound`, `Invalid`, `NotDelivered`."""
    if len(orjson.dumps(arguments, default=str)) > ARGUMENTS_BYTES_MAX:
        raise Invalid(Problem("arguments", f"have at most {ARGUMENTS_BYTES_MAX // 1024} KB in all"))
    async with db.transaction(connections.engine) as tx:
        approved = (await catalogues.read(tx, opened)).approved
    if tool not in approved:
        raise Forbidden(f"Nobody has approved the tool {tool[:80]!r} of {opened.name}. Approve it under Connections.")
    async with talking(connections, opened, key=key) as (talk, told):
        tools = await listed(talk)
        now = next((one for one in tools if one.name == tool), None)
        if now is None or now.fingerprint != approved[tool]["fingerprint"]:
            async with db.transaction(connections.engine) as tx:
                await catalogues.keep(tx, opened, catalogue(Server.of(told, talk.version), tools))
            if now is None:
                raise NotFound(f"{opened.name} has no tool {tool[:80]!r} any more.")
            raise Forbidden(
                f"{opened.name} has changed its tool {tool[:80]!r} since it was approved. Look at it and approve it again under Connections."
            )
        return await _called(talk, now, arguments)


async def _called(talk: Talk, tool: Tool, arguments: dict[str, Any]) -> Result:
    headers = header.of_arguments(tool.schema, arguments) if talk.modern else []
    try:
        told = await talk.ask("tools/call", {"name": tool.name, "arguments": arguments}, headers)
    except Answered as error:
        if error.code in (-32602, -32020):
            raise Invalid(Problem("arguments", str(error))) from None
        raise
    if told.get("resultType", "complete") != "complete":
        raise NotDelivered(f"{talk.who} asks something back before it answers; that is not possible here.")
    return read(told)


def read(told: dict[str, Any]) -> Result:
    """A result as it came: texts joined, pictures and other files apart."""
    texts, files = list[str](), list[File]()
    content: Any = told.get("content")
    for one in content if isinstance(content, list) else []:
        match one:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case {"type": "image" | "audio" as kind, "data": str(data)}:
                files += _file(f"{kind}-{len(files) + 1}", one.get("mimeType"), data)
            case {"type": "resource", "resource": {"text": str(text)}}:
                texts.append(text)
            case {"type": "resource", "resource": {"blob": str(data)} as held}:
                files += _file(str(held.get("uri", "file")).rpartition("/")[2], held.get("mimeType"), data)
            case {"type": "resource_link", "uri": str(uri)}:
                texts.append(f"{one.get('title') or one.get('name') or 'File'}: {uri}")
            case _:
                pass
    text = "\n\n".join(texts)
    structured: Any = told.get("structuredContent")
    if structured is not None and len(orjson.dumps(structured)) > STRUCTURED_BYTES_MAX:
        structured = None
    short = said(text, TEXT_CHARACTERS_MAX)
    return Result(short, structured, tuple(files[:FILES_MAX]), told.get("isError") is True, len(text) > TEXT_CHARACTERS_MAX)


def _file(name: str, type: Any, data: str) -> list[File]:
    """Nothing for what is broken or too large."""
    if len(data) > FILE_BYTES_MAX * 4 // 3 + 4:
        return []
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error:
        return []
    kind = type if isinstance(type, str) and len(type) < 100 and type.isprintable() else "application/octet-stream"
    return [(said(name, 100).replace("/", "_") or "file", kind, content)]
