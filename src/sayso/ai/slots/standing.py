"""Who answers for a slot just now, and whether that will go on: the model behind the name, its end, what cannot work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sayso.ai.slots.plug import Plug
from sayso.ai.slots.uses import Use
from sayso.errors import NotFound
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.known import BUILT_IN, Route
from sayso.gateway.refusals import Refused
from sayso.models import capability, lifecycle
from sayso.models.model import Model

ENDS_SOON_DAYS = 120


@dataclass(frozen=True, slots=True)
class Standing:
    """`model` as it is asked for, `answers` the provider's own name for it; both None where nothing is plugged in. `where` is `app`,
    `workspace` or `built_in`. `ends` is told when a shutdown is known; `problems` are sentences that say what to do."""

    asked: str
    answers: str | None
    provider: str | None
    where: str
    pinned: bool
    ends: str | None
    replacement: str | None
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "asked": self.asked, "answers": self.answers, "provider": self.provider, "where": self.where, "pinned": self.pinned,
            "ends": self.ends, "replacement": self.replacement, "problems": list(self.problems),
        }  # fmt: skip


def standing(gateway: Gateway, caller: Caller, plug: Plug, used: tuple[Use, ...], today: date) -> Standing:
    """Looks only at what this process knows: no call is made."""
    route = _route(gateway, caller, plug)
    if route is None:
        return Standing(
            plug.model, None, None, plug.where, False, None, None, (_missing(plug),) if used or plug.where == "app" else ()
        )
    built_in = plug.where == "workspace" and gateway.workspace(caller.workspace).slot_or_none(plug.kind) is None
    model, snapshot = known_of(gateway, route)
    life = lifecycle.of(model, gateway.directory, today) if model else None
    ending = life is not None and (life.status in ("retired", "deprecated") or (life.days_left or 10**6) <= ENDS_SOON_DAYS)
    problems = [*cannot(gateway, route, used)] + ([life.sentence] if life is not None and life.status == "retired" else [])
    return Standing(
        plug.model,
        route.model,
        route.provider.name,
        "built_in" if built_in else plug.where,
        snapshot is not None,
        life.sentence if life is not None and ending else None,
        life.successor if life is not None and ending else None,
        tuple(problems),
    )


def _route(gateway: Gateway, caller: Caller, plug: Plug) -> Route | None:
    """Who is asked. Pictures go to the text model when nothing is plugged in for them and that one sees."""
    try:
        return gateway.plan(caller, plug.model).routes[0]
    except Refused:
        if plug.model != "slot:vision":
            return None
    try:
        route = gateway.plan(caller, "slot:text").routes[0]
    except Refused:
        return None
    sees = Use("", "", "This slot", "", "", ("vision",), "text", "vision")
    return None if cannot(gateway, route, (sees,)) else route


def _missing(plug: Plug) -> str:
    if plug.where == "app":
        return f"The model {plug.model} is not there any more, or was disabled. Choose another for this slot."
    if plug.kind not in BUILT_IN:
        return f"No model is plugged in for {plug.kind}. Connect one under Models → Providers, and choose it here."
    return f"The workspace's model for {plug.kind} is not there any more, or was disabled. Choose another."


def known_of(gateway: Gateway, route: Route) -> tuple[Model | None, str | None]:
    """The directory's model, and the snapshot when the name pins one."""
    if route.provider.kind == "sayso":
        return None, None
    try:
        found = gateway.directory.resolve(route.model)
        return gateway.directory.read(found.model), found.snapshot
    except NotFound:
        return None, None


def cannot(gateway: Gateway, route: Route, used: tuple[Use, ...]) -> list[str]:
    """What this model cannot do for the parts that use it, a sentence each; what nobody published is no reason."""
    found: list[str] = []
    model, _ = known_of(gateway, route)
    for use in used:
        who = f"{use.name}"
        if route.provider.kind == "sayso" or route.provider.kind == "local":
            found += _built_in_cannot(gateway, route, use)
        elif model is not None:
            found += capability.refusals(model, use.needs, kind=use.makes, who=who)
    return list(dict.fromkeys(found))


_WRITES = ("generate", "translate", "draft_reply", "coworker", "describe_image")


def _built_in_cannot(gateway: Gateway, route: Route, use: Use) -> list[str]:
    here = next((m for m in gateway.here if m.name == route.model), None)
    if here is None:
        return []
    draws = "images/generations" in here.endpoints
    if (use.makes == "image") != draws:
        return [f"{use.name} {'draws pictures' if use.makes == 'image' else 'asks for text'}; {route.model} does not make any."]
    if "vision" in use.needs:
        return [f"{use.name} sends pictures; {route.model} does not read them."]
    if route.model == "sayso/reader" and use.task in _WRITES:
        return [f"{use.name} is written; {route.model} reads and does not write. Connect a model under Models → Providers."]
    return []
