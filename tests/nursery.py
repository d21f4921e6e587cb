"""Where the tests' commands are born: a process that has all of Sayso loaded, and forks one more for each command.

A command of its own interpreter spends seconds on loading what the one before it had loaded too. What a child may not share
(its environment, its arguments, where it reads and writes, how it ends) is its own. `tests/cli/test_commands.py` shows that each
command loads by itself.
"""

import asyncio
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

BYTES_MAX = 200_000
"""Of one order: arguments and environment."""
STREAM_BYTES_MAX = 2**20


class Child:
    """What the tests see of a command under way; as `asyncio.subprocess.Process` where they use it."""

    def __init__(
        self, ended: "asyncio.Future[int]", pid: int, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader
    ) -> None:
        self.pid, self.stdout, self.stderr, self._ended = pid, stdout, stderr, ended

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    async def communicate(self) -> tuple[bytes, bytes]:
        out, err = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await self.wait()
        return out, err


class Nursery:
    """One for each event loop that asks for commands."""

    def __init__(self, process: asyncio.subprocess.Process, line: socket.socket) -> None:
        self.process, self.line = process, line
        self.born: asyncio.Queue[int] = asyncio.Queue()
        self.ended: dict[int, asyncio.Future[int]] = {}
        self.one_at_a_time = asyncio.Lock()
        self.listening = asyncio.create_task(self._listen())

    @classmethod
    async def made(cls, env: dict[str, str]) -> "Nursery":
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mine.setblocking(False)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.nursery", str(theirs.fileno()), pass_fds=(theirs.fileno(),), env=env,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        return cls(process, mine)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while told := await loop.sock_recv(self.line, BYTES_MAX):
            pid, code = json.loads(told)
            if code is None:
                self.ended[pid] = loop.create_future()
                self.born.put_nowait(pid)
            else:
                self.ended.pop(pid).set_result(code)
        for ended in self.ended.values():
            ended.set_result(-signal.SIGKILL)

    async def begun(self, args: tuple[str, ...], env: dict[str, str]) -> Child:
        order = json.dumps({"args": args, "env": env}).encode()
        (out, out_end), (err, err_end) = os.pipe(), os.pipe()
        async with self.one_at_a_time:
            socket.send_fds(self.line, [order], [out_end, err_end])
            os.close(out_end)
            os.close(err_end)
            pid = await self.born.get()
        return Child(self.ended[pid], pid, await _reader(out), await _reader(err))


async def _reader(pipe: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=STREAM_BYTES_MAX)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", 0))
    return reader


def _served(line: socket.socket) -> dict[str, Any] | None:
    """In a child: what it is to do. In the nursery: None, once nobody asks any more."""
    waker, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    with selectors.DefaultSelector() as events:
        events.register(line, selectors.EVENT_READ)
        events.register(waker, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in events.select()}
            if waker in ready:
                os.read(waker, 4096)
                _tell_of_the_dead(line)
            if line.fileno() not in ready:
                continue
            order, ends, _, _ = socket.recv_fds(line, BYTES_MAX, 2)
            if not order:
                return None
            if (pid := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for end, place in zip(ends, (1, 2), strict=True):
                    os.dup2(end, place)
                    os.close(end)
                os.close(waker)
                os.close(woken)
                return json.loads(order)
            for end in ends:
                os.close(end)
            line.send(json.dumps([pid, None]).encode())


def _tell_of_the_dead(line: socket.socket) -> None:
    with suppress(ChildProcessError):
        while (dead := os.waitpid(-1, os.WNOHANG))[0]:
            line.send(json.dumps([dead[0], os.waitstatus_to_exitcode(dead[1])]).encode())


def main(line: socket.socket) -> None:
    cli = importlib.import_module("sayso.cli")
    for module in cli.COMMANDS.values():
        importlib.import_module(module)
    gc.freeze()
    order = _served(line)
    line.close()
    if order is not None:
        os.environ.clear()
        os.environ.update(order["env"])
        sys.argv = ["sayso", *order["args"]]
        cli.main()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
