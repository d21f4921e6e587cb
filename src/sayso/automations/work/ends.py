"""How the doing of a run ends before its last step."""

from __future__ import annotations

from datetime import datetime


class Suspended(Exception):
    """It waits: until a time, or (without one) for something to come."""

    def __init__(self, until: datetime | None, for_: str) -> None:
        self.until, self.for_ = until, for_


class Failed(Exception):
    """A step could not be done, and the run stops with it."""

    def __init__(self, place: str, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.place, self.problem, self.detail = place, problem, detail


class Stopped(Exception):
    """A step `stop` ends the run here."""

    def __init__(self, place: str, message: str, *, failed: bool) -> None:
        self.place, self.message, self.failed = place, message, failed


class Paused(Exception):
    """A person asked for it; what was done is kept."""


class Carefully(Exception):
    """One of several steps that shared a transaction could not be done: all are taken back, and done again one by one."""
