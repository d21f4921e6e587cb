"""What a scripted upstream says when it plays a model: words, or calls of tools, whole or streamed as it was asked."""

import json
from itertools import count
from typing import Any

from tests.gateway.upstream import SNAPSHOT, USAGE, Says

_ids = count(1)


def says(text: str, *, finish: str = "stop", usage: dict[str, Any] | None = None) -> Says:
    """Words, in a few pieces when streamed."""
    pieces = [text[n : n + 40] for n in range(0, len(text), 40)] or [""]
    return _chat({"role": "assistant", "content": text}, [{"content": piece} for piece in pieces], finish, usage)


def calls(*called: tuple[str, Any], text: str | None = None, usage: dict[str, Any] | None = None) -> Says:
    """Calls of tools, each a name and its arguments: a value, or a string that is sent as it is, such as broken JSON."""
    made = [
        {
            "id": f"call_{next(_ids)}",
            "type": "function",
            "function": {"name": name, "arguments": args if isinstance(args, str) else json.dumps(args)},
        }
        for name, args in called
    ]
    deltas = [{"tool_calls": [{"index": n, **one}]} for n, one in enumerate(made)]
    return _chat({"role": "assistant", "content": text, "tool_calls": made}, deltas, "tool_calls", usage)


def _chat(message: dict[str, Any], deltas: list[dict[str, Any]], finish: str, usage: dict[str, Any] | None) -> Says:
    about = {"id": "chatcmpl-1", "created": 1760000000, "model": "stub" + SNAPSHOT}
    chunk = {**about, "object": "chat.completion.chunk"}
    events = [{**chunk, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in [{"role": "assistant"}, *deltas]]
    events.append({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    events.append({**chunk, "choices": [], "usage": usage or USAGE})
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    whole = {**about, "object": "chat.completion", "choices": [choice], "usage": usage or USAGE}
    return Says(whole, tuple((event, None) for event in events))
