"""Pydantic AI's messages, tools and settings as the body of a chat completion."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_ai.exceptions import UserError
from pydantic_ai.messages import (
    BinaryContent,
    CachePoint,
    ImageUrl,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextContent,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

Json = dict[str, Any]
_SETTINGS = ("temperature", "top_p", "seed", "presence_penalty", "frequency_penalty", "parallel_tool_calls", "logit_bias")


def body_of(
    name: str,
    messages: Sequence[ModelMessage],
    instructions: Sequence[str],
    settings: ModelSettings,
    asked: ModelRequestParameters,
    *,
    stream: bool,
) -> Json:
    """The request. Only what was set is sent, since strict upstreams refuse a null."""
    given: Json = dict(settings)
    body: Json = {"model": name, "messages": chat(messages, instructions)}
    body |= {key: given[key] for key in _SETTINGS if given.get(key) is not None}
    if given.get("max_tokens"):
        body["max_completion_tokens"] = given["max_tokens"]
    if given.get("stop_sequences"):
        body["stop"] = given["stop_sequences"]
    tools = list(asked.declared_tool_defs.values())
    if tools:
        body["tools"] = [_tool(tool) for tool in tools]
        body["tool_choice"] = _choice(given.get("tool_choice"), asked)
    else:
        body.pop("parallel_tool_calls", None)
    if asked.output_mode == "native" and asked.output_object is not None:
        o = asked.output_object
        schema: Json = {"name": o.name or "answer", "schema": o.json_schema, "strict": bool(o.strict)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    body |= given.get("extra_body") or {}
    return body | ({"stream": True, "stream_options": {"include_usage": True}} if stream else {})


def _tool(tool: ToolDefinition) -> Json:
    made: Json = {"name": tool.name, "description": tool.description or "", "parameters": tool.parameters_json_schema}
    return {"type": "function", "function": made | ({"strict": True} if tool.strict else {})}


def _choice(wanted: Any, asked: ModelRequestParameters) -> str:
    if wanted in ("none", "required", "auto"):
        return wanted
    return "auto" if asked.allow_text_output else "required"


def chat(messages: Sequence[ModelMessage], instructions: Sequence[str] = ()) -> list[Json]:
    """The conversation; instructions stand in front of it."""
    said: list[Json] = [{"role": "system", "content": text} for text in instructions]
    for message in messages:
        if isinstance(message, ModelResponse):
            said += _answer(message)
        else:
            said += _request(message)
    return said


def _answer(message: ModelResponse) -> Iterable[Json]:
    """What the model said itself. Its thoughts are not sent back: they are of no use to another model, and long."""
    text = "\n\n".join(part.content for part in message.parts if isinstance(part, TextPart))
    calls = [
        {
            "id": part.tool_call_id,
            "type": "function",
            "function": {"name": part.tool_name, "arguments": part.args_as_json_str()},
        }
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]
    if text or calls:
        yield {"role": "assistant", "content": text or None, **({"tool_calls": calls} if calls else {})}


def _request(message: ModelRequest) -> Iterable[Json]:
    files: list[Any] = []
    for part in message.parts:
        match part:
            case SystemPromptPart():
                yield {"role": "system", "content": part.content}
            case UserPromptPart():
                yield _user(part.content)
            case ToolReturnPart():
                text, more = part.model_response_str_and_user_content()
                files += more
                yield {"role": "tool", "tool_call_id": part.tool_call_id, "content": text}
            case _:
                raise UserError(f"A {part.part_kind} reached the gateway unprepared.")
    if files:
        yield _user(files)


def _user(content: str | Sequence[Any]) -> Json:
    if isinstance(content, str):
        return {"role": "user", "content": content}
    parts: list[Json] = []
    for item in content:
        match item:
            case str():
                parts.append({"type": "text", "text": item})
            case TextContent():
                parts.append({"type": "text", "text": item.content})
            case ImageUrl():
                parts.append({"type": "image_url", "image_url": {"url": item.url}})
            case BinaryContent() if item.is_image:
                parts.append({"type": "image_url", "image_url": {"url": item.data_uri}})
            case BinaryContent():
                parts.append({"type": "file", "file": {"filename": item.identifier, "file_data": item.data_uri}})
            case CachePoint():
                continue
            case _:
                raise UserError(f"A {type(item).__name__} cannot be sent through the gateway.")
    return {"role": "user", "content": parts}
