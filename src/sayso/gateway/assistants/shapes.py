"""Assistants, threads, messages, runs and steps: as they are asked for, checked, and as they are answered."""

import time
from typing import Any

from sayso.gateway import kept
from sayso.gateway.bridge.items import new_id, wrong
from sayso.gateway.refusals import Refused

TOOLS_MAX = 128
CONTENT_PARTS_MAX = 100
ATTACHMENTS_MAX = 20
MESSAGES_AT_ONCE_MAX = 32
RUN_SECONDS_MAX = 600
TOOL_KINDS = ("function", "file_search", "code_interpreter")
SAMPLED = ("temperature", "top_p")
Value = dict[str, Any]


def assistant(body: Value) -> Value:
    return {
        "id": new_id("asst"),
        "object": "assistant",
        "created_at": int(time.time()),
        "model": kept.text(body, "model", required=True, length_max=200),
        **changes_of_assistant({"name": None, "description": None, "instructions": None, "tools": [], "tool_resources": {}, "metadata": {}, "temperature": 1.0, "top_p": 1.0, "response_format": "auto", "reasoning_effort": None} | body),
    }  # fmt: skip


def changes_of_assistant(body: Value) -> Value:
    """Those fields that are there, checked."""
    told: Value = {}
    for name, length in (
        ("name", 256),
        ("description", 512),
        ("instructions", 256_000),
        ("model", 200),
        ("reasoning_effort", 20),
    ):
        if name in body:
            told[name] = kept.text(body, name, length_max=length)
    if "model" in told and not told["model"]:
        raise wrong("model", "the name of a model")
    if "tools" in body:
        told["tools"] = tools(body["tools"] or [])
    if "tool_resources" in body:
        told["tool_resources"] = objects(body, "tool_resources")
    if "metadata" in body:
        told["metadata"] = kept.metadata(body)
    for name in SAMPLED:
        if name in body:
            told[name] = number(body, name)
    if "response_format" in body:
        told["response_format"] = shape(body["response_format"])
    return told


def thread(body: Value) -> Value:
    return {
        "id": new_id("thread"),
        "object": "thread",
        "created_at": int(time.time()),
        "metadata": kept.metadata(body),
        "tool_resources": objects(body, "tool_resources"),
    }


def messages(body: Value) -> list[Value]:
    given = body.get("messages") or []
    if not isinstance(given, list) or len(given) > MESSAGES_AT_ONCE_MAX:
        raise wrong("messages", f"a list of at most {MESSAGES_AT_ONCE_MAX} messages")
    return [one if isinstance(one, dict) else _no_object(f"messages[{n}]") for n, one in enumerate(given)]


def message(thread: str, body: Value, **more: Any) -> Value:
    if body.get("role") not in ("user", "assistant"):
        raise wrong("role", "user or assistant")
    now = int(time.time())
    return {
        "id": new_id("msg"),
        "object": "thread.message",
        "created_at": now,
        "thread_id": thread,
        "status": "completed",
        "incomplete_details": None,
        "completed_at": now,
        "incomplete_at": None,
        "role": body["role"],
        "content": _content(body.get("content")),
        "assistant_id": None,
        "run_id": None,
        "attachments": _attachments(body.get("attachments")),
        "metadata": kept.metadata(body),
        **more,
    }


def _content(given: Any) -> list[Value]:
    if isinstance(given, str):
        return [text_part(given)]
    if not isinstance(given, list) or not given or len(given) > CONTENT_PARTS_MAX:
        raise wrong("content", "a text or a list of parts")
    told: list[Value] = []
    for n, part in enumerate(given):
        kind = part.get("type") if isinstance(part, dict) else None
        match kind:
            case "text" if isinstance(part.get("text"), str):
                told.append(text_part(part["text"]))
            case "image_url" | "image_file" if isinstance(part.get(kind), dict):
                named = "url" if kind == "image_url" else "file_id"
                if not isinstance(part[kind].get(named), str):
                    raise wrong(f"content[{n}].{kind}.{named}", "a text")
                told.append({"type": kind, kind: part[kind]})
            case _:
                raise wrong(f"content[{n}]", "a part of type text, image_url or image_file")
    return told


def text_part(text: str) -> Value:
    return {"type": "text", "text": {"value": text, "annotations": []}}


def _attachments(given: Any) -> list[Value]:
    if given is None:
        return []
    fits = isinstance(given, list) and len(given) <= ATTACHMENTS_MAX
    if not fits or not all(isinstance(one, dict) and isinstance(one.get("file_id"), str) for one in given):
        raise wrong("attachments", f"a list of at most {ATTACHMENTS_MAX} objects with a file_id")
    return list(given)


