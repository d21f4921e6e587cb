"""Which co-workers there are, and how one is come by: `mina` is one of the workspace, `crm.mina` one of the app `crm`."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.db import coworker_tables as t
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.spec.change import Change
from sayso.spec.coworker import Coworker
from sayso.spec.part import id_from
from sayso.spec.portable.wrong import invalid_from
from sayso.team import audit
from sayso.team.actor import Actor

WORKSPACE_COWORKERS_MAX = 200
ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Found:
    """A co-worker, for someone who may talk to it. `app` and `spec` are None for one of the workspace."""

    key: str
    coworker: Coworker
    workspace: str
    app: str | None = None
    number: int | None = None
    spec: App | None = None

    @property
    def app_name(self) -> str | None:
        return self.spec.name if self.spec else None

    @property
    def zone(self) -> str:
        return self.spec.zone if self.spec else ZONE


def split(key: str) -> tuple[str | None, str]:
    app, dot, id = key.rpartition(".")
    return (app if dot else None), id


async def found(tx: AsyncConnection, key: str, *, by: Actor) -> Found:
    """Raises `NotFound`, also for one in an app that `by` may not see."""
    app, id = split(key)
    if app is not None:
        return _in_app(await apps.open_app(tx, app, by=by), id)
    c = t.coworkers.c
    spec = (await tx.execute(select(c.spec).where(c.workspace_id == by.workspace, c.id == id))).scalar_one_or_none()
    if spec is None or not by.may("read"):
        raise _nobody(id)
    return Found(id, Coworker.model_validate(spec), by.workspace)


async def listed(tx: AsyncConnection, *, by: Actor, app: str | None = None) -> list[Found]:
    """All that `by` may talk to, those of the workspace first; or those of one app."""
    if app is not None:
        return _of(await apps.open_app(tx, app, by=by))
    if not by.may("read"):
        return []
    c = t.coworkers.c
    rows = (await tx.execute(select(c.id, c.spec).where(c.workspace_id == by.workspace).order_by(c.created_at, c.id))).all()
    all = [Found(row.id, Coworker.model_validate(row.spec), by.workspace) for row in rows]
    for line in await apps.listed(tx, by=by):
        all += _of(await apps.open_app(tx, line.id, by=by))
    return all


def _of(app: OpenApp) -> list[Found]:
    return [_in_app(app, coworker.id) for coworker in app.spec.coworkers]


def _in_app(app: OpenApp, id: str) -> Found:
    one = next((c for c in app.spec.coworkers if c.id == id), None)
    if one is None:
        raise _nobody(id)
    return Found(f"{app.id}.{id}", one, app.by.workspace, app.id, app.number, app.spec)


def _nobody(id: str) -> NotFound:
    return NotFound(f"There is no co-worker {id[:80]!r} here.")


async def create(tx: AsyncConnection, raw: dict[str, Any], *, by: Actor) -> Found:
    """A new one of the workspace. Raises `Invalid` with every problem."""
    by.must("build")
    c = t.coworkers.c
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"coworkers of {by.workspace}", 0))))
    taken = set((await tx.execute(select(c.id).where(c.workspace_id == by.workspace))).scalars())
    if len(taken) >= WORKSPACE_COWORKERS_MAX:
        raise Invalid(Problem("", f"a workspace has at most {WORKSPACE_COWORKERS_MAX} co-workers of its own"))
    wanted = str(raw.get("id") or id_from(str(raw.get("name") or "")))
    one = await _whole(tx, {**raw, "id": id_from(wanted, taken)}, by)
    new = insert(t.coworkers).values(workspace_id=by.workspace, id=one.id, spec=one.portable(), created_by=by.id)
    await tx.execute(new)
    await audit.write(tx, "coworker.added", f"added the co-worker {one.name}", by=by, subject=one.id)
    return Found(one.id, one, by.workspace)


async def change(tx: AsyncConnection, key: str, parts: dict[str, Any], *, by: Actor) -> Found:
    """Other parts of its spec; of an app's co-worker an ordinary change, with undo."""
    by.must("build")
    app_id, id = split(key)
    if app_id is None:
        was = await found(tx, key, by=by)
        one = await _whole(tx, {**was.coworker.portable(), **parts, "id": id}, by)
        here = (t.coworkers.c.workspace_id == by.workspace) & (t.coworkers.c.id == id)
        await tx.execute(update(t.coworkers).where(here).values(spec=one.portable(), changed_by=by.id, updated_at=func.now()))
        await audit.write(tx, "coworker.changed", f"changed the co-worker {one.name}", by=by, subject=id)
        return Found(id, one, by.workspace)
    app = await apps.open_app(tx, app_id, by=by, to="build")
    one = _read({**_in_app(app, id).coworker.portable(), **parts, "id": id})
    step = {"do": "alter", "part": "coworker", "id": id, "value": one.portable()}
    changed = await apps.change(
        tx, app, Change.model_validate({"title": f"Changes the co-worker {one.name}", "steps": [step]}), by=by
    )
    return _in_app(changed, id)


async def remove(tx: AsyncConnection, key: str, *, by: Actor) -> None:
    """One of the workspace, for good. An app's goes by a change of the app, which can be undone."""
    by.must("build")
    was = await found(tx, key, by=by)
    if was.app is not None:
        raise Conflict("A co-worker of an app is removed by a change of the app, which can be undone.")
    await tx.execute(delete(t.coworkers).where(t.coworkers.c.workspace_id == by.workspace, t.coworkers.c.id == key))
    await audit.write(tx, "coworker.removed", f"removed the co-worker {was.coworker.name}", by=by, subject=key)


def _read(raw: dict[str, Any]) -> Coworker:
    try:
        return Coworker.model_validate(raw)
    except ValidationError as error:
        raise invalid_from(error, raw) from None


async def _whole(tx: AsyncConnection, raw: dict[str, Any], by: Actor) -> Coworker:
    """One of the workspace; every table that it names must be there for whoever names it."""
    one = _read(raw)
    problems: list[Problem] = []
    named = [(f"grants/{n}", g.app, g.table) for n, g in enumerate(one.grants)]
    named += [(f"knowledge/{n}", k.app, k.table) for n, k in enumerate(one.knowledge) if k.table]
    for path, app, table in named:
        if app is None:
            problems.append(Problem(f"{path}/app", "a co-worker of the workspace names the app as well", '"app": "crm"'))
            continue
        try:
            if (await apps.open_app(tx, app, by=by)).spec.table(table or "") is None:
                problems.append(Problem(f"{path}/table", f"{app} has no table {table!r}"))
        except NotFound:
            problems.append(Problem(f"{path}/app", f"there is no app {app!r} here"))
    if one.slot not in ("text", "vision"):
        problems.append(Problem("slot", "a co-worker of the workspace uses its slot text or vision", "text"))
    if problems:
        raise Invalid.of(problems)
    return one
