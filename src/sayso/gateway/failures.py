"""How upstreams fail, told in OpenAI's words: what may go better when asked again, and what may go better elsewhere."""

import random
import re

import msgspec

from sayso.gateway.known import Route
from sayso.gateway.providers.openai import message_of
from sayso.gateway.refusals import Refused
from sayso.gateway.reply import AnyReply

RETRY_AFTER_SECONDS_MAX = 5.0
BACKOFF_SECONDS = 0.25
WORTH_ANOTHER_TRY = frozenset((408, 409, 429, 500, 502, 503, 504, 520, 522, 524, 529))
PASSING = frozenset(("reset", "refused", "cut", "protocol", "dns"))
SECRET_SHAPES = re.compile(r"\b(?:sk|rk|pk|gsk|xai|key)[-_][A-Za-z0-9*_-]{6,}|\bAIza[\w-]{10,}|\bBearer\s+\S+")


def wait_after(failure: Refused, again: int) -> float | None:
    """Seconds until the next try: what the upstream asked for, else longer each time and never twice the same. None: not worth waiting."""
    for name, value in failure.headers:
        if name in (b"retry-after", b"retry-after-ms"):
            try:
                seconds = float(value) / (1000 if name.endswith(b"-ms") else 1)
            except ValueError:
                continue
            return max(0.0, seconds) if seconds <= RETRY_AFTER_SECONDS_MAX else None
    return random.uniform(0.5, 1) * BACKOFF_SECONDS * 2**again


def unanswered(route: Route, message: str, reason: str) -> Refused:
    """The upstream gave no answer, or not all of it."""
    name = route.provider.name
    status = 504 if reason == "timeout" else 502
    retry = reason in PASSING
    return Refused(
        f"The upstream {name} failed: {cleaned(route, message)}.",
        status,
        code=f"upstream_{reason}",
        upstream=name,
        retry=retry,
        elsewhere=True,
    )


def upstreams_refusal(route: Route, reply: AnyReply, body: bytes) -> Refused:
    """What the upstream said, in its own words, without any secret in them."""
    name, status = route.provider.name, reply.status
    said = cleaned(route, message_of(body) or body[:300].decode("utf-8", "replace").strip() or f"it answered {status}")
    error = Answered.of(body)
    message, code = said, error.code
    if status == 401:
        status, message, code = 502, f"The upstream {name} refused the key that it was given: {said}", "upstream_key_refused"
    elif status < 400:
        status, message, code = (
            502,
            f"The upstream {name} answered {status}, and leads elsewhere: it is not followed.",
            "upstream_redirect",
        )
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
