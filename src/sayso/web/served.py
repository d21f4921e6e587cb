"""Whether people, or programs of theirs, are served by this process just now: then what runs by itself takes fewer turns."""

from __future__ import annotations

import time

LATELY_SECONDS = 0.1


class Served:
    def __init__(self) -> None:
        self._last = float("-inf")

    def came(self) -> None:
        """A request."""
        self._last = time.monotonic()

    def lately(self) -> bool:
        return time.monotonic() - self._last < LATELY_SECONDS
