"""A request for a response, said as a chat."""

from typing import Any

import orjson

from sayso.gateway.bridge.items import unsealed, wrong
from sayso.gateway.refusals import Refused

SAME = ("temperature", "top_p", "parallel_tool_calls", "user", "seed", "presence_penalty", "frequency_penalty", "stop")
CUSTOM_INPUT = {
    "type": "object",
    "properties": {"input": {"type": "string"}},
    "required": ["input"],
    "additionalProperties": False,
}


def asked(body: dict[str, Any]) -> dict[str, Any]:
    """Raises `Refused` (400) for what a chat cannot do: tools that only OpenAI runs, files that were not put into the request."""
    chat: dict[str, Any] = {"model": body.get("model"), "messages": messages(body)}
    chat |= {name: body[name] for name in SAME if body.get(name) is not None}
    if body.get("max_output_tokens") is not None:
        chat["max_tokens"] = body["max_output_tokens"]
    if tools := _tools(body.get("tools")):
        chat["tools"] = tools
        choice = _choice(body.get("tool_choice"), chat)
        if choice is not None:
            chat["tool_choice"] = choice
    else:
        chat.pop("parallel_tool_calls", None)
    text = body.get("text")
    if text is not None and not isinstance(text, dict):
        raise wrong("text", "an object")
    if shape := _shape((text or {}).get("format")):
        chat["response_format"] = shape
    reasoning = body.get("reasoning")
    if isinstance(reasoning, dict) and reasoning.get("effort") is not None:
        chat["reasoning_effort"] = reasoning["effort"]
    if "message.output_text.logprobs" in (body.get("include") or []):
        chat["logprobs"] = True
        if body.get("top_logprobs"):
            chat["top_logprobs"] = body["top_logprobs"]
    if body.get("stream"):
        chat |= {"stream": True, "stream_options": {"include_usage": True}}
    return chat


def messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    instructions = body.get("instructions")
    if isinstance(instructions, str) and instructions:
        said.append({"role": "system", "content": instructions})
    given = body.get("input")
    if isinstance(given, str):
        return [*said, {"role": "user", "content": given}]
    if not isinstance(given, list):
        raise wrong("input", "a text or a list of items")
    for n, item in enumerate(given):
        if not isinstance(item, dict):
            raise wrong(f"input[{n}]", "an object")
        _add(said, item, f"input[{n}]")
    return said


def _add(said: list[dict[str, Any]], item: dict[str, Any], where: str) -> None:
    kind = item.get("type") or ("message" if "role" in item else None)
    match kind:
        case "message":
            role = {"developer": "system"}.get(str(item.get("role")), item.get("role"))
            if role not in ("user", "assistant", "system"):
                raise wrong(f"{where}.role", "one of user, assistant, system and developer")
            if role == "assistant":
                _assistant(said).update(_text_of(item.get("content"), where, _assistant(said)))
            else:
                said.append({"role": role, "content": _content(item.get("content"), where)})
        case "function_call" | "custom_tool_call":
            arguments = (
                item.get("arguments") if kind == "function_call" else orjson.dumps({"input": item.get("input") or ""}).decode()
            )
            function = {"name": str(item.get("name") or ""), "arguments": arguments if isinstance(arguments, str) else "{}"}
            call = {"id": str(item.get("call_id") or item.get("id") or ""), "type": "function", "function": function}
            _assistant(said).setdefault("tool_calls", []).append(call)
        case "function_call_output" | "custom_tool_call_output":
            output = item.get("output")
            content = output if isinstance(output, str) else _content(output, where)
            said.append({"role": "tool", "tool_call_id": str(item.get("call_id") or ""), "content": content})
        case "reasoning":
            if blocks := unsealed(item.get("encrypted_content")):
                _assistant(said).setdefault("thinking_blocks", []).extend(blocks)
        case "item_reference":
            raise Refused(f"Item with id '{str(item.get('id'))[:100]}' not found.", 404, param="input", code="not_found")
        case _:
            raise Refused(
                f"This model is asked through chat completions, which cannot hold an item of type {str(kind)[:60]!r}.",
                400,
                param=f"{where}.type",
                code="unsupported_value",
            )


