"""Starts the child process that reads a stranger's file, and listens to it."""

import asyncio
import os
import signal
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import orjson

from sayso.errors import Invalid, Problem

PREVIEW_SECONDS_MAX = 90
PREVIEW_BYTES_MAX = 32 * 1024 * 1024
FRAME_BYTES_MAX = 512 * 1024 * 1024
KEPT_VARIABLES = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


async def _started(job: dict[str, Any]) -> asyncio.subprocess.Process:
    """With an environment of its own: what Sayso knows of passwords and keys stays out of it."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sayso.data.imports.child",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}, limit=4 * 1024 * 1024,
    )  # fmt: skip
    assert child.stdin is not None
    child.stdin.write(orjson.dumps(job))
    child.stdin.close()
    return child


async def _ended(child: asyncio.subprocess.Process) -> None:
    """By signal, not by `child.kill()`: that looks whether the child has ended, and would take its end from asyncio, who waits for it."""
    if child.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
    await child.wait()


async def preview(job: dict[str, Any]) -> dict[str, Any]:
    """Raises `Invalid` with what is wrong with the file."""
    child = await _started({"do": "preview", **job})
    assert child.stdout is not None
    try:
        async with asyncio.timeout(PREVIEW_SECONDS_MAX):
            told = await child.stdout.read(PREVIEW_BYTES_MAX)
            while chunk := await child.stdout.read(PREVIEW_BYTES_MAX):
                told += chunk
                if len(told) > PREVIEW_BYTES_MAX:
                    raise Invalid(Problem("file", "has too much in it to be shown; send it in parts"))
    except TimeoutError:
        raise Invalid(Problem("file", "takes too long to read; send it as CSV, or in parts")) from None
    finally:
        await _ended(child)
    answer = _answered(told)
    if "columns" not in answer:
        raise Invalid.of(_problems(answer))
    return answer


def _answered(told: bytes) -> dict[str, Any]:
    """A child that was ended in the middle of a word said nothing."""
    try:
        return orjson.loads(told)
    except orjson.JSONDecodeError:
        return _gave_up()


def _gave_up() -> dict[str, Any]:
    return {"problems": [{"path": "file", "reason": "needs more memory or time than is safe; send it as CSV, or in parts"}]}


def _problems(answer: dict[str, Any]) -> list[Problem]:
    return [Problem(p["path"], p["reason"], p.get("example")) for p in answer["problems"]]


async def frames(job: dict[str, Any]) -> AsyncIterator[tuple[bytes, bytes]]:
    """Frames as `child` sends them, `d` and `p`. Raises `Invalid` when reading ends before the file does."""
    child = await _started({"do": "rows", **job})
    assert child.stdout is not None
    ended = False
    try:
        while not ended:
            try:
                head = await child.stdout.readexactly(5)
                payload = await child.stdout.readexactly(struct.unpack(">I", head[1:])[0])
            except asyncio.IncompleteReadError:
                raise Invalid.of(_problems(_gave_up())) from None
            if head[:1] == b"e":
                raise Invalid.of(_problems(orjson.loads(payload)))
            ended = head[:1] == b"p" and b'"end":true' in payload
            yield head[:1], payload
    finally:
        await _ended(child)
