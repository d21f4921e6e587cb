"""Real databases at the other end of a connection: the embedded PostgreSQL behind a port of loopback, MariaDB where it is installed."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from sayso.connections.egress import Door
from sayso.connections.opened import Opened, Secrets

LOOPBACK = (ip_network("127.0.0.0/8"),)
STARTING_SECONDS_MAX = 60
SYSTEM_TABLES = Path("/usr/share/mysql")
FIRST = "create database shop; create user sayso@'%' identified by 'lamp'; grant all on shop.* to sayso@'%'; flush privileges;"


@dataclass
class Outside:
    """What databases need of `Connections`."""

    door: Door = field(default_factory=lambda: Door(LOOPBACK))
    sqlite_folder: Path | None = None
    sql_dialects: tuple[str, ...] = ()


def opened(kind: str, secrets: dict[str, str] | None = None, **settings: Any) -> Opened:
    return Opened("cn_1", "Shop", kind, "w", settings, (), Secrets(secrets or {}))


@asynccontextmanager
async def port_of(url: str) -> AsyncIterator[int]:
    """A port of loopback that leads to the Unix socket of a PostgreSQL."""
    path = f"{make_url(url).query['host']}/.s.PGSQL.5432"
    busy: set[asyncio.Task[Any]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                while part := await reader.read(65_536):
                    writer.write(part)
                    await writer.drain()
        finally:
            writer.close()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(path)
        for task in (asyncio.create_task(carry(reader, there[1])), asyncio.create_task(carry(there[0], writer))):
            busy.add(task)
            task.add_done_callback(busy.discard)

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        await asyncio.sleep(0)


def mariadb_missing() -> str:
    """Why there is none, or nothing."""
    return "" if shutil.which("mariadbd") and SYSTEM_TABLES.is_dir() else "MariaDB is not installed here (mariadb-server-core)"


@asynccontextmanager
async def mariadb() -> AsyncIterator[int]:
    """A fresh MariaDB on a port of loopback: the database `shop`, the user `sayso` with the password `lamp`."""
    folder = Path(tempfile.mkdtemp(prefix="sayso-maria-"))
    owner = "nobody" if os.geteuid() == 0 else ""
    port = _free_port()
    try:
        if owner:
            shutil.chown(folder, owner)
        (folder / "data").mkdir()
        if owner:
            shutil.chown(folder / "data", owner)
        first = folder / "first.sql"
        first.write_text(FIRST.replace("; ", ";\n"))
        first.chmod(0o644)
        shared = [
            "--no-defaults", f"--datadir={folder}/data", "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0",
            "--innodb-log-file-size=4M", "--skip-log-bin", *([f"--user={owner}"] if owner else []),
        ]  # fmt: skip
        await _begun(shared)
        server = await asyncio.create_subprocess_exec(
            "mariadbd", *shared, f"--socket={folder}/s", f"--port={port}", "--bind-address=127.0.0.1", f"--pid-file={folder}/data/pid",
            f"--init-file={first}", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await _answers(port)
            yield port
        finally:
            server.terminate()
            await server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _begun(shared: list[str]) -> None:
    """The system tables, as mariadb-install-db makes them."""
    files = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")
    told = "create database mysql;\nuse mysql;\n" + "".join((SYSTEM_TABLES / name).read_text() for name in files)
    pipe = asyncio.subprocess.PIPE
    done = await asyncio.create_subprocess_exec(
        "mariadbd", *shared, "--bootstrap", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await done.communicate(told.encode())
    assert done.returncode == 0, said.decode()


async def _answers(port: int) -> None:
    async with asyncio.timeout(STARTING_SECONDS_MAX):
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                greeting = await reader.read(5)
                writer.close()
                if greeting:
                    return
            await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
