"""How a run begins: one row, written in the transaction of what caused it. Whatever crashes, it is begun once or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.registered import Registered
from sayso.automations.runs.run import CHANNEL
from sayso.errors import TooLarge
from sayso.team.actor import Actor
from sayso.team.ids import new_id

TRIGGER_BYTES_MAX = 1_000_000
"""Of what began a run, as JSON: a body that came in, values of rows that are gone."""
BEGUN_AT_ONCE = 1_000

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""NUL as JSON writes it; not the words `\\u0000`, whose backslash is written twice."""


def storable(json: str) -> str:
    """JSON without the character NUL, which PostgreSQL cannot hold."""
    return _NUL.sub(r"\1", json) if "\\u0000" in json else json


_BEGIN = text("""
    with asked as (
        select * from json_to_recordset(cast(:begun as json))
            as asked(n int, id text, key text, trigger jsonb, at timestamptz, hops int, "of" text)
    ), begun as (
        insert into sayso.automation_runs
            (id, workspace_id, app, app_id, automation, name, version, definition, owner, key, trigger, started_by, "of", hops, dry, at_once, wake_at)
        select id, :workspace, :app, :app_id, :automation, :name, :version, :definition, :owner, key, trigger, :started_by, "of", hops, :dry, :at_once,
               coalesce(at, now())
        from asked order by n
        on conflict (app, automation, key) where key is not null do nothing
        returning id
    ), told as (
        select pg_notify(:channel, '') where exists (select from begun)
    )
    select id from begun left join told on true
""")


@dataclass(frozen=True, slots=True)
class Begun:
    """One that is to begin. `at` is when (at once, when left out); `of` the run that this one does again, or that called it."""

    trigger: Mapping[str, Any]
    key: str | None
    at: datetime | None = None
    hops: int = 0
    of: str | None = None


async def begin(
    tx: AsyncConnection,
    registered: Registered,
    trigger: Mapping[str, Any],
    *,
    key: str | None,
    by: Actor | None = None,
    at: datetime | None = None,
    hops: int = 0,
    of: str | None = None,
    dry: bool = False,
) -> str | None:
    """The run's id; None when one with this key has begun already. Raises `TooLarge`. `by` is the person who started it, if one did."""
    return (await begin_many(tx, registered, [Begun(trigger, key, at, hops, of)], by=by, dry=dry))[0]


async def begin_many(
    tx: AsyncConnection, registered: Registered, begun: Sequence[Begun], *, by: Actor | None = None, dry: bool = False
) -> list[str | None]:
    """The ids, in the order of `begun`; None for each whose key has begun already."""
    ids = [new_id("r") for _ in begun]
    there: set[str] = set()
    for at in range(0, len(begun), BEGUN_AT_ONCE):
        some = slice(at, at + BEGUN_AT_ONCE)
        asked = [_asked(n, id, one) for n, (id, one) in enumerate(zip(ids[some], begun[some], strict=True))]
        body = storable(orjson.dumps(asked).decode())
        values = {
            "begun": body, "workspace": registered.workspace, "app": registered.app_number, "app_id": registered.app_id,
            "automation": registered.automation.id, "name": registered.automation.name, "version": registered.version,
            "definition": registered.definition, "owner": registered.owner, "started_by": by.name if by else "", "dry": dry,
            "at_once": registered.automation.at_once, "channel": CHANNEL,
        }  # fmt: skip
        there |= set((await tx.execute(_BEGIN, values)).scalars())
    return [id if id in there else None for id in ids]


def _asked(n: int, id: str, one: Begun) -> dict[str, Any]:
    trigger = dict(one.trigger)
    if len(orjson.dumps(trigger)) > TRIGGER_BYTES_MAX:
        raise TooLarge(f"What begins a run has at most {TRIGGER_BYTES_MAX:,} bytes.")
    at = one.at.astimezone(UTC).isoformat() if one.at else None
    return {"n": n, "id": id, "key": one.key, "trigger": trigger, "at": at, "hops": one.hops, "of": one.of}
