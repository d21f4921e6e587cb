"""What stops when a connection is removed: whatever names it in an app."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.team.actor import Actor

KINDS = {"automations": "automation", "tables": "table", "coworkers": "coworker"}
NAMES_TOLD_MAX = 5


@dataclass(frozen=True, slots=True)
class Use:
    """`on` tells whether it is switched on, None for what cannot be."""

    app: str
    app_name: str
    kind: str
    id: str
    name: str
    on: bool | None


async def uses(tx: AsyncConnection, connection: str, *, by: Actor) -> tuple[Use, ...]:
    """Every automation, table and co-worker of this workspace's apps that names the connection by its id."""
    a = t.apps.c
    query = select(a.id, a.spec).where(
        a.workspace_id == by.workspace, a.deleted_at.is_(None), cast(a.spec, Text).contains(connection, autoescape=True)
    )
    found = [use for row in await tx.execute(query.order_by(a.number)) for use in _of_app(row.id, row.spec, connection)]
    return tuple(found)


def sentence(found: tuple[Use, ...]) -> str:
    if not found:
        return "Nothing uses it."
    names = [f"{use.name} in {use.app_name}" for use in found[:NAMES_TOLD_MAX]]
    more = len(found) - len(names)
    return f"Without it {' and '.join([', '.join(names), f'{more} more'] if more else [', '.join(names)])} would stop working."


def _of_app(id: str, spec: dict[str, Any], connection: str) -> Iterator[Use]:
    for where, kind in KINDS.items():
        for part in spec.get(where) or ():
            if connection in _texts(part):
                yield Use(
                    id, spec["name"], kind, part["id"], part["name"], part.get("on", False) if kind == "automation" else None
                )


def _texts(value: Any) -> Iterator[str]:
    left = [value]
    while left:
        one = left.pop()
        match one:
            case str():
                yield one
            case dict():
                left += one.values()
            case list():
                left += one
            case _:
                pass
