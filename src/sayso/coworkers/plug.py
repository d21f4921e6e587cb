"""Which model a co-worker speaks with, and what to do when there is none."""

from dataclasses import dataclass

from sayso.ai import slots
from sayso.coworkers.roster import Found
from sayso.errors import NotFound
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.models import capability

READER = "sayso/reader"
NO_MODEL = (
    "No language model is connected, so I cannot talk or write letters. I can find rows by your words, and show them. "
    "An owner connects a model under Gateway → Providers, and plugs it into the slot “{slot}”."
)
WAY = {"label": "Connect a model", "href": "/gateway/providers"}


@dataclass(frozen=True, slots=True)
class Plug:
    """`model` is what the gateway is asked for; `name` what stands behind it. Not `ready`: `problem` says why, and what to do."""

    model: str
    name: str | None
    ready: bool
    problem: str | None = None
    sees: bool = False


def plugged(gateway: Gateway, caller: Caller, found: Found) -> Plug:
    slot = found.coworker.slot
    model = slots.resolve(found.spec, slot).model if found.spec else f"slot:{slot}"
    try:
        route = gateway.plan(caller, model).routes[0]
    except Refused:
        lost = (
            f"The model {model} of the slot “{slot}” is not there any more. Plug another one into it."
            if not model.startswith("slot:")
            else NO_MODEL
        )
        return Plug(model, None, False, lost.format(slot=slot))
    if route.provider.kind == "sayso" and not route.model.startswith("local/"):
        return Plug(model, route.model, False, NO_MODEL.format(slot=slot))
    return Plug(model, route.model, True, sees=_sees(gateway, route.model))


def _sees(gateway: Gateway, model: str) -> bool:
    """Whether the directory says that it reads pictures."""
    try:
        found = gateway.directory.read(gateway.directory.resolve(model).model)
    except NotFound:
        return False
    return not capability.refusals(found, ("vision",), who="This co-worker")
