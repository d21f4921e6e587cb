"""Asking a co-worker, and following its answer from wherever it is written."""

import asyncio
import copy
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.coworkers import conversations, turns, work
from sayso.coworkers.desk import Desk
from sayso.coworkers.turns import Turn
from sayso.data.files import found as file_found
from sayso.db import coworker_tables as t
from sayso.errors import Invalid, Problem
from sayso.gateway.caller import Caller
from sayso.team.actor import Actor

WORDS_CHARACTERS_MAX = 20_000
FILES_MAX = 10
ROWS_MAX = 50
ELSEWHERE_SECONDS = 0.25
"""How often an answer that another process writes is looked at."""


async def begin(
    tx: AsyncConnection,
    desk: Desk,
    conversation: str,
    text: str,
    *,
    by: Actor,
    files: Sequence[str] = (),
    rows: Sequence[dict[str, Any]] = (),
    more: dict[str, Any] | None = None,
) -> Turn:
    """A new turn. Raises `NotFound` for another's conversation, `Conflict` while the answer before is being written."""
    one, _ = await conversations.opened(tx, conversation, by=by, own=True)
    text = text.strip()
    if not text and not files and not rows:
        raise Invalid(Problem("text", "says nothing", "Which invoices are late?"))
    if len(files) > FILES_MAX or len(rows) > ROWS_MAX:
        raise Invalid(Problem("files", f"at most {FILES_MAX} files and {ROWS_MAX} rows go with a message"))
    c = t.conversations.c
    await tx.execute(select(c.id).where(c.id == conversation).with_for_update())
    attached = [await file_found(tx, desk.files, id, by=by) for id in dict.fromkeys(files)]
    asked: dict[str, Any] = {
        "text": text, "by": by.member, "by_name": by.name, "at": datetime.now(UTC).isoformat(), "rows": list(rows),
        "files": [
            {"id": f.id, "name": f.name, "type": f.type, "bytes": f.bytes, "sha256": path.name} for f, path in attached
        ],
    }  # fmt: skip
    turn = await turns.begin(tx, by.workspace, conversation, {**asked, **(more or {})})
    if desk.heard is not None and not asked_by_the_clock(more):
        await desk.heard(tx, one.coworker, conversation, text, turn=turn.id, by=by)
    titled = {} if one.title else {"title": conversations.titled(text or "Files")}
    await tx.execute(update(t.conversations).where(c.id == conversation).values(updated_at=func.now(), **titled))
    return turn


def asked_by_the_clock(more: dict[str, Any] | None) -> bool:
    """What nobody has said starts no automation that waits for what people say."""
    return bool(more and more.get("scheduled"))


async def ask(desk: Desk, conversation: str, text: str, *, by: Actor, caller: Caller | None = None, **more: Any) -> Turn:
    """Asks, and begins to answer."""
    async with db.transaction(desk.engine) as tx:
        turn = await begin(tx, desk, conversation, text, by=by, **more)
    work.start(desk, turn, by, caller)
    return turn


async def go_on(desk: Desk, turn_id: str, *, by: Actor) -> None:
    """After a yes or no. A run that has come as far as to wait, and is only ending, is let end first: then there is room for this one."""
    ending, told = desk.live.tasks.get(turn_id), desk.live.turns.get(turn_id)
    if ending is not None and told is not None and told.state == "waiting":
        await asyncio.wait([ending])
    async with db.transaction(desk.engine) as tx:
        turn = await turns.read(tx, turn_id)
    if turn.state == "working":
        work.start(desk, turn, by)


async def stop(desk: Desk, conversation: str, *, by: Actor) -> None:
    """Whatever is being answered in it, wherever."""
    async with db.transaction(desk.engine) as tx:
        await conversations.read(tx, conversation, by=by, own=True, hidden=True)
        last = await turns.latest(tx, conversation)
        if last is not None:
            await turns.stop(tx, last.id)
    if last is not None:
        desk.live.stop(last.id)


async def lines(desk: Desk, turn_id: str) -> AsyncGenerator[dict[str, Any]]:
    """The answer from its beginning: what there is first, then what comes, then `done`. Whoever calls has looked who may read it."""
    async with desk.live.reading(turn_id) as queue:
        here = desk.live.turns.get(turn_id)
        if here is not None:
            yield {"type": "turn", "turn": await _shown(desk, copy.deepcopy(here))}
            while (line := await queue.get()) is not None:
                yield line
                if line["type"] == "done":
                    return
            return
    async for line in _from_elsewhere(desk, turn_id):
        yield line


async def _from_elsewhere(desk: Desk, turn_id: str) -> AsyncGenerator[dict[str, Any]]:
    told: Any = None
    while True:
        async with db.transaction(desk.engine) as tx:
            turn = await turns.read(tx, turn_id)
            shown = (await turns.shown(tx, [turn]))[0]
        if shown != told:
            told = shown
            yield {"type": "turn", "turn": shown}
        if turn.state != "working":
            yield {"type": "done", "turn": shown}
            return
        await asyncio.sleep(ELSEWHERE_SECONDS)


async def _shown(desk: Desk, turn: Turn) -> dict[str, Any]:
    async with db.transaction(desk.engine) as tx:
        return (await turns.shown(tx, [turn]))[0]
