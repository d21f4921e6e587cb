"""Files that steps make: kept in the workspace, and passed on to later steps as what names them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.automations.steps.step import Doing, Done, OutsideStep, StepFailed
from sayso.data import files

MADE_BYTES_MAX = 20 * 2**20
NAME_CHARACTERS_MAX = 120


class MakingStep(OutsideStep):
    """Makes a file of what is in the workspace. Done again after a crash, it makes another one, which harms nobody."""

    repeats = "safe"

    @abstractmethod
    async def made(self, tx: AsyncConnection, prepared: dict[str, Any], step: Any, doing: Doing) -> Done: ...

    async def done(self, prepared: dict[str, Any], step: Any, doing: Doing) -> Done:
        async with db.transaction(doing.parts.engine) as tx:
            return await self.made(tx, prepared, step, doing)

    async def tried(self, prepared: dict[str, Any], step: Any, doing: Doing) -> Done | None:
        """Nothing goes out by making a file: a dry run makes it too, and takes it back with all else."""
        return await self.made(doing.trial, prepared, step, doing) if doing.trial is not None else None


async def kept(tx: AsyncConnection, doing: Doing, name: str, content: bytes) -> dict[str, Any]:
    """Keeps it; `{"id", "name", "type", "bytes"}`. Raises `StepFailed` when it is too large."""
    if len(content) > MADE_BYTES_MAX:
        most = MADE_BYTES_MAX // 2**20
        raise StepFailed(f"{name} would have {len(content) / 2**20:.0f} MB; a file that a step makes has at most {most} MB.")
    if doing.parts.files is None:
        raise StepFailed("This process has no place for files.")

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    file = await files.store(tx, doing.parts.files, name, chunks(), by=doing.by)
    return {"id": file.id, "name": file.name, "type": file.type, "bytes": file.bytes}


def file_name(said: str, otherwise: str, ending: str) -> str:
    """A name with this ending, without what no file's name holds."""
    clean = "".join(c if c.isalnum() or c in " -_.,()&'+" else " " for c in said or otherwise)
    stem = " ".join(clean.split()).removesuffix(f".{ending}").strip(" .")[:NAME_CHARACTERS_MAX]
    return f"{stem or 'File'}.{ending}"
