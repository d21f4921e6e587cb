"""Asking an OpenID provider: what it is (discovery), with which keys it signs, what a code is worth. All by the egress door.

What it is and its keys are remembered for a while; a token signed with a key that is not among them has the keys fetched anew, not more
often than once a minute, so that providers may change theirs and nobody can make us ask without end.
Sources: OpenID Connect Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (issuer in the answer); RFC 6749, 2.3.1.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from sayso.connections import http
from sayso.connections.address import Url
from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.errors import Invalid, Problem, Unavailable
from sayso.team.sso.id_token import ALGORITHMS, KEYS_MAX

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

DISCOVERY = "/.well-known/openid-configuration"
ANSWER_BYTES_MAX = 512 * 2**10
ANSWER_SECONDS_MAX = 10
REMEMBERED_SECONDS = 60 * 60
ANEW_SECONDS = 60
REMEMBERED_MAX = 1_000
SCOPES = "openid email profile"
LOCAL = ("localhost", "127.0.0.1", "::1")


class NotDiscovered(Unavailable):
    """The provider cannot be asked, or is not what it says."""


class NotRedeemed(Unavailable):
    """The code was worth nothing. The words are the provider's own; `error` is its code for it (RFC 6749, 5.2)."""

    def __init__(self, message: str, error: str = "") -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a provider says of itself; only addresses that we may use."""

    issuer: str
    authorize: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    algorithms: tuple[str, ...]
    client_auth: tuple[str, ...]
    names_issuer: bool
    """RFC 9207: its answers say whose they are, so one that does not is not its."""
    challenge: bool
    """Whether it says that it knows PKCE with S256."""
    claims: tuple[str, ...] = ()
    """Those that it says it may tell; often not all."""


@dataclass(frozen=True, slots=True)
class Client:
    """Us, as the provider knows us. Without a secret we are a public client; PKCE is always there."""

    id: str
    secret: str = field(repr=False)
    redirect: str


@dataclass
class Remembered:
    """One a process."""

    _kept: dict[str, tuple[float, Discovered]] = field(default_factory=dict)
    _keys: dict[str, tuple[float, list[dict[str, Any]]]] = field(default_factory=dict)

    async def discovered(self, connections: Connections, issuer: str, *, anew: bool = False) -> Discovered:
        """Raises `NotDiscovered`, `Invalid`."""
        now = time.monotonic()
        if (kept := self._kept.get(issuer)) and kept[0] > now and not anew:
            return kept[1]
        found = await discovered(connections, issuer)
        _bounded(self._kept)
        self._kept[issuer] = (now + REMEMBERED_SECONDS, found)
        return found

    async def keys(self, connections: Connections, provider: Discovered, *, anew: bool = False) -> list[dict[str, Any]]:
        """`anew`: one is missing. Raises `NotDiscovered`."""
        now = time.monotonic()
        if kept := self._keys.get(provider.keys):
            fresh = now - kept[0] < (ANEW_SECONDS if anew else REMEMBERED_SECONDS)
            if fresh:
                return kept[1]
        told = await _got(connections, provider.keys)
        keys = told.get("keys")
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys) or len(keys) > KEYS_MAX:
            raise NotDiscovered("What the provider shows as its keys are none.")
        _bounded(self._keys)
        self._keys[provider.keys] = (now, keys)
        return keys


async def discovered(connections: Connections, issuer: str) -> Discovered:
    """Raises `NotDiscovered`; `Invalid` for what is no address."""
    told = await _got(connections, issuer.rstrip("/") + DISCOVERY)
    said = told.get("issuer")
    if str(said).rstrip("/") != issuer.rstrip("/"):
        raise NotDiscovered(f"It says that its issuer is {str(said)[:200]}, not {issuer}. Use exactly what it says.")
    algorithms = tuple(one for one in ALGORITHMS if one in _texts(told.get("id_token_signing_alg_values_supported", ["RS256"])))
    if not algorithms:
        raise NotDiscovered(f"It signs with none of {', '.join(ALGORITHMS)}.")
    methods = _texts(told.get("code_challenge_methods_supported", []))
    return Discovered(
        str(said), _address(told, "authorization_endpoint"), _address(told, "token_endpoint"), _address(told, "jwks_uri"),
        _maybe(told, "userinfo_endpoint"), _maybe(told, "end_session_endpoint"), algorithms,
        _texts(told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])),
        told.get("authorization_response_iss_parameter_supported") is True, "S256" in methods, _texts(told.get("claims_supported", [])),
    )  # fmt: skip


def checked_issuer(text: str, where: str = "settings/issuer") -> str:
    """Raises `Invalid`. Over HTTP only to this very machine: whoever is on the way could be the provider."""
    issuer = text.strip()
    checked_address(issuer, where)
    if "?" in issuer or "#" in issuer or "{" in issuer:
        raise Invalid(Problem(where, "has no question mark, no hash and no braces", "https://login.acme.example"))
    return issuer.removesuffix(DISCOVERY)


def checked_address(text: str, where: str) -> Url:
    """Raises `Invalid`."""
    address = Url.of(text, where)
    if not address.tls and address.host not in LOCAL:
        raise Invalid(Problem(where, "begins with https://", "https://login.acme.example"))
    return address


def leaving(
    provider: Discovered,
    client: Client,
    *,
    state: str,
    nonce: str,
    verifier: str,
    scopes: str = "",
    hint: str = "",
    more: Mapping[str, str] | None = None,
) -> str:
    """Where the browser goes."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": client.id, "redirect_uri": client.redirect, "scope": scopes or SCOPES, "state": state, "nonce": nonce,
        "code_challenge": challenge, "code_challenge_method": "S256", **({"login_hint": hint} if hint else {}), **(more or {}),
    }  # fmt: skip
    return provider.authorize + ("&" if "?" in provider.authorize else "?") + urlencode(asked)


