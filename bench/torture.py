"""Runs through kills: workers are killed (SIGKILL) at random moments, and PostgreSQL is thrown into crash recovery; every run adds two rows and sends a mail.

A mail server on loopback counts what arrives, by Message-ID. PostgreSQL is hit by killing one of its backends with SIGKILL: its postmaster then
ends all others and recovers from the log, as after a power cut. How much: TORTURE_RUNS (10000), TORTURE_WORKER_KILLS (60), TORTURE_POSTGRES_KILLS (20).
"""

import asyncio
import os
import random
import shutil
import signal
import socket
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from bench.automated.desk import Desk, desk
from bench.figure import Figure
from bench.server import new_home
from sayso import db
from sayso.automations.registered import Registered
from sayso.connections import egress, stored
from sayso.connections.connections import Connections
from sayso.data import apps
from sayso.data.physical import found, rows_of
from sayso.db.installation import opened
from sayso.settings import Settings

RUNS = int(os.environ.get("TORTURE_RUNS", "10000"))
WORKER_KILLS = int(os.environ.get("TORTURE_WORKER_KILLS", "60"))
POSTGRES_KILLS = int(os.environ.get("TORTURE_POSTGRES_KILLS", "20"))
WORKERS = 2
SEED = 20261122
SECONDS_MAX = 3_600.0
LOOPBACK = "127.0.0.0/8"
STEPS: list[dict[str, Any]] = [
    {"kind": "create_row", "table": "log", "values": {"line": "{Name} a", "n": "{Hours}"}},
    {"kind": "send_email", "id": "mail", "to": "otto@northlight.example", "subject": "{Name}", "body": "{Name} is {State}"},
    {"kind": "create_row", "table": "log", "values": {"line": "{Name} b"}},
]


class Inbox:
    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.subjects: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content)
        self.came[str(message["Message-ID"])] += 1
        self.subjects[str(message["Subject"])] += 1
        return "250 Kept"


async def measure() -> list[Figure]:
    home, inbox = new_home(), Inbox()
    port = _free_port()
    mail = Controller(inbox, hostname="127.0.0.1", port=port)
    mail.start()
    try:
        settings = Settings(home=home, egress_allow=LOOPBACK)
        async with opened(settings) as engine:
            d = replace(await desk(engine, home), env={"SAYSO_EGRESS_ALLOW": LOOPBACK})
            await _connected(d, settings, port)
            registered = await d.automated("torture", STEPS, {"kind": "button", "table": "tickets", "label": "Go"})
            await d.begin(registered, await d.tickets("torture", RUNS))
            killed = await _tortured(d, registered)
            return await _counted(d, registered, inbox, killed)
    finally:
        mail.stop()
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


async def _connected(d: Desk, settings: Settings, port: int) -> None:
    connections = Connections.of(d.engine, settings, egress.Door(egress.networks(LOOPBACK)))
    given = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "ops@northlight.example"}
    async with db.transaction(d.engine) as tx:
        await stored.create(tx, connections, by=d.by, kind="smtp", settings=given)


