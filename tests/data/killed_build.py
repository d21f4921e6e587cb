"""Processes of their own that build, each killing itself before its n-th statement: `python killed_build.py URL`, a line for each N.

This process has everything loaded and forks each of them. It prints `built` when there were fewer statements than that, and then
how the child ended.
"""

import asyncio
import os
import signal
import sys
from typing import Any

from sqlalchemy import event

from sayso.data import apps
from sayso.db import open_engine, transaction
from sayso.spec.change import Change
from sayso.team import people
from tests.spec.desk import field

CHANGE = Change.model_validate(
    {
        "title": "Much at once",
        "steps": [
            field("remove", "projects", "call"),
            field("rename", "clients", "worth", name="Value"),
            field("alter", "clients", "phone", value={"id": "phone", "name": "Phone", "kind": "number"}),
            field("alter", "projects", "stage", value={"id": "stage", "name": "Stage", "kind": "text"}),
            {
                "do": "add",
                "part": "table",
                "value": {
                    "id": "visits",
                    "name": "Visits",
                    "fields": [
                        {"id": "name", "name": "Name", "kind": "text"},
                        {"id": "client", "name": "Client", "kind": "link", "to": "clients"},
                    ],
                },
            },
        ],
    }
)


async def build(url: str, last: int) -> None:
    engine = open_engine(url)
    statements = 0

    def counted(*_: Any) -> None:
        nonlocal statements
        statements += 1
        if statements > last:
            os.kill(os.getpid(), signal.SIGKILL)

    async with transaction(engine) as tx:
        owner = await people.first_owner(tx)
    async with transaction(engine) as tx:
        event.listen(engine.sync_engine, "before_cursor_execute", counted)
        app = await apps.open_app(tx, "client_desk", by=owner, to="build")
        await apps.change(tx, app, CHANGE, by=owner)
    print("built", statements)  # noqa: T201


def main(url: str) -> None:
    for line in iter(sys.stdin.readline, ""):
        if not (child := os.fork()):
            asyncio.run(build(url, int(line)))
            return
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
