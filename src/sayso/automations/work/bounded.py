"""What is kept of inputs and outputs: as much as a person reads and later steps can use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

STEP_OUTPUT_BYTES_MAX = 1_000_000
"""Of one step's output, as JSON. What is longer is cut, for later steps too: so a run says the same before a crash and after it."""
STEP_INPUT_BYTES_MAX = 200_000
PROBLEM_CHARACTERS_MAX = 1_000
TOLD_CHARACTERS_MAX = 500
DETAIL_CHARACTERS_MAX = 4_000
_CUT = "… [cut: {chars:,} characters more]"
TEXT_KEPT_CHARACTERS = 2_000
ITEMS_KEPT = 20


def output(value: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(value)
    if _size(whole) <= STEP_OUTPUT_BYTES_MAX:
        return whole
    return {**_cut(whole, STEP_OUTPUT_BYTES_MAX // 4), "cut": True}


def shown(value: Any, most: int = STEP_INPUT_BYTES_MAX) -> tuple[Any, bool]:
    """What a person sees of a value, and whether some of it was cut."""
    if _size(value) <= most:
        return value, False
    return _cut(value, TEXT_KEPT_CHARACTERS), True


def line(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _size(value: Any) -> int:
    try:
        return len(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS))
    except (TypeError, ValueError, RecursionError):
        return STEP_OUTPUT_BYTES_MAX + 1


def _cut(value: Any, most: int, depth: int = 0) -> Any:
    match value:
        case str() if len(value) > most:
            return value[:most] + _CUT.format(chars=len(value) - most)
        case Mapping():
            return {str(k): _cut(v, most, depth + 1) for k, v in list(value.items())[: ITEMS_KEPT * 5]} if depth < 8 else "…"
        case list() | tuple():
            some = [_cut(v, most, depth + 1) for v in value[:ITEMS_KEPT]] if depth < 8 else []
            return [*some, f"… [cut: {len(value) - ITEMS_KEPT:,} more]"] if len(value) > ITEMS_KEPT else some
        case _:
            return value
