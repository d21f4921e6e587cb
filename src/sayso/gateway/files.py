"""Files of `/v1/files`: kept in the home, one folder a workspace, and put into requests for models that cannot fetch them."""

import asyncio
import base64
import mimetypes
import os
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, cast, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.db.endpoint_tables import objects as t
from sayso.gateway import kept
from sayso.gateway.bridge.items import new_id
from sayso.gateway.refusals import Refused

FILE_BYTES_MAX = 512 * 2**20
WORKSPACE_BYTES_MAX = 50 * 2**30
PUT_IN_BYTES_MAX = 50 * 2**20
PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
MADE_HERE = ("batch_output", "assistants_output")
EXPIRY_SECONDS_LEAST, EXPIRY_SECONDS_MAX = 3600, 30 * 86_400
BATCH_DAYS = 30
"""How long files of batches are kept when nobody says otherwise, as OpenAI does."""
ID = re.compile(r"file[-_][A-Za-z0-9_-]{1,100}")


def folder(home: Path, workspace: str) -> Path:
    return home / "gateway" / "files" / workspace


def place(home: Path, workspace: str, id: str) -> Path:
    """Where a file lies. Raises `Refused` (404) for what can be no id."""
    if not ID.fullmatch(id):
        raise missing(id)
    return folder(home, workspace) / id


def forget(home: Path, workspace: str) -> None:
    """All of a workspace that is gone for good."""
    shutil.rmtree(folder(home, workspace), ignore_errors=True)


def missing(id: str) -> Refused:
    return Refused(f"No such File object: {id[: kept.ID_LENGTH_MAX]}", 404, param="id", code="not_found")


async def create(
    tx: AsyncConnection,
    home: Path,
    workspace: str,
    *,
    name: str,
    purpose: str,
    content: Iterable[bytes | memoryview],
    expires_seconds: int | None = None,
    id: str | None = None,
) -> dict[str, Any]:
    """Keeps a file. Raises `Refused`. Should the transaction fail, what was written is swept away later."""
    if purpose not in PURPOSES + MADE_HERE:
        raise Refused(f"'purpose' must be one of {', '.join(PURPOSES)}.", 400, param="purpose", code="invalid_value")
    if expires_seconds is not None and not EXPIRY_SECONDS_LEAST <= expires_seconds <= EXPIRY_SECONDS_MAX:
        raise Refused("'expires_after.seconds' must be from 3600 to 2592000.", 400, param="expires_after", code="invalid_value")
    id = id or new_id("file").replace("_", "-", 1)
    path = place(home, workspace, id)
    used = await tx.scalar(
        select(func.coalesce(func.sum(cast(t.c.value["bytes"].astext, BigInteger)), 0)).where(
            t.c.workspace_id == workspace, t.c.kind == "file"
        )
    )
    size = await asyncio.to_thread(_written, path, content, min(FILE_BYTES_MAX, WORKSPACE_BYTES_MAX - int(used or 0)))
    if size is None:
        raise Refused("The file is too large, or the workspace has no room for it.", 413, param="file", code="file_too_large")
    if expires_seconds is None and purpose.startswith("batch"):
        expires_seconds = BATCH_DAYS * 86_400
    created = int(datetime.now(UTC).timestamp())
    value: dict[str, Any] = {
        "id": id, "object": "file", "bytes": size, "created_at": created, "filename": name, "purpose": purpose, "status": "processed", "status_details": None,
    }  # fmt: skip
    expires_at = None
    if expires_seconds is not None:
        value["expires_at"] = created + expires_seconds
        expires_at = datetime.fromtimestamp(value["expires_at"], UTC)
    await kept.put(tx, workspace, "file", value, expires_at=expires_at)
    return value


def _written(path: Path, content: Iterable[bytes | memoryview], bytes_max: int) -> int | None:
    """Beside its place, and moved there whole. None when it is longer than allowed."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(path.name + ".part")
    size = 0
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for chunk in content:
                size += len(chunk)
                if size > bytes_max:
                    return None
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return size


async def read(tx: AsyncConnection, workspace: str, id: str) -> dict[str, Any]:
    found = await kept.find(tx, workspace, "file", id)
    if found is None:
        raise missing(id)
    return found[0]


async def content(tx: AsyncConnection, home: Path, workspace: str, id: str) -> Path:
    """Where its bytes are. Raises `Refused` (404)."""
    await read(tx, workspace, id)
    path = place(home, workspace, id)
    if not path.is_file():
        raise missing(id)
    return path


async def remove(tx: AsyncConnection, home: Path, workspace: str, id: str) -> None:
    path = place(home, workspace, id)
    if not await kept.remove(tx, workspace, "file", id):
        raise missing(id)
    path.unlink(missing_ok=True)


# ── into requests ─────────────────────────────────────────────


async def put_in(tx: AsyncConnection, home: Path, workspace: str, body: dict[str, Any]) -> None:
    """Puts the files of this workspace that a response's input names into it, so that every model can read them. Ids that are not ours
    stay: they may be the upstream's."""
    items = body.get("input")
    room = PUT_IN_BYTES_MAX
    for item in items if isinstance(items, list) else []:
        content = item.get("content") or item.get("output") if isinstance(item, dict) else None
        for part in content if isinstance(content, list) else []:
            if (
                isinstance(part, dict)
                and isinstance(part.get("file_id"), str)
                and part.get("type") in ("input_file", "input_image")
            ):
                room -= await _put_in(tx, home, workspace, part, room)


async def _put_in(tx: AsyncConnection, home: Path, workspace: str, part: dict[str, Any], room: int) -> int:
    if not ID.fullmatch(part["file_id"]) or (found := await kept.find(tx, workspace, "file", part["file_id"])) is None:
        return 0
    value = found[0]
    if value["bytes"] > room:
        raise Refused("The files of this request are too large together.", 413, param="input", code="file_too_large")
    data = await asyncio.to_thread(place(home, workspace, value["id"]).read_bytes)
    type = mimetypes.guess_type(value["filename"])[0] or "application/octet-stream"
    url = f"data:{type};base64,{base64.b64encode(data).decode()}"
    del part["file_id"]
    part |= {"image_url": url} if part["type"] == "input_image" else {"file_data": url, "filename": value["filename"]}
    return len(data)


async def sweep(engine: AsyncEngine, home: Path) -> None:
    """Everything that has expired, and its bytes."""
    async with engine.begin() as tx:
        gone = await tx.execute(delete(t).where(t.c.expires_at < func.now()).returning(t.c.workspace_id, t.c.kind, t.c.id))
        files = [(row.workspace_id, row.id) for row in gone if row.kind == "file" and ID.fullmatch(row.id)]
    for workspace, id in files:
        await asyncio.to_thread(place(home, workspace, id).unlink, missing_ok=True)
