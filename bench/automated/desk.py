"""An app with one automation on an embedded PostgreSQL, and worker processes that do its runs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.automations import registry, runs
from sayso.automations.registered import Registered
from sayso.automations.runs.run import OVER
from sayso.data import apps, rows
from sayso.data.physical import found, rows_of
from sayso.db.automation_tables import runs as t
from sayso.spec.app import App
from sayso.spec.change import completed_app
from sayso.team import people
from sayso.team.actor import Actor

TABLES: list[dict[str, Any]] = [
    {
        "id": "tickets",
        "name": "Tickets",
        "fields": [
            {"kind": "text", "id": "name", "name": "Name"},
            {
                "kind": "select",
                "id": "state",
                "name": "State",
                "options": [{"id": "open", "name": "Open"}, {"id": "done", "name": "Done"}],
            },
            {"kind": "number", "id": "hours", "name": "Hours"},
        ],
    },
    {
        "id": "log",
        "name": "Log",
        "fields": [{"kind": "text", "id": "line", "name": "Line"}, {"kind": "number", "id": "n", "name": "N"}],
    },
]
ROWS_AT_ONCE = 1_000


@dataclass
class Desk:
    engine: AsyncEngine
    home: Path
    by: Actor
    env: dict[str, str] = field(default_factory=dict[str, str])

    async def automated(
        self, id: str, steps: Sequence[Mapping[str, Any]], trigger: Mapping[str, Any], slots: Sequence[Any] = ()
    ) -> Registered:
        rule = {"id": "rule", "name": "Rule", "on": True, "trigger": dict(trigger), "steps": list(steps)}
        spec = App.model_validate({"id": id, "name": id.title(), "tables": TABLES, "automations": [rule], "slots": list(slots)})
        async with db.transaction(self.engine) as tx:
            app = await apps.create(tx, completed_app(spec), by=self.by)
            return await registry.read(tx, app, "rule")

    async def tickets(self, app_id: str, many: int) -> list[int]:
        ids: list[int] = []
        for at in range(0, many, ROWS_AT_ONCE):
            async with db.transaction(self.engine) as tx:
                app = await apps.open_app(tx, app_id, by=self.by, to="write")
                some = [{"name": f"Ticket {n}", "state": "open", "hours": n % 9} for n in range(at, min(many, at + ROWS_AT_ONCE))]
                ids += [row["id"] for row in await rows.create_many(tx, app, "tickets", some, by=self.by)]
        return ids

    async def begin(self, registered: Registered, ids: Sequence[int]) -> None:
        begun = [runs.Begun({"kind": "row_created", "table": "tickets", "rows": [id], "count": 1}, f"row:{id}") for id in ids]
        async with db.transaction(self.engine) as tx:
            await runs.begin_many(tx, registered, begun)

    async def states(self, registered: Registered) -> dict[str, int]:
        mine = (t.c.app == registered.app_number) & (t.c.automation == registered.automation.id)
        async with self.engine.connect() as tx:
            return {
                row.state: row.many
                for row in await tx.execute(select(t.c.state, func.count().label("many")).where(mine).group_by(t.c.state))
            }

    async def over(self, registered: Registered, many: int, seconds: float = 600) -> float:
        """Seconds until so many runs are over."""
        began = time.perf_counter()
        async with asyncio.timeout(seconds):
            while sum(n for state, n in (await self.states(registered)).items() if state in OVER) < many:  # noqa: ASYNC110  other processes do the work
                await asyncio.sleep(0.1)
        return time.perf_counter() - began

    async def counted(self, app_id: str, table: str) -> int:
        async with self.engine.connect() as tx:
            app = await apps.open_app(tx, app_id, by=self.by)
            sql = rows_of(app, found(app, table)).sql
            return (await tx.execute(select(func.count()).select_from(sql))).scalar_one()

    async def created(self, tx: AsyncConnection, app_id: str, table: str) -> Sequence[Any]:
        """Every row's id, and when it was added."""
        app = await apps.open_app(tx, app_id, by=self.by)
        sql = rows_of(app, found(app, table)).sql
        return (await tx.execute(select(sql.c.id, sql.c.created_at))).all()

    @asynccontextmanager
    async def worker(self, *more: str) -> AsyncGenerator[asyncio.subprocess.Process]:
        """A worker process, stopped at the end."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "sayso",
            "worker",
            "--home",
            str(self.home),
            *more,
            env={**os.environ, **self.env},
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        await asyncio.wait_for(process.stdout.readline(), 60)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
                await process.wait()


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_of_database(home: Path) -> float:
    """Of a home's PostgreSQL: of its postmaster, of what it has started, and of what of that has ended (Linux)."""
    postmaster = int((home / "postgres" / "data" / "postmaster.pid").read_text("utf-8").splitlines()[0])
    fields = Path(f"/proc/{postmaster}/stat").read_text("utf-8").rpartition(")")[2].split()
    ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("utf-8").split()
    total = cpu_of(postmaster) + ended
    for child in children:
        with suppress(OSError):
            total += cpu_of(int(child))
    return total


async def desk(engine: AsyncEngine, home: Path) -> Desk:
    async with db.transaction(engine) as tx:
        return Desk(engine, home, await people.first_owner(tx))
