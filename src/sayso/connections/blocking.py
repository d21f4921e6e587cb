"""Libraries that block (mail): run in threads of their own, on a socket of the door, with a clock that ends them by closing it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from sayso.connections.delivered import NotAnswered
from sayso.connections.egress import NotLetOut, NotReached, Socket

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

THREADS_MAX = 8
SILENT_SECONDS_MAX = 30

T = TypeVar("T")
_threads = ThreadPoolExecutor(THREADS_MAX, "sayso-mail")  # none is begun before there is something to do


async def socket_to(connections: Connections, host: str, port: int) -> Socket:
    """Raises `NotAnswered`."""
    try:
        opened = await connections.door.socket(host, port)
    except NotLetOut as error:
        raise NotAnswered(str(error), "refused_by_us", again=False) from None
    except NotReached as error:
        raise NotAnswered(f"{error}.", error.reason) from None
    opened.settimeout(SILENT_SECONDS_MAX)
    return opened


async def run(opened: Socket, work: Callable[[], T], who: str, seconds_max: float) -> T:
    """What `work` returns. When it takes too long, or nobody waits any more, its socket is shut: so the thread ends too."""
    future = asyncio.get_running_loop().run_in_executor(_threads, work)
    try:
        async with asyncio.timeout(seconds_max):
            return await asyncio.shield(future)
    except TimeoutError as error:
        raise NotAnswered(f"{who} was not done within {seconds_max:g} seconds.", "timeout") from error
    finally:
        if not future.done():
            future.add_done_callback(lambda done: done.cancelled() or done.exception())  # told already
            with suppress(OSError):
                opened.shutdown(2)
        with suppress(OSError):
            opened.close()


def wrapped(connections: Connections, opened: Socket, host: str) -> ssl.SSLSocket:
    return connections.door.tls().wrap_socket(opened, server_hostname=host)


def unanswered(error: Exception, who: str) -> NotAnswered:
    """What went wrong on the wire, in words."""
    match error:
        case ssl.SSLCertVerificationError():
            return NotAnswered(f"{who} shows a certificate that cannot be trusted: {error.verify_message}", "tls", again=False)
        case ssl.SSLError():
            why = error.reason or "handshake failed"
            return NotAnswered(
                f"{who} does not speak TLS here ({why}). Choose another way of encryption, or another port.", "tls"
            )
        case TimeoutError():
            return NotAnswered(f"{who} said nothing for {SILENT_SECONDS_MAX} seconds.", "timeout")
        case _:
            return NotAnswered(f"{who} closed the connection: {error}", "reset")
