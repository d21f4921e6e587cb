"""An OpenID provider on loopback that does what it is told: the right thing, or one of the wrong ones."""

import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jws
from joserfc.jwk import RSAKey

from tests.connections.outside import Heard, Outside, answer, outside

FIRST = RSAKey.generate_key(2048, parameters={"kid": "first"}, private=True)
SECOND = RSAKey.generate_key(2048, parameters={"kid": "second"}, private=True)
STRANGER = RSAKey.generate_key(2048, parameters={"kid": "first"}, private=True)


@dataclass
class Provider:
    """`claims` is what it says of whoever signs in; `token` makes the id token of them, `bend` the answer of the token address."""

    there: Outside
    claims: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    keys: list[Any] = field(default_factory=lambda: [FIRST])
    more: dict[str, Any] = field(default_factory=dict)
    token: Callable[["Provider", dict[str, Any]], str] | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    signs: Any = field(default_factory=lambda: FIRST)

    @property
    def issuer(self) -> str:
        return self.there.url

    def listens(self) -> None:
        self.there.at["/.well-known/openid-configuration"] = lambda _: answer(200, json.dumps(self.discovery))
        self.there.at["/keys"] = lambda _: answer(
            200, json.dumps({"keys": [dict(key.as_dict(private=False)) for key in self.keys]})
        )
        self.there.at["/token"] = self.redeem
        self.there.at["/userinfo"] = lambda _: answer(200, json.dumps(self.info or {"sub": self.claims.get("sub")}))

    @property
    def discovery(self) -> dict[str, Any]:
        names = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
            "userinfo_endpoint": "userinfo",
        }
        told = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        return {
            "issuer": self.issuer, **told, "end_session_endpoint": f"{self.issuer}/logout", "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"], **self.more,
        }  # fmt: skip

    def agrees(self, url: str, **other: Any) -> dict[str, str]:
        """What the browser brings back after somebody has signed in there: the query of the callback."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked | {"used": ""}
        return {"code": code, "state": asked["state"], **other}

    def redeem(self, heard: Heard) -> bytes:
        told = {name: values[0] for name, values in parse_qs(heard.body.decode()).items()}
        if (shown := heard.header("authorization")) and base64.b64decode(shown.removeprefix("Basic ")) != b"sayso:cs-1":
            return answer(401, json.dumps({"error": "invalid_client"}))
        asked = self.codes.get(told.get("code", ""))
        if asked is None or asked["used"]:
            return answer(400, json.dumps({"error": "invalid_grant", "error_description": "the code was used"}))
        digest = hashlib.sha256(told.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return answer(400, json.dumps({"error": "invalid_grant", "error_description": "PKCE"}))
        asked["used"] = "yes"
        claims = self.says(asked)
        token = self.token(self, claims) if self.token else self.signed(claims)
        return answer(200, json.dumps({"id_token": token, "access_token": "at-1", "token_type": "Bearer"}))

    def says(self, asked: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        told = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        return {name: value for name, value in told.items() if value is not None}

    def signed(self, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
        key = key or self.signs
        registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
        return jws.serialize_compact(
            {"alg": "RS256", "kid": key.kid, "typ": "JWT", **header}, json.dumps(claims), key, registry=registry
        )


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    async with outside() as there:
        one = Provider(there)
        one.listens()
        yield one


def raw(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
