"""A Sayso of its own for a benchmark: another process, a fresh home, spoken to over HTTP only."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    sign_in: str
    token: str
    home: Path
    pid: int
    ready_seconds: float
    """From the command to the line that says it is ready."""


@asynccontextmanager
async def server(home: Path | None = None) -> AsyncGenerator[Server]:
    """Starts `sayso up` on any free port; stops it, and removes its home when it was made here."""
    folder = home or new_home()
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sayso", "up", "--port", "0", "--home", str(folder), "--no-browser", "--json", stdout=asyncio.subprocess.PIPE
    )  # fmt: skip
    try:
        assert process.stdout
        said = json.loads(await process.stdout.readline())
        ready = time.perf_counter() - begun
        token = json.loads(await _sayso("token", "create", "--home", str(folder), "--json"))["token"]
        yield Server(said["url"], said["sign_in"], token, folder, process.pid, ready)
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()
        if home is None:
            shutil.rmtree(folder, ignore_errors=True)


def new_home() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    return folder


async def _sayso(*args: str) -> bytes:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "sayso", *args, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return said
