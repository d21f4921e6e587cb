"""The events of a response that is there already: for who comes back to a stream."""

from collections.abc import Iterator
from typing import Any

DELTA_CHARACTERS = 400
ENDS = {"completed", "incomplete", "failed", "cancelled"}


def events(response: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same each time it is asked for, with the same numbers."""
    for number, event in enumerate(_events(response)):
        yield {**event, "sequence_number": number}


def _events(response: dict[str, Any]) -> Iterator[dict[str, Any]]:
    begun = {**response, "status": "in_progress", "output": [], "usage": None, "completed_at": None}
    for kind in ("created", "in_progress"):
        yield {"type": f"response.{kind}", "response": begun}
    for place, item in enumerate(response.get("output") or []):
        empty = "content" if item.get("type") == "message" else "arguments" if item.get("type") == "function_call" else None
        shown = item if empty is None else {**item, "status": "in_progress", empty: [] if empty == "content" else ""}
        yield {"type": "response.output_item.added", "output_index": place, "item": shown}
        at = {"item_id": item.get("id"), "output_index": place}
        if item.get("type") == "message":
            for n, part in enumerate(item.get("content") or []):
                yield from _part(part, {**at, "content_index": n})
        elif item.get("type") == "function_call":
            yield {"type": "response.function_call_arguments.delta", "delta": item.get("arguments") or "", **at}
            yield {
                "type": "response.function_call_arguments.done",
                "name": item.get("name"),
                "arguments": item.get("arguments") or "",
                **at,
            }
        yield {"type": "response.output_item.done", "output_index": place, "item": item}
    status = response.get("status")
    end = status if status in ("completed", "incomplete", "failed") else "incomplete"
    yield {"type": f"response.{end}", "response": response}


def _part(part: dict[str, Any], at: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind = "refusal" if part.get("type") == "refusal" else "output_text"
    text = str(part.get("refusal") or part.get("text") or "")
    more = {} if kind == "refusal" else {"logprobs": []}
    yield {"type": "response.content_part.added", "part": {"type": "refusal", "refusal": ""} if kind == "refusal" else {"type": "output_text", "text": "", "annotations": [], "logprobs": []}, **at}  # fmt: skip
    for start in range(0, len(text), DELTA_CHARACTERS):
        yield {"type": f"response.{kind}.delta", "delta": text[start : start + DELTA_CHARACTERS], **more, **at}
    yield {"type": f"response.{kind}.done", "refusal" if kind == "refusal" else "text": text, **more, **at}
    yield {"type": "response.content_part.done", "part": part, **at}
