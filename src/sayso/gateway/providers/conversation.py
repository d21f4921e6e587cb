"""A chat as the adapters of other languages read it: turns of parts, checked, with nothing of OpenAI's many spellings left in it."""

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from sayso.gateway.refusals import Refused

MESSAGES_MAX = 10_000
DATA_URL = re.compile(r"data:([a-z]+/[A-Za-z0-9.+-]{1,80})(?:;[a-z-]+=[^;,]{1,80})*;base64,", re.I)
MIME_BY_ENDING = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, a sound or a document: its bytes as base64, or where it lies."""

    type: str
    """Such as `image/png`; of an address it is guessed by the ending."""
    base64: str = ""
    url: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: dict[str, Any]
    signature: str = ""
    """What Gemini wants to see again with the call."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    id: str
    name: str
    parts: tuple["Text | Media", ...]

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts if isinstance(part, Text))


@dataclass(frozen=True, slots=True)
class Thought:
    """A block of thinking as its model gave it; shown again to the same model only."""

    block: dict[str, Any]


Part = Text | Media | ToolCall | ToolResult | Thought


@dataclass(slots=True)
class Turn:
    role: Literal["user", "assistant"]
    parts: list[Part] = field(default_factory=list[Part])


@dataclass(slots=True)
class Tool:
    name: str
    description: str
    schema: dict[str, Any]
    strict: bool = False


@dataclass(slots=True)
class Conversation:
    """`system` holds what the system and developer messages say. Turns alternate."""

    system: list[str]
    turns: list[Turn]
    tools: list[Tool]
    tool_choice: str
    """auto, none, required, or `name:` and a tool's name."""