def run(thread: str, assistant: Value, body: Value) -> Value:
    """A run of an assistant, whose settings hold where the run has none of its own."""
    now = int(time.time())
    asked = changes_of_assistant({name: body[name] for name in ("model", "tools", "temperature", "top_p", "response_format", "metadata", "reasoning_effort") if body.get(name) is not None})  # fmt: skip
    instructions = kept.text(body, "instructions")
    more = kept.text(body, "additional_instructions")
    instructions = assistant.get("instructions") if instructions is None else instructions
    if more:
        instructions = f"{instructions}\n\n{more}" if instructions else more
    limits: Value = {}
    for name in ("max_prompt_tokens", "max_completion_tokens"):
        limit = body.get(name)
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
            raise wrong(name, "a number above nought")
        limits[name] = limit
    strategy = objects(body, "truncation_strategy") or {"type": "auto", "last_messages": None}
    last = strategy.get("last_messages")
    if strategy.get("type") not in ("auto", "last_messages") or (last is not None and not (isinstance(last, int) and last > 0)):
        raise wrong("truncation_strategy", "auto, or last_messages with a number")
    return {
        "id": new_id("run"),
        "object": "thread.run",
        "created_at": now,
        "thread_id": thread,
        "assistant_id": assistant["id"],
        "status": "queued",
        "required_action": None,
        "last_error": None,
        "expires_at": now + RUN_SECONDS_MAX,
        "started_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "incomplete_details": None,
        "model": assistant["model"],
        "instructions": instructions or "",
        "tools": assistant["tools"],
        "temperature": assistant.get("temperature"),
        "top_p": assistant.get("top_p"),
        "response_format": assistant.get("response_format") or "auto",
        "reasoning_effort": assistant.get("reasoning_effort"),
        "metadata": {},
        "usage": None,
        **limits,
        "truncation_strategy": strategy,
        "tool_choice": choice(body.get("tool_choice")),
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        **asked,
    }


def step(run: Value, kind: str, details: Value) -> Value:
    return {
        "id": new_id("step"),
        "object": "thread.run.step",
        "created_at": int(time.time()),
        "run_id": run["id"],
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "type": kind,
        "status": "in_progress",
        "cancelled_at": None,
        "completed_at": None,
        "expired_at": None,
        "failed_at": None,
        "last_error": None,
        "step_details": {"type": kind, kind: details}
        if kind == "message_creation"
        else {"type": kind, "tool_calls": details["tool_calls"]},
        "usage": None,
        "metadata": {},
    }


def tools(given: Any) -> list[Value]:
    if not isinstance(given, list) or len(given) > TOOLS_MAX:
        raise wrong("tools", f"a list of at most {TOOLS_MAX} tools")
    for n, tool in enumerate(given):
        if not isinstance(tool, dict) or tool.get("type") not in TOOL_KINDS:
            raise wrong(f"tools[{n}].type", "one of " + ", ".join(TOOL_KINDS))
        function = tool.get("function")
        if tool["type"] == "function" and not (isinstance(function, dict) and isinstance(function.get("name"), str)):
            raise wrong(f"tools[{n}].function", "a function with a name")
    return list(given)


def choice(given: Any) -> Any:
    named = given.get("function") if isinstance(given, dict) else None
    if given in (None, "auto", "none", "required"):
        return given or "auto"
    if isinstance(given, dict) and (
        given.get("type") in ("file_search", "code_interpreter")
        or (isinstance(named, dict) and isinstance(named.get("name"), str))
    ):
        return given
    raise wrong("tool_choice", "auto, none, required or a tool")


def shape(given: Any) -> Any:
    if given in (None, "auto"):
        return "auto"
    if isinstance(given, dict) and given.get("type") in ("text", "json_object", "json_schema"):
        return given
    raise wrong("response_format", "auto, or an object with a type")


def objects(body: Value, name: str) -> Value:
    given = body.get(name)
    if given is not None and not isinstance(given, dict):
        raise wrong(name, "an object")
    return dict(given or {})


def number(body: Value, name: str) -> float | None:
    given = body.get(name)
    if given is not None and (isinstance(given, bool) or not isinstance(given, int | float)):
        raise wrong(name, "a number")
    return given


def _no_object(where: str) -> Value:
    raise wrong(where, "an object")


def outputs(body: Value, calls: list[Value]) -> dict[str, str]:
    """What the tools gave, by the id of their call. Raises `Refused` (400) unless all that were asked for are there."""
    given = body.get("tool_outputs")
    if isinstance(given, list) and len(given) == len(calls) == 1 and isinstance(given[0], dict):
        given = [{"tool_call_id": calls[0]["id"], **given[0]}]  # nobody else's can be meant
    if not isinstance(given, list) or not all(
        isinstance(one, dict) and isinstance(one.get("tool_call_id"), str) for one in given
    ):
        raise wrong("tool_outputs", "a list of objects with a tool_call_id and an output")
    told = {one["tool_call_id"]: str(one.get("output") or "") for one in given}
    if missing := {call["id"] for call in calls} - told.keys():
        raise Refused(f"Expected tool outputs for {', '.join(sorted(missing))}.", 400, param="tool_outputs", code="invalid_value")
    return told
