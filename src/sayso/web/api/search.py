"""Finding things by name, everywhere at once."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import Query

from sayso.data import everywhere
from sayso.web.actor import By
from sayso.web.shapes import Shown
from sayso.web.work import Tx


class Hit(Shown):
    kind: Literal["app", "table", "view", "row"]
    id: str | int
    name: str
    app: str
    app_name: str
    table: str | None = None
    view: str | None = None
    detail: str = ""


class Hits(Shown):
    items: list[Hit]
    next: str | None = None


async def show(tx: Tx, by: By, q: Annotated[str, Query(max_length=200)] = "") -> Hits:
    """Apps, tables, views and rows whose name holds these words."""
    return Hits(items=[Hit(**asdict(one)) for one in await everywhere.find(tx, q, by=by)])
