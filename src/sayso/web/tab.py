"""One open tab: what it watches, where its person is, and what it has not been told yet."""

import asyncio
import time
from typing import Any

from sayso.team.actor import Actor

WAITING_MESSAGES_MAX = 256
APPS_WATCHED_MAX = 50


class Tab:
    def __init__(self, by: Actor, hue: int) -> None:
        self.by = by
        self.hue = hue
        self.watched: set[str] = set()
        self.everywhere = False
        """It shows what happens in all apps, without being in any of them."""
        self.place: dict[str, Any] | None = None
        self.moved_at = time.monotonic()
        self.waiting: asyncio.Queue[dict[str, Any] | int] = asyncio.Queue(WAITING_MESSAGES_MAX + 1)
        self.closing = False

    def watches(self, workspace: str, app: str) -> bool:
        return self.by.workspace == workspace and app in self.watched

    def hears(self, workspace: str, app: str | None) -> bool:
        return self.by.workspace == workspace and (app is None or app in self.watched)

    def place_in(self, app: str) -> dict[str, Any]:
        at = self.place if self.place and self.place["app"] == app else None
        return {"member": self.by.id, "name": self.by.name, "hue": self.hue, "at": at}

    def moves(self, place: dict[str, Any] | None) -> None:
        self.place, self.moved_at = place, time.monotonic()

    def tell(self, message: dict[str, Any]) -> None:
        """Queues a message. A tab that has not taken the last 256 is closed: it comes back and reads again."""
        if self.waiting.qsize() >= WAITING_MESSAGES_MAX:
            self.close(1013)
        elif not self.closing:
            self.waiting.put_nowait(message)

    def close(self, code: int) -> None:
        """Ends with this code (RFC 6455), now and without what still waits."""
        if not self.closing:
            self.closing = True
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(code)
