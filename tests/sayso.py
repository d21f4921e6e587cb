"""The command line, as a stranger uses it: another process, a home of its own.

Most are forked from one that has everything loaded (nursery.py); with `alone=True` it is an interpreter of its own.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.nursery import Child, Nursery

SOURCES = Path(__file__).resolve().parent.parent / "src"
ANSWER_SECONDS_MAX = 180


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out.count("\n") == 1, self.out + self.err
        return json.loads(self.out)


Process = Child | asyncio.subprocess.Process
nurseries: dict[asyncio.AbstractEventLoop, asyncio.Task[Nursery]] = {}


@dataclass(frozen=True, slots=True)
class Up:
    process: Process
    said: dict[str, Any]

    @property
    def url(self) -> str:
        return self.said["url"]


def _environment(env: dict[str, str] | None) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SAYSO_", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE"))}
    return kept | {"PYTHONPATH": str(SOURCES), "PYTHONWARNINGS": "error"} | (env or {})


async def begun(*args: str, env: dict[str, str] | None = None, alone: bool = False) -> Process:
    """One command, under way."""
    if alone:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sayso", *args,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=_environment(env),
        )  # fmt: skip
    loop = asyncio.get_running_loop()
    if loop not in nurseries:
        one_thread = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": f"{SOURCES}{os.pathsep}{SOURCES.parent}"}
        nurseries[loop] = asyncio.create_task(Nursery.made(_environment(one_thread)))
    return await (await nurseries[loop]).begun(args, _environment(env))


async def sayso(*args: str, env: dict[str, str] | None = None, alone: bool = False) -> Answer:
    """Runs one command to its end."""
    process = await begun(*args, env=env, alone=alone)
    out, err = await asyncio.wait_for(process.communicate(), ANSWER_SECONDS_MAX)
    return Answer(process.returncode or 0, out.decode(), err.decode())


@asynccontextmanager
async def up(home: Path, *args: str, env: dict[str, str] | None = None, alone: bool = False) -> AsyncGenerator[Up]:
    """A server of this home, once it says that it is ready; stopped with Ctrl-C unless it is gone already."""
    process = await begun("up", "--home", str(home), "--port", "0", "--no-browser", "--json", *args, env=env, alone=alone)
    try:
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), ANSWER_SECONDS_MAX)
        if not line:
            assert process.stderr
            raise AssertionError((await process.stderr.read()).decode())
        yield Up(process, json.loads(line))
    finally:
        if process.returncode is None:
            process.send_signal(2)
        await asyncio.wait_for(process.communicate(), ANSWER_SECONDS_MAX)
