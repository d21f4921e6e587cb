"""What Responses and chat both hold, told once: ids, items, and the sealed thoughts that go back to the model that had them."""

import base64
from secrets import token_hex
from typing import Any

import orjson

from sayso.gateway.refusals import Refused

SEAL = "sayso1."
"""What our own `encrypted_content` begins with: the blocks of thinking as their model gave them, not encrypted, only wrapped."""


def new_id(prefix: str) -> str:
    return f"{prefix}_{token_hex(24)}"


def wrong(param: str, wanted: str) -> Refused:
    return Refused(f"Invalid value for '{param}': expected {wanted}.", 400, param=param, code="invalid_value")


def sealed(blocks: list[dict[str, Any]]) -> str:
    return SEAL + base64.b64encode(orjson.dumps(blocks)).decode()


def unsealed(text: Any) -> list[dict[str, Any]]:
    """The blocks, or none when they are not ours."""
    if not isinstance(text, str) or not text.startswith(SEAL):
        return []
    try:
        found = orjson.loads(base64.b64decode(text.removeprefix(SEAL), validate=True))
    except (ValueError, orjson.JSONDecodeError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def usage_of_response(used: dict[str, Any] | None) -> dict[str, Any] | None:
    """A chat's usage as a response tells it."""
    if used is None:
        return None
    into, out = used.get("prompt_tokens_details") or {}, used.get("completion_tokens_details") or {}
    details = {"cached_tokens": into.get("cached_tokens") or 0, "cache_write_tokens": into.get("cache_write_tokens") or 0}
    prompt, said = used.get("prompt_tokens") or 0, used.get("completion_tokens") or 0
    return {
        "input_tokens": prompt,
        "input_tokens_details": details,
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": out.get("reasoning_tokens") or 0},
        "total_tokens": prompt + said,
    }


def usage_of_chat(used: dict[str, Any] | None) -> dict[str, Any] | None:
    """A response's usage as a chat tells it."""
    if used is None:
        return None
    into, out = used.get("input_tokens_details") or {}, used.get("output_tokens_details") or {}
    prompt, said = used.get("input_tokens") or 0, used.get("output_tokens") or 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": said,
        "total_tokens": prompt + said,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": into.get("cached_tokens") or 0, "cache_write_tokens": into.get("cache_write_tokens") or 0},
        "completion_tokens_details": {"reasoning_tokens": out.get("reasoning_tokens") or 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
    }  # fmt: skip
