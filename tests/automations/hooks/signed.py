"""Deliveries as the other sides sign them. Written from their documentation, and not from our own code."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes!!!!").decode()


def standard(body: bytes, secret: str = SECRET, *, id: str = "msg_1", at: float | None = None) -> dict[str, str]:
    """By Standard Webhooks' own library."""

    moment = datetime.fromtimestamp(at or time.time(), UTC)
    signature = Webhook(secret).sign(id, moment, body.decode())
    return {"webhook-id": id, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": f"v1,AAAA {signature}"}


def github(body: bytes, secret: str = SECRET, *, id: str = "72d3162e") -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={signature}", "x-github-delivery": id, "x-github-event": "push"}


def stripe(body: bytes, secret: str = SECRET, *, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={stamp},v1={signature},v0=00"}


def slack(body: bytes, secret: str = SECRET, *, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    signature = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signature}"}


def written(value: Any) -> bytes:
    return json.dumps(value).encode()
