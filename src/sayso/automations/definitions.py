"""What automations said, kept by its digest: a run ends on the definition that it began with, whatever is changed meanwhile."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as system
from sayso.db.automation_tables import definitions as t
from sayso.errors import NotFound
from sayso.spec.app import App
from sayso.spec.automation import Automation

REMEMBERED_MAX = 500

_read: OrderedDict[str, Automation] = OrderedDict()
_apps: OrderedDict[tuple[int, int, str], App] = OrderedDict()


def portable(automation: Automation) -> dict[str, Any]:
    """What counts for its digest: all but whether it is on."""
    return {**automation.portable(), "on": False}


def digest(workspace: str, automation: Automation) -> str:
    return hashlib.sha256(orjson.dumps([workspace, portable(automation)], option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


async def keep(tx: AsyncConnection, workspace: str, automation: Automation) -> str:
    """Its digest, with the definition kept under it."""
    name = digest(workspace, automation)
    new = insert(t).values(digest=name, workspace_id=workspace, automation=portable(automation))
    await tx.execute(
        new.on_conflict_do_update(index_elements=["digest"], set_={"created_at": func.now()})
    )  # nobody sweeps it now
    return name


async def read(tx: AsyncConnection, digest: str) -> Automation:
    """Raises `NotFound` when there is none."""
    if digest not in _read:
        row = (await tx.execute(select(t.c.automation).where(t.c.digest == digest))).one_or_none()
        if row is None:
            raise NotFound("What this run was to do is not there any more.")
        _read[digest] = Automation.model_validate(row.automation)
        _trim(_read)
    _read.move_to_end(digest)
    return _read[digest]


async def app_of(tx: AsyncConnection, number: int, version: int) -> App:
    """The app as it was in this version."""
    v = system.versions.c
    stamp = str(tx.engine.url.database)
    key = (number, version, f"{tx.engine.url.host}/{tx.engine.url.query}/{stamp}")
    if key not in _apps:
        spec = (await tx.execute(select(v.spec).where(v.app == number, v.n == version))).scalar_one_or_none()
        if spec is None:
            raise NotFound("The app of this run is not there any more.")
        _apps[key] = App.model_validate(spec)
        _trim(_apps)
    _apps.move_to_end(key)
    return _apps[key]


def _trim(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > REMEMBERED_MAX:
        kept.popitem(last=False)
