"""One call on its way through: what it holds, and the line that it becomes in the ledger."""

import os
import time
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

import orjson

from sayso.gateway.bodies import Bodies
from sayso.gateway.budgets import Hold
from sayso.gateway.calls import Call
from sayso.gateway.journal import Journal
from sayso.gateway.known import Route
from sayso.gateway.meter import CHARACTERS_A_TOKEN, Meter
from sayso.gateway.metrics import Metrics
from sayso.gateway.pricing import FREE, Price, Prices
from sayso.gateway.rates import Rate
from sayso.gateway.tokens import NONE, Tokens
from sayso.gateway.traces import Traces

ERROR_LENGTH_MAX = 300
COUNTED = frozenset(("chat/completions", "completions", "responses", "embeddings"))
PAID = frozenset(
    ("audio/transcriptions", "audio/translations", "audio/speech", "images/generations", "images/edits", "images/variations")
)
"""Never for nothing, whatever an upstream forgets to count."""
SPOKEN_TOKENS_A_CHARACTER = 1.4
"""OpenAI tells 0.015 dollars a minute for gpt-4o-mini-tts at 12 dollars a million tokens; people speak 15 characters a second."""
NAME_LENGTH_MAX = 200

_process = int.from_bytes(os.urandom(5))
_counted = count(int.from_bytes(os.urandom(3)))


def new_id() -> str:
    """32 hexadecimal digits that sort by time; no two processes ever make the same."""
    return f"{int(time.time() * 1000):012x}{_process:010x}{next(_counted) & 0xFFFFFFFFFF:010x}"


@dataclass(slots=True)
class Books:
    """Where calls are written: the journal always, the others as the owner wants."""

    journal: Journal
    prices: Prices
    metrics: Metrics
    bodies: Bodies
    traces: Traces | None = None


