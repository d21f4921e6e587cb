"""Which model a contender really asks: one route, without fallbacks and without answers kept from before, so that what is measured is that model."""

from dataclasses import dataclass

from sayso.errors import SaysoError
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.known import HERE, Route
from sayso.gateway.pricing import Price
from sayso.models.directory import Directory
from sayso.models.model import Model

BUILT_IN_NAMES = {"sayso/reader": "Built-in rules", "sayso/canvas": "Built-in canvas", "sayso/embed": "Built-in embedding"}


@dataclass(frozen=True, slots=True)
class AskedModel:
    """`asked` is what the gateway is asked for; `name` what a person calls it; `price` is None when nobody published one."""

    asked: str
    name: str
    provider: str
    model: str
    here: bool
    price: Price | None
    known: Model | None


def find(gateway: Gateway, caller: Caller, name: str, directory: Directory, *, snapshot: str | None = None) -> AskedModel:
    """Raises `Refused` (404) when there is none of that name."""
    plan = gateway.plan(caller, name)
    route = plan.routes[0]
    direct = name_of(route, snapshot)
    if snapshot is not None or direct != name:
        straight = _straight(gateway, caller, direct)
        if straight is None or (snapshot is None and _per(straight) != _per(route)):
            if snapshot is not None:
                gateway.plan(caller, direct)
            direct = name
        else:
            route = straight
    known = known_as(directory, route.model)
    price = route.price or gateway.prices.of(route.provider.kind, route.model)
    shown = BUILT_IN_NAMES.get(route.model) or (known.name if known else route.model)
    shown += f" ({snapshot.rpartition('/')[2]})" if snapshot and known else ""
    return AskedModel(direct, shown, route.provider.name, route.model, route.provider is HERE, price, known)


def name_of(route: Route, snapshot: str | None = None) -> str:
    model = snapshot.removeprefix(route.provider.name + "/") if snapshot else route.model
    return model if route.provider is HERE else f"{route.provider.name}/{model}"


def known_as(directory: Directory, model: str) -> Model | None:
    """Of the directory, when it knows one of that name."""
    try:
        return directory.read(model)
    except SaysoError:
        return None


def _straight(gateway: Gateway, caller: Caller, name: str) -> Route | None:
    try:
        return gateway.plan(caller, name).routes[0]
    except SaysoError:
        return None


def _per(route: Route) -> object:
    return route.price.per if route.price else None
