"""Whoever asks, as the rules of an app want to know them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.rights.sight import Asker, Sight
from sayso.team import nearest
from sayso.team.actor import Actor

PROPERTY_VALUES_MAX = 200


async def seen_by(
    tx: AsyncConnection, sight: Sight, by: Actor, groups: Iterable[Any], properties: Mapping[str, Any] | None
) -> Sight:
    """The sight of one person. `groups` are `[id, name, properties]`. Nothing is asked that no rule wants to know."""
    if not sight.asks:
        return sight
    mine = sorted(groups, key=lambda one: one[0])
    peers = await nearest.peers(tx, by, [one[0] for one in mine]) if "peers" in sight.asks else ()
    names = tuple(one[1] for one in mine)
    known = _together([properties or {}, *(one[2] or {} for one in mine)]) if "my" in sight.asks else {}
    return replace(sight, asker=Asker(by.member, names, peers, known))


def _together(all_: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Properties by name, whatever the case: one's own values and those of one's groups."""
    values: dict[str, dict[str, None]] = {}
    for properties in all_:
        for name, value in properties.items():
            for one in value if isinstance(value, list) else [value]:
                if one not in (None, "") and not isinstance(one, dict):
                    values.setdefault(str(name).casefold(), {})[str(one)] = None
    return {name: tuple(some)[:PROPERTY_VALUES_MAX] for name, some in values.items()}
