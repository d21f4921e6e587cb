"""Whether a model or the built-in planner works on a wish."""

import re
from typing import Literal

from sayso.ai import slots
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.spec.app import App

Builder = Literal["auto", "planner", "agent"]
READER = "sayso/"
"""Models of ours: they read, draw and measure, and write nothing."""
_BACK = re.compile(
    r"\s*(?:please\s+)?(?:undo|revert|take)\s*(?:that|it|this|the last (?:change|step))?\s*(?:back)?\s*[.!]?\s*", re.I
)


def model_for(
    gateway: Gateway, caller: Caller, app: App | None, want: Builder, words: str = "", *, kind: str = "text"
) -> str | None:
    """What the gateway is asked for; None when the planner plans. To take something back is the planner's: it knows what was before."""
    if want == "planner" or _BACK.fullmatch(words):
        return None
    name = slots.resolve(app, kind).model if app is not None else f"slot:{kind}"
    try:
        first = gateway.plan(caller, name).routes[0]
    except Refused:
        return name if want == "agent" else None
    return None if first.model.startswith(READER) and first.provider.kind == "sayso" else name


def shown_name(gateway: Gateway, caller: Caller, name: str) -> str:
    """The model behind a slot or alias, as its provider calls it."""
    try:
        return gateway.plan(caller, name).routes[0].model
    except Refused:
        return name.removeprefix("slot:")
