"""Signature Version 4, by which Amazon knows who asks (docs.aws.amazon.com, "AWS Signature Version 4 for API requests")."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Credentials:
    access: str
    secret: str = field(repr=False)
    session: str = field(default="", repr=False)


def signed(
    credentials: Credentials,
    *,
    verb: str,
    path: str,
    query: str = "",
    headers: Mapping[str, str],
    body: bytes,
    region: str,
    service: str,
    now: datetime,
) -> dict[str, str]:
    """The headers to add: `Authorization`, `X-Amz-Date` and, of a session, its token.

    `path` is as it is sent, percent-encoded once; `query` is in canonical order already. `headers` must hold `host`.
    """
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    added = {"x-amz-date": stamp} | ({"x-amz-security-token": credentials.session} if credentials.session else {})
    all_of_them = {name.lower(): " ".join(value.split()) for name, value in headers.items()} | added
    names = ";".join(sorted(all_of_them))
    canonical = "\n".join(
        (
            verb,
            quote(path, safe="/-_.~") or "/",
            query,
            *(f"{name}:{all_of_them[name]}" for name in sorted(all_of_them)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = ("AWS4" + credentials.secret).encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    authorization = f"AWS4-HMAC-SHA256 Credential={credentials.access}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {"Authorization": authorization, **added}