def _assistant(said: list[dict[str, Any]]) -> dict[str, Any]:
    """The assistant's message at the end, begun when there is none."""
    if not said or said[-1]["role"] != "assistant":
        said.append({"role": "assistant", "content": None})
    return said[-1]


def _text_of(content: Any, where: str, before: dict[str, Any]) -> dict[str, Any]:
    if isinstance(content, str):
        text = content
    elif isinstance(content, list):
        text = "".join(str(part.get("text") or part.get("refusal") or "") for part in content if isinstance(part, dict))
    elif content is None:
        text = ""
    else:
        raise wrong(f"{where}.content", "a text or a list of parts")
    return {"content": (before.get("content") or "") + text}


def _content(content: Any, where: str) -> str | list[dict[str, Any]]:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise wrong(f"{where}.content", "a text or a list of parts")
    parts = [_part(part, f"{where}.content[{n}]") for n, part in enumerate(content)]
    if all(part["type"] == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return parts


def _part(part: Any, where: str) -> dict[str, Any]:
    if not isinstance(part, dict):
        raise wrong(where, "an object")
    match part.get("type"):
        case "input_text" | "output_text" | "text":
            return {"type": "text", "text": str(part.get("text") or "")}
        case "refusal":
            return {"type": "text", "text": str(part.get("refusal") or "")}
        case "input_image":
            if not isinstance(part.get("image_url"), str):
                raise wrong(f"{where}.image_url", "an address or a data URL")
            image = {"url": part["image_url"]}
            return {"type": "image_url", "image_url": {**image, "detail": part["detail"]} if part.get("detail") else image}
        case "input_file":
            if not isinstance(part.get("file_data"), str):
                raise wrong(f"{where}.file_data", "the file as a data URL")
            return {"type": "file", "file": {"file_data": part["file_data"], "filename": str(part.get("filename") or "file")}}
        case "input_audio":
            return {"type": "input_audio", "input_audio": part.get("input_audio")}
        case kind:
            raise wrong(f"{where}.type", f"one of input_text, input_image, input_file and input_audio, not {str(kind)[:40]!r}")


def _tools(listed: Any) -> list[dict[str, Any]]:
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise wrong("tools", "a list")
    told: list[dict[str, Any]] = []
    for n, tool in enumerate(listed):
        kind = tool.get("type") if isinstance(tool, dict) else None
        if kind not in ("function", "custom") or not isinstance(tool.get("name"), str):
            raise Refused(
                f"This model has no tool of type {str(kind)[:60]!r}: it is asked through chat completions, where tools are functions.",
                400,
                param=f"tools[{n}].type",
                code="unsupported_value",
            )
        function: dict[str, Any] = {"name": tool["name"]}
        if tool.get("description"):
            function["description"] = tool["description"]
        if kind == "custom":
            function["parameters"] = CUSTOM_INPUT
        else:
            function["parameters"] = tool.get("parameters") or {"type": "object", "properties": {}}
            if tool.get("strict") is not None:
                function["strict"] = tool["strict"]
        told.append({"type": "function", "function": function})
    return told


def _choice(choice: Any, chat: dict[str, Any]) -> Any:
    if choice is None or choice in ("auto", "none", "required"):
        return choice
    if isinstance(choice, dict) and choice.get("type") in ("function", "custom") and isinstance(choice.get("name"), str):
        return {"type": "function", "function": {"name": choice["name"]}}
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        names = {tool.get("name") for tool in choice.get("tools") or [] if isinstance(tool, dict)}
        chat["tools"] = [tool for tool in chat["tools"] if tool["function"]["name"] in names]
        return choice.get("mode") or "auto"
    raise wrong("tool_choice", "auto, none, required, or a function by its name")


def _shape(format: Any) -> dict[str, Any] | None:
    if not isinstance(format, dict):
        if format is not None:
            raise wrong("text.format", "an object")
        return None
    match format.get("type"):
        case "json_schema":
            named = {key: format[key] for key in ("name", "description", "schema", "strict") if format.get(key) is not None}
            return {"type": "json_schema", "json_schema": {"name": "answer", **named}}
        case "json_object":
            return {"type": "json_object"}
        case _:
            return None
