"""Reaching out by a connection: opened with the rights of the automation's owner, and what the other side says told as a step tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import Any

import orjson

from sayso import db
from sayso.automations.papers.filled import Writing
from sayso.automations.steps.step import Doing, StepFailed
from sayso.connections.delivered import NotDelivered
from sayso.connections.opened import Missing, Opened
from sayso.data import files
from sayso.errors import NotFound
from sayso.team import people
from sayso.team.actor import system

NO_DOOR = "This process has no door to the outside world. Start Sayso with its connections."


@contextmanager
def told() -> Generator[None]:
    """What was not delivered, as a failed step: whether another try may help, and when."""
    try:
        yield
    except NotDelivered as error:
        raise StepFailed(str(error), again=error.again, after=error.after, detail=error.detail) from error


async def opened(doing: Doing, id: str | None, kind: str | Collection[str]) -> Opened:
    """The connection that the step names, or the first of its kind that the owner may use. Raises `Missing` when there is none."""
    connections = doing.parts.connections
    if connections is None:
        raise Missing(kind if isinstance(kind, str) else " or ".join(kind))
    async with db.transaction(doing.parts.engine) as tx:
        return await connections.opened(tx, id, kind, by=doing.by, what=doing.run.name)


async def writing(doing: Doing) -> Writing:
    """Fills in what people will read."""
    async with doing.reading() as tx:
        names = {one.id: one.name for one in await people.listed(tx, by=system(doing.run.workspace))}
    return Writing(doing.app, doing.run.automation, doing.names, names)


async def content_of(doing: Doing, file: dict[str, Any] | str) -> tuple[str, str, bytes]:
    """Name, type and bytes of a file that the automation's owner may read. Raises `StepFailed` when it is not there any more."""
    if doing.parts.files is None:
        raise StepFailed("This process has no files.")
    id = file if isinstance(file, str) else str(file.get("id"))
    try:
        async with doing.reading() as tx:
            found, path = await files.found(tx, doing.parts.files, id, by=doing.by)
    except NotFound:
        name = file if isinstance(file, str) else file.get("name", id)
        raise StepFailed(f"The file {name} is not there any more.") from None
    return found.name, found.type, await asyncio.to_thread(path.read_bytes)


def argument(doing: Doing, text: str) -> Any:
    """An argument of a tool or an operation: what is JSON becomes it, a text that is one name alone keeps its value, else words."""
    try:
        whole = isinstance(orjson.loads(text), dict | list)
    except orjson.JSONDecodeError:
        whole = False
    return doing.names.json(text) if whole else doing.names.value(text)
