"""Who stands for an automation: the member who switched it on, or who changed it while it was on. One that is changed while it is off
has nobody until it is switched on: else whoever changes it would borrow the rights of whoever had it on before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import definitions
from sayso.db.tables import versions
from sayso.spec.automation import Automation

MEMBER = "m_"
"""How ids of members begin; everything else that changes an app is nobody who could stand for it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an automation stood after a version of its app. `changed` says whether it is another one since what was known."""

    on: bool
    definition: str
    owner: str | None
    on_since: datetime | None


async def followed(
    tx: AsyncConnection, workspace: str, app: int, known: dict[str, Standing], after: int, until: int
) -> dict[str, Standing]:
    """What is `known` after version `after`, carried on through every version since: by the automation's id."""
    v = versions.c
    query = select(v.by, v.at, v.spec["automations"].label("automations"))
    query = query.where(v.app == app, v.n > after, v.n <= until).order_by(v.n)
    for version in (await tx.execute(query)).all():
        known = _next(workspace, known, version)
    return known


def _next(workspace: str, known: dict[str, Standing], version: Any) -> dict[str, Standing]:
    standing: dict[str, Standing] = {}
    for raw in version.automations or ():
        try:
            automation = Automation.model_validate(raw)
        except ValidationError:
            continue  # written by an older release; the version after it is read anew
        now = definitions.digest(workspace, automation)
        before = known.get(automation.id) or Standing(False, "", None, None)
        mine = version.by if version.by.startswith(MEMBER) else before.owner
        one = replace(before, definition=now, on=automation.on)
        if automation.on and (not before.on or before.definition != now):
            one = replace(one, owner=mine, on_since=before.on_since if before.on else version.at)
        elif before.definition != now:  # changed while it is off: nobody stands for what somebody else has written meanwhile
            one = replace(one, owner=None)
        standing[automation.id] = one
    return standing
