"""What a model answered, read: its calls, also those that it wrote out as text, their arguments, and what was wrong with them."""

import json
from typing import Any

import orjson
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart

from sayso.ai.answers import json_in, without_nul
from sayso.builder.agent.call import Done
from sayso.builder.agent.operations import BY_NAME
from sayso.errors import Problem

Json = dict[str, Any]
NOTE_CHARACTERS_MAX = 240
SAME_ANSWERS_MAX = 3


def text_of(answer: ModelResponse) -> str:
    return without_nul("\n".join(part.content for part in answer.parts if isinstance(part, TextPart)))


def printed(answer: ModelResponse) -> list[ToolCallPart]:
    """A call that a model wrote out as text in place of making it."""
    try:
        value = json_in(text_of(answer))
    except ValueError:
        return []
    found = value.get("tool_calls", [value]) if isinstance(value, dict) else value if isinstance(value, list) else []
    calls: list[ToolCallPart] = []
    for one in found if isinstance(found, list) else []:
        if isinstance(one, dict):
            one = _inner(one, "function")
            action = _inner(one, "action")
            name = one.get("name") or action.get("do")
            given = one.get("arguments", one.get("parameters"))
            if isinstance(name, str) and name in BY_NAME:
                calls.append(
                    ToolCallPart(
                        name, given if given is not None else {k: v for k, v in action.items() if k not in ("do", "name")}
                    )
                )
    return calls


def _inner(value: Json, key: str) -> Json:
    found = value.get(key)
    return found if isinstance(found, dict) else value


def arguments_of(call: ToolCallPart, cut: bool) -> tuple[Json, str | None]:
    """The arguments as a value, or what is wrong with them."""
    if isinstance(call.args, dict):
        return call.args, None
    try:
        value = without_nul(orjson.loads(call.args or "{}"))
    except orjson.JSONDecodeError as error:
        why = "your answer was cut off; say less in one call" if cut else str(error)
        return {}, f"The arguments of {call.tool_name} are no JSON ({why})."
    if isinstance(value, list) and (operation := BY_NAME.get(call.tool_name)):
        return {next(k for k, v in operation.schema["properties"].items() if v.get("type") == "array"): value}, None
    return (value, None) if isinstance(value, dict) else ({}, f"The arguments of {call.tool_name} are an object.")


def problem_of(done: Done) -> str | None:
    if not done.problems:
        return None
    first: Problem = done.problems[0]
    return f"{first.path}: {first.reason}" if first.path else first.reason


def said_only(answer: ModelResponse) -> str:
    if not text_of(answer).strip():
        return "That was empty. Propose the parts by calling operations."
    return "Words change nothing. Propose the parts by calling operations, or call finish with what cannot be built in left_out."


def texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value] if value else []
    return [" ".join(one.split())[:NOTE_CHARACTERS_MAX] for one in listed if isinstance(one, str) and one.strip()]


def in_circles(seen: list[str], answer: ModelResponse) -> bool:
    """Whether the model has now said the very same so often that it will not say anything else."""
    said = json.dumps(
        [p.args if isinstance(p, ToolCallPart) else p.content for p in answer.parts if isinstance(p, (ToolCallPart, TextPart))],
        default=str,
    )
    seen.append(said)
    return seen.count(said) >= SAME_ANSWERS_MAX
