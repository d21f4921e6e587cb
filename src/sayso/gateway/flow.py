"""The way of one call: read, let in, reserve, ask (and ask again, and elsewhere), meter, charge."""

import asyncio
import random
import re
import time
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from sayso.errors import SaysoError
from sayso.gateway.asked import Asked
from sayso.gateway.calls import Answer, Call
from sayso.gateway.entry import Entry
from sayso.gateway.journal import Full
from sayso.gateway.known import Plan, Route
from sayso.gateway.meter import Meter
from sayso.gateway.pricing import Price
from sayso.gateway.providers.openai import message_of
from sayso.gateway.providers.provider import Outgoing
from sayso.gateway.refusals import Header, Refused, error_shape
from sayso.gateway.reply import JSON, AnyReply, event
from sayso.gateway.upstream import Broken

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

BUFFERED_BYTES_MAX = 8 * 2**20
"""An answer of JSON up to here is read whole before it is passed on, so that what breaks in the middle can be told, or asked again."""
ERROR_BYTES_MAX = 2**20
RETRIES_MAX = 5
RETRY_AFTER_SECONDS_MAX = 5.0
BACKOFF_SECONDS = 0.25
WORTH_ANOTHER_TRY = frozenset((408, 409, 429, 500, 502, 503, 504, 520, 522, 524, 529))
OUTPUT_TOKENS_MAX = 131_072
"""Taken for the longest answer of a model whose limit is not known."""
BUDGET_PART = 8
"""A call that sets no limit to its answer gets one: at most this part of what its budget still has."""
OUTPUT_TOKENS_LEAST = 256
CLIENT_GONE = 499
SECRET_SHAPES = re.compile(r"\b(?:sk|rk|pk|gsk|xai|key)[-_][A-Za-z0-9*_-]{6,}|\bAIza[\w-]{10,}|\bBearer\s+\S+")


