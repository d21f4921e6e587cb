"""The list of models as /v1 tells it: OpenAI's four fields, and ours beside them."""

from typing import TYPE_CHECKING, Any

from sayso.gateway.caller import Caller
from sayso.gateway.here import Family, first_name
from sayso.gateway.known import Route, Workspace
from sayso.gateway.pricing import FREE, Price
from sayso.gateway.providers.kinds import KINDS
from sayso.gateway.refusals import Refused

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

CREATED = 1_700_000_000
"""For models of which nobody has said when they were made."""


def listed(gateway: "Gateway", caller: Caller) -> list[dict[str, Any]]:
    """Every model that this caller may ask for, each once."""
    workspace = gateway.workspace(caller.workspace)
    names = [*workspace.aliases]
    for provider, _ in workspace.providers.values():
        names += [f"{provider.name}/{model}" for model in provider.models]
    names += [name for name, model in workspace.here.items() if not isinstance(model, Family)]
    shown_all = (_shown(gateway, workspace, name) for name in dict.fromkeys(names) if caller.sees(name))
    return [one for one in shown_all if one is not None]


def shown(gateway: "Gateway", caller: Caller, name: str) -> dict[str, Any] | None:
    return _shown(gateway, gateway.workspace(caller.workspace), name)


def _shown(gateway: "Gateway", workspace: Workspace, name: str) -> dict[str, Any] | None:
    try:
        plan = workspace.plan(name)
    except Refused:
        return None
    first = plan.routes[0]
    alias = workspace.aliases.get(name)
    about: dict[str, Any] = {
        "id": name,
        "object": "model",
        "created": CREATED,
        "owned_by": first.provider.name,
        "upstream": {"provider": first.provider.name, "kind": first.provider.kind, "model": first.model},
        "price": _price(first.price or gateway.prices.of(first.provider.kind, first.model)),
    }
    if first.provider.kind == "sayso":
        about |= dict(workspace.here[first_name(first.model, workspace.here) or first.model].about)
    if alias is not None:
        about["fallbacks"] = [_named(route) for route in plan.routes[1:]]
        about["slot"] = alias.slot
    about["local"] = first.provider.kind == "sayso" or KINDS[first.provider.kind].local
    return about


def _named(route: Route) -> str:
    return f"{route.provider.name}/{route.model}"


def _price(price: Price | None) -> dict[str, Any] | None:
    """Dollars per million tokens, as texts, so that no digit is lost; None when nobody has published it."""
    if price is None:
        return None
    if price is FREE:
        return {}
    return {key: str(getattr(value, "base", value)) for key, value in vars(price.per).items() if value is not None}
