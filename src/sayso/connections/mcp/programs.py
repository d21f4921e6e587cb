"""MCP servers that are programs on this machine: started as `SAYSO_HOME/mcp.yaml` says, which only the operator writes, on the host.

    servers:
      files:
        command: [npx, -y, "@modelcontextprotocol/server-filesystem", /srv/share]
        env: {TOKEN: …}
        cwd: /srv/share
        workspaces: [w_…]     # only these; without it, all

Nothing of it comes from the API, from a spec or from an import: a connection only names a server of this file.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.connections.mcp.messages import MODERN, Message, notification, request, result
from sayso.connections.opened import Opened
from sayso.errors import Forbidden, Invalid, NotFound, Problem

FILE = "mcp.yaml"
FILE_BYTES_MAX = 2**20
LINE_BYTES_MAX = 8 * 2**20
SECONDS_MAX = 60
STOP_SECONDS_MAX = 2
AT_ONCE_MAX = 4
OTHERS_WRITE = 0o002
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT")
"""Of our own environment; nothing else of it is a program's business."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
_running = asyncio.Semaphore(AT_ONCE_MAX)


class Program(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    command: Annotated[tuple[Text, ...], Field(min_length=1, max_length=200)]
    env: dict[Text, str] = {}
    cwd: Text | None = None
    workspaces: tuple[Text, ...] | None = None


class Programs(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    servers: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")], Program] = {}


def read(home: Path) -> dict[str, Program]:
    """Those of the file; none without one. Raises `Invalid`, which names the file and what is wrong in it."""
    path = home / FILE
    if not path.is_file():
        return {}
    try:
        state = path.stat()
        if state.st_size > FILE_BYTES_MAX:
            raise Invalid(Problem(FILE, "is too large"))
        if state.st_mode & OTHERS_WRITE:
            raise Invalid(Problem(FILE, "may be written by every account of the host; take that right away (chmod o-w)"))
        return Programs.model_validate(yaml.safe_load(path.read_text()) or {}).servers
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Invalid(Problem(f"{FILE}/{'/'.join(map(str, first['loc']))}", first["msg"])) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise Invalid(Problem(FILE, "is no YAML")) from None


def named(home: Path, opened: Opened) -> Program:
    """The program that a connection names. Raises `NotFound`, `Forbidden`."""
    name = opened.text("server")
    program = read(home).get(name)
    if program is None:
        raise NotFound(f"No MCP server {name[:60]!r} stands in {FILE} on the host; whoever runs Sayso adds it there.")
    if program.workspaces is not None and opened.workspace not in program.workspaces:
        raise Forbidden(f"The MCP server {name} is for other workspaces.")
    return program


class AsProgram:
    """One conversation with a program, from its start to its end."""

    def __init__(self, program: Program, who: str) -> None:
        self._program, self.who = program, who
        self.modern, self.version = True, MODERN
        self._id = 0
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self, method: str, params: Message, headers: list[tuple[str, str]] | None = None) -> Message:
        """Raises `Answered`, `NotDelivered`. Headers are for servers over HTTP."""
        self._id += 1
        try:
            async with asyncio.timeout(SECONDS_MAX):
                await self._write(request(method, params, modern=self.modern, id=self._id))
                while True:
                    if (value := result(self.who, await self._read(), self._id)) is not None:
                        return value
        except TimeoutError:
            raise NotAnswered(f"{self.who} was not done within {SECONDS_MAX} seconds.", "timeout") from None

    async def tell(self, method: str) -> None:
        await self._write(notification(method))

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        try:
            if process.stdin:
                process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS_MAX):
                    await process.wait()
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)
                await process.wait()
        finally:
            _running.release()

    async def _write(self, message: Message) -> None:
        process = self._process or await self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(orjson.dumps(message) + b"\n")
            await process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise NotAnswered(f"{self.who} has ended.", "cut") from None

    async def _read(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
        except ValueError:
            raise NotAnswered(f"{self.who} answers with too long a line.", "large", again=False) from None
        if not line:
            raise NotAnswered(f"{self.who} ended before it had answered.", "cut")
        try:
            return orjson.loads(line)
        except orjson.JSONDecodeError:
            return None

    async def _start(self) -> asyncio.subprocess.Process:
        program = self._program
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        await _running.acquire()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *program.command,
                env={**kept, **program.env},
                cwd=program.cwd,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=LINE_BYTES_MAX,
                start_new_session=True,
            )
        except OSError as error:
            _running.release()
            raise NotDelivered(f"{self.who} cannot be started: {error.strerror or error}.") from None
        except BaseException:
            _running.release()
            raise
        return self._process