async def redeemed(connections: Connections, provider: Discovered, client: Client, *, code: str, verifier: str) -> dict[str, Any]:
    """The tokens for a code. Raises `NotRedeemed`."""
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect, "code_verifier": verifier}
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    if client.secret and "client_secret_basic" in provider.client_auth:
        pair = f"{quote(client.id, safe='')}:{quote(client.secret, safe='')}"
        headers.append(("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"))
    else:
        asked |= {"client_id": client.id, **({"client_secret": client.secret} if client.secret else {})}
    request = http.Asked("POST", provider.token, headers, urlencode(asked).encode(), redirects=0)
    try:
        answered = await http.ask(connections, request, bytes_max=ANSWER_BYTES_MAX, seconds_max=ANSWER_SECONDS_MAX)
    except NotAnswered as error:
        raise NotRedeemed(str(error)) from None
    try:
        told = orjson.loads(answered.body)
    except orjson.JSONDecodeError:
        told = {}
    if answered.status != 200 or not isinstance(told, dict) or not isinstance(told.get("id_token"), str):
        why = f"{told.get('error', '')} {told.get('error_description') or ''}".strip() if isinstance(told, dict) else ""
        why = why.replace(client.secret, "•••") if client.secret else why
        raise NotRedeemed(
            f"The provider gave no token for the code (it answered {answered.status}{': ' + why[:200] if why else ''}).",
            str(told.get("error", ""))[:60] if isinstance(told, dict) else "",
        )
    return told


async def userinfo(connections: Connections, provider: Discovered, access_token: str) -> dict[str, Any]:
    """What it tells beyond the id token. The caller compares `sub` (OpenID Connect Core 1.0, 5.3.2). Raises `NotDiscovered`."""
    if provider.userinfo is None or not access_token.isascii() or not access_token.isprintable():
        return {}
    return await _got(connections, provider.userinfo, (("Authorization", f"Bearer {access_token}"),))


def leaving_for_good(provider: Discovered, client: Client, *, back: str, state: str, id_token: str | None) -> str | None:
    """Where the browser goes to sign out at the provider too; None where it offers nothing. Source: OpenID Connect RP-Initiated Logout 1.0."""
    if provider.end_session is None:
        return None
    hint = {"id_token_hint": id_token} if id_token else {}
    asked = {"client_id": client.id, "post_logout_redirect_uri": back, "state": state, **hint}
    return provider.end_session + ("&" if "?" in provider.end_session else "?") + urlencode(asked)


# ── inside ────────────────────────────────────────────────────


async def _got(connections: Connections, url: str, headers: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    asked = http.Asked("GET", url, [("Accept", "application/json"), *headers], redirects=0 if headers else http.REDIRECTS_MAX)
    try:
        answered = await http.ask(connections, asked, bytes_max=ANSWER_BYTES_MAX, seconds_max=ANSWER_SECONDS_MAX)
        if failure := answered.failure():
            raise NotDiscovered(str(failure))
        told = answered.json()
    except NotDelivered as error:
        raise NotDiscovered(str(error)) from None
    if not isinstance(told, dict):
        raise NotDiscovered(f"{Url.of(url).host} answered something else than JSON.")
    return told


def _address(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str):
        raise NotDiscovered(f"It does not say its {name}.")
    try:
        address = Url.of(value, name)
    except Invalid:
        raise NotDiscovered(f"What it says is its {name} is no address.") from None
    if not address.tls and address.host not in LOCAL:
        raise NotDiscovered(f"Its {name} begins with http://, where anybody could listen.")
    return value


def _maybe(told: Mapping[str, Any], name: str) -> str | None:
    return _address(told, name) if isinstance(told.get(name), str) else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _bounded(kept: dict[str, Any]) -> None:
    if len(kept) >= REMEMBERED_MAX:
        kept.clear()
