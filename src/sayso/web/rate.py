"""How often somebody may do something, counted in this process over a sliding window."""

import time
from collections import deque

from sayso.errors import TooMany

COUNTED_KEYS_MAX = 50_000


class Rate:
    """At most `times` in `seconds` for each key."""

    def __init__(self, *, times: int, seconds: int) -> None:
        self.times, self.seconds = times, seconds
        self._seen: dict[str, deque[float]] = {}

    def count(self, key: str) -> None:
        """Counts one more. Raises `TooMany` with the seconds to wait; what was refused does not count."""
        now = time.monotonic()
        if len(self._seen) >= COUNTED_KEYS_MAX:
            self._forget(now)
        seen = self._seen.setdefault(key, deque())
        while seen and seen[0] <= now - self.seconds:
            seen.popleft()
        if len(seen) >= self.times:
            wait = int(seen[0] + self.seconds - now) + 1
            raise TooMany(f"That was often. Try again in {wait} seconds.", retry_after_seconds=wait)
        seen.append(now)

    def must_have_room(self, key: str) -> None:
        """Raises `TooMany` when one more would be too often; counts nothing."""
        seen, now = self._seen.get(key, deque()), time.monotonic()
        while seen and seen[0] <= now - self.seconds:
            seen.popleft()
        if len(seen) >= self.times:
            wait = int(seen[0] + self.seconds - now) + 1
            raise TooMany(f"That was often. Try again in {wait} seconds.", retry_after_seconds=wait)

    def _forget(self, now: float) -> None:
        self._seen = {key: seen for key, seen in self._seen.items() if seen and seen[-1] > now - self.seconds}
        if len(self._seen) >= COUNTED_KEYS_MAX:
            self._seen.clear()
