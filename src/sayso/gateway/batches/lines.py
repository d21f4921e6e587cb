"""The lines of a batch's file: read and checked all at once, before any is asked."""

from pathlib import Path
from typing import Any

import orjson

LINES_MAX = 50_000
FILE_BYTES_MAX = 200 * 2**20
LINE_BYTES_MAX = 32 * 2**20
PROBLEMS_MAX = 100
CUSTOM_ID_LENGTH_MAX = 512


def read(path: Path, endpoint: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The lines, and what is wrong with them, as OpenAI tells it: `{code, line, message, param}`."""
    found: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    seen: set[str] = set()

    def wrong(code: str, message: str, number: int | None = None, param: str | None = None) -> None:
        if len(problems) < PROBLEMS_MAX:
            problems.append({"code": code, "line": number, "message": message, "param": param})

    if path.stat().st_size > FILE_BYTES_MAX:
        wrong("file_too_large", "A batch's file has at most 200 MB.")
        return [], problems
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if not raw.strip():
                continue
            if len(found) >= LINES_MAX:
                wrong("too_many_requests", f"A batch has at most {LINES_MAX} lines.")
                break
            line = _line(raw)
            if line is None:
                wrong("invalid_json_line", "This line is not an object in JSON.", number)
                continue
            custom_id, body = line.get("custom_id"), line.get("body")
            if not isinstance(custom_id, str) or not 0 < len(custom_id) <= CUSTOM_ID_LENGTH_MAX or "\0" in custom_id:
                wrong("missing_required_parameter", "Every line has a custom_id, a text.", number, "custom_id")
            elif custom_id in seen:
                wrong("duplicate_custom_id", "The custom_id of this line is another's too.", number, "custom_id")
            elif line.get("method", "POST") != "POST":
                wrong("invalid_method", "The method is POST.", number, "method")
            elif line.get("url") != endpoint:
                wrong("mismatched_endpoint", f"The url is {endpoint}, as that of the batch.", number, "url")
            elif not isinstance(body, dict) or not isinstance(body.get("model"), str):
                wrong("invalid_request", "The body is an object that names its model.", number, "body")
            elif body.get("stream"):
                wrong("invalid_request", "A batch's answers cannot be streamed.", number, "body.stream")
            else:
                found.append({"number": number, "custom_id": custom_id, "body": body})
                seen.add(custom_id)
    if not found and not problems:
        wrong("empty_file", "The file holds no lines.")
    return found, problems


def _line(raw: bytes) -> dict[str, Any] | None:
    if len(raw) > LINE_BYTES_MAX:
        return None
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
