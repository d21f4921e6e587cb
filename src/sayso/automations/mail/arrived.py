"""One e-mail that came, and the run that it begins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.registered import Registered
from sayso.automations.runs import begin
from sayso.automations.runs.begin import TRIGGER_BYTES_MAX
from sayso.connections.letters import Attachment, Incoming
from sayso.data import files
from sayso.data.files import FileStore
from sayso.db.automation_tables import runs as t
from sayso.team.actor import Actor

FILES_BYTES_MAX = 25 * 2**20
"""Of one e-mail together; what goes beyond is left out, and said."""
KEY_CHARACTERS_MAX = 300
CUT_CHARACTERS = 100_000
CHUNK_BYTES = 2**16


async def begun(tx: AsyncConnection, store: FileStore, registered: Registered, mail: Incoming) -> str | None:
    """The run; None when this e-mail, known by its Message-ID, has begun one already. Its attachments are kept as files."""
    key = f"mail:{mail.id}"[:KEY_CHARACTERS_MAX]
    known = select(t.c.id).where(t.c.app == registered.app_number, t.c.automation == registered.automation.id, t.c.key == key)
    if (await tx.execute(known)).first() is not None:
        return None
    kept = await _kept(tx, store, registered, mail)
    told = {**mail.as_json(), "kind": "email", "message_id": mail.id, "date": mail.at.isoformat() if mail.at else None}
    return await begin(
        tx, registered, _bounded({**told, "attachments": kept, "left_out": len(mail.attachments) - len(kept)}), key=key
    )


async def _kept(tx: AsyncConnection, store: FileStore, registered: Registered, mail: Incoming) -> list[dict[str, Any]]:
    by = Actor("automation", registered.workspace, registered.owner, "member", registered.automation.name)
    kept: list[dict[str, Any]] = []
    room = FILES_BYTES_MAX
    for one in mail.attachments:
        room -= len(one.content)
        if one.content and room >= 0:
            file = await files.store(tx, store, one.name, _chunks(one), by=by)
            kept.append({"id": file.id, "name": file.name, "type": file.type, "bytes": file.bytes})
    return kept


async def _chunks(one: Attachment) -> AsyncIterator[bytes]:
    for at in range(0, len(one.content), CHUNK_BYTES):
        yield one.content[at : at + CHUNK_BYTES]


def _bounded(told: dict[str, Any]) -> dict[str, Any]:
    """As much of it as a run may begin with: first its HTML goes, then the end of its text."""
    for less in ({}, {"html": ""}, {"html": "", "text": told["text"][:CUT_CHARACTERS]}):
        if len(orjson.dumps({**told, **less})) <= TRIGGER_BYTES_MAX:
            return {**told, **less}
    return {**told, "html": "", "text": told["text"][: CUT_CHARACTERS // 10]}
