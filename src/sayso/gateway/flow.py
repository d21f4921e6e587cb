"""The way of one call: read, let in, reserve, ask (and ask again, and elsewhere), meter, charge."""

import asyncio
import time
from typing import TYPE_CHECKING

import msgspec

from sayso.errors import SaysoError
from sayso.gateway import reserving
from sayso.gateway.asked import Asked
from sayso.gateway.bodies import BODY_BYTES_MAX
from sayso.gateway.calls import Answer, Call
from sayso.gateway.entry import Entry
from sayso.gateway.failures import unanswered, upstreams_refusal, wait_after
from sayso.gateway.journal import Full
from sayso.gateway.known import Plan, Route
from sayso.gateway.meter import Meter
from sayso.gateway.providers.provider import Outgoing
from sayso.gateway.refusals import Header, Refused, error_shape
from sayso.gateway.remembered import Remembered
from sayso.gateway.reply import JSON, AnyReply, event
from sayso.gateway.upstream import Broken

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

BUFFERED_BYTES_MAX = 8 * 2**20
"""An answer of JSON up to here is read whole before it is passed on, so that what breaks in the middle can be told, or asked again."""
ERROR_BYTES_MAX = 2**20
RETRIES_MAX = 5
CLIENT_GONE = 499


class Flow:
    """One call. Used once."""

    __slots__ = ("_body", "_call", "_ended", "_entry", "_gateway", "_key", "_parts", "_reply")

    def __init__(self, gateway: "Gateway", call: Call) -> None:
        self._gateway, self._call = gateway, call
        self._body: bytes | None = None
        """All of the answer, when it is not passed on in parts."""
        self._parts: list[bytes] = []
        """What was read of a long answer before it was known to be one."""
        self._ended = False
        self._key: bytes | None = None
        """What the answer is remembered under."""

    async def answer(self) -> Answer:
        gateway, call = self._gateway, self._call
        caller = call.caller
        multipart = call.content_type.startswith(b"multipart/")
        asked = (
            Asked.of_multipart(call.endpoint, call.body, call.content_type)
            if multipart
            else Asked.of_json(call.endpoint, call.body)
        )
        caller.must_reach(asked.model, call.endpoint)
        plan = gateway.plan(caller, asked.model)
        workspace = gateway.workspace(caller.workspace)
        plan, told, flags = gateway.endings.heeded(plan, workspace)
        if not gateway.books.journal.has_room():
            raise Refused("The ledger cannot be written just now, so no call is let through. Try again in a moment.", 503)
        kind = "image" if call.endpoint.startswith("images/") else "chat"
        meter = Meter(kind, strip="stream_options" in asked.changes)
        entry = self._entry = Entry(call, asked.model, plan.routes[0], meter, gateway.books)
        entry.flags += flags
        entry.characters = asked.characters
        if workspace.settings.keep_bodies:
            entry.said = bytearray()
        price = reserving.worst_price(gateway, plan, caller)
        rate = gateway.rate(caller)
        if rate is not None:
            entry.rated = (asked.input_tokens_max() // 4 + (asked.output_tokens_max or 0)) if rate.tokens else 0
            rate.take(entry.rated)
            entry.rate = rate
            told = [*told, *rate.headers()]
        try:
            if plan.cache_seconds and (given := self._remembered(plan, asked, told)) is not None:
                return given
            if caller.budgets and price is not None:
                entry.hold = await reserving.reserved(gateway, caller, asked, price)
            entry.open()
            self._reply = await self._first_to_answer(plan, asked, workspace.settings.retries)
            return self._passed_on(told, plan)
        except Refused as error:
            error.headers = (*error.headers, (b"x-request-id", b"req_" + entry.id.encode()), *told)
            entry.close(error.status, str(error), charged=False)
            raise
        except Full as error:
            raise Refused(f"This call could not be written down: {error}", 503) from None
        except BaseException as error:
            entry.close(CLIENT_GONE if isinstance(error, asyncio.CancelledError) else 500, type(error).__name__, charged=False)
            raise

    def _remembered(self, plan: Plan, asked: Asked, told: list[Header]) -> Answer | None:
        """The answer that was given before, for nothing."""
        if asked.stream:
            return None
        self._key = Remembered.key(self._call, plan.asked)
        given = self._gateway.remembered.get(self._key)
        if given is None:
            return None
        entry, (content_type, body) = self._entry, given
        entry.flags.append("cached")
        entry.close(200, charged=False)
        id = "req_" + entry.id
        headers: list[Header] = [(b"x-request-id", id.encode()), (b"x-sayso-cache", b"hit"), *told]
        return Answer(id, 200, content_type, headers, body, entry=entry)

    async def pass_through(self) -> Answer:
        """A request without a model, such as those of fine-tuning: one provider, one try, and nothing that could be priced."""
        gateway, call = self._gateway, self._call
        call.caller.must_reach("", call.endpoint)
        providers = gateway.workspace(call.caller.workspace).providers
        name = call.provider or next((name for name, (one, _) in providers.items() if one.kind == "openai"), None)
        if name is None or name not in providers:
            raise Refused(
                "No provider is set up that could do this. Name one with the header x-sayso-provider.", 404, code="no_provider"
            )
        route = Route(*providers[name], "")
        entry = self._entry = Entry(call, "", route, Meter(), gateway.books)
        entry.open()
        try:
            out = Outgoing(call.endpoint, "", call.body, call.caller, False, call.content_type, call.verb, call.query)
            self._reply = await self._sent(route, out)
            return self._passed_on([], None)
        except Refused as error:
            error.headers = (*error.headers, (b"x-request-id", b"req_" + entry.id.encode()))
            entry.close(error.status, str(error), charged=False)
            raise
        except BaseException as error:
            entry.close(CLIENT_GONE, type(error).__name__, charged=False)
            raise

    # ── asking ────────────────────────────────────────────────

    async def _first_to_answer(self, plan: Plan, asked: Asked, retries: int) -> AnyReply:
        """The first good answer of the routes in turn, each tried again as often as the owner allows. Raises `Refused`: the last failure."""
        entry = self._entry
        retries = min(RETRIES_MAX, retries if plan.retries is None else plan.retries)
        failure: Refused | None = None
        tries = 0
        for route in plan.routes:
            entry.route = route
            for again in range(retries + 1):
                tries += 1
                entry.attempts = tries
                try:
                    return await self._tried(route, asked)
                except Refused as error:
                    failure = error
                wait = wait_after(failure, again)
                if not failure.retry or again == retries or wait is None:
                    break
                await asyncio.sleep(wait)
            if failure is not None and not failure.elsewhere:
                break
        assert failure is not None
        raise failure

    async def _tried(self, route: Route, asked: Asked) -> AnyReply:
        call = self._call
        out = Outgoing(
            call.endpoint,
            route.model,
            asked.body_for(route.model),
            call.caller,
            asked.stream,
            call.content_type,
            call.verb,
            call.query,
        )
        return await self._sent(route, out)

    async def _sent(self, route: Route, out: Outgoing) -> AnyReply:
        try:
            reply = await route.adapter.send(out)
        except Broken as error:
            raise unanswered(route, str(error), error.reason) from None
        except Refused:
            raise
        except SaysoError as error:
            raise unanswered(route, str(error), getattr(error, "reason", "refused")) from None
        try:
            if 200 <= reply.status < 300:
                await self._begun(route, reply)
                return reply
            body = await _up_to(reply, ERROR_BYTES_MAX)
        except Broken as error:
            await reply.close()
            raise unanswered(route, str(error), error.reason) from None
        except BaseException:
            await reply.close()
            raise
        await reply.close()
        raise upstreams_refusal(route, reply, body)

    async def _begun(self, route: Route, reply: AnyReply) -> None:
        """Reads all of an answer that is not to be passed on in parts. What breaks in it can still be asked again."""
        type = reply.content_type
        if type.startswith(b"text/event-stream") or not (reply.done or type.startswith(JSON)):
            return
        body = reply.take()
        if not reply.done:
            parts, size = [body], len(body)
            while not reply.done:
                if size > BUFFERED_BYTES_MAX:
                    self._parts = parts
                    return
                await reply.more()
                parts.append(part := reply.take())
                size += len(part)
            body = b"".join(parts)
        if type.startswith(JSON):
            meter = self._entry.meter
            meter.whole(body)
            if meter.tokens is None and not is_json(body):
                name = route.provider.name
                raise Refused(f"{name} did not answer in JSON.", 502, code="upstream_error", upstream=name, retry=True)
        await reply.close()
        self._entry.answered_bytes = len(body)
        self._body = body

    # ── passing on ────────────────────────────────────────────

    def _passed_on(self, told: list[Header], plan: Plan | None) -> Answer:
        entry, reply, body = self._entry, self._reply, self._body
        id = "req_" + entry.id
        headers: list[Header] = [(b"x-request-id", id.encode()), *told]
        for name, value in reply.headers:
            headers.append((b"x-upstream-request-id" if name == b"x-request-id" else name, value))
        if body is not None:
            if entry.said is not None:
                entry.said += body
            if self._key is not None and plan is not None:
                self._gateway.remembered.keep(self._key, reply.content_type, body, plan.cache_seconds)
            entry.close(reply.status)
            return Answer(id, reply.status, reply.content_type or JSON, headers, body, entry=entry)
        entry.streamed = reply.content_type.startswith(b"text/event-stream")
        read = self._next_events if entry.streamed else self._next_bytes
        return Answer(
            id, reply.status, reply.content_type or b"application/octet-stream", headers, None, read, self._leave, entry
        )

    async def _next_events(self) -> bytes:
        reply, entry = self._reply, self._entry
        while not self._ended:
            if part := reply.take():
                if not entry.first:
                    entry.first = time.perf_counter()
                if entry.said is not None and len(entry.said) < BODY_BYTES_MAX:
                    entry.said += part
                if passed := entry.meter.passed(part):
                    return passed
            elif reply.done:
                rest = entry.meter.rest()
                await self._end(reply.status)
                return rest
            else:
                try:
                    await reply.more()
                except Broken as error:
                    return await self._broken(error)
        return b""

    async def _next_bytes(self) -> bytes:
        reply, entry = self._reply, self._entry
        if self._parts:
            part, self._parts = b"".join(self._parts), []
            entry.meter.tail(part)
            return part
        while not self._ended:
            if part := reply.take():
                if not entry.first:
                    entry.first = time.perf_counter()
                entry.meter.tail(part)
                return part
            if reply.done:
                if reply.content_type.startswith(JSON):
                    entry.meter.from_tail()
                await self._end(reply.status)
            else:
                try:
                    await reply.more()
                except Broken as error:
                    failure = unanswered(entry.route, str(error), error.reason)
                    await self._end(502, str(failure))
                    raise failure from None  # the bytes that are missing cannot be told: the connection is cut
        return b""

    async def _broken(self, error: Broken) -> bytes:
        """The stream broke: what came is charged, and the caller is told in an event."""
        failure = unanswered(self._entry.route, str(error), error.reason)
        await self._end(failure.status, str(failure))
        shape = error_shape(str(failure), failure.status, failure.type, None, failure.code, failure.upstream)
        if self._call.endpoint in ("chat/completions", "completions"):
            return event(shape)
        return event({"type": "error", **shape["error"], "error": shape["error"]}, "error")

    async def _end(self, status: int, error: str | None = None) -> None:
        self._ended = True
        try:
            self._entry.close(status, error)
        finally:
            await self._reply.close()

    async def _leave(self) -> None:
        """The caller has gone, or wants no more: the upstream is told to stop, and what came is charged."""
        if not self._ended:
            await self._end(CLIENT_GONE, "the caller left before the end")


def is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return True


async def _up_to(reply: AnyReply, bytes_max: int) -> bytes:
    parts = [reply.take()]
    while not reply.done and sum(map(len, parts)) < bytes_max:
        await reply.more()
        parts.append(reply.take())
    return b"".join(parts)
