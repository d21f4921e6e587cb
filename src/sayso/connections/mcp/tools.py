"""Tools as a server tells of them: bounded, cleaned, and with a fingerprint that any change of theirs changes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

TOOLS_MAX = 500
NAME_CHARACTERS_MAX = 200
SAID_CHARACTERS_MAX = 4_000
SCHEMA_BYTES_MAX = 64 * 1024

Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Server:
    """Who answers. All of it is what the server says of itself."""

    name: str
    title: str
    version: str
    protocol: str
    instructions: str

    @classmethod
    def of(cls, told: Value, protocol: str) -> "Server":
        raw: Any = told.get("serverInfo")
        info: Value = raw if isinstance(raw, dict) else {}
        return cls(
            said(info.get("name"), 200),
            said(info.get("title"), 200),
            said(info.get("version"), 100),
            protocol,
            said(told.get("instructions")),
        )


@dataclass(frozen=True, slots=True)
class Tool:
    """`reads`: it says of itself that it changes nothing, which is a hint and no promise."""

    name: str
    title: str
    description: str
    schema: Value
    output: Value | None
    reads: bool
    fingerprint: str

    @classmethod
    def of(cls, told: Any) -> "Tool | None":
        """None for what is no tool, or too large to be one."""
        if (
            not isinstance(told, dict)
            or not isinstance(told.get("name"), str)
            or not 0 < len(told["name"]) <= NAME_CHARACTERS_MAX
        ):
            return None
        schema, output = told.get("inputSchema"), told.get("outputSchema")
        if not isinstance(schema, dict) or not told["name"].isprintable():
            return None
        kept = {key: told.get(key) for key in ("name", "title", "description", "inputSchema", "outputSchema", "annotations")}
        canonical = orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
        if len(canonical) > SCHEMA_BYTES_MAX or b"\\u0000" in canonical:
            return None
        raw: Any = told.get("annotations")
        hints: Value = raw if isinstance(raw, dict) else {}
        return cls(
            told["name"],
            said(told.get("title") or hints.get("title"), 200),
            said(told.get("description")),
            schema,
            output if isinstance(output, dict) else None,
            hints.get("readOnlyHint") is True,
            hashlib.sha256(canonical).hexdigest(),
        )

    def kept(self) -> Value:
        return {
            name: getattr(self, name) for name in ("name", "title", "description", "schema", "output", "reads", "fingerprint")
        }


def tools_of(told: Iterable[Any]) -> tuple[Tool, ...]:
    """Each name once, in the server's order."""
    found: dict[str, Tool] = {}
    for one in told:
        tool = Tool.of(one)
        if tool is not None and tool.name not in found and len(found) < TOOLS_MAX:
            found[tool.name] = tool
    return tuple(found.values())


def fingerprint(tools: Iterable[Value]) -> str:
    """Of a whole list: what somebody approves is what they were shown."""
    return hashlib.sha256("\n".join(sorted(f"{one['name']}\0{one['fingerprint']}" for one in tools)).encode()).hexdigest()[:32]


def said(text: Any, most: int = SAID_CHARACTERS_MAX) -> str:
    """Words of a stranger: text alone, bounded, without characters that nobody sees."""
    if not isinstance(text, str):
        return ""
    kept = "".join(c for c in text[: most * 2] if c in "\n\t" or c.isprintable())
    return kept if len(kept) <= most else kept[:most] + " …"
