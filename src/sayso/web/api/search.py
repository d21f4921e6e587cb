"""Finding things by name, everywhere at once."""

from typing import Annotated, Literal

from fastapi import Query

from sayso.errors import Unavailable
from sayso.web.shapes import Shown


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


async def show(q: Annotated[str, Query(max_length=200)] = "") -> Hits:
    """Apps, tables, views and rows whose name holds these words."""
    raise Unavailable("not there yet")
