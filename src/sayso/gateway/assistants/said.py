"""A thread, and what a run has done so far, as the body of a request for a response."""

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.gateway import files, kept

MESSAGES_MAX = 1000
ATTACHED_BYTES_MAX = 2**20
Value = dict[str, Any]


async def body(tx: AsyncConnection, home: Path, workspace: str, run: Value, done: list[Value]) -> Value:
    """`done` holds the calls and outputs of this run. Raises `Refused` when an attached file is gone."""
    strategy = run["truncation_strategy"]
    last = strategy.get("last_messages") if strategy.get("type") == "last_messages" else None
    page = kept.Page(min(MESSAGES_MAX, last or MESSAGES_MAX), "desc")
    messages = (await kept.listed(tx, workspace, "thread.message", page, parent=run["thread_id"]))["data"][::-1]
    items = [await _item(tx, home, workspace, message) for message in messages if message["status"] == "completed"]
    told: Value = {
        "model": run["model"],
        "input": [*items, *done],
        "instructions": run["instructions"] or None,
        "temperature": run["temperature"],
        "top_p": run["top_p"],
        "max_output_tokens": run["max_completion_tokens"],
        "store": False,
    }
    if run.get("reasoning_effort"):
        told["reasoning"] = {"effort": run["reasoning_effort"]}
    if tools := [one for tool in run["tools"] if (one := _tool(tool, run))]:
        told |= {"tools": tools, "tool_choice": _choice(run["tool_choice"]), "parallel_tool_calls": run["parallel_tool_calls"]}
    format = run["response_format"]
    if isinstance(format, dict):
        schema = format.get("json_schema")
        told["text"] = {"format": {"type": "json_schema", **schema} if isinstance(schema, dict) else {"type": format["type"]}}
    await files.put_in(tx, home, workspace, told)
    usual = {"temperature": 1.0, "top_p": 1.0}  # not told: some models refuse even what they would take anyway
    return {name: value for name, value in told.items() if value is not None and usual.get(name) != value}


async def _item(tx: AsyncConnection, home: Path, workspace: str, message: Value) -> Value:
    mine = message["role"] == "assistant"
    parts: list[Value] = []
    for part in message["content"]:
        match part["type"]:
            case "text":
                parts.append({"type": "output_text" if mine else "input_text", "text": part["text"]["value"]})
            case "image_url":
                parts.append(
                    {
                        "type": "input_image",
                        "image_url": part["image_url"]["url"],
                        "detail": part["image_url"].get("detail") or "auto",
                    }
                )
            case _:
                parts.append(
                    {
                        "type": "input_image",
                        "file_id": part["image_file"]["file_id"],
                        "detail": part["image_file"].get("detail") or "auto",
                    }
                )
    for attached in message["attachments"]:
        parts.append(await _attached(tx, home, workspace, attached["file_id"]))
    return {"type": "message", "role": message["role"], "content": parts}


async def _attached(tx: AsyncConnection, home: Path, workspace: str, id: str) -> Value:
    """A file is given to the model whole: as words when it is text, else as a file."""
    file = await files.read(tx, workspace, id)
    if file["bytes"] <= ATTACHED_BYTES_MAX:
        data = await asyncio.to_thread((await files.content(tx, home, workspace, id)).read_bytes)
        try:
            return {"type": "input_text", "text": f"The file {file['filename']}:\n\n{data.decode()}"}
        except UnicodeDecodeError:
            pass
    return {"type": "input_file", "file_id": id}


def _tool(tool: Value, run: Value) -> Value | None:
    match tool["type"]:
        case "function":
            function = tool["function"]
            return {
                "type": "function",
                "strict": False,
                "parameters": {"type": "object", "properties": {}},
                **{k: v for k, v in function.items() if v is not None},
            }
        case "code_interpreter":
            return {"type": "code_interpreter", "container": {"type": "auto"}}
        case _:
            return None  # files are given whole, so there is nothing to be searched


def _choice(choice: Any) -> Any:
    if isinstance(choice, dict):
        named = choice.get("function")
        return {"type": "function", "name": named["name"]} if isinstance(named, dict) else "auto"
    return choice
