"""Bringing a GGUF file here. It lies under its name only when it is whole, is what it should be, and llama.cpp could load it."""

import asyncio
import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

from sayso.connections.egress import Door
from sayso.connections.wire import Broken, Connection
from sayso.errors import Conflict, Invalid, Problem, TooLarge, Unavailable
from sayso.gateway.builtin.local import gguf, shelf
from sayso.gateway.builtin.local.shelf import Pulled
from sayso.gateway.upstream import Limits, Pools, Target

BYTES_MAX = 64 * 10**9
REDIRECTS_MAX = 5
IDLE_SECONDS_MAX = 60
WHOLE_SECONDS_MAX = 24 * 3_600
SPARE_BYTES_MIN = 1_000_000_000
"""What stays free on the disk."""
TRY_SECONDS_MAX = 300
"""How long a large file may take to load the first time."""
_BLOCK_BYTES = 4 * 2**20

Told = Callable[[int, int], None]
"""Bytes so far, and of all (0 when nobody said)."""


async def pull(door: Door, home: Path, source: str, *, name: str = "", sha256: str = "", bytes_max: int = BYTES_MAX, told: Told = lambda done, whole: None) -> Pulled:  # fmt: skip
    """Copies a file, or fetches an https address, and keeps it as `name`.

    Raises `Invalid` for what is no GGUF file, has another digest or breaks when it is loaded; `TooLarge`; `Unavailable`; `Conflict` when the
    name is taken.
    """
    name = name or shelf.name_of(source)
    path, part = _place(home, name)
    try:
        blocks = _fetched(door, source, bytes_max, sha256=sha256) if _is_address(source) else _copied(source, bytes_max)
        found, size = await _written(blocks, part, bytes_max, told)
        if sha256 and found != sha256.lower():
            raise Invalid(Problem("sha256", f"is {found}, and not the {sha256.lower()} that you named"))
        about = await asyncio.to_thread(gguf.about, part)
        await _tried(part)
        await asyncio.to_thread(part.replace, path)
    finally:
        await asyncio.to_thread(part.unlink, missing_ok=True)
    one = Pulled(name, path, size, found, _without_secrets(source), about.architecture, about.size, about.context, about.chats)
    shelf.keep(one)
    return one


def _place(home: Path, name: str) -> tuple[Path, Path]:
    """Where it will lie, and where it is written meanwhile."""
    path = shelf.path_of(home, name)
    if path.exists():
        raise Conflict(f"There is a local model {name} already. Choose another --name, or `sayso models forget {name}` first.")
    shelf.folder(home).mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, part = tempfile.mkstemp(prefix="pull-", suffix=".part", dir=shelf.folder(home))
    os.close(handle)
    return path, Path(part)


def _opened(source: str) -> tuple[BinaryIO, int]:
    path = Path(source).expanduser()
    try:
        return path.open("rb"), path.stat().st_size
    except OSError as error:
        raise Invalid(
            Problem("source", f"{path} cannot be read ({error.strerror})", "model.gguf or https://…/model.gguf")
        ) from None


def _is_address(source: str) -> bool:
    return source.startswith(("https://", "http://"))


async def _written(blocks: AsyncIterator[tuple[bytes, int]], part: Path, bytes_max: int, told: Told) -> tuple[str, int]:
    """The digest and the size of what was written."""
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as file:
        async for block, whole in blocks:
            size += len(block)
            if size > bytes_max or whole > bytes_max:
                raise TooLarge(f"The file has more than {bytes_max / 1e9:,.1f} GB. Allow more with --max-gb.")
            if size == len(block):
                _room(part, whole)
            await asyncio.to_thread(_put, file, digest, block)
            told(size, whole)
    return digest.hexdigest(), size


def _put(file: BinaryIO, digest: "hashlib._Hash", block: bytes) -> None:  # pyright: ignore[reportPrivateUsage]
    file.write(block)
    digest.update(block)


def _room(part: Path, whole: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if whole + SPARE_BYTES_MIN > free:
        raise Unavailable(
            f"There are {free / 1e9:,.1f} GB free at {part.parent}; the file needs {whole / 1e9:,.1f} GB, and 1 GB stays free."
        )


async def _copied(source: str, bytes_max: int) -> AsyncIterator[tuple[bytes, int]]:
    file, whole = await asyncio.to_thread(_opened, source)
    with file:
        while block := await asyncio.to_thread(file.read, _BLOCK_BYTES):
            yield block, whole


async def _fetched(door: Door, source: str, bytes_max: int, *, sha256: str) -> AsyncIterator[tuple[bytes, int]]:
    """Follows redirects, each through the door again."""
    pools = Pools(door)
    try:
        url = source
        for _ in range(REDIRECTS_MAX):
            if urlsplit(url).scheme != "https" and not sha256:
                raise Invalid(Problem("source", "is not an https address; name the file's --sha256 to fetch it over http"))
            connection = await _asked(pools, url, bytes_max)
            if connection.status in (301, 302, 303, 307, 308) and connection.location:
                url = urljoin(url, connection.location.decode("latin-1"))
                connection.close()
                continue
            if connection.status != 200:
                connection.close()
                raise Unavailable(f"{urlsplit(url).hostname} answered {connection.status}.")
            async with aclosing(_body(connection)) as blocks:
                async for block in blocks:
                    yield block, max(connection.length, 0)
            return
        raise Unavailable(f"{urlsplit(source).hostname} sent us on more than {REDIRECTS_MAX} times.")
    except Broken as error:
        raise Unavailable(f"{urlsplit(source).hostname}: {error}") from None
    finally:
        pools.close()


async def _asked(pools: Pools, url: str, bytes_max: int) -> Connection:
    parts = urlsplit(url)
    target = Target.of(f"{parts.scheme}://{parts.netloc}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = b"GET %b HTTP/1.1\r\nHost: %b\r\nAccept-Encoding: identity\r\nUser-Agent: sayso\r\nConnection: close\r\n\r\n"
    limits = Limits(IDLE_SECONDS_MAX, IDLE_SECONDS_MAX, WHOLE_SECONDS_MAX, bytes_max)
    return await pools.ask(target, head % (path.encode("ascii", "ignore"), target.authority), limits)


async def _body(connection: Connection) -> AsyncGenerator[bytes]:
    try:
        while True:
            if block := connection.take():
                yield block
            elif connection.done:
                return
            else:
                await connection.more()
    finally:
        connection.close()


async def _tried(path: Path) -> None:
    """Loads the file in a process of its own. Without llama.cpp here, it is tried when it is first used."""
    if importlib.util.find_spec("xllamacpp") is None:
        return
    command = (sys.executable, "-m", "sayso.gateway.builtin.local.trying", str(path))
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)  # fmt: skip
    try:
        _, said = await asyncio.wait_for(process.communicate(), TRY_SECONDS_MAX)
    except TimeoutError:
        raise Invalid(Problem("file", f"could not be loaded within {TRY_SECONDS_MAX} seconds")) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if "error" in line.lower()]
        raise Invalid(Problem("file", f"could not be loaded by llama.cpp: {(lines or ['it broke'])[-1][-300:]}"))


def _without_secrets(source: str) -> str:
    """An address without its name, password and question, which may hold keys."""
    if not _is_address(source):
        return str(Path(source).expanduser().absolute())
    parts = urlsplit(source)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
