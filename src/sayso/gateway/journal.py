"""Where a process writes what its calls have cost, before anybody hears the answer; the ledger reads it from here.

Two files in a folder of the process's own, both mapped into memory: what is written to such a file is there when the process
is killed, without a system call for each entry. `ended` holds one line of JSON for each call that has ended; it is emptied when
PostgreSQL has them. `begun` has a place for each call under way. When PostgreSQL is away, `ended` grows by further files up to
a limit, and then calls are refused rather than forgotten.
"""

import fcntl
import mmap
import os
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PIECE_BYTES = 2**20
PIECES_MAX = 512
PLACE_BYTES = 512
PLACES = 2**13
"""Calls under way at once whose beginning is written down."""
REWIND_BYTES = 2**18
NEWLINE = 10


class Full(Exception):
    """PostgreSQL has been away for so long that there is no room to write down another call, or the disk is full."""


class Piece:
    """One mapped file of lines."""

    __slots__ = ("_map", "path", "read", "written")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._map = _mapped(path, PIECE_BYTES)
        self.written = self.read = 0
        """Bytes: up to where it is filled, up to where the ledger has it."""

    def takes(self, line: bytes) -> bool:
        end = self.written + len(line)
        if end >= PIECE_BYTES:
            return False
        self._map[self.written : end] = line
        self._map[end] = NEWLINE  # last: a line that was cut off by a kill has none
        self.written = end + 1
        return True

    def lines(self, bytes_max: int) -> bytes:
        """Whole lines that the ledger does not have yet."""
        data = self._map[self.read : min(self.written, self.read + bytes_max)]
        return data[: data.rfind(b"\n") + 1]

    def has(self, length: int) -> None:
        """The ledger has so many bytes more."""
        self.read += length
        if self.read == self.written >= REWIND_BYTES:
            self._map[: self.written] = bytes(self.written)
            self.written = self.read = 0

    def remove(self) -> None:
        self._map.close()
        self.path.unlink(missing_ok=True)


class Journal:
    """The journal of this process. `folder` is its own; the lock in it tells others that it lives."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, mode=0o700)
        self.folder = folder
        self._lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._pieces = deque([Piece(folder / "ended-0")])
        self._made = 1
        self._begun = _mapped(folder / "begun", PLACES * PLACE_BYTES)
        self._free = list(range(PLACES - 1, -1, -1))

    def begin(self, line: bytes) -> int:
        """Writes down that a call is under way; gives its place, or -1 when it did not fit."""
        if len(line) >= PLACE_BYTES or not self._free:
            return -1
        place = self._free.pop()
        start = place * PLACE_BYTES
        self._begun[start + 1 : start + len(line)] = line[1:]
        self._begun[start + len(line)] = NEWLINE
        self._begun[start] = line[0]  # last: without its first letter it was never there
        return place

    def end(self, place: int, line: bytes) -> None:
        """Writes down how a call has ended, and frees its place. Raises `Full`."""
        if not self._pieces[-1].takes(line):
            self._grow(line)
        if place >= 0:
            self._begun[place * PLACE_BYTES] = 0
            self._free.append(place)

    def has_room(self) -> bool:
        return len(self._pieces) < PIECES_MAX

    def waiting(self) -> bool:
        return self._pieces[0].read < self._pieces[-1].written or len(self._pieces) > 1

    def unread(self, bytes_max: int) -> bytes:
        return self._pieces[0].lines(bytes_max)

    def has(self, length: int) -> None:
        """The ledger has so many bytes more."""
        first = self._pieces[0]
        first.has(length)
        if first.read == first.written and len(self._pieces) > 1:
            self._pieces.popleft().remove()

    def close(self) -> None:
        """At the end: removes everything when the ledger has it all, else leaves it for the next who starts here."""
        done = not self.waiting() and len(self._free) == PLACES
        if done:
            _emptied(self.folder)
        os.close(self._lock)

    def _grow(self, line: bytes) -> None:
        try:
            piece = Piece(self.folder / f"ended-{self._made}")
        except OSError as error:
            raise Full(f"the ledger's journal cannot grow: {error.strerror}") from None
        self._made += 1
        self._pieces.append(piece)
        if not piece.takes(line):
            raise Full("this call is too long to be written down")


def left_behind(folder: Path) -> Iterator[tuple[str, bytes, list[bytes]]]:
    """What processes that are no more have left: each one's name, the lines of calls that ended, and those under way.

    Their folder is removed when the loop goes on: what was read must be in the database by then.
    """
    for one in sorted(folder.glob("*/lock")) if folder.is_dir() else ():
        lock = os.open(one, os.O_RDWR)
        try:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield one.parent.name, _ended(one.parent), _under_way(one.parent)
                _emptied(one.parent)
        finally:
            os.close(lock)


def _ended(folder: Path) -> bytes:
    whole = b"".join(piece.read_bytes() for piece in sorted(folder.glob("ended-*")))
    lines = (line.lstrip(b"\0") for line in whole.split(b"\n"))
    return b"\n".join(line for line in lines if line.startswith(b"{") and line.endswith(b"}"))


def _under_way(folder: Path) -> list[bytes]:
    path = folder / "begun"
    data = path.read_bytes() if path.is_file() else b""
    places = (data[at : at + PLACE_BYTES] for at in range(0, len(data), PLACE_BYTES))
    return [place.partition(b"\n")[0] for place in places if place[:1] == b"{" and b"\n" in place]


def _emptied(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink(missing_ok=True)
    folder.rmdir()


def _mapped(path: Path, length: int) -> mmap.mmap:
    """A new file in memory. Its room on the disk is taken at once, so that a full disk is an error here and no crash later."""
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
    try:
        os.posix_fallocate(file, 0, length) if hasattr(os, "posix_fallocate") else os.ftruncate(file, length)
        return mmap.mmap(file, length)
    finally:
        os.close(file)
