"""A response is made: asked of a model like any call, and kept on its way back."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import orjson

from sayso import db
from sayso.gateway import files
from sayso.gateway.asked import as_body
from sayso.gateway.bridge.response import begun
from sayso.gateway.caller import Caller
from sayso.gateway.calls import Answer, Call
from sayso.gateway.refusals import Refused
from sayso.gateway.reply import EVENTS, JSON, event
from sayso.gateway.responses import asked as asking
from sayso.gateway.responses import replay, stored
from sayso.gateway.responses.asked import Prepared

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

TELLING = re.compile(rb'"type":\s*"response\.(created|queued|in_progress|completed|incomplete|failed)"')
ENDED = ("completed", "incomplete", "failed")
POLL_SECONDS = 0.5
BACKGROUND_SECONDS_MAX = 3600

log = logging.getLogger(__name__)


class Responses:
    """Those of one process: it knows what it works on in the background."""

    def __init__(self, gateway: "Gateway") -> None:
        self.gateway = gateway
        self._working: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def create(self, caller: Caller, raw: bytes, content_type: bytes = JSON) -> Answer:
        """Raises `Refused`. Whoever gets an answer without a body closes it."""
        gateway = self.gateway
        body = asking.read(raw)
        if asking.plain(raw):
            prepared = Prepared(body, store=body.get("store") is not False, stream=bool(body.get("stream")))
            call = Call(caller, "responses", raw, content_type)
            if not prepared.store:
                return await gateway.answer(call)
            prepared.own = asking.as_items(body.get("input"))
        else:
            async with db.transaction(gateway.engine) as tx:
                prepared = await asking.prepared(tx, caller.workspace, body)
                await files.put_in(tx, gateway.home, caller.workspace, prepared.body)
            if prepared.background:
                return await self._in_background(caller, prepared)
            call = Call(caller, "responses", as_body(prepared.body), JSON)
        answer = await gateway.answer(call)
        if answer.status >= 400:
            return answer
        return await self._kept(caller, prepared, answer)

    async def _kept(self, caller: Caller, asked: Prepared, answer: Answer) -> Answer:
        async def keep(response: dict[str, Any]) -> None:
            if asked.store:
                await self._keep(caller.workspace, asked, response)

        if answer.body is None and answer.content_type.startswith(b"text/event-stream"):
            passing = Passing(answer, keep, asked.echoes)
            return Answer(
                answer.id, answer.status, answer.content_type, answer.headers, None, passing.read, passing.close, answer.entry
            )
        whole = await answer.whole()
        await answer.close()
        try:
            response = orjson.loads(whole)
        except orjson.JSONDecodeError:
            response = None
        if isinstance(response, dict) and isinstance(response.get("id"), str):
            response |= asked.echoes
            await keep(response)
            whole = orjson.dumps(response) if asked.echoes else whole
        return Answer(answer.id, answer.status, answer.content_type, answer.headers, whole, entry=answer.entry)

    async def _keep(self, workspace: str, asked: Prepared, response: dict[str, Any]) -> None:
        """An answer that is paid for is given even when it cannot be kept."""
        try:
            async with db.transaction(self.gateway.engine) as tx:
                await stored.keep(tx, workspace, asked, response)
        except Exception as error:
            log.warning("a response could not be kept: %s", error)

    # ── in the background ─────────────────────────────────────

    async def _in_background(self, caller: Caller, asked: Prepared) -> Answer:
        model = str(asked.body.get("model") or "")
        if not model:
            raise Refused("you must provide a model parameter", 400, param="model")
        caller.must_reach(model, "responses")
        self.gateway.plan(caller, model)
        response = begun({**asked.body, **asked.echoes}, model) | asked.echoes | {"status": "queued"}
        async with db.transaction(self.gateway.engine) as tx:
            await stored.keep(tx, caller.workspace, asked, response, process=self.gateway.process)
        place = (caller.workspace, response["id"])
        task = self._working[place] = asyncio.create_task(self._work(caller, asked, response))
        task.add_done_callback(lambda _: self._working.pop(place, None))
        if asked.stream:
            return self.stream(caller.workspace, response)
        return Answer(response["id"], 200, JSON, [], orjson.dumps(response))

    async def _work(self, caller: Caller, asked: Prepared, response: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(BACKGROUND_SECONDS_MAX):
                found = await self.gateway.ask(caller, "responses", {**asked.body, "stream": False})
            done = {**found, **asked.echoes, "id": response["id"]}
        except (Refused, TimeoutError) as error:
            code = getattr(error, "code", None) or "server_error"
            done = {**response, "status": "failed", "error": {"code": code, "message": str(error) or "It took too long."}}
        except Exception as error:
            log.exception("a response in the background")
            done = {**response, "status": "failed", "error": {"code": "server_error", "message": type(error).__name__}}
        async with db.transaction(self.gateway.engine) as tx:
            await stored.finish(tx, caller.workspace, asked, done)

    async def cancel(self, workspace: str, id: str) -> dict[str, Any]:
        async with db.transaction(self.gateway.engine) as tx:
            response = await stored.cancel(tx, workspace, id)
        if (task := self._working.get((workspace, id))) is not None:
            task.cancel()
        return response

    def stream(self, workspace: str, response: dict[str, Any], after: int = -1) -> Answer:
        """Its events from `after` on; waits until there is something to tell."""
        told = self._told(workspace, response, after)

        async def read() -> bytes:
            return await anext(told, b"")

        async def close() -> None:
            await told.aclose()

        return Answer(response["id"], 200, EVENTS, [], None, read, close)

    async def _told(self, workspace: str, response: dict[str, Any], after: int) -> AsyncGenerator[bytes]:
        begun = {**response, "status": "in_progress", "output": []}
        if response["status"] in stored.WORKING and after < 0:
            yield event({"type": "response.created", "response": begun, "sequence_number": 0}, "response.created")
            after = 0
        ends = time.monotonic() + BACKGROUND_SECONDS_MAX
        while response["status"] in stored.WORKING and time.monotonic() < ends:
            await asyncio.sleep(POLL_SECONDS)
            async with self.gateway.engine.begin() as tx:
                response = await stored.read(tx, workspace, response["id"])
        for one in replay.events(response):
            if one["sequence_number"] > after:
                yield event(one, one["type"])

    async def stop(self) -> None:
        """Work that is under way is given up: it is found failed afterwards."""
        working = list(self._working.values())
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


class Passing:
    """A streamed response on its way: passed on event by event, with our echoes in it, and kept before its end is told."""

    def __init__(self, answer: Answer, keep: Callable[[dict[str, Any]], Awaitable[None]], echoes: dict[str, Any]) -> None:
        self._answer, self._keep, self._echoes = answer, keep, echoes
        self._held = b""
        self._begun: dict[str, Any] | None = None
        self._ended = False

    async def read(self) -> bytes:
        while True:
            part = await self._answer.read()
            if not part:
                rest, self._held = self._held, b""
                return await self._looked(rest) if rest else b""
            seen = self._held + part
            cut = max(seen.rfind(b"\n\n") + 2, seen.rfind(b"\r\n\r\n") + 4)
            if cut < 4 and not seen.endswith(b"\n\n"):
                self._held = seen
                continue
            whole, self._held = seen[:cut], seen[cut:]
            return await self._looked(whole)

    async def close(self) -> None:
        await self._answer.close()
        if self._begun is not None and not self._ended:
            self._ended = True
            await self._keep({**self._begun, "status": "cancelled"})

    async def _looked(self, whole: bytes) -> bytes:
        if TELLING.search(whole) is None:
            return whole
        ending = b"\r\n\r\n" if b"\r\n\r\n" in whole else b"\n\n"
        return ending.join([await self._event(one) for one in whole.split(ending)])

    async def _event(self, one: bytes) -> bytes:
        if TELLING.search(one) is None:
            return one
        data = b"".join(line[5:].strip() for line in one.splitlines() if line.startswith(b"data:"))
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError:
            return one
        response = value.get("response") if isinstance(value, dict) else None
        if not isinstance(response, dict) or not isinstance(response.get("id"), str):
            return one
        response |= self._echoes
        self._begun = response
        if value.get("type") in ("response.completed", "response.incomplete", "response.failed"):
            self._ended = True
            await self._keep(response)
        return event(value, value["type"]).removesuffix(b"\n\n") if self._echoes else one
