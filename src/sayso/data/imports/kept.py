"""An import as it stands: kept in the database, its files in a folder of its own."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import events
from sayso.db.tables import imports as t
from sayso.errors import NotFound
from sayso.team.actor import Actor
from sayso.team.ids import new_id

State = Literal["reading", "ready", "running", "done", "failed", "cancelled"]
OVER: tuple[State, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Import:
    """`preview` is what the child process told of the file, `target` where its rows go, `rows` how many there are when known."""

    id: str
    state: State
    name: str
    created_by: str
    preview: dict[str, Any] = field(default_factory=dict)
    target: dict[str, Any] = field(default_factory=dict)
    rows: int | None = None
    done: int = 0
    refused: int = 0
    message: str = ""


def folder_of(root: Path, id: str) -> Path:
    return root / id


async def kept(tx: AsyncConnection, name: str, size: int, *, by: Actor, id: str | None = None) -> str:
    id = id or new_id("i")
    await tx.execute(
        insert(t).values(id=id, workspace_id=by.workspace, state="reading", name=name[:200], bytes=size, created_by=by.id)
    )
    return id


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Import:
    """Raises `NotFound`, also for another workspace's import and for another person's, unless `by` manages the workspace."""
    if by.scopes is not None and "write" not in by.scopes:
        by.must("write")
    c = t.c
    query = select(c.id, c.state, c.name, c.created_by, c.preview, c.target, c.rows, c.done, c.refused, c.problem)
    row = (await tx.execute(query.where(c.id == id, c.workspace_id == by.workspace))).one_or_none()
    if row is None or (row.created_by != by.id and not by.may("manage")):
        raise NotFound("There is no such import.")
    return Import(
        row.id,
        row.state,
        row.name,
        row.created_by,
        row.preview or {},
        row.target or {},
        row.rows,
        row.done,
        row.refused,
        row.problem or "",
    )


async def set_state(
    tx: AsyncConnection, id: str, state: State, *, by: Actor, only_from: tuple[State, ...], **values: Any
) -> bool:
    """Whether it was in one of those states and is in the new one now."""
    changed = update(t).where(t.c.id == id, t.c.workspace_id == by.workspace, t.c.state.in_(only_from))
    done = await tx.execute(changed.values(state=state, updated_at=func.now(), **values).returning(t.c.id))
    if done.one_or_none() is None:
        return False
    await events.write(tx, "import.changed", by=by, payload={"id": id, "state": state})
    return True


async def progress(tx: AsyncConnection, id: str, done: int, refused: int, *, by: Actor) -> bool:
    """Whether it is still wanted."""
    told = update(t).where(t.c.id == id, t.c.state == "running").values(done=done, refused=refused, updated_at=func.now())
    if (await tx.execute(told.returning(t.c.id))).one_or_none() is None:
        return False
    await events.write(tx, "import.changed", by=by, payload={"id": id, "state": "running", "done": done})
    return True


def forget_file(root: Path, id: str, *, keep_refused: bool) -> None:
    """The file itself goes when it is no longer needed; the list of refused rows stays."""
    folder = folder_of(root, id)
    if not keep_refused:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in folder.glob("*"):
        if path.name != "refused.csv":
            path.unlink(missing_ok=True)
