"""A chat said as a request for a response, for models that take nothing else; and the answer back."""

import time
from collections.abc import AsyncIterator
from typing import Any

from sayso.gateway.bridge.items import sealed, unsealed, usage_of_chat, wrong
from sayso.gateway.providers.chat import Chunks
from sayso.gateway.refusals import Refused
from sayso.gateway.reply import DONE, event
from sayso.gateway.upstream import Broken

SAME = ("temperature", "top_p", "parallel_tool_calls", "user", "safety_identifier", "prompt_cache_key", "service_tier", "metadata", "top_logprobs")  # fmt: skip
NOT_THERE = ("stop", "seed", "logit_bias", "presence_penalty", "frequency_penalty", "audio", "functions", "prediction")
PARTS = {"text": "input_text", "image_url": "input_image", "file": "input_file"}


def asked(body: dict[str, Any]) -> dict[str, Any]:
    """Raises `Refused` (400) for what a response cannot be asked for."""
    for name in NOT_THERE:
        if body.get(name) not in (None, 0, [], {}):
            raise Refused(
                f"Unsupported parameter: '{name}' is not supported with this model.",
                400,
                param=name,
                code="unsupported_parameter",
            )
    if (body.get("n") or 1) != 1:
        raise Refused("This model gives one answer at a time: n must be 1.", 400, param="n", code="unsupported_value")
    told: dict[str, Any] = {"model": body.get("model"), "input": _items(body.get("messages")), "store": bool(body.get("store"))}
    told |= {name: body[name] for name in SAME if body.get(name) is not None}
    if limit := body.get("max_completion_tokens") or body.get("max_tokens"):
        told["max_output_tokens"] = limit
    if tools := body.get("tools"):
        if not isinstance(tools, list):
            raise wrong("tools", "a list")
        told["tools"] = [_tool(tool, f"tools[{n}]") for n, tool in enumerate(tools)]
        told["tools"] = [{"strict": False, **tool} if tool["type"] == "function" else tool for tool in told["tools"]]
    choice = body.get("tool_choice")
    if choice is not None:
        named = choice.get("function") if isinstance(choice, dict) else None
        told["tool_choice"] = {"type": "function", "name": named.get("name")} if isinstance(named, dict) else choice
    if body.get("reasoning_effort") is not None:
        told["reasoning"] = {"effort": body["reasoning_effort"]}
    text: dict[str, Any] = {}
    shape = body.get("response_format")
    if isinstance(shape, dict):
        text["format"] = (
            {"type": "json_schema", **(shape.get("json_schema") or {})} if shape.get("type") == "json_schema" else shape
        )
    if body.get("verbosity") is not None:
        text["verbosity"] = body["verbosity"]
    if text:
        told["text"] = text
    if body.get("logprobs"):
        told["include"] = ["message.output_text.logprobs"]
    if body.get("stream"):
        told["stream"] = True
    return told


def _items(messages: Any) -> list[dict[str, Any]]:
    if not isinstance(messages, list) or not messages:
        raise wrong("messages", "a list of at least one message")
    items: list[dict[str, Any]] = []
    for n, message in enumerate(messages):
        where = f"messages[{n}]"
        if not isinstance(message, dict):
            raise wrong(where, "an object")
        role, content = message.get("role"), message.get("content")
        match role:
            case "tool":
                items.append({"type": "function_call_output", "call_id": message.get("tool_call_id"), "output": content if isinstance(content, str) else _parts(content, where, "user")})  # fmt: skip
            case "assistant":
                if message.get("thinking_blocks"):
                    for block in message["thinking_blocks"]:
                        if isinstance(block, dict) and block.get("type") == "reasoning":
                            items.append(block)
                if content:
                    items.append(
                        {
                            "role": "assistant",
                            "content": content if isinstance(content, str) else _parts(content, where, "assistant"),
                        }
                    )
                for call in message.get("tool_calls") or []:
                    function = call.get("function") if isinstance(call, dict) else None
                    if not isinstance(function, dict):
                        raise wrong(f"{where}.tool_calls", "function calls")
                    items.append({"type": "function_call", "call_id": call.get("id"), "name": function.get("name"), "arguments": function.get("arguments") or "{}"})  # fmt: skip
            case "system" | "developer" | "user":
                items.append({"role": role, "content": content if isinstance(content, str) else _parts(content, where, "user")})
            case _:
                raise wrong(f"{where}.role", "one of system, developer, user, assistant and tool")
    return items


