"""Names and ids among siblings, and how many siblings there may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sayso.errors import Problem
from sayso.spec.app import FIELDS_MAX, TABLES_MAX, VIEWS_MAX, App
from sayso.spec.change.described import KINDS
from sayso.spec.fields import Ai, MultiSelect, Select
from sayso.spec.part import Part
from sayso.spec.view import Dashboard

AUTOMATIONS_MAX = 500
PEOPLE_MAX = 100
"""Roles, co-workers and slots, each."""
OPTIONS_MAX = 500
TILES_MAX = 60


def problems(app: App) -> Iterator[Problem]:
    yield from _zone("", app.zone)
    yield from siblings("tables", "table", app.tables, TABLES_MAX)
    for table in app.tables:
        at = f"tables/{table.id}"
        yield from siblings(f"{at}/fields", "field", table.fields, FIELDS_MAX)
        for field in table.fields:
            if isinstance(field, (Select, MultiSelect, Ai)):
                yield from _options(f"{at}/fields/{field.id}", [(o.id, o.name) for o in field.options])
    yield from _views(app)
    yield from siblings("automations", "automation", app.automations, AUTOMATIONS_MAX)
    yield from siblings("coworkers", "coworker", app.coworkers, PEOPLE_MAX)
    yield from siblings("slots", "slot", app.slots, PEOPLE_MAX)
    yield from siblings("roles", "role", app.roles, PEOPLE_MAX)


def siblings(at: str, kind: str, parts: Sequence[Part], most: int) -> Iterator[Problem]:
    one, many = KINDS[kind]
    if len(parts) > most:
        yield Problem(at, f"there are {len(parts):,} {many}; at most {most:,} fit")
    yield from _twice(at, [(p.id, p.id) for p in parts], f"two {many} have the id {{}}")
    yield from _twice(at, [(p.id, p.name) for p in parts], f"two {many} are called {{}}", f"call one {one} {{}} 2")


def _views(app: App) -> Iterator[Problem]:
    if len(app.views) > VIEWS_MAX:
        yield Problem("views", f"there are {len(app.views):,} views; at most {VIEWS_MAX:,} fit")
    yield from _twice("views", [(v.id, v.id) for v in app.views], "two views have the id {}")
    by_table = defaultdict[str, list[tuple[str, str]]](list)
    for view in app.views:
        by_table[getattr(view, "table", "")].append((view.id, view.name))
        if isinstance(view, Dashboard):
            if len(view.tiles) > TILES_MAX:
                yield Problem(f"views/{view.id}", f"there are {len(view.tiles)} tiles; at most {TILES_MAX} fit")
            yield from _twice(f"views/{view.id}/tiles", [(t.id, t.id) for t in view.tiles], "two tiles have the id {}")
    for named in by_table.values():
        yield from _twice("views", named, "two views of one table are called {}", "call one view {} 2")


def _options(at: str, options: list[tuple[str, str]]) -> Iterator[Problem]:
    if len(options) > OPTIONS_MAX:
        yield Problem(
            at, f"there are {len(options):,} choices; at most {OPTIONS_MAX} fit. A link to a table of its own holds more"
        )
    yield from _twice(f"{at}/options", [(id, id) for id, _ in options], "two choices have the id {}")
    yield from _twice(f"{at}/options", options, "two choices are called {}", "leave one {} out")


def _twice(at: str, named: Iterable[tuple[str, str]], reason: str, example: str | None = None) -> Iterator[Problem]:
    seen = set[str]()
    for id, name in named:
        folded = " ".join(name.split()).casefold()
        if folded in seen:
            yield Problem(f"{at}/{id}", reason.format(name), example.format(name) if example else None)
        seen.add(folded)


def _zone(at: str, zone: str) -> Iterator[Problem]:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Problem(f"{at}/zone" if at else "zone", f"{zone!r} is no time zone", "Europe/Berlin")