class Flow:
    """One call. Used once."""

    __slots__ = ("_body", "_call", "_ended", "_entry", "_gateway", "_parts", "_reply")

    def __init__(self, gateway: "Gateway", call: Call) -> None:
        self._gateway, self._call = gateway, call
        self._body: bytes | None = None
        """All of the answer, when it is not passed on in parts."""
        self._parts: list[bytes] = []
        """What was read of a long answer before it was known to be one."""
        self._ended = False

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
        if not gateway.journal.has_room():
            raise Refused("The ledger cannot be written just now, so no call is let through. Try again in a moment.", 503)
        kind = "image" if call.endpoint.startswith("images/") else "chat"
        entry = self._entry = Entry(
            call,
            asked.model,
            plan.routes[0],
            Meter(kind, strip="stream_options" in asked.changes),
            gateway.journal,
            gateway.prices,
        )
        price = self._worst_price(plan, entry)
        rate = gateway.rate(caller)
        limits: list[Header] = []
        if rate is not None:
            entry.rated = (asked.input_tokens_max() // 4 + (asked.output_tokens_max or 0)) if rate.tokens else 0
            rate.take(entry.rated)
            entry.rate = rate
            limits = rate.headers()
        try:
            if caller.budgets and price is not None:
                await self._reserve(asked, entry, *price)
            entry.open()
            self._reply = await self._first_to_answer(plan, asked)
            return self._passed_on(limits)
        except Refused as error:
            error.headers = (*error.headers, (b"x-request-id", b"req_" + entry.id.encode()), *limits)
            entry.close(error.status, str(error), charged=False)
            raise
        except Full as error:
            raise Refused(f"This call could not be written down: {error}", 503) from None
        except BaseException as error:
            entry.close(CLIENT_GONE if isinstance(error, asyncio.CancelledError) else 500, type(error).__name__, charged=False)
            raise

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
        entry = self._entry = Entry(call, "", route, Meter(), gateway.journal, gateway.prices)
        entry.open()
        try:
            out = Outgoing(call.endpoint, "", call.body, call.caller, False, call.content_type, call.verb, call.query)
            self._reply = await self._sent(route, out)
            return self._passed_on([])
        except Refused as error:
            error.headers = (*error.headers, (b"x-request-id", b"req_" + entry.id.encode()))
            entry.close(error.status, str(error), charged=False)
            raise
        except BaseException as error:
            entry.close(CLIENT_GONE, type(error).__name__, charged=False)
            raise

    # ── before ────────────────────────────────────────────────

    def _worst_price(self, plan: Plan, entry: Entry) -> tuple[Decimal, Decimal] | None:
        """What a token of input and of output costs on the dearest of the routes; None when one has no price. Raises `Refused` where
        such calls are not wanted."""
        into = out = Decimal(0)
        for route in plan.routes:
            price: Price | None = route.price or self._gateway.prices.of(route.provider.kind, route.model)
            if price is None:
                workspace = self._gateway.workspace(self._call.caller.workspace)
                rule = workspace.settings.unpriced
                if rule == "refuse" or (rule == "when_unlimited" and entry.call.caller.budgets):
                    raise Refused(
                        f"Nobody has published a price for {route.provider.name}/{route.model}, so this call cannot be limited by a budget. "
                        "The owner can set a price for it, or let such calls through.",
                        402,
                        code="unpriced",
                        param="model",
                        headers=[(b"x-should-retry", b"false")],
                    )
                return None
            into, out = max(into, price.input_dearest), max(out, price.output_dearest)
        return into, out

    async def _reserve(self, asked: Asked, entry: Entry, into: Decimal, out: Decimal) -> None:
        """Sets the worst case aside. An answer without a limit gets one, so that its worst case has an end. Raises `Spent`."""
        budgets, caller = self._gateway.budgets, self._call.caller
        base = asked.input_tokens_max() * into
        pictures = asked.endpoint.startswith("images/")
        if pictures:
            base += asked.pictures_tokens_max() * out
        elif asked.output_tokens_max is not None:
            base += asked.output_tokens_max * asked.n * out
        elif asked.can_be_capped and out:
            each = out * asked.n
            left = budgets.at_hand(caller.budgets)
            if left is None or (left - base) < each * OUTPUT_TOKENS_MAX:
                left = await budgets.left(caller.budgets)
            room = OUTPUT_TOKENS_MAX if left is None else int((left - base) / BUDGET_PART / each)
            if left is not None and room < OUTPUT_TOKENS_LEAST:
                room = OUTPUT_TOKENS_LEAST
            if room < OUTPUT_TOKENS_MAX:
                asked.cap(room)
            base += min(room, OUTPUT_TOKENS_MAX) * each
        hold = budgets.has_room(caller.budgets, base)
        entry.hold = hold if hold is not None else await budgets.reserve(caller.budgets, base, caller.workspace)

    # ── asking ────────────────────────────────────────────────

    async def _first_to_answer(self, plan: Plan, asked: Asked) -> AnyReply:
        """The first good answer of the routes in turn, each tried again as often as the owner allows. Raises `Refused`: the last failure."""
        entry = self._entry
        workspace = self._gateway.workspace(self._call.caller.workspace)
        retries = min(RETRIES_MAX, workspace.settings.retries if plan.retries is None else plan.retries)
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
                wait = _wait(failure, again)
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
            raise _unanswered(route, str(error), error.reason) from None
        except Refused:
            raise
        except SaysoError as error:
            raise _unanswered(route, str(error), getattr(error, "reason", "refused")) from None
        try:
            if reply.status < 400:
                await self._begun(route, reply)
                return reply
            body = await _up_to(reply, ERROR_BYTES_MAX)
        except Broken as error:
            await reply.close()
            raise _unanswered(route, str(error), error.reason) from None
        except BaseException:
            await reply.close()
            raise
        await reply.close()
        raise _upstreams_refusal(route, reply, body)

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
        self._body = body

    # ── passing on ────────────────────────────────────────────

    def _passed_on(self, limits: list[Header]) -> Answer:
        entry, reply, body = self._entry, self._reply, self._body
        id = "req_" + entry.id
        headers: list[Header] = [(b"x-request-id", id.encode()), *limits]
        for name, value in reply.headers:
            headers.append((b"x-upstream-request-id" if name == b"x-request-id" else name, value))
        if body is not None:
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
                    failure = _unanswered(entry.route, str(error), error.reason)
                    await self._end(502, str(failure))
                    raise failure from None  # the bytes that are missing cannot be told: the connection is cut
        return b""

    async def _broken(self, error: Broken) -> bytes:
        """The stream broke: what came is charged, and the caller is told in an event."""
        failure = _unanswered(self._entry.route, str(error), error.reason)
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


def _wait(failure: Refused, again: int) -> float | None:
    """Seconds until the next try: what the upstream asked for, else longer each time and never twice the same. None: not worth waiting."""
    for name, value in failure.headers:
        if name in (b"retry-after", b"retry-after-ms"):
            try:
                seconds = float(value) / (1000 if name.endswith(b"-ms") else 1)
            except ValueError:
                continue
            return max(0.0, seconds) if seconds <= RETRY_AFTER_SECONDS_MAX else None
    return random.uniform(0.5, 1) * BACKOFF_SECONDS * 2**again


def _unanswered(route: Route, message: str, reason: str) -> Refused:
    """The upstream gave no answer, or not all of it."""
    name = route.provider.name
    status = 504 if reason == "timeout" else 502
    retry = reason in ("reset", "refused", "cut", "protocol", "dns")
    return Refused(
        f"The upstream {name} failed: {cleaned(route, message)}.",
        status,
        code=f"upstream_{reason}",
        upstream=name,
        retry=retry,
        elsewhere=True,
    )


def _upstreams_refusal(route: Route, reply: AnyReply, body: bytes) -> Refused:
    """What the upstream said, in its own words, without any secret in them."""
    name, status = route.provider.name, reply.status
    said = cleaned(route, message_of(body) or body[:300].decode("utf-8", "replace").strip() or f"it answered {status}")
    error = Answered.of(body)
    message, code = said, error.code
    if status == 401:
        status, message, code = 502, f"The upstream {name} refused the key that it was given: {said}", "upstream_key_refused"
    kept = [pair for pair in reply.headers if pair[0] in (b"retry-after", b"retry-after-ms")]
    retry = reply.status in WORTH_ANOTHER_TRY and code != "insufficient_quota"
    elsewhere = retry or reply.status in (401, 402, 403, 404, 429)
    return Refused(
        message,
        status,
        code=code,
        param=error.param,
        type=error.type,
        upstream=name,
        headers=kept,
        retry=retry,
        elsewhere=elsewhere,
    )


class Answered(msgspec.Struct):
    """What OpenAI's error objects hold beside the message."""

    type: str | None = None
    param: str | None = None
    code: str | None = None

    @classmethod
    def of(cls, body: bytes) -> "Answered":
        try:
            return msgspec.json.decode(body, type=_Error).error
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return cls()


class _Error(msgspec.Struct):
    error: Answered


def cleaned(route: Route, message: str) -> str:
    """Without the provider's key, nor anything that looks like one."""
    secret = route.provider.secret
    if secret:
        message = message.replace(secret, "[key]")
    return SECRET_SHAPES.sub("[key]", message)
