"""One file from the internet, through the egress door: whole, or not at all."""

from urllib.parse import urlsplit

from sayso.connections.egress import Door
from sayso.connections.wire import Broken, Limits
from sayso.errors import Unavailable
from sayso.gateway.upstream.pool import Pools, Target

FIRST_BYTE_SECONDS_MAX = 20
WHOLE_SECONDS_MAX = 120


async def download(door: Door, url: str, bytes_max: int) -> bytes:
    """The body of a `GET`. Raises `Unavailable` for anything but a whole answer with status 200 of at most `bytes_max`."""
    parts = urlsplit(url)
    target = Target.of(f"{parts.scheme}://{parts.netloc}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = (
        b"GET %b HTTP/1.1\r\nHost: %b\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: sayso\r\nConnection: close\r\n\r\n"
        % (path.encode(), target.authority)
    )
    pools = Pools(door)
    limits = Limits(FIRST_BYTE_SECONDS_MAX, FIRST_BYTE_SECONDS_MAX, WHOLE_SECONDS_MAX, bytes_max)
    try:
        connection = await pools.ask(target, request, limits)
        try:
            if connection.status != 200:
                raise Unavailable(f"{parts.hostname} answered {connection.status}.")
            body = bytearray(connection.take())
            while not connection.done:
                await connection.more()
                body += connection.take()
                if len(body) > bytes_max:
                    raise Unavailable(f"{parts.hostname} sent more than {bytes_max:,} bytes.")
        finally:
            connection.close()
    except Broken as error:
        raise Unavailable(f"{parts.hostname}: {error}") from None
    finally:
        pools.close()
    return bytes(body)
