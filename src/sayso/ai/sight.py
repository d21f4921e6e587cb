"""Who looks at pictures: the model of the slot `vision`, or the text model when that one sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sayso.ai.job import Job
from sayso.errors import NotFound
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.known import Route
from sayso.gateway.refusals import Refused
from sayso.models import capability

NO_EYES = (
    "No model that sees pictures is plugged in. Connect one under Models → Providers and choose it for the slot “vision”; "
    "the built-in models read text and draw, and do not see."
)


def seeing(gateway: Gateway, caller: Caller, job: Job, pictures: Sequence[str], *, chosen: bool) -> tuple[Job, str]:
    """The job with a model that sees, or the reason why there is none. A model that was `chosen` for this is taken as it is."""
    tried = [job.model] if chosen or not job.model.startswith("slot:") else ["slot:vision", "slot:text"]
    problem = NO_EYES
    for model in tried:
        try:
            route = gateway.plan(caller, model).routes[0]
        except Refused:
            continue
        reason = blind(gateway, route)
        if reason is None:
            return replace(job, model=model), ""
        problem = reason if model != "slot:text" else problem
    return job, problem


def blind(gateway: Gateway, route: Route) -> str | None:
    """Why this model cannot look at pictures; None when nothing known speaks against it."""
    if route.provider.kind == "sayso":
        here = next((m for m in gateway.here if m.name == route.model), None)
        return (
            None
            if here is not None and "image" in here.about.get("input", ()) and "chat/completions" in here.endpoints
            else NO_EYES
        )
    try:
        model = gateway.directory.read(gateway.directory.resolve(route.model).model)
    except NotFound:
        return None
    found = capability.refusals(model, ("vision",), who="This part")
    return f"{found[0]} Choose another model for the slot “vision”." if found else None