async def _tortured(d: Desk, registered: Registered) -> Counter[str]:
    """Until all are over. Kills come as the work gets on, so that they are spread over all of it."""
    draw, killed = random.Random(SEED), Counter[str]()
    kinds = ["worker"] * WORKER_KILLS + ["postgres"] * POSTGRES_KILLS
    draw.shuffle(kinds)
    moments = sorted(draw.randrange(RUNS * 95 // 100) for _ in kinds)
    workers = [await _worker(d) for _ in range(WORKERS)]
    try:
        async with asyncio.timeout(SECONDS_MAX):
            while (over := await _over(d, registered)) < RUNS:
                while kinds and moments[0] <= over:
                    moments.pop(0)
                    kind = kinds.pop()
                    killed[kind] += 1
                    if kind == "worker":
                        at = draw.randrange(WORKERS)
                        await _killed(workers[at])
                        workers[at] = await _worker(d)
                    else:
                        await _postgres_hit(d, registered, draw)
                    await asyncio.sleep(draw.random())
                for at, one in enumerate(workers):
                    if one.returncode is not None:
                        killed["by themselves"] += 1
                        workers[at] = await _worker(d)
                await asyncio.sleep(0.1)
    finally:
        for one in workers:
            await _killed(one)
    if killed["by themselves"]:
        sys.stdout.write((d.home / "workers.log").read_text("utf-8", "replace")[-3_000:])
    return killed


async def _killed(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _worker(d: Desk) -> asyncio.subprocess.Process:
    """One that works. One that was started while PostgreSQL recovers ends with a message, and is started again, as a supervisor would."""
    while True:
        with (d.home / "workers.log").open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sayso", "worker", "--home", str(d.home), env={**os.environ, **d.env}, stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )  # fmt: skip
        assert process.stdout is not None
        if await asyncio.wait_for(process.stdout.readline(), 120):
            return process
        await process.wait()


async def _postgres_hit(d: Desk, registered: Registered, draw: random.Random) -> None:
    await _over(d, registered)  # it has recovered from the last time
    async with d.engine.connect() as tx:
        mine = (await tx.execute(select(func.pg_backend_pid()))).scalar_one()
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(draw.choice(_backends(mine)), signal.SIGKILL)


def _backends(one: int) -> list[int]:
    """All processes of the PostgreSQL that this one belongs to, but its postmaster (Linux)."""
    parent = int(Path(f"/proc/{one}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text("utf-8").split()]


async def _over(d: Desk, registered: Registered) -> int:
    """While PostgreSQL recovers, it is asked again."""
    while True:
        try:
            states = await d.states(registered)
            return sum(many for state, many in states.items() if state in ("done", "failed", "quarantined"))
        except (DBAPIError, OSError):
            await asyncio.sleep(0.2)


async def _counted(d: Desk, registered: Registered, inbox: Inbox, killed: Counter[str]) -> list[Figure]:
    states = await d.states(registered)
    async with d.engine.connect() as tx:
        app = await apps.open_app(tx, "torture", by=d.by)
        log = rows_of(app, found(app, "log"))
        line = log.sql.c[f"c_{log.numbers['line']}"]
        lines = Counter(
            {
                row.line: row.many
                for row in await tx.execute(select(line.label("line"), func.count().label("many")).group_by(line))
            }
        )
    wanted = {f"Ticket {n} {step}" for n in range(RUNS) for step in "ab"}
    missing, twice = len(wanted - set(lines)), sum(many - 1 for many in lines.values())
    mails = {f"Ticket {n}" for n in range(RUNS)}
    repeated = sum(many - 1 for many in inbox.subjects.values())
    other = sum(len(inbox.came) > 0 and many > 2 for many in inbox.subjects.values())
    sys.stdout.write(
        f"  {RUNS:,} runs, {killed['worker']} workers and {killed['postgres']} times PostgreSQL killed; they ended {states}\n"
    )
    sys.stdout.write(
        f"  mails: {sum(inbox.subjects.values()):,} of {RUNS:,} runs, {len(inbox.came):,} different Message-IDs, {repeated} repeated\n"
    )
    return [
        Figure("runs that are done", states.get("done", 0), RUNS, "ratio", floor=True),
        Figure("workers that ended by themselves", killed["by themselves"], 0, "ratio"),
        Figure("rows missing", missing, 0, "ratio"),
        Figure("rows written twice", twice, 0, "ratio"),
        Figure("runs without a mail", len(mails - set(inbox.subjects)), 0, "ratio"),
        Figure("mails with a Message-ID of their own beyond one a run", len(inbox.came) - RUNS, 0, "ratio"),
        Figure("runs whose mail came more than twice", other, 0, "ratio"),
    ]
