"""What a person says of a draft: the wish that begins it, and what is said after it, with their files."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.builder.drafts.draft import Draft, read
from sayso.builder.drafts.stored import Json, row_of
from sayso.data import apps, attached
from sayso.data.imports import kept
from sayso.db import tables as t
from sayso.errors import Invalid, NotFound, Problem
from sayso.team.actor import Actor
from sayso.team.ids import new_id

WISH_CHARACTERS_MAX = 100_000
MESSAGES_MAX = 200
FILES_MAX = 8


async def begin(
    tx: AsyncConnection,
    words: str,
    *,
    app: str | None = None,
    import_id: str | None = None,
    by: Actor,
    files: Sequence[str] = (),
    builder: str = "auto",
    focus: str = "",
) -> Draft:
    """A new draft, not planned yet. `files` are pictures and documents that belong to the wish, `builder` who is to plan it, `focus` the part
    of the app that is open while the person speaks (`automations/weekly_report`): words such as "it" mean that.

    Raises `NotFound` for an app or a file that is not there, `Invalid` for a wish that is too long.
    """
    if app is None:
        by.must("build")
    fits(words)
    opened = await apps.open_app(tx, app, by=by, to="build") if app else None
    if import_id:
        await kept.read(tx, import_id, by=by)
    first = message("you", words) | await _carried(tx, files, builder, by) | ({"focus": focus} if focus else {})
    row = {
        "id": new_id("d"), "workspace_id": by.workspace, "app": opened.number if opened else None, "import_id": import_id, "state": "planning", "wish": words,
        "messages": [first], "base_version": opened.version if opened else None, "created_by": by.id,
    }  # fmt: skip
    await tx.execute(t.drafts.insert().values(row))
    return await read(tx, str(row["id"]), by=by)


async def wait_for(
    tx: AsyncConnection, id: str, words: str, *, by: Actor, files: Sequence[str] = (), builder: str = "auto"
) -> Draft:
    """Something more about a draft, which a model will read: the draft is planning again until `make` has done so."""
    fits(words)
    row = await row_of(tx, id, by, state="ready", lock=True)
    open_to_words(row)
    stored: Json = row.plan or {}
    said = message("you", words) | await _carried(tx, files, builder, by)
    values = {"state": "planning", "messages": [*row.messages, said], "updated_at": datetime.now(UTC)}
    await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values({**values, "plan": {**stored, "before": stored}}))
    return await read(tx, id, by=by)


def fits(words: str) -> None:
    """Raises `Invalid` for words that are longer than a wish may be."""
    if len(words) > WISH_CHARACTERS_MAX:
        raise Invalid(
            Problem("wish", f"is longer than {WISH_CHARACTERS_MAX:,} characters", "the first few pages; the rest as a follow-up")
        )


def open_to_words(row: Row[Any]) -> None:
    """Raises `Invalid` for a draft of which all has been said that it takes."""
    if len(row.messages) >= MESSAGES_MAX:
        raise Invalid(f"A draft takes {MESSAGES_MAX} messages. Build it, and go on from the app.")


def message(by: Literal["you", "builder"], words: str) -> Json:
    """One turn of the talk, now."""
    return {"by": by, "words": words, "at": datetime.now(UTC).isoformat()}


async def _carried(tx: AsyncConnection, files: Sequence[str], builder: str, by: Actor) -> Json:
    """What else a message carries: its files, by name, and who is to read it. Raises `NotFound`, `Invalid`."""
    if len(files) > FILES_MAX:
        raise Invalid(Problem("files", f"are more than {FILES_MAX}", "the pages that matter most"))
    wanted, c = list(dict.fromkeys(files)), t.files.c
    if len(await attached.seen(tx, wanted, by=by)) < len(wanted):
        raise NotFound("There is no such file.")
    there = {row.id: row for row in await tx.execute(select(c.id, c.name, c.type).where(c.id.in_(wanted)))}
    found = [{"id": id, "name": there[id].name, "type": there[id].type} for id in wanted]
    return ({"files": found} if found else {}) | ({"builder": builder} if builder != "auto" else {})


def focus_of(row: Row[Any]) -> str:
    """The part of the app that the person had open when the draft began."""
    return str(row.messages[0].get("focus", "")) if row.messages else ""
