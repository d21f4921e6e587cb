"""How often a key may ask: requests and tokens a minute, told in OpenAI's headers."""

import time
from dataclasses import dataclass

from sayso.gateway.refusals import Header, Refused

MINUTE = 60.0


@dataclass(slots=True)
class Bucket:
    """Fills at a steady pace up to a minute's worth. `share` is this process's part of `limit`."""

    limit: int
    share: float
    level: float
    at: float

    @classmethod
    def full(cls, limit: int, processes: int) -> "Bucket":
        share = max(limit / processes, 1.0)
        return cls(limit, share, share, time.monotonic())

    def filled(self, now: float) -> float:
        self.level = min(self.share, self.level + (now - self.at) * self.share / MINUTE)
        self.at = now
        return self.level

    def seconds_until(self, amount: float) -> float:
        return max(0.0, (min(amount, self.share) - self.level) * MINUTE / self.share)


@dataclass(slots=True)
class Rate:
    """The two limits of one key."""

    requests: Bucket | None
    tokens: Bucket | None

    def take(self, tokens: int) -> None:
        """One request that may use so many tokens. Raises `Refused` with the time to wait; then nothing was taken."""
        now = time.monotonic()
        if self.requests is not None and self.requests.filled(now) < 1:
            raise self._late("requests", self.requests, self.requests.seconds_until(1))
        if self.tokens is not None:
            wanted = min(tokens, self.tokens.share)
            if self.tokens.filled(now) < wanted:
                raise self._late("tokens", self.tokens, self.tokens.seconds_until(wanted))
            self.tokens.level -= wanted
        if self.requests is not None:
            self.requests.level -= 1

    def settle(self, taken: int, used: int) -> None:
        """After the call: what it really used."""
        if self.tokens is not None:
            self.tokens.level = min(self.tokens.share, self.tokens.level + min(taken, self.tokens.share) - used)

    def headers(self) -> list[Header]:
        """`x-ratelimit-*`, as OpenAI sends them."""
        told: list[Header] = []
        for name, bucket in ((b"requests", self.requests), (b"tokens", self.tokens)):
            if bucket is not None:
                told += [
                    (b"x-ratelimit-limit-" + name, b"%d" % bucket.limit),
                    (b"x-ratelimit-remaining-" + name, b"%d" % max(0, int(bucket.level))),
                    (b"x-ratelimit-reset-" + name, span((bucket.share - bucket.level) * MINUTE / bucket.share)),
                ]
        return told

    def _late(self, what: str, bucket: Bucket, seconds: float) -> Refused:
        wait = [(b"retry-after", b"%d" % max(1, round(seconds + 0.5))), (b"retry-after-ms", b"%d" % (seconds * 1000 + 1))]
        return Refused(
            f"Rate limit reached for this key: {bucket.limit} {what} a minute. Please try again in {span(seconds).decode()}.",
            429,
            code="rate_limit_exceeded",
            type=what,
            headers=[*wait, *self.headers()],
        )


def span(seconds: float) -> bytes:
    """`12ms`, `1.5s`, `6m0s`: how OpenAI writes it."""
    seconds = max(0.0, seconds)
    if seconds < 1:
        return b"%dms" % round(seconds * 1000)
    if seconds < MINUTE:
        return f"{seconds:.3g}s".encode()
    minutes, rest = divmod(round(seconds), 60)
    return b"%dm%ds" % (minutes, rest)
