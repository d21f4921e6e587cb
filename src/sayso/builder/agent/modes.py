"""How a model is asked: by tools where it has them, else for one JSON action at a time.

By facts where the directory has them; else by one small question, whose answer is remembered in the home for good.
"""

import json
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from sayso.errors import NotFound
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.known import Route
from sayso.gateway.refusals import Refused
from sayso.models.directory import Directory
from sayso.models.model import Model

Mode = Literal["tools", "action"]
HERE = "sayso"
"""The kind of provider that models in this process have: llama.cpp is held to a grammar, which is surer than its tool calls."""
REMEMBERED_MAX = 1_000


def route_of(gateway: Gateway, caller: Caller, name: str) -> Route:
    """Who would be asked first. Raises `Refused` when there is no such model."""
    return gateway.plan(caller, name).routes[0]


def known_as(route: Route, directory: Directory) -> Model | None:
    """The model in the directory, when it is there."""
    try:
        return directory.read(route.model)
    except NotFound:
        return None


class Modes:
    """What has been found out, kept in `home/builder/modes.json`."""

    def __init__(self, home: Path) -> None:
        self._path = home / "builder" / "modes.json"

    async def of(self, gateway: Gateway, caller: Caller, name: str, directory: Callable[[], Directory]) -> Mode:
        """Raises `Refused` when the model cannot be asked at all."""
        route = route_of(gateway, caller, name)
        if route.provider.kind == HERE:
            return "action"
        fact = found.can("tools") if (found := known_as(route, directory())) else None
        if fact is not None:
            return "tools" if fact else "action"
        key = f"{route.provider.kind} {route.provider.base_url} {route.model}"
        remembered = self._read().get(key)
        if remembered not in ("tools", "action"):
            remembered = await _tried(gateway, caller, name)
            self.remember(key, remembered)
        return remembered

    def forget_tools(self, gateway: Gateway, caller: Caller, name: str) -> None:
        """After tools were refused: from now on it is asked for actions."""
        route = route_of(gateway, caller, name)
        self.remember(f"{route.provider.kind} {route.provider.base_url} {route.model}", "action")

    def remember(self, key: str, mode: Mode) -> None:
        known = dict(list(self._read().items())[-REMEMBERED_MAX:]) | {key: mode}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(known, indent=1), encoding="utf-8")
        fresh.replace(self._path)

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


async def _tried(gateway: Gateway, caller: Caller, name: str) -> Mode:
    try:
        return "tools" if await import_module("sayso.builder.agent.probe").calls_tools(gateway, caller, name) else "action"
    except Refused as refused:
        if refused.status in (400, 404, 422, 501):
            return "action"
        raise
