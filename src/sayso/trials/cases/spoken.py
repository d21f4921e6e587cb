"""Past questions to a co-worker, as cases: of conversations that are shared, and of one's own. Others' are private, also from builders."""

import random
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.job import Job
from sayso.data.open_app import OpenApp
from sayso.db.coworker_tables import conversations, turns
from sayso.trials.trial import Case, Cases

LOOKED_AT_MAX = 2_000
BEFORE_CHARACTERS_MAX = 20_000


async def of_turns(tx: AsyncConnection, app: OpenApp, job: Job, wanted: Cases) -> list[Case]:
    """First messages of conversations only: what follows cannot be understood without what came before."""
    c, t = conversations.c, turns.c
    whose = (c.app == app.number) & (c.coworker == job.path.removeprefix("coworkers/")) & c.deleted_at.is_(None)
    query = select(t.id, t.asked, t.parts, t.model, t.state, c.title).join_from(turns, conversations, t.conversation == c.id)
    query = query.where(c.workspace_id == app.by.workspace, whose, t.n == 1)
    query = query.where(c.shared | (c.member == (app.by.member or ""))).order_by(t.at.desc(), t.id).limit(LOOKED_AT_MAX)
    cases: dict[str, Case] = {}
    for row in await tx.execute(query):
        words = " ".join(str(row.asked.get("text") or "").split())
        if words and not row.asked.get("files") and not row.asked.get("rows"):
            before = {"text": _said(row.parts), "value": None, "model": row.model, "state": row.state}
            cases.setdefault(
                words.casefold(), Case(0, job.path, words[:80], "", {"message": row.asked["text"]}, None, before, None, row.state)
            )
    source = random.Random(wanted.seed)
    found = [cases[words] for words in sorted(cases)]
    return source.sample(found, min(wanted.count, len(found)))


def _said(parts: Sequence[dict[str, str]]) -> str:
    return "\n\n".join(part["text"] for part in parts if part.get("kind") == "text" and part.get("text"))[:BEFORE_CHARACTERS_MAX]
