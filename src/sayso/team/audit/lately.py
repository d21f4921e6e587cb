"""What somebody does again and again within minutes, such as opening one file, is written down once."""

import time

LATELY_SECONDS = 600
KEYS_MAX = 20_000


class Lately:
    """Of one process; a second one may write the same once more."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], float] = {}

    def first(self, *key: str) -> bool:
        """Whether this was not done in the last minutes."""
        now = time.monotonic()
        if self._seen.get(key, 0) > now:
            return False
        if len(self._seen) >= KEYS_MAX:
            self._seen = {one: until for one, until in self._seen.items() if until > now}
        if len(self._seen) >= KEYS_MAX:
            self._seen.clear()
        self._seen[key] = now + LATELY_SECONDS
        return True
