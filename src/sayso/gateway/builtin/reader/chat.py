"""`sayso/reader` answers `/v1/chat/completions` and `/v1/completions` in OpenAI's shapes, whole or streamed.

Beside their fields an answer has `sayso`: what each value was read from, with its margin, and whether a person should look again.
"""

import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from sayso.gateway.builtin.reader import answering
from sayso.gateway.refusals import Refused

NAME = "sayso/reader"
PIECE_WORDS = 4
"""Words in one event of a stream."""
CHOICES_MAX = 16

Value = dict[str, Any]


def answer(endpoint: str, body: Value) -> Value | list[Value]:
    """Raises `Refused` for a request that makes no sense."""
    chat = endpoint == "chat/completions"
    messages = body.get("messages") if chat else [{"role": "user", "content": _prompt(body.get("prompt"))}]
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise Refused("'messages' is a list of at least one message.", 400, param="messages")
    format = body.get("response_format")
    if format is not None and not isinstance(format, dict):
        raise Refused("'response_format' is an object.", 400, param="response_format")
    many = 1 if body.get("n") is None else body["n"]
    if not isinstance(many, int) or not 1 <= many <= CHOICES_MAX:
        raise Refused(f"'n' is a number from 1 to {CHOICES_MAX}.", 400, param="n")
    try:
        said = answering.read({**body, "messages": messages}, today=datetime.now(UTC).date())
    except (AttributeError, KeyError, TypeError, ValueError, re.error) as error:
        raise Refused(f"The schema of this request could not be read: {error}", 400, param="response_format") from None
    usage = _usage(messages, said)
    if body.get("stream"):
        options = body.get("stream_options")
        counts = isinstance(options, dict) and bool(options.get("include_usage"))
        return _events(said, usage if counts else None, chat=chat)
    head = _head("chat.completion" if chat else "text_completion")
    choices = [
        _choice(said, n)
        if chat
        else {"index": n, "text": said.content or said.refusal, "finish_reason": "stop", "logprobs": None}
        for n in range(many)
    ]
    return {**head, "choices": choices, "usage": usage, "sayso": dict(said.told)}


def _choice(said: answering.Reading, index: int) -> Value:
    message: Value = {"role": "assistant", "content": said.content, "refusal": said.refusal}
    if said.call:
        message["tool_calls"] = [_call(said.call)]
    return {"index": index, "message": message, "logprobs": None, "finish_reason": "tool_calls" if said.call else "stop"}


def _call(call: tuple[str, str]) -> Value:
    return {"id": f"call_{secrets.token_hex(12)}", "type": "function", "function": {"name": call[0], "arguments": call[1]}}


def _events(said: answering.Reading, usage: Value | None, *, chat: bool) -> list[Value]:
    head = _head("chat.completion.chunk" if chat else "text_completion")

    def event(delta: Value, finish: str | None = None) -> Value:
        choice: Value = (
            {"index": 0, "delta": delta, "finish_reason": finish}
            if chat
            else {"index": 0, "text": delta.get("content", ""), "finish_reason": finish}
        )
        return {**head, "choices": [{**choice, "logprobs": None}], **({"usage": None} if usage else {})}

    events = [event({"role": "assistant", "content": ""})] if chat else []
    if said.call:
        events.append(event({"tool_calls": [{"index": 0, **_call(said.call)}]}))
    elif said.content is None and chat:
        events.append(event({"refusal": said.refusal}))
    else:
        events += [event({"content": piece}) for piece in _pieces(said.content or said.refusal or "")]
    events.append({**event({}, "tool_calls" if said.call else "stop"), "sayso": dict(said.told)})
    return [*events, {**head, "choices": [], "usage": usage}] if usage else events


def _pieces(text: str) -> list[str]:
    words = re.findall(r"\s*\S+|\s+$", text)
    return ["".join(words[n : n + PIECE_WORDS]) for n in range(0, len(words), PIECE_WORDS)]


def _head(kind: str) -> Value:
    return {"id": f"chatcmpl-{secrets.token_hex(12)}", "object": kind, "created": int(time.time()), "model": NAME}


def _prompt(given: Any) -> str:
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, str):
        raise Refused("'prompt' is a text.", 400, param="prompt")
    return given


def _usage(messages: list[Value], said: answering.Reading) -> Value:
    asked = sum(answering.tokens(text) for m in messages for text in _texts(m.get("content")))
    made = answering.tokens(said.content or said.refusal or (said.call[1] if said.call else ""))
    return {"prompt_tokens": asked, "completion_tokens": made, "total_tokens": asked + made}


def _texts(content: Any) -> list[str]:
    if isinstance(content, list):
        return [str(part.get("text", "")) for part in content if isinstance(part, dict)]
    return [content] if isinstance(content, str) else []
