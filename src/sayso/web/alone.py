"""The gateway alone, as an ASGI app: /v1, /healthz and /metrics, and no workspace around it."""

from contextlib import AsyncExitStack

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Receive, Scope, Send

import sayso
from sayso.gateway.metrics import CONTENT_TYPE
from sayso.gateway.refusals import Refused
from sayso.gateway.reply import JSON
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.web.put_together import gateway_of
from sayso.web.refreshing import prices_followed
from sayso.web.v1.door import PREFIX, Door, say


class Alone:
    """As many of these may run on one home as the machine has cores; they share budgets, keys and ledger through PostgreSQL."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self.home = settings.home
        self.gateway = gateway_of(engine, settings, Shelf(settings.home))
        self.door = Door(self.gateway)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"].startswith(PREFIX):
            await self.door(scope, receive, send)
        elif scope["type"] == "http":
            await self._other(scope["path"], send)
        else:
            await send({"type": "websocket.close", "code": 4404})

    async def _live(self, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as running:
            while True:
                message = await receive()
                if message["type"] == "lifespan.startup":
                    try:
                        await running.enter_async_context(prices_followed(self.home))
                        await running.enter_async_context(self.gateway.running())
                    except Exception as error:
                        await send({"type": "lifespan.startup.failed", "message": str(error)})
                        return
                    await send({"type": "lifespan.startup.complete"})
                else:
                    break
        await send({"type": "lifespan.shutdown.complete"})

    async def _other(self, path: str, send: Send) -> None:
        if path == "/healthz":
            away = self.gateway.ledger.away
            body = b'{"ok":%s,"version":"%s"}' % (b"false" if away else b"true", sayso.__version__.encode())
            await say(send, 503 if away else 200, JSON, [], body)
        elif path == "/metrics" and self.gateway.shows_metrics:
            await say(send, 200, CONTENT_TYPE, [], self.gateway.metrics.text(ledger_away=self.gateway.ledger.away))
        else:
            nothing = Refused("This is Sayso's gateway: everything it serves is under /v1/.", 404)
            await say(send, 404, JSON, [], nothing.body())
