"""Open tabs hear of runs, owners of failures: soon after, together, and never so often that it is a burden.

Of each automation its latest state is told at most every `TELL_SECONDS`; a failure goes to the owner as one line that counts, for the same
step with the same message (`notifications.tell`).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from typing import Any

from sayso import db
from sayso.automations.runs.run import page
from sayso.automations.steps.step import Parts
from sayso.automations.work.records import Change
from sayso.data import events
from sayso.team import notifications
from sayso.team.actor import Actor

TELL_SECONDS = 0.5
FAILURES_TOLD_MAX = 200
"""That wait to be told; more of them are seen in the list of failures."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    workspace: str
    app_id: str
    automation: str
    name: str
    owner: str
    run: str
    step: str
    problem: str


class Telling:
    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._runs: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._failures: list[Failure] = []
        self._new = asyncio.Event()

    def begun(self, row: Any) -> None:
        self._tell(row, "running", "")

    def ended(self, row: Any, change: Change) -> None:
        self._tell(row, change.state or "running", change.problem)
        if change.state == "failed" and not row.dry:
            self._failed(row, change.failed_step or "", change.problem)

    def quarantined(self, row: Any) -> None:
        self._new.set()
        key = (row.workspace_id, row.app_id, row.automation)
        self._runs[key] = {"id": row.id, "automation": row.automation, "state": row.state, "dry": False, "problem": row.problem}
        self._failed(row, "", row.problem)

    def _tell(self, row: Any, state: str, problem: str) -> None:
        key = (row.workspace_id, row.app_id, row.automation)
        self._runs[key] = {"id": row.id, "automation": row.automation, "state": state, "dry": row.dry, "problem": problem}
        self._new.set()

    def _failed(self, row: Any, step: str, problem: str) -> None:
        if len(self._failures) < FAILURES_TOLD_MAX:
            step = step.partition(":")[0]
            self._failures.append(
                Failure(row.workspace_id, row.app_id, row.automation, row.name, row.owner, row.id, step, problem)
            )

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._new.wait()
            self._new.clear()
            try:
                await self.flush()
            except Exception as error:
                log.warning("news of automations wait: %s", error)
            await asyncio.sleep(TELL_SECONDS)

    async def flush(self) -> None:
        runs, self._runs = self._runs, {}
        failures, self._failures = self._failures, []
        if not runs and not failures:
            return
        async with db.transaction(self.parts.engine) as tx:
            for (workspace, app, _), payload in runs.items():
                await events.write(
                    tx,
                    "run.changed",
                    app=app,
                    payload=payload,
                    by=Actor("automation", workspace, None, "viewer", payload["automation"]),
                )
            for one in failures:
                await self._notify(tx, one)

    async def _notify(self, tx: Any, one: Failure) -> None:
        same = hashlib.sha256(f"{one.step}\n{one.problem}".encode()).hexdigest()[:16]
        await notifications.tell(
            tx, [one.owner], "failure", f"{one.name} failed", one.problem, link=page(one.app_id, one.automation, one.run), app=one.app_id,
            by=Actor("automation", one.workspace, None, "viewer", one.name), about=f"failure:{one.app_id}:{one.automation}:{same}",
        )  # fmt: skip
