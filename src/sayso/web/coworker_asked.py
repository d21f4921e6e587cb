"""How an automation asks a co-worker: automations and co-workers are strangers, so this door is given to them from here."""

import re
from dataclasses import replace
from typing import Any

from sayso import db
from sayso.coworkers import asking, conversations, roster, turns
from sayso.coworkers.desk import Desk
from sayso.errors import SaysoError
from sayso.team.actor import Actor

_CITES = re.compile(r"\s?\[\d{1,5}\](?!\()")
"""Numbers of sources, which lead somewhere in the conversation only."""


async def asked(desk: Desk, app: str, coworker: str, text: str, *, by: Actor, title: str) -> dict[str, Any]:
    """`{name, answer, conversation, model, cost, waiting, problem, again}`: a conversation of the automation's owner, who finds it in the
    co-worker's list, with the yes that it may wait for."""
    owner = replace(by, kind="member")
    async with db.transaction(desk.engine) as tx:
        found = await roster.found(tx, f"{app}.{coworker}", by=owner)
        begun = await conversations.create(tx, found, by=owner, title=title)
    turn = await asking.ask(desk, begun.id, text, by=owner)
    try:
        async for _ in asking.lines(desk, turn.id):
            pass
    except BaseException:
        await _stopped(desk, begun.id, owner)
        raise
    async with db.transaction(desk.engine) as tx:
        said = await turns.read(tx, turn.id)
    return {
        "name": found.coworker.name, "answer": _CITES.sub("", said.text), "conversation": begun.id, "model": said.model or "",
        "cost": said.cost if said.cost else None, "waiting": said.state == "waiting",
        "problem": said.problem or (None if said.text else "It gave no answer."), "again": said.state == "failed" and not said.text,
    }  # fmt: skip


async def _stopped(desk: Desk, conversation: str, by: Actor) -> None:
    try:
        await asking.stop(desk, conversation, by=by)
    except SaysoError:
        return
