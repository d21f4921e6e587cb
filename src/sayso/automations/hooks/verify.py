"""Who may call a webhook: signatures over the bytes as they came, compared in constant time, and not older than five minutes.

standard   Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…` over `id.timestamp.body`, secret `whsec_…`
github     `X-Hub-Signature-256: sha256=…` over the body (docs.github.com, Validating webhook deliveries)
stripe     `Stripe-Signature: t=…,v1=…` over `t.body` (docs.stripe.com, Verify webhook signatures manually)
slack      `X-Slack-Signature: v0=…` over `v0:timestamp:body` (docs.slack.dev, Verifying requests from Slack)
secret     a header that holds the secret itself

Without a secret nobody is let in: what could not be checked is never taken as checked.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable

from sayso.automations.hooks.delivery import Delivery, dug
from sayso.spec.automation import WebhookReceived

TOLERANCE_SECONDS = 300
SECRET_HEADER = "X-Secret"


class Forged(Exception):
    """It is not from whom it should be, or not from now; the message says what is wrong, and nothing of the secret."""


def verified(trigger: WebhookReceived, secret: str, delivery: Delivery, now: float) -> str | None:
    """What the scheme itself knows the delivery by, where what it signs says so. Raises `Forged`."""
    if trigger.verify == "none":
        return None
    if not secret:
        raise Forged("This address has no secret yet, so nobody is let in.")
    return _SCHEMES[trigger.verify](trigger, secret, delivery, now)


def _standard(_: WebhookReceived, secret: str, delivery: Delivery, now: float) -> str:
    id, stamp = _header(delivery, "webhook-id"), _header(delivery, "webhook-timestamp")
    _recent(stamp, now)
    signed = b"%b.%b.%b" % (id.encode(), stamp.encode(), delivery.raw)
    expected = base64.b64encode(_hmac(_key(secret), signed)).decode()
    given = [one.partition(",") for one in _header(delivery, "webhook-signature").split(" ")]
    _one_of(expected, [signature for version, _, signature in given if version == "v1"])
    return id


def _github(_: WebhookReceived, secret: str, delivery: Delivery, now: float) -> str | None:
    """Neither the time nor the delivery's id is signed: so it is the same delivery when it is the same body."""
    given = _header(delivery, "x-hub-signature-256")
    _one_of("sha256=" + _hmac(secret.encode(), delivery.raw).hex(), [given])
    return delivery.digest()


def _stripe(_: WebhookReceived, secret: str, delivery: Delivery, now: float) -> str | None:
    pieces = [one.strip().partition("=") for one in _header(delivery, "stripe-signature").split(",")]
    stamp = next((value for name, _, value in pieces if name == "t"), "")
    _recent(stamp, now)
    expected = _hmac(secret.encode(), b"%b.%b" % (stamp.encode(), delivery.raw)).hex()
    _one_of(expected, [value for name, _, value in pieces if name == "v1"])
    return _text(dug(delivery.body, "id")) or delivery.digest()


def _slack(_: WebhookReceived, secret: str, delivery: Delivery, now: float) -> str | None:
    stamp = _header(delivery, "x-slack-request-timestamp")
    _recent(stamp, now)
    expected = "v0=" + _hmac(secret.encode(), b"v0:%b:%b" % (stamp.encode(), delivery.raw)).hex()
    _one_of(expected, [_header(delivery, "x-slack-signature")])
    return _text(dug(delivery.body, "event_id")) or f"{stamp}.{delivery.digest()}"


def _secret(trigger: WebhookReceived, secret: str, delivery: Delivery, now: float) -> None:
    given = _header(delivery, (trigger.header or SECRET_HEADER).lower())
    _one_of(secret, [given, given.removeprefix("Bearer ")])


_SCHEMES: dict[str, Callable[[WebhookReceived, str, Delivery, float], str | None]] = {
    "standard": _standard,
    "github": _github,
    "stripe": _stripe,
    "slack": _slack,
    "secret": _secret,
}


def _header(delivery: Delivery, name: str) -> str:
    value = delivery.headers.get(name)
    if not value:
        raise Forged(f"The header {name} is missing.")
    return value


def _recent(stamp: str, now: float) -> None:
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise Forged("The timestamp is no number of seconds.")
    if abs(now - int(stamp)) > TOLERANCE_SECONDS:
        raise Forged(f"The timestamp is more than {TOLERANCE_SECONDS // 60} minutes from now.")


def _one_of(expected: str, given: list[str]) -> None:
    """Every one is compared, so that the time it takes says nothing."""
    same = [hmac.compare_digest(expected.encode(), one.encode()) for one in given]
    if not any(same):
        raise Forged("The signature is not right.")


def _key(secret: str) -> bytes:
    """`whsec_…` is base64; any other text is its own bytes."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()


def _hmac(key: bytes, signed: bytes) -> bytes:
    return hmac.new(key, signed, hashlib.sha256).digest()


def _text(value: object) -> str:
    return str(value) if isinstance(value, (str, int)) else ""
