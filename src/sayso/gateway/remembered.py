"""Answers that are given again, for aliases whose owner wants it so: kept in this process' memory, for some seconds."""

import hashlib
import time
from collections import OrderedDict

from sayso.gateway.calls import Call

BYTES_MAX = 64 * 2**20
ANSWER_BYTES_MAX = 2**20


class Remembered:
    """The least recently given goes first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, tuple[float, bytes, bytes]] = OrderedDict()
        self._bytes = 0

    @staticmethod
    def key(call: Call, alias: str) -> bytes:
        """The same request of the same workspace."""
        parts = (call.caller.workspace.encode(), alias.encode(), call.endpoint.encode(), call.content_type, call.body)
        return hashlib.sha256(b"\0".join(b"%d:%s" % (len(part), part) for part in parts)).digest()

    def get(self, key: bytes) -> tuple[bytes, bytes] | None:
        """Content type and body."""
        found = self._answers.get(key)
        if found is None:
            return None
        until, content_type, body = found
        if until < time.monotonic():
            self._drop(key)
            return None
        self._answers.move_to_end(key)
        return content_type, body

    def keep(self, key: bytes, content_type: bytes, body: bytes, seconds: int) -> None:
        if len(body) > ANSWER_BYTES_MAX:
            return
        self._drop(key)
        self._answers[key] = (time.monotonic() + seconds, content_type, body)
        self._bytes += len(body)
        while self._bytes > BYTES_MAX:
            self._drop(next(iter(self._answers)))

    def _drop(self, key: bytes) -> None:
        dropped = self._answers.pop(key, None)
        if dropped is not None:
            self._bytes -= len(dropped[2])
