"""A realtime session at an upstream that has them: frames go through as they are, and every answer is metered and charged.

Before an answer may begin, its worst case is set aside in the budgets; when the next has no room, the session is ended.
"""

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.uri import parse_uri

from sayso.errors import SaysoError
from sayso.gateway import reserving
from sayso.gateway.caller import Caller
from sayso.gateway.calls import Call
from sayso.gateway.entry import Entry
from sayso.gateway.known import Route
from sayso.gateway.meter import Meter
from sayso.gateway.refusals import Refused, error_shape
from sayso.gateway.tokens import told

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

CLIENT_GONE = 499
FRAME_BYTES_MAX = 16 * 2**20
CONNECT_SECONDS_MAX = 15
INPUT_TOKENS_MAX = 32_000
OUTPUT_TOKENS_MAX = 4_096
"""What one answer of OpenAI's realtime models can use at most: their context, and their longest answer."""
HEAD_BYTES = 300
"""Where the type of an event stands, unless it has unusual company."""
ANSWERED = b'"response.done"'


class Passing:
    def __init__(self, gateway: "Gateway", caller: Caller, asked: str, route: Route) -> None:
        self.gateway, self.caller, self.asked, self.route = gateway, caller, asked, route
        self._connection: ClientConnection | None = None
        self._entry: Entry | None = None

    async def open(self) -> None:
        """Connects. Raises `Refused`."""
        await self._begin()
        adapter: Any = getattr(self.route.adapter, "inner", self.route.adapter)
        target = adapter.target
        scheme = "wss" if target.tls else "ws"
        host = target.authority.decode()
        url = f"{scheme}://{host}{target.path.decode()}/realtime?model={quote(self.route.model, safe='')}"
        left_out = (b"host", b"accept-encoding", b"user-agent")
        headers = {name.decode(): value.decode() for name, value in adapter.headers() if name.lower() not in left_out}
        try:
            uri = parse_uri(url)
            make = lambda: ClientConnection(ClientProtocol(uri, max_size=FRAME_BYTES_MAX))  # noqa: E731
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                self._connection = await self.gateway.pools.door.connect(make, target.host, target.port, tls=target.tls)
                await self._connection.handshake(headers)
        except (InvalidHandshake, InvalidURI, TimeoutError, OSError, EOFError, ConnectionClosed, SaysoError) as error:
            await self.close("the upstream did not open a session")
            name = self.route.provider.name
            status = getattr(getattr(error, "response", None), "status_code", None)
            why = f"it answered {status}" if status else str(error) or "it took too long"
            raise Refused(
                f"The upstream {name} opened no realtime session: {why}.", 502, code="upstream_refused", upstream=name
            ) from None

    async def tell(self, frame: str | bytes) -> None:
        """To the upstream. Raises `ConnectionClosed`."""
        assert self._connection is not None
        await self._connection.send(frame)

    async def hear(self) -> str | bytes | None:
        """The upstream's next frame; None at its end. Raises `Refused` when no budget has room for another answer."""
        assert self._connection is not None
        try:
            frame = await self._connection.recv()
        except ConnectionClosed:
            return None
        data = frame.encode() if isinstance(frame, str) else frame
        if ANSWERED in data:
            await self._answered(data)
        elif self._entry is not None and (b'.delta"' in data[:HEAD_BYTES] or b'"response.created"' in data[:HEAD_BYTES]):
            self._entry.streamed = True
            self._entry.meter.events += 1
        return frame

    async def _answered(self, data: bytes) -> None:
        try:
            event = orjson.loads(data)
        except orjson.JSONDecodeError:
            return
        if not isinstance(event, dict) or event.get("type") != "response.done" or self._entry is None:
            return
        entry = self._entry
        if (found := told(data)) is not None and found.usage is not None:
            entry.meter.whole(orjson.dumps({"model": found.model or self.route.model, "usage": event["response"]["usage"]}))
        self._entry = None
        entry.close(200)
        await self._begin()

    async def _begin(self) -> None:
        """Sets the worst case of one answer aside. Raises `Refused`."""
        gateway, caller = self.gateway, self.caller
        call = Call(caller, "realtime")
        entry = Entry(call, self.asked, self.route, Meter(), gateway.books)
        rate = gateway.rate(caller)
        if rate is not None:
            rate.take(0)
        plan = gateway.plan(caller, self.asked)
        price = reserving.worst_price(gateway, plan, caller)
        if caller.budgets and price is not None:
            worst = INPUT_TOKENS_MAX * price.input + OUTPUT_TOKENS_MAX * price.output
            entry.hold = await gateway.budgets.reserve(caller.budgets, worst, caller.workspace)
        self._entry = entry

    async def close(self, error: str | None = None) -> None:
        """What was set aside and not used is given back. An answer that was under way is charged by what came of it."""
        entry, self._entry = self._entry, None
        if entry is not None and entry.streamed:
            entry.close(CLIENT_GONE, "the session ended in the middle of an answer")
        elif entry is not None and entry.hold is not None:
            entry.hold.settle(Decimal(0))
        if self._connection is not None:
            await self._connection.close()


def as_event(error: Refused) -> dict[str, Any]:
    return {"type": "error", **error_shape(str(error), error.status, error.type, error.param, error.code, error.upstream)}
