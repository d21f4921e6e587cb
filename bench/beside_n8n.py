"""Webhook → set → respond on Sayso and on n8n, in turns on one machine: runs for each CPU-second, Sayso's with every step kept.

n8n is whoever measures' own: `npm i n8n` (with Node 24), `n8n start` on its defaults, and a workflow of Webhook (responds by a node), Set and
Respond to Webhook, active. N8N_WEBHOOK is its address, N8N_PID its process; without them nothing is measured.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from bench.automated.desk import cpu_of, cpu_of_database, desk
from bench.figure import Figure
from bench.server import new_home, server
from bench.webhooks import ANSWERS, hook_of, sent
from sayso.db.installation import opened
from sayso.settings import Settings

MANY = int(os.environ.get("WEBHOOKS", "300"))
ROUNDS = 2
AT_ONCE = 16


async def measure() -> list[Figure]:
    address, pid = os.environ.get("N8N_WEBHOOK"), os.environ.get("N8N_PID")
    if not address or not pid:
        sys.stdout.write("  N8N_WEBHOOK and N8N_PID are not set: nothing was measured beside n8n\n")
        return []
    home = new_home()
    try:
        async with opened(Settings(home=home)) as engine, server(home) as s:
            await (await desk(engine, home)).automated("answers", ANSWERS, {"kind": "webhook"})
            hook = await hook_of(s, "answers")
            there = (address, hook[1])
            for one in (hook, there):
                await sent(one, 50, 0, "warm-", AT_ONCE)
            figures = list[Figure]()
            for n in range(ROUNDS):
                before = cpu_of(s.pid) + cpu_of_database(s.home)
                ours = await sent(hook, MANY, 0, f"ours-{n}-", AT_ONCE)
                mine = MANY / (cpu_of(s.pid) + cpu_of_database(s.home) - before)
                before = _of_all(int(pid))
                theirs = await sent(there, MANY, 0, f"theirs-{n}-", AT_ONCE)
                yours = MANY / (_of_all(int(pid)) - before)
                _say("Sayso", ours, mine)
                _say("n8n", theirs, yours)
                figures.append(Figure("runs for a CPU-second, times n8n's", mine / yours, 4, "ratio", floor=True))
            return figures
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _of_all(pid: int) -> float:
    """Of a process and all that it has started (Linux)."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text("utf-8").split()
    ]
    return cpu_of(pid) + sum(map(_of_all, children))


def _say(who: str, told: dict[str, Any], per_cpu: float) -> None:
    sys.stdout.write(
        f"  {who}: {MANY / told['seconds']:.1f} a second, p50 {told['p50'] * 1000:.0f} ms, {per_cpu:.1f} runs for a CPU-second; {dict(told['statuses'])};"
        f" load {os.getloadavg()[0]:.1f}\n"
    )
