"""Co-workers, asked by another agent: with the rights of its person, and what they would write still waits for a yes in the workspace."""

import asyncio
from typing import Annotated, Any

from pydantic import Field

from sayso import db
from sayso.coworkers import asking, conversations
from sayso.coworkers.roster import found
from sayso.coworkers.tools.rows_read import counted
from sayso.web.mcp.tools.apps import Said
from sayso.web.mcp.tools.tool import Asks, At, Tool

ANSWER_SECONDS_MAX = 300
"""After that the answer goes on in the workspace, and the tool says so."""


class AskCoworker(Asks):
    coworker: Annotated[Said, Field(description="such as mina or crm.mina; list_apps and describe_app name them")]
    text: Annotated[str, Field(min_length=1, max_length=asking.WORDS_CHARACTERS_MAX)]
    conversation: Annotated[str | None, Field(max_length=80, description="of the answer before, to go on with it")] = None


async def asked(at: At, wants: AskCoworker) -> dict[str, Any]:
    desk, by = at.known.coworkers, at.by
    async with db.transaction(at.known.engine) as tx:
        one = await found(tx, wants.coworker, by=by)
        talk = wants.conversation or (await conversations.create(tx, one, by=by, title=wants.text)).id
    turn = await asking.ask(desk, talk, wants.text, by=by)
    answer: dict[str, Any] | None = None
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            async for line in asking.lines(desk, turn.id):
                answer = line["turn"] if line["type"] == "done" else answer
    except TimeoutError:
        pass
    except asyncio.CancelledError:
        await asking.stop(desk, talk, by=by)
        raise
    return _told(talk, answer)


def _told(talk: str, turn: dict[str, Any] | None) -> dict[str, Any]:
    if turn is None:
        return {
            "conversation": talk,
            "state": "working",
            "text": "",
            "note": "Still at work; look into the conversation in the workspace.",
        }
    parts = turn["parts"]
    said = "\n\n".join(str(part["text"]) for part in parts if part["kind"] in ("text", "note"))
    waits = [
        act["sentence"]
        for part in parts
        if part["kind"] == "card" and part["card"]["state"] == "open"
        for act in part["card"]["acts"]
    ]
    told: dict[str, Any] = {"conversation": talk, "state": turn["state"], "text": said, "problem": turn.get("problem")}
    if waits:
        told |= {
            "waits_for_a_yes": waits,
            "note": f"Not done yet: {counted(len(waits), 'thing')} that a person says yes to in the workspace.",
        }
    return told


TOOLS = (
    Tool(
        "ask_coworker", "Ask a co-worker", "Asks an AI co-worker of this workspace, which answers from its tables. What it would change waits for a person's yes.",
        AskCoworker, asked, outside=True,
    ),
)  # fmt: skip
