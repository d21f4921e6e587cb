"""The states of a run, and where they lead."""

from typing import Literal

RunState = Literal["waiting", "running", "sleeping", "paused", "done", "failed", "cancelled", "quarantined"]
"""waiting: begun, not yet taken up · running: a worker has it · sleeping: until a time, an answer or a call · paused: by a person ·
done, failed, cancelled: over · quarantined: over, since workers crashed on it again and again."""

OVER: tuple[RunState, ...] = ("done", "failed", "cancelled", "quarantined")

CHANNEL = "sayso_runs"
"""Where workers hear that there is something to take up, and whoever waits for an answer that there is one."""


def page(app_id: str, automation: str, run: str) -> str:
    """Where people see a run, from the slash on."""
    return f"/a/{app_id}/automations/{automation}?run={run}"