def _parts(content: Any, where: str, role: str) -> list[dict[str, Any]]:
    if not isinstance(content, list):
        raise wrong(f"{where}.content", "a text or a list of parts")
    told: list[dict[str, Any]] = []
    for n, part in enumerate(content):
        kind = part.get("type") if isinstance(part, dict) else None
        match kind:
            case "text":
                told.append({"type": "output_text" if role == "assistant" else "input_text", "text": part.get("text") or ""})
            case "image_url":
                image = part.get("image_url")
                url = image.get("url") if isinstance(image, dict) else image
                detail = image.get("detail") if isinstance(image, dict) else None
                told.append({"type": "input_image", "image_url": url, "detail": detail or "auto"})
            case "file":
                told.append({"type": "input_file", **(part.get("file") or {})})
            case "refusal":
                told.append({"type": "refusal", "refusal": part.get("refusal") or ""})
            case _:
                raise wrong(f"{where}.content[{n}].type", "one of " + ", ".join(PARTS))
    return told


def _tool(tool: Any, where: str) -> dict[str, Any]:
    kind = tool.get("type") if isinstance(tool, dict) else None
    described = tool.get(kind) if isinstance(tool, dict) and kind in ("function", "custom") else None
    if not isinstance(described, dict):
        raise wrong(where, "a function")
    return {"type": kind, **described}


# ── back ──────────────────────────────────────────────────────


def _finish(response: dict[str, Any], called: bool) -> str:
    if response.get("status") == "incomplete":
        return "content_filter" if (response.get("incomplete_details") or {}).get("reason") == "content_filter" else "length"
    return "tool_calls" if called else "stop"


def answered(response: dict[str, Any]) -> dict[str, Any]:
    """Raises `Broken` when the response has failed."""
    if response.get("status") == "failed" or response.get("error"):
        raise Broken(f"failed: {(response.get('error') or {}).get('message') or 'it did not say why'}", "upstream")
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    calls: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    for item in response.get("output") or []:
        match item.get("type"):
            case "message":
                for part in item.get("content") or []:
                    name = "refusal" if part.get("type") == "refusal" else "content"
                    message[name] = (message[name] or "") + (part.get("text") or part.get("refusal") or "")
            case "function_call":
                calls.append({"id": item.get("call_id"), "type": "function", "function": {"name": item.get("name"), "arguments": item.get("arguments")}})  # fmt: skip
            case "reasoning":
                if thought := "\n".join(
                    part.get("text") or "" for part in [*(item.get("summary") or []), *(item.get("content") or [])]
                ):
                    message["reasoning_content"] = thought
                if item.get("encrypted_content") and not unsealed(item["encrypted_content"]):
                    kept.append(item)
            case _:
                pass
    if calls:
        message["tool_calls"] = calls
    if kept:
        message["thinking_blocks"] = kept
    return {
        "id": "chatcmpl-" + str(response.get("id") or "").removeprefix("resp_"),
        "object": "chat.completion",
        "created": int(response.get("created_at") or time.time()),
        "model": response.get("model"),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(response, bool(calls))}],
        "usage": usage_of_chat(response.get("usage")),
    }


async def chunks(model: str, events: AsyncIterator[dict[str, Any]], *, tells_usage: bool) -> AsyncIterator[bytes]:
    """A streamed response as the chunks of a chat."""
    told = Chunks(model)
    calls: dict[int, int] = {}
    async for one in events:
        match one.get("type"):
            case "response.created":
                told.model = one["response"].get("model") or model
                told.id = "chatcmpl-" + str(one["response"].get("id") or "").removeprefix("resp_")
                yield told.delta({})
            case "response.output_text.delta":
                yield told.text(one["delta"])
            case "response.refusal.delta":
                yield told.delta({"refusal": one["delta"]})
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                yield told.reasoning(one["delta"])
            case "response.output_item.added" if one["item"].get("type") == "function_call":
                place = calls[one["output_index"]] = len(calls)
                yield told.tool(place, id=one["item"]["call_id"], name=one["item"]["name"])
            case "response.function_call_arguments.delta":
                yield told.tool(calls[one["output_index"]], arguments=one["delta"])
            case "response.completed" | "response.incomplete":
                response = one["response"]
                yield told.delta({}, 0, _finish(response, bool(calls)))  # pyright: ignore[reportArgumentType]
                if tells_usage:
                    about = {"id": told.id, "object": "chat.completion.chunk", "created": told.created, "model": told.model}
                    yield event({**about, "choices": [], "usage": usage_of_chat(response.get("usage"))})
                yield DONE
                return
            case "response.failed" | "error":
                error = (one.get("response") or {}).get("error") or one.get("error") or one
                raise Broken(f"broke off: {error.get('message') or 'it did not say why'}", "upstream")
            case _:
                pass
    raise Broken("ended its answer too early", "cut")


__all__ = ["answered", "asked", "chunks", "sealed"]
