"""Workers in processes of their own, to be killed: `python -m tests.automations.worker_process URL`. What goes out is a line in a file.

This process has everything loaded; for every line `FILE` on its input it forks one worker, and says its process number once it works.
"""

import asyncio
import os
import signal
import sys

from sayso import db
from sayso.automations import steps as kinds
from sayso.automations.steps.step import Parts
from sayso.automations.work import claims, worker
from tests.automations.running_desk import Knock

BEAT_SECONDS, LEFT_SECONDS, RECOVER_SECONDS = 0.1, 0.5, 0.1


async def work(url: str, file: str) -> None:
    async def outside(text: str, key: str) -> str:
        line = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(line, f"{key}\n".encode())
        os.close(line)
        if text == "dies":
            os._exit(9)
        await asyncio.sleep(0.005)
        return text

    engine = db.open_engine(url)
    async with worker.Worker(Parts(engine, "http://sayso.example", asks={"outside": outside})).running():
        sys.stdout.write(f"{os.getpid()}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(url: str) -> None:
    claims.BEAT_SECONDS, claims.LEFT_SECONDS, worker.RECOVER_SECONDS = BEAT_SECONDS, LEFT_SECONDS, RECOVER_SECONDS
    kinds.KINDS["http_request"] = Knock()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that end are gone at once
    for line in iter(sys.stdin.readline, ""):
        if not os.fork():
            asyncio.run(work(url, line.strip()))


if __name__ == "__main__":
    main(sys.argv[1])
