"""What the stateful addresses keep, as they answer it: one object a row, found by its workspace first and its id second."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.endpoint_tables import objects as t
from sayso.gateway.refusals import Refused

OBJECTS_MAX = 1_000_000
"""Of one workspace; nobody fills a disk by accident."""
METADATA_PAIRS_MAX = 16
METADATA_KEY_MAX, METADATA_VALUE_MAX = 64, 512
ID_LENGTH_MAX = 200
LIMIT_DIGITS_MAX = 9


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted, in OpenAI's words."""

    limit: int = 20
    order: Literal["asc", "desc"] = "desc"
    after: str | None = None
    before: str | None = None


def page(query: Mapping[str, str], *, limit: int = 20, limit_max: int = 100, order: Literal["asc", "desc"] = "desc") -> Page:
    """Raises `Refused` (400)."""
    asked = query.get("limit", str(limit))
    if not asked.isdigit() or len(asked) > LIMIT_DIGITS_MAX:
        raise Refused(f"'limit' must be a number from 1 to {limit_max}.", 400, param="limit", code="invalid_value")
    ordered = query.get("order", order)
    if ordered not in ("asc", "desc"):
        raise Refused("'order' must be asc or desc.", 400, param="order", code="invalid_value")
    return Page(
        min(max(1, int(asked)), limit_max),
        "asc" if ordered == "asc" else "desc",
        query.get("after") or None,
        query.get("before") or None,
    )


async def put(
    tx: AsyncConnection,
    workspace: str,
    kind: str,
    value: Mapping[str, Any],
    *,
    parent: str = "",
    inside: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Keeps a new object, or a new state of the one with this id. Its place in lists stays."""
    row = {"value": storable(value), "inside": storable(inside or {}), "expires_at": expires_at}
    query = insert(t).values(workspace_id=workspace, id=value["id"], kind=kind, parent=parent, **row)
    same = (t.c.kind == kind) & (t.c.parent == parent)
    await tx.execute(query.on_conflict_do_update(index_elements=["workspace_id", "id"], set_=row, where=same))


async def find(
    tx: AsyncConnection, workspace: str, kind: str, id: str, *, parent: str = "", lock: bool = False
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The object and what is kept inside of it, not answered."""
    query = _there(workspace, kind, parent).where(t.c.id == id)
    row = (await tx.execute(query.with_for_update() if lock else query)).first()
    return (row.value, row.inside) if row else None


async def read(
    tx: AsyncConnection, workspace: str, kind: str, id: str, *, parent: str = "", named: str | None = None, lock: bool = False
) -> dict[str, Any]:
    """Raises `Refused` (404)."""
    found = await find(tx, workspace, kind, id, parent=parent, lock=lock)
    if found is None:
        raise missing(named or kind, id)
    return found[0]


async def change(
    tx: AsyncConnection, workspace: str, id: str, value: Mapping[str, Any], inside: Mapping[str, Any] | None = None
) -> None:
    row = {"value": storable(value)} | ({"inside": storable(inside)} if inside is not None else {})
    await tx.execute(update(t).where(t.c.workspace_id == workspace, t.c.id == id).values(**row))


async def remove(tx: AsyncConnection, workspace: str, kind: str, id: str, *, parent: str = "") -> bool:
    """And all that belongs to it."""
    gone = await tx.execute(delete(t).where(t.c.workspace_id == workspace, t.c.kind == kind, t.c.id == id, t.c.parent == parent))
    if gone.rowcount:
        mine = select(t.c.id).where(t.c.workspace_id == workspace, t.c.parent == id)
        await tx.execute(delete(t).where(t.c.workspace_id == workspace, (t.c.parent == id) | t.c.parent.in_(mine)))
    return bool(gone.rowcount)


async def listed(tx: AsyncConnection, workspace: str, kind: str, page: Page, *, parent: str = "", **equal: str) -> dict[str, Any]:
    """A page as OpenAI answers it. `equal` names fields of the object that must be so."""
    query = _there(workspace, kind, parent)
    for name, wanted in equal.items():
        query = query.where(t.c.value[name].astext == wanted)
    place = t.c.position
    for cursor, forwards in ((page.after, True), (page.before, False)):
        if cursor is not None:
            at = await tx.scalar(select(place).where(t.c.workspace_id == workspace, t.c.id == cursor))
            if at is None:
                raise Refused(
                    f"No such object: {cursor[:100]}", 400, param="after" if forwards else "before", code="invalid_value"
                )
            query = query.where(place > at if forwards == (page.order == "asc") else place < at)
    backwards = page.before is not None and page.after is None
    ascending = (page.order == "asc") != backwards
    rows = (await tx.execute(query.order_by(place if ascending else place.desc()).limit(page.limit + 1))).all()
    values = [row.value for row in rows[: page.limit]]
    return as_list(values[::-1] if backwards else values, more=len(rows) > page.limit)


async def taken(tx: AsyncConnection, workspace: str, id: str) -> bool:
    return await tx.scalar(select(t.c.id).where(t.c.workspace_id == workspace, t.c.id == id)) is not None


async def count(tx: AsyncConnection, workspace: str, kind: str) -> int:
    query = select(func.count()).select_from(t).where(t.c.workspace_id == workspace, t.c.kind == kind)
    return (await tx.execute(query)).scalar_one()


def as_list(values: list[dict[str, Any]], *, more: bool = False) -> dict[str, Any]:
    first, last = (values[0].get("id"), values[-1].get("id")) if values else (None, None)
    return {"object": "list", "data": values, "first_id": first, "last_id": last, "has_more": more}


def _there(workspace: str, kind: str, parent: str) -> Select[Any, Any]:
    alive = t.c.expires_at.is_(None) | (t.c.expires_at > func.now())
    return select(t.c.value, t.c.inside).where(t.c.workspace_id == workspace, t.c.kind == kind, t.c.parent == parent, alive)


def missing(named: str, id: str) -> Refused:
    return Refused(f"No {named} found with id '{id[:ID_LENGTH_MAX]}'.", 404, code="not_found")


def storable(value: Any) -> Any:
    """The value with nothing in it that PostgreSQL's JSON cannot hold: the character nought becomes a replacement character."""
    if b"\\u0000" not in orjson.dumps(value):
        return value
    return _without_nought(value)


def _without_nought(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_nought(one) for one in value]
    if isinstance(value, dict):
        return {_without_nought(key): _without_nought(one) for key, one in value.items()}
    return value


def metadata(body: Mapping[str, Any]) -> dict[str, str]:
    """Up to 16 pairs of text. Raises `Refused` (400)."""
    given = body.get("metadata")
    if given is None:
        return {}
    fits = isinstance(given, dict) and len(given) <= METADATA_PAIRS_MAX
    if not fits or not all(
        isinstance(value, str) and len(key) <= METADATA_KEY_MAX and len(value) <= METADATA_VALUE_MAX
        for key, value in given.items()
    ):
        raise Refused(
            f"'metadata' holds at most {METADATA_PAIRS_MAX} pairs of text, keys up to {METADATA_KEY_MAX} characters and values up to {METADATA_VALUE_MAX}.",
            400,
            param="metadata",
            code="invalid_value",
        )
    return dict(given)


def text(body: Mapping[str, Any], name: str, *, required: bool = False, length_max: int = 256_000) -> str | None:
    """A text of a body. Raises `Refused` (400)."""
    given = body.get(name)
    if given is None and not required:
        return None
    if not isinstance(given, str) or len(given) > length_max or (required and not given):
        raise Refused(f"'{name}' must be a text of at most {length_max:,} characters.", 400, param=name, code="invalid_value")
    return given


def in_days(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)
