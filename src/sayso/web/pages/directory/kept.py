"""Pages that were made once and are good until the data or the day changes."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

KEPT_BYTES_MAX = 48 * 2**20
ZIPPED_BYTES_MIN = 600
"""Less is not worth unpacking."""
ZIP_LEVEL = 5
FRESH_SECONDS = 300
"""How long a browser or a proxy may show a page without asking whether it is still the same."""
ZIPPABLE = ("text/", "application/json", "application/atom+xml", "application/xml", "image/svg")


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer, ready to send: as it is and zipped, with the mark by which a browser asks whether it changed."""

    body: bytes
    zipped: bytes | None
    headers: dict[str, str]
    status: int = 200

    @property
    def size(self) -> int:
        return len(self.body) + len(self.zipped or b"")

    def answer(self, request: Request) -> Response:
        """The whole, or 304 for who has it already."""
        if self.status == 200 and self.headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self.headers)
        if self.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.zipped, self.status, {**self.headers, "content-encoding": "gzip"})
        return Response(self.body, self.status, self.headers)


def kept(body: bytes, media: str, *, status: int = 200, **more: str) -> Kept:
    """An answer made ready. Underscores in the names of `more` headers are dashes."""
    zipped = gzip.compress(body, ZIP_LEVEL, mtime=0) if len(body) >= ZIPPED_BYTES_MIN and media.startswith(ZIPPABLE) else None
    headers = {
        "content-type": f"{media}; charset=utf-8" if media.startswith("text/") else media,
        "cache-control": f"public, max-age={FRESH_SECONDS}" if status == 200 else "no-store",
        "etag": f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
        "vary": "accept-encoding",
    }
    return Kept(body, zipped, headers | {name.replace("_", "-"): value for name, value in more.items()}, status)


class Pages:
    """Answers by what was asked, for one state of the data. What was asked for longest ago goes first when it is full."""

    def __init__(self, bytes_max: int = KEPT_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._state: Hashable = None
        self._held: OrderedDict[Hashable, Kept] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def state(self, state: Hashable) -> bool:
        """Says what the data are now; whatever was made from other data is dropped. False when they are new."""
        if state == self._state:
            return True
        self._held.clear()
        self._state, self._bytes = state, 0
        return False

    def get(self, key: Hashable) -> Kept | None:
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def put(self, key: Hashable, answer: Kept) -> Kept:
        if old := self._held.pop(key, None):
            self._bytes -= old.size
        self._held[key] = answer
        self._bytes += answer.size
        while self._bytes > self._bytes_max and self._held:
            self._bytes -= self._held.popitem(last=False)[1].size
        return answer
