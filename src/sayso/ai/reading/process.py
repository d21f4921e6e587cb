"""Starts the child process that reads a document, and listens to it."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

SECONDS_MAX = 45
"""On the clock: the child has a few seconds of the processor, which may be busy with other things."""
ANSWER_BYTES_MAX = 32 * 1024 * 1024
AT_ONCE_MAX = 2
KEPT_VARIABLES = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Document:
    """`pictures` are pages without text, as data URLs; `problem` goes on after the file's name."""

    text: str = ""
    pictures: tuple[str, ...] = ()
    problem: str = ""


_turns: dict[int, asyncio.Semaphore] = {}
"""By event loop: so many documents are read at once."""


async def document(path: Path, type: str) -> Document:
    """What it says. Nothing is raised for what is wrong with the file."""
    loop = id(asyncio.get_running_loop())
    if loop not in _turns:
        _turns.clear()
    async with _turns.setdefault(loop, asyncio.Semaphore(AT_ONCE_MAX)):
        told = await _told(path, type)
    pictures = tuple(f"data:image/jpeg;base64,{one}" for one in told.get("pictures", ()))
    return Document(told.get("text", ""), pictures, told.get("problem", ""))


async def _told(path: Path, type: str) -> dict[str, Any]:
    """With an environment of its own: what Sayso knows of passwords and keys stays out of it."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sayso.ai.reading.child",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}, limit=ANSWER_BYTES_MAX,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS_MAX):
            told, _ = await child.communicate(orjson.dumps({"path": str(path), "type": type}))
    except TimeoutError:
        return {"problem": "takes too long to read."}
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if not told or len(told) > ANSWER_BYTES_MAX:
        return {"problem": "cannot be read: it is broken, or needs more than is safe."}
    return orjson.loads(told)