class Entry:
    """Opened before an upstream is asked, closed exactly once."""

    __slots__ = (
        "_books",
        "_closed",
        "_place",
        "_started",
        "answered_bytes",
        "asked",
        "asked_bytes",
        "attempts",
        "call",
        "characters",
        "cost",
        "first",
        "flags",
        "hold",
        "id",
        "meter",
        "rate",
        "rated",
        "route",
        "said",
        "seconds",
        "streamed",
        "tokens",
    )  # fmt: skip

    def __init__(self, call: Call, asked: str, route: Route, meter: Meter, books: Books) -> None:
        self.id = new_id()
        self.call, self.asked, self.route, self.meter = call, asked, route, meter
        self._books = books
        self._started = time.time()
        self._place = -1
        self._closed = False
        self.hold: Hold | None = None
        self.rate: Rate | None = None
        self.rated = 0
        self.streamed = False
        self.first = 0.0
        self.attempts = 1
        self.asked_bytes = len(call.body)
        self.answered_bytes = self.characters = 0
        self.flags: list[str] = []
        self.cost: Decimal | None = None
        """Dollars, after the end; None when the price is not known. So are `tokens` and `seconds`."""
        self.tokens = NONE
        self.seconds = 0.0
        self.said: bytearray | None = None
        """The answer, where the owner wants it kept."""

    def open(self) -> None:
        """Writes down that this call is under way, and what it has surely cost if nothing is ever heard of it again."""
        price = self.price(None)
        floor = price.of(Tokens(input=self.asked_bytes // CHARACTERS_A_TOKEN)) if price is not None else None
        line = self._line(
            499,
            Tokens(input=self.asked_bytes // CHARACTERS_A_TOKEN),
            floor,
            "Sayso stopped in the middle of this call",
            0,
            ["interrupted"],
        )
        self._place = self._books.journal.begin(line)

    def price(self, model: str | None) -> Price | None:
        """By what the upstream says it was, when that is known; else by what it was asked for."""
        route, tier = self.route, self.meter.tier
        if route.price is not None:
            return route.price
        found = self._books.prices.of(route.provider.kind, model, tier) if model else None
        return found or self._books.prices.of(route.provider.kind, route.model, tier)

    def close(self, status: int, error: str | None = None, *, charged: bool = True) -> None:
        """The call has ended: charges it and writes it down. Raises `Full` when that is not possible any more."""
        if self._closed:
            return
        self._closed = True
        tokens = self.meter.tokens
        if tokens is None:
            tokens = self._estimated() if charged else NONE
        cost = self._cost(tokens) if charged else Decimal(0)
        self.tokens, self.cost, self.seconds = tokens, cost, time.perf_counter() - self.call.began
        if cost is None:
            self.flags.append("unpriced")
        if self.hold is not None:
            self.hold.settle(cost or Decimal(0))
        if self.rate is not None:
            self.rate.settle(self.rated, tokens.input + tokens.output)
        self._books.metrics.count(self, status)
        self._books.journal.end(self._place, self._line(status, tokens, cost, error, self.seconds, self.flags))
        if self.said is not None:
            self._books.bodies.keep(self.id, self.call.caller.workspace, self.call.body, bytes(self.said))
        if self._books.traces is not None:
            self._books.traces.ended(self, status, error)

    def _estimated(self) -> Tokens:
        """Where the upstream did not count: by the length of what was said. What has no length in words is not counted."""
        endpoint = self.call.endpoint
        if self.streamed:
            estimate = self.meter.estimated(self.asked_bytes)
        elif endpoint == "audio/speech":
            estimate = Tokens(
                input=self.characters // CHARACTERS_A_TOKEN, output=int(self.characters * SPOKEN_TOKENS_A_CHARACTER)
            )
        elif endpoint in COUNTED:
            answered = self.answered_bytes // CHARACTERS_A_TOKEN if endpoint != "embeddings" else 0
            estimate = Tokens(input=self.asked_bytes // CHARACTERS_A_TOKEN, output=answered)
        else:
            return NONE
        self.flags.append("estimated")
        return estimate

    def _cost(self, tokens: Tokens) -> Decimal | None:
        """None when the price is not known, or when nobody has counted what is paid for."""
        price = self.price(self.meter.model)
        if price is None:
            return None
        cost = price.of(tokens)
        if self.meter.seconds or self.characters:
            cost += Decimal(str(self.meter.seconds)) * price.per_second + self.characters * price.per_character
        if any(self.meter.tool_tokens):
            drawn = self._books.prices.of(self.route.provider.kind, "gpt-image-2")
            cost += drawn.of(self.meter.tool_tokens) if drawn else 0
        if not cost and self.meter.tokens is None and price is not FREE and self.call.endpoint in PAID:
            self.flags.append("unmetered")
            return self.hold.amount if self.hold is not None else None
        return cost

    def _line(
        self, status: int, tokens: Tokens, cost: Decimal | None, error: str | None, seconds: float, flags: list[str]
    ) -> bytes:
        call, caller, route = self.call, self.call.caller, self.route
        model = self.meter.model or route.model
        return orjson.dumps(
            {
                "id": self.id,
                "workspace_id": caller.workspace,
                "at": self._started,
                "key": caller.key,
                "app": caller.app,
                "member": caller.member,
                "endpoint": call.endpoint,
                "asked": self.asked,
                "provider": route.provider.name,
                "model": clean(model, NAME_LENGTH_MAX),
                "status": status,
                "streamed": self.streamed,
                "input_tokens": tokens.input,
                "cached_tokens": tokens.cached,
                "cache_write_tokens": tokens.cache_write,
                "input_image_tokens": tokens.input_image,
                "input_audio_tokens": tokens.input_audio,
                "output_tokens": tokens.output,
                "reasoning_tokens": tokens.reasoning,
                "output_image_tokens": tokens.output_image,
                "output_audio_tokens": tokens.output_audio,
                "cost": None if cost is None else str(cost),
                "flags": flags,
                "latency_ms": int(seconds * 1000),
                "first_ms": int((self.first - call.began) * 1000) if self.first else None,
                "attempts": self.attempts,
                "error": None if error is None else clean(error, ERROR_LENGTH_MAX),
                "budgets": caller.budgets,
            }
        )


def clean(text: str, length: int) -> str:
    """Text that PostgreSQL can keep."""
    if len(text) <= length and text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text[:length])
