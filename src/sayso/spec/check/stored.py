"""That an app can be stored at all: PostgreSQL's JSON holds no NUL and no half of a character pair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sayso.errors import Problem
from sayso.spec.app import App
from sayso.spec.part import Frozen

SPEC_CHARACTERS_MAX = 8_000_000


def problems(app: App) -> Iterator[Problem]:
    try:
        yield from list(_kept(app))
    except RecursionError:
        yield Problem("", "a value in this app is nested too deeply to be stored")


def _kept(app: App) -> Iterator[Problem]:
    if len(json.dumps(app.portable(), default=str)) > SPEC_CHARACTERS_MAX:
        yield Problem("", f"this app is too large: its spec may have {SPEC_CHARACTERS_MAX:,} characters")
    yield from _texts("", app)


def _texts(at: str, value: Any) -> Iterator[Problem]:
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
                yield Problem(at, "there is a character in here that cannot be stored (NUL, or half of a pair)", "leave it out")
        case Frozen():
            own = f"{at}/{getattr(value, 'id', '')}".strip("/") if hasattr(value, "id") and at else at
            for name in type(value).model_fields:
                yield from _texts(f"{own}/{name}".strip("/"), getattr(value, name))
        case tuple() | list():
            for item in value:
                yield from _texts(at, item)
        case dict():
            for key, item in value.items():
                yield from _texts(at, key)
                yield from _texts(f"{at}/{key}", item)
        case _:
            return
