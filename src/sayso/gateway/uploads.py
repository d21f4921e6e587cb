"""Large files in parts: begun, given part by part, and put together once all are there."""

import asyncio
import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.gateway import files, kept
from sayso.gateway.bridge.items import new_id
from sayso.gateway.refusals import Refused

PART_BYTES_MAX = 64 * 2**20
PARTS_MAX = 10_000
HOURS = 1
COPIED_BYTES = 2**20


async def create(tx: AsyncConnection, workspace: str, body: dict[str, Any]) -> dict[str, Any]:
    size = body.get("bytes")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= files.FILE_BYTES_MAX:
        raise Refused(f"'bytes' must be a number up to {files.FILE_BYTES_MAX}.", 400, param="bytes", code="invalid_value")
    purpose = kept.text(body, "purpose", required=True) or ""
    if purpose not in files.PURPOSES:
        raise Refused(f"'purpose' must be one of {', '.join(files.PURPOSES)}.", 400, param="purpose", code="invalid_value")
    now = int(time.time())
    value: dict[str, Any] = {
        "id": new_id("upload"), "object": "upload", "bytes": size, "created_at": now, "expires_at": now + HOURS * 3600,
        "filename": kept.text(body, "filename", required=True, length_max=255), "purpose": purpose, "status": "pending", "file": None,
    }  # fmt: skip
    after = body.get("expires_after")
    seconds = after.get("seconds") if isinstance(after, dict) else None
    inside = {"expires_seconds": seconds if isinstance(seconds, int) else None}
    await kept.put(tx, workspace, "upload", value, inside=inside, expires_at=datetime.fromtimestamp(value["expires_at"], UTC))
    return value


async def add(tx: AsyncConnection, home: Path, workspace: str, id: str, data: memoryview) -> dict[str, Any]:
    upload = await _pending(tx, workspace, id)
    if len(data) > PART_BYTES_MAX:
        raise Refused("A part has at most 64 MB.", 413, param="data", code="file_too_large")
    if await kept.count(tx, workspace, "upload.part") >= PARTS_MAX:
        raise Refused("There are too many parts under way in this workspace.", 429)
    value: dict[str, Any] = {
        "id": new_id("part"),
        "object": "upload.part",
        "created_at": int(time.time()),
        "upload_id": upload["id"],
    }
    path = _place(home, workspace, id) / value["id"]
    await asyncio.to_thread(_write, path, data)
    await kept.put(
        tx,
        workspace,
        "upload.part",
        value,
        parent=id,
        inside={"bytes": len(data)},
        expires_at=datetime.fromtimestamp(upload["expires_at"], UTC),
    )
    return value


async def complete(tx: AsyncConnection, home: Path, workspace: str, id: str, body: dict[str, Any]) -> dict[str, Any]:
    upload = await _pending(tx, workspace, id)
    named = body.get("part_ids")
    if not isinstance(named, list) or not named or not all(isinstance(one, str) for one in named):
        raise Refused("'part_ids' must be a list of ids.", 400, param="part_ids", code="invalid_value")
    size = 0
    for part in named:
        found = await kept.find(tx, workspace, "upload.part", part, parent=id)
        if found is None:
            raise kept.missing("upload part", part)
        size += found[1]["bytes"]
    if size != upload["bytes"]:
        raise Refused(
            f"The parts have {size} bytes together, but {upload['bytes']} were announced.",
            400,
            param="part_ids",
            code="invalid_value",
        )
    paths = [_place(home, workspace, id) / part for part in named]
    if (md5 := kept.text(body, "md5", length_max=64)) and md5.lower() != await asyncio.to_thread(_md5, paths):
        raise Refused("The file does not have this MD5.", 400, param="md5", code="invalid_value")
    _, inside = (await kept.find(tx, workspace, "upload", id)) or ({}, {})
    file = await files.create(
        tx,
        home,
        workspace,
        name=upload["filename"],
        purpose=upload["purpose"],
        content=_chunks(paths),
        expires_seconds=inside.get("expires_seconds"),
    )
    value = {**upload, "status": "completed", "file": file}
    await kept.change(tx, workspace, id, value)
    await asyncio.to_thread(_clear, _place(home, workspace, id))
    return value


async def cancel(tx: AsyncConnection, home: Path, workspace: str, id: str) -> dict[str, Any]:
    value = {**await _pending(tx, workspace, id), "status": "cancelled"}
    await kept.change(tx, workspace, id, value)
    await asyncio.to_thread(_clear, _place(home, workspace, id))
    return value


async def _pending(tx: AsyncConnection, workspace: str, id: str) -> dict[str, Any]:
    upload = await kept.read(tx, workspace, "upload", id, lock=True)
    if upload["status"] != "pending":
        raise Refused(f"This upload is {upload['status']}.", 400, param="upload_id", code="invalid_value")
    return upload


def _place(home: Path, workspace: str, id: str) -> Path:
    """Only ids that were found in the database come here."""
    return files.folder(home, workspace) / "uploads" / id


def _write(path: Path, data: memoryview) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(data)


def _chunks(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as part:
            while chunk := part.read(COPIED_BYTES):
                yield chunk


def _md5(paths: list[Path]) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    for chunk in _chunks(paths):
        digest.update(chunk)
    return digest.hexdigest()


def _clear(folder: Path) -> None:
    if folder.is_dir():
        for path in folder.iterdir():
            path.unlink(missing_ok=True)
        folder.rmdir()
