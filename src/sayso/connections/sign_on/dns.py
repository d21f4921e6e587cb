"""TXT records, asked of this machine's own name servers over TCP (RFC 1035, 7766): how a domain is proved.

The system's resolver knows addresses only, so this one question is put by ourselves.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sayso.connections.egress import NotReached
from sayso.errors import Unavailable

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

RESOLV = Path("/etc/resolv.conf")
PORT = 53
ANSWER_SECONDS_MAX = 5
SERVERS_MAX = 3
RECORDS_MAX = 200
TXT, IN, NXDOMAIN = 16, 1, 3


class NoAnswer(Unavailable):
    """No name server was there to be asked, or none had an answer. That is not the same as a record that is missing."""


def servers() -> tuple[tuple[str, int], ...]:
    """Those of this machine."""
    try:
        lines = RESOLV.read_text().splitlines()
    except OSError:
        return ()
    named = [line.split()[1] for line in lines if line.startswith("nameserver") and len(line.split()) > 1]
    return tuple((one.partition("%")[0], PORT) for one in named)[:SERVERS_MAX]


async def texts(connections: Connections, name: str) -> tuple[str, ...]:
    """The TXT records of a name; none when there is no such name. Raises `NoAnswer`."""
    known = servers()
    if not known:
        raise NoAnswer("This machine knows no name server, so DNS cannot be asked. Prove the domain by a file.")
    problem = ""
    for address, port in known:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return await _asked(connections, address, port, name)
        except TimeoutError:
            problem = f"{address} did not answer in time"
        except (NotReached, OSError, ValueError) as error:
            problem = str(error)
    raise NoAnswer(f"DNS could not be asked: {problem}. Try again, or prove the domain by a file.")


async def _asked(connections: Connections, address: str, port: int, name: str) -> tuple[str, ...]:
    id = secrets.randbelow(2**16)
    answers = await connections.door.name_server(_Answers, address, port)
    try:
        query = struct.pack(">HHHHHH", id, 0x0100, 1, 0, 0, 0) + _name(name) + struct.pack(">HH", TXT, IN)
        answers.write(struct.pack(">H", len(query)) + query)
        return read(await answers.whole, id, name)
    finally:
        answers.close()


class _Answers(asyncio.Protocol):
    """One message with its length in front (RFC 1035, 4.2.2)."""

    def __init__(self) -> None:
        self.whole: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._kept = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by name

    def write(self, query: bytes) -> None:
        self._transport.write(query)

    def close(self) -> None:
        self._transport.close()
        self.whole.cancel()

    def data_received(self, data: bytes) -> None:
        self._kept += data
        if (
            len(self._kept) >= 2
            and len(self._kept) >= 2 + (size := struct.unpack(">H", self._kept[:2])[0])
            and not self.whole.done()
        ):
            self.whole.set_result(self._kept[2 : 2 + size])

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.whole.done():
            self.whole.set_exception(NotReached("the name server hung up", "reset"))


def read(message: bytes, id: int, name: str) -> tuple[str, ...]:
    """The texts in an answer to this question. Raises `ValueError` for what is none."""
    try:
        told, flags, asked, answers = struct.unpack(">HHHH", message[:8])
        if told != id or not flags & 0x8000 or asked != 1:
            raise ValueError("the name server answered something else")
        if flags & 0xF == NXDOMAIN:
            return ()
        if flags & 0xF:
            raise ValueError(f"the name server answered with the error {flags & 0xF}")
        at = _past(message, 12) + 4
        if message[12 : at - 4].lower() != _name(name).lower():
            raise ValueError("the name server answered something else")
        found: list[str] = []
        for _ in range(min(answers, RECORDS_MAX)):
            at = _past(message, at)
            kind, _, _, size = struct.unpack(">HHIH", message[at : at + 10])
            at += 10
            if kind == TXT:
                found.append(_text(message[at : at + size]))
            at += size
        return tuple(found)
    except (struct.error, IndexError):
        raise ValueError("the name server's answer cannot be read") from None


def _name(name: str) -> bytes:
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    if any(not 0 < len(label) < 64 for label in labels):
        raise ValueError(f"{name} is no name")
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"


def _past(message: bytes, at: int) -> int:
    """Where a name ends: with a zero, or with a pointer to the rest of it (RFC 1035, 4.1.4)."""
    while (size := message[at]) != 0:
        if size & 0xC0 == 0xC0:
            return at + 2
        at += 1 + size
    return at + 1


def _text(data: bytes) -> str:
    """A TXT record is pieces of at most 255 bytes, read as one."""
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        size = data[at]
        pieces.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(pieces).decode("utf-8", "replace")
