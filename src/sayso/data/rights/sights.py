"""Sights and narrowed specs, put together once for each app and each set of roles, and kept while the app is as it is."""

from collections import OrderedDict
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.rights.asking import seen_by
from sayso.data.rights.granted import levels_of, role_rights, sight_of
from sayso.data.rights.narrowed import narrowed
from sayso.data.rights.sight import Sight
from sayso.spec.app import App
from sayso.team.actor import Actor
from sayso.team.nearest import Asks, nearest_of

SIGHTS_KEPT_MAX = 500

_SIGHTS: OrderedDict[tuple[Any, ...], tuple[App, App, Sight]] = OrderedDict()
"""By the whole spec itself (which the value holds, so that no other can have its place), what was given, and the workspace role."""


def asks(by: Actor) -> Asks:
    """What the statement that reads an app must read beside it. Nothing for whoever manages the workspace, or is not asked at all."""
    if "manage" in role_rights(by) or by.kind in ("system", "link"):
        return "nothing"
    return "group" if by.member is None else "member"


async def seen(tx: AsyncConnection, whole: App, by: Actor, row: Any) -> tuple[App, Sight]:
    """The app as `by` sees it. `row` holds what `nearest.columns` read. A role that everyone was given lets nobody do more than their role in the
    workspace: who may only look on there is made an editor by a level, or by name."""
    if not hasattr(row, "granted"):
        return of(whole, by, None)
    given, for_all = nearest_of((tuple(one) for one in row.granted), [one[0] for one in row.groups], by)
    spec, sight = of(whole, by, (by.as_role,) if by.as_role is not None else given)
    if for_all and by.as_role is None and not sight.manage:
        sight = replace(sight, rights=sight.rights & (role_rights(by) | levels_of(given)))
    return spec, await seen_by(tx, sight, by, row.groups, row.properties)


def of(whole: App, by: Actor, given: tuple[str, ...] | None) -> tuple[App, Sight]:
    """The narrowed spec, and what is seen by everybody who was given the same."""
    key = (id(whole), given, role_rights(by), by.kind in ("system", "link"))
    kept = _SIGHTS.get(key)
    if kept is None:
        sight = sight_of(whole, by, given)
        kept = _SIGHTS[key] = (whole, narrowed(whole, sight), sight)
        while len(_SIGHTS) > SIGHTS_KEPT_MAX:
            _SIGHTS.popitem(last=False)
    else:
        _SIGHTS.move_to_end(key)
    return kept[1], kept[2]
