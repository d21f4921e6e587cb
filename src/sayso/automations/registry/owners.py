"""Who stands for an automation: the member who switched it on, or who changed it while it was on. One that is changed while it is off
has nobody until it is switched on: else whoever changes it would borrow the rights of whoever had it on before.

What only follows from something else (a field was renamed, and its texts name it so from then on) changes nobody: else whoever renames a
field would stand for what others have written, and lend it their rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import definitions
from sayso.db.tables import versions
from sayso.errors import SaysoError
from sayso.spec.app import App
from sayso.spec.automation import Automation
from sayso.spec.change import Change, apply, completed

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
    query = select(v.n, v.by, v.at, v.change, v.spec["automations"].label("automations"))
    query = query.where(v.app == app, v.n > after, v.n <= until).order_by(v.n)
    for version in (await tx.execute(query)).all():
        known = _next(workspace, known, version, await _followed_along(tx, workspace, app, known, version))
    return known


async def _followed_along(
    tx: AsyncConnection, workspace: str, app: int, known: dict[str, Standing], version: Any
) -> dict[str, str]:
    """The digests that automations (by id) come to by themselves when all else of this version is done to the app before it."""
    renames = [step for step in (version.change or {}).get("steps", ()) if step.get("part") in ("field", "table")]
    if not renames or all(one.owner in (None, version.by) for one in known.values() if one.on):
        return {}
    v = versions.c
    spec = (await tx.execute(select(v.spec).where(v.app == app, v.n == version.n - 1))).scalar_one_or_none()
    try:
        before, change = App.model_validate(spec), Change.model_validate(version.change)
        alone = change.model_copy(update={"steps": tuple(step for step in change.steps if step.part != "automation")})
        after = apply(before, completed(before, alone))
    except (ValidationError, SaysoError):
        return {}
    return {one.id: definitions.digest(workspace, one) for one in after.automations}


def _next(workspace: str, known: dict[str, Standing], version: Any, along: Mapping[str, str]) -> dict[str, Standing]:
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
        if automation.on and before.on and before.definition != now and along.get(automation.id) == now:
            pass  # it reads otherwise, and does the same
        elif automation.on and (not before.on or before.definition != now):
            one = replace(one, owner=mine, on_since=before.on_since if before.on else version.at)
        elif before.definition != now:  # changed while it is off: nobody stands for what somebody else has written meanwhile
            one = replace(one, owner=None)
        standing[automation.id] = one
    return standing