def read(body: dict[str, Any]) -> Conversation:
    """Raises `Refused` (400) for what no chat may hold."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _wrong("messages", "a list of at least one message")
    if len(messages) > MESSAGES_MAX:
        raise _wrong("messages", f"a list of at most {MESSAGES_MAX} messages")
    system: list[str] = []
    turns: list[Turn] = []
    names: dict[str, str] = {}
    for n, message in enumerate(messages):
        where = f"messages[{n}]"
        if not isinstance(message, dict):
            raise _wrong(where, "an object")
        match message.get("role"):
            case "system" | "developer":
                system += [part.text for part in _parts(message.get("content"), where) if isinstance(part, Text)]
            case "user":
                _turn(turns, "user").parts += _parts(message.get("content"), where)
            case "assistant":
                _turn(turns, "assistant").parts += _said(message, where, names)
            case "tool" | "function":
                id = str(message.get("tool_call_id") or message.get("name") or "")
                parts = tuple(p for p in _parts(message.get("content"), where) if isinstance(p, Text | Media))
                _turn(turns, "user").parts.append(ToolResult(id, names.get(id) or str(message.get("name") or id), parts))
            case role:
                raise _wrong(f"{where}.role", f"one of system, developer, user, assistant and tool, not {str(role)[:40]!r}")
    if not turns:
        turns = [Turn("user", [Text("\n\n".join(system))])]
        system = []
    return Conversation(system, [turn for turn in turns if turn.parts], _tools(body), _choice(body))


def _turn(turns: list[Turn], role: Literal["user", "assistant"]) -> Turn:
    if not turns or turns[-1].role != role:
        turns.append(Turn(role))
    return turns[-1]


def _said(message: dict[str, Any], where: str, names: dict[str, str]) -> list[Part]:
    parts: list[Part] = [Thought(b) for b in message.get("thinking_blocks") or [] if isinstance(b, dict)]
    content = message.get("content")
    if content not in (None, ""):
        parts += _parts(content, where)
    elif message.get("refusal"):
        parts.append(Text(str(message["refusal"])))
    calls = message.get("tool_calls") or []
    if not isinstance(calls, list):
        raise _wrong(f"{where}.tool_calls", "a list")
    for k, call in enumerate(calls):
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise _wrong(f"{where}.tool_calls[{k}]", "a function call with a name and arguments")
        try:
            arguments = orjson.loads(function.get("arguments") or "{}")
        except (orjson.JSONDecodeError, TypeError):
            arguments = {"arguments": str(function.get("arguments"))}
        id = str(call.get("id") or f"call_{k}")
        names[id] = function["name"]
        google = (call.get("extra_content") or {}).get("google") if isinstance(call.get("extra_content"), dict) else None
        signature = str(google.get("thought_signature") or "") if isinstance(google, dict) else ""
        parts.append(
            ToolCall(id, function["name"], arguments if isinstance(arguments, dict) else {"value": arguments}, signature)
        )
    return parts


def _parts(content: Any, where: str) -> list[Part]:
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(content)] if content else []
    if not isinstance(content, list):
        raise _wrong(f"{where}.content", "a text or a list of parts")
    return [_part(part, f"{where}.content[{n}]") for n, part in enumerate(content)]


def _part(part: Any, where: str) -> Part:
    if not isinstance(part, dict):
        raise _wrong(where, "an object")
    match part.get("type"):
        case "text" | "input_text" | "output_text":
            return Text(str(part.get("text") or ""))
        case "refusal":
            return Text(str(part.get("refusal") or ""))
        case "image_url":
            image = part.get("image_url")
            url = image.get("url") if isinstance(image, dict) else image
            if not isinstance(url, str) or not url:
                raise _wrong(f"{where}.image_url.url", "an address or a data URL")
            return media(url, where)
        case "input_audio":
            sound = part.get("input_audio")
            if not isinstance(sound, dict) or not isinstance(sound.get("data"), str):
                raise _wrong(f"{where}.input_audio", "an object with data and format")
            return Media("audio/" + str(sound.get("format") or "wav"), checked(sound["data"], where))
        case "file":
            file = part.get("file")
            if isinstance(file, dict) and isinstance(file.get("file_data"), str):
                found = media(file["file_data"], where, "application/pdf")
                return Media(found.type, found.base64, found.url, str(file.get("filename") or "document"))
            raise Refused("This model takes files as file_data only.", 400, param=f"{where}.file", code="unsupported_value")
        case kind:
            raise _wrong(f"{where}.type", f"one of text, image_url, input_audio and file, not {str(kind)[:40]!r}")


def media(url: str, where: str, otherwise: str = "image/png") -> Media:
    """What a data URL holds, or where another leads."""
    if found := DATA_URL.match(url[:300]):
        return Media(found[1].lower(), checked(url[found.end() :], where))
    if url.startswith(("http://", "https://", "gs://")):
        ending = url.partition("?")[0].rpartition(".")[2].lower()
        return Media(MIME_BY_ENDING.get(ending, otherwise if otherwise != "image/png" else "image/jpeg"), url=url)
    if url.startswith("data:"):
        raise _wrong(where, "a data URL in base64, such as data:image/png;base64,…")
    return Media(otherwise, checked(url, where))


def checked(data: str, where: str) -> str:
    try:
        base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong(where, "base64") from None
    return data


def _tools(body: dict[str, Any]) -> list[Tool]:
    listed = body.get("tools") or []
    if not isinstance(listed, list):
        raise _wrong("tools", "a list")
    tools: list[Tool] = []
    for n, tool in enumerate(listed):
        function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise _wrong(f"tools[{n}]", "a function with a name (this model takes no other kind of tool)")
        schema = function.get("parameters")
        tools.append(
            Tool(
                function["name"],
                str(function.get("description") or ""),
                schema if isinstance(schema, dict) and schema else {"type": "object", "properties": {}},
                bool(function.get("strict")),
            )
        )
    return tools


def _choice(body: dict[str, Any]) -> str:
    choice = body.get("tool_choice") or "auto"
    if choice in ("auto", "none", "required"):
        return str(choice)
    function = choice.get("function") if isinstance(choice, dict) else None
    if isinstance(function, dict) and isinstance(function.get("name"), str):
        return "name:" + function["name"]
    raise _wrong("tool_choice", "auto, none, required or a function by its name")


def stops(body: dict[str, Any]) -> list[str]:
    stop = body.get("stop")
    found: list[Any] = [stop] if isinstance(stop, str) else stop if isinstance(stop, list) else []
    return [one for one in found if isinstance(one, str) and one]


def limit(body: dict[str, Any]) -> int | None:
    found = body.get("max_completion_tokens") or body.get("max_tokens")
    return found if isinstance(found, int) and found > 0 else None


def number(body: dict[str, Any], name: str) -> float | None:
    found = body.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise _wrong(name, "a number")
    return found


def one_of(body: dict[str, Any], name: str, choices: Collection[str]) -> str:
    found = body.get(name)
    if not isinstance(found, str) or found not in choices:
        raise _wrong(name, "one of " + ", ".join(choices))
    return found


def schema_of(body: dict[str, Any]) -> tuple[Literal["text", "object", "schema"], dict[str, Any], str]:
    """How the answer is to be shaped: freely, as some JSON object, or by this schema (with its name)."""
    wanted = body.get("response_format")
    if not isinstance(wanted, dict):
        if wanted is not None:
            raise _wrong("response_format", "an object")
        return "text", {}, ""
    match wanted.get("type"):
        case "json_object":
            return "object", {}, ""
        case "json_schema":
            described = wanted.get("json_schema")
            schema = described.get("schema") if isinstance(described, dict) else None
            if not isinstance(schema, dict):
                raise _wrong("response_format.json_schema.schema", "a JSON schema")
            return "schema", schema, str(described.get("name") or "answer") if isinstance(described, dict) else "answer"
        case _:
            return "text", {}, ""


JSON_ONLY = "Answer with one JSON object only: no words around it, and no Markdown."
"""Said to models that have no such mode of their own."""


def _wrong(param: str, wanted: str) -> Refused:
    return Refused(f"Invalid value for '{param}': expected {wanted}.", 400, param=param, code="invalid_value")
