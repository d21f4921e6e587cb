"""Several named values from one call to a model: asked for by a schema, checked by their kinds, asked again with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from sayso.ai import answers as heard
from sayso.ai import files, instructions
from sayso.ai.asking import Used, ask
from sayso.ai.inputs import Inputs
from sayso.ai.job import Job
from sayso.ai.outcome import Outcome
from sayso.ai.work import ATTEMPTS_MAX, PROBLEM_CHARACTERS_MAX
from sayso.errors import SaysoError
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused

TEXT_CHARACTERS_MAX = 20_000
SHOWN_CHARACTERS_MAX = 4_000
SAID = {"yes": True, "true": True, "no": False, "false": False}


async def answered(
    gateway: Gateway, caller: Caller, job: Job, inputs: Inputs, wanted: Mapping[str, Any]
) -> tuple[Outcome, dict[str, Any]]:
    """What became of it, and the values by key. Nothing is raised for what a model does wrong."""
    used = Used()
    try:
        outcome, values = await _asked(gateway, caller, job, inputs, wanted, used)
    except Refused as error:
        busy = error.status in (429, 502, 503)
        outcome, values = Outcome("failed" if busy else "refused", problem=str(error)[:PROBLEM_CHARACTERS_MAX], busy=busy), {}
    except SaysoError as error:
        outcome, values = Outcome("failed", problem=str(error)), {}
    return replace(outcome, version=job.version, **used.as_outcome()), values


async def _asked(
    gateway: Gateway, caller: Caller, job: Job, inputs: Inputs, wanted: Mapping[str, Any], used: Used
) -> tuple[Outcome, dict[str, Any]]:
    documents = await files.read(gateway, inputs.attachments)
    names = "; ".join(f"{key}: {one.name}" for key, one in wanted.items())
    system = f"{instructions.system_of(replace(job, output=None))}\n\nAnswer with a JSON object of these values: {names}."
    asked = instructions.asked_of(job, inputs, documents.texts)
    messages: list[dict[str, Any]] = instructions.messages_of(system, asked)
    form = {"type": "json_schema", "json_schema": {"name": "answers", "strict": True, "schema": schema(wanted)}}
    wrong, attempt = "", 0
    for attempt in range(1, ATTEMPTS_MAX + 1):
        said = await _said(gateway, caller, job.model, messages, form, wanted, used)
        try:
            values = checked(heard.json_in(said), wanted)
        except ValueError as error:
            wrong = str(error) or "the answer is no JSON object"
            told = f"That cannot be used: {wrong}. Answer again, with the JSON object alone."
            messages = [
                *messages[:2],
                {"role": "assistant", "content": said[:SHOWN_CHARACTERS_MAX] or "…"},
                {"role": "user", "content": told},
            ]
            continue
        text = "; ".join(f"{one.name}: {_shown(values[key])}" for key, one in wanted.items())
        return Outcome("written", orjson.dumps(values).decode(), text, attempts=attempt), values
    return Outcome(
        "failed", problem=f"The model's answer could not be used: {wrong}"[:PROBLEM_CHARACTERS_MAX], attempts=attempt
    ), {}


async def _said(
    gateway: Gateway,
    caller: Caller,
    model: str,
    messages: list[dict[str, Any]],
    form: dict[str, Any],
    wanted: Mapping[str, Any],
    used: Used,
) -> str:
    """The text of the answer; of a model that knows no schemas, asked for JSON in words."""
    try:
        answer = await ask(
            gateway, caller, "chat/completions", {"model": model, "messages": messages, "response_format": form}, used
        )
    except Refused as error:
        said = f"{error} {error.param or ''}".casefold()
        if error.status not in (400, 404, 415, 422, 501) or not any(
            word in said for word in ("response_format", "schema", "structured")
        ):
            raise
        words = (
            f"{messages[0]['content']}\n\nAnswer with one JSON object and nothing else: {orjson.dumps(schema(wanted)).decode()}"
        )
        answer = await ask(
            gateway,
            caller,
            "chat/completions",
            {"model": model, "messages": [{**messages[0], "content": words}, *messages[1:]]},
            used,
        )
    choices = answer.get("choices")
    message = choices[0].get("message") if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, str) else ""


def schema(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Of an object with these values, each of which may be null."""
    kinds: dict[str, dict[str, Any]] = {
        "text": {"type": ["string", "null"]}, "number": {"type": ["number", "null"]}, "checkbox": {"type": ["boolean", "null"]}
    }  # fmt: skip
    properties = {
        key: {
            "description": one.name,
            **({"type": ["string", "null"], "enum": [*one.choices, None]} if one.kind == "choice" else kinds[one.kind]),
        }
        for key, one in wanted.items()
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def checked(raw: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The values by key. Raises `ValueError` with what is wrong."""
    if not isinstance(raw, dict):
        raise ValueError("the answer is no JSON object")
    if not any(key in raw for key in wanted):
        raise ValueError(f"the JSON object has none of {', '.join(wanted)}")
    return {key: _checked(key, one, raw.get(key)) for key, one in wanted.items()}


def _checked(key: str, one: Any, value: Any) -> Any:
    if value is None or value == "":
        return None
    match one.kind:
        case "number":
            try:
                return (
                    value
                    if isinstance(value, (int, float)) and not isinstance(value, bool)
                    else float(str(value).replace(",", ""))
                )
            except ValueError:
                raise ValueError(f"{key} is a number, not {str(value)[:60]!r}") from None
        case "checkbox":
            found = value if isinstance(value, bool) else SAID.get(str(value).strip().casefold())
            if found is None:
                raise ValueError(f"{key} is true or false, not {str(value)[:60]!r}")
            return found
        case "choice":
            found = next((choice for choice in one.choices if choice.casefold() == str(value).strip().casefold()), None)
            if found is None:
                raise ValueError(f"{key} is one of {', '.join(one.choices)}, not {str(value)[:60]!r}")
            return found
        case _:
            text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
            return text[:TEXT_CHARACTERS_MAX]


def _shown(value: Any) -> str:
    return "nothing" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)
