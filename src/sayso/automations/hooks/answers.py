"""What the caller of a webhook is told."""

from __future__ import annotations

import re
from typing import Any

import orjson

from sayso.automations.hooks.delivery import Delivery, dug
from sayso.automations.hooks.hooks import Taken

_NAMED = re.compile(r"\{\s*(trigger|run)\s*:\s*([A-Za-z0-9_.-]{1,200})\s*\}")


def filled(text: str, taken: Taken, delivery: Delivery, url: str) -> str:
    """The automation's own answer; names in braces are filled in: `{trigger: body.order}`, `{run: id}`. Empty for what is not there."""
    run = {"id": taken.run or "", "url": f"{url}/runs/{taken.run}" if taken.run else ""}
    told: dict[str, Any] = {**delivery.told(""), "body": delivery.body}
    return _NAMED.sub(lambda m: _said(dug(told if m[1] == "trigger" else run, m[2])), text)


def _said(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return orjson.dumps(value).decode()
