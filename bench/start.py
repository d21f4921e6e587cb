"""How long it takes from a command to a server that answers, and what it weighs when nobody asks it anything."""

import asyncio
from pathlib import Path

from bench.figure import Figure, middle
from bench.server import new_home, server

RUNS = 5
SETTLE_SECONDS = 2.0


async def measure() -> list[Figure]:
    first, later, weighed = [], [], []
    for _ in range(RUNS):
        home = new_home()
        for times in (first, later):
            async with server(home) as running:
                times.append(running.ready_seconds)
                await asyncio.sleep(SETTLE_SECONDS)
                weighed.append(memory_mb(running.home, running.pid))
    return [
        middle("first start: command to ready", first, 5, "s"),
        middle("later start: command to ready", later, 5, "s"),
        middle("idle memory of server and database (PSS)", weighed, 350, "MB"),
    ]


def memory_mb(home: Path, pid: int) -> float:
    """Proportional set size of the server, PostgreSQL and all their children: memory that is shared is counted once."""
    postmaster = next(home.glob("postgres/data/postmaster.pid"), None)
    roots = {pid, *([int(postmaster.read_text().split()[0])] if postmaster else [])}
    family = {p for p in processes() if roots & {p, *ancestors(p)}}
    return sum(pss_kb(p) for p in family) / 1000


def processes() -> list[int]:
    return [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]


def ancestors(pid: int) -> list[int]:
    found: list[int] = []
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
        found.append(pid)
    return found


def pss_kb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(float(line.split()[1]) for line in lines if line.startswith("Pss:"))
