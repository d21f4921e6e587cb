"""What an OpenID provider signs: id tokens and logout tokens, checked against its keys. Pure: the keys are given.

The algorithms are ours to say, never the token's; no key is taken from a token (`jwk`, `jku`, `x5u`, `x5c`), and one that says it must be
understood in some other way (`crit`) is refused. Sources: OpenID Connect Core 1.0, 3.1.3.7; RFC 7515; RFC 8725; OpenID Connect
Back-Channel Logout 1.0, 2.6.
"""

import base64
import binascii
import hashlib
import hmac
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from sayso.errors import SaysoError
from sayso.team.sso.arrival import SUBJECT_CHARACTERS_MAX

ALGORITHMS: dict[str, str] = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
"""What is taken, with the kind of key that belongs to it."""
OKP = ("EdDSA", "Ed25519")
"""Two names for one thing: RFC 8037 and RFC 9864."""
CURVES = {"EC": "P-256", "OKP": "Ed25519"}
TOLERANCE_SECONDS = 60
AGE_SECONDS_MAX = 10 * 60
"""How long ago a token may have been signed: it is made while the browser is on its way."""
TOKEN_CHARACTERS_MAX = 100_000
RSA_BITS_MIN = 2_048
KEYS_MAX = 100
FOREIGN_KEYS = ("jwk", "jku", "x5u", "x5c")
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class BadToken(SaysoError):
    """The token proves nothing. `why` is for whoever sets the provider up."""

    status, slug, title = 401, "bad-token", "The provider's answer cannot be trusted"


class UnknownKey(BadToken):
    """It was signed with a key that is not among those given; the provider may have changed them."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say. `nonce` is None where there is none (logout tokens)."""

    issuer: str
    client: str
    nonce: str | None = None
    algorithms: tuple[str, ...] = tuple(ALGORITHMS)


def claims_of(
    token: str, keys: Sequence[Mapping[str, Any]], expected: Expected, *, access_token: str = "", now: datetime | None = None
) -> dict[str, Any]:
    """The claims of an id token. Raises `BadToken`, `UnknownKey`."""
    header, claims = _opened(token, keys, expected.algorithms)
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise BadToken("It is a token of another sort.")
    seconds = _common(claims, expected, now)
    _time(claims, "exp", seconds, required=True)
    if expected.nonce is not None and not _same(claims.get("nonce"), expected.nonce):
        raise BadToken("It was made for another sign-in (nonce).")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARACTERS_MAX:
        raise BadToken("It does not say whom it is about (sub).")
    if "at_hash" in claims and access_token and not _same(claims["at_hash"], _half(access_token, header["alg"])):
        raise BadToken("It does not belong to the access token that came along (at_hash).")
    return claims


def logout_of(
    token: str, keys: Sequence[Mapping[str, Any]], expected: Expected, *, now: datetime | None = None
) -> dict[str, Any]:
    """The claims of a logout token. Raises `BadToken`, `UnknownKey`."""
    header, claims = _opened(token, keys, expected.algorithms)
    if str(header.get("typ", "logout+jwt")).lower() not in ("logout+jwt", "jwt"):
        raise BadToken("It is a token of another sort.")
    _common(claims, expected, now)
    events = claims.get("events")
    if "nonce" in claims or not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict):
        raise BadToken("It is no logout token.")
    if not isinstance(claims.get("jti"), str) or not (isinstance(claims.get("sub"), str) or isinstance(claims.get("sid"), str)):
        raise BadToken("It does not say whom it signs out.")
    return claims


def _common(claims: dict[str, Any], expected: Expected, now: datetime | None) -> float:
    seconds = (now or datetime.now(UTC)).timestamp()
    if not _same(claims.get("iss"), expected.issuer):
        raise BadToken(f"It comes from another issuer than {expected.issuer}.")
    audience = claims.get("aud")
    audience = [audience] if isinstance(audience, str) else audience
    if not isinstance(audience, list) or expected.client not in audience:
        raise BadToken("It was made for another client (aud).")
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != expected.client:
        raise BadToken("It was made for another client (azp).")
    issued = _time(claims, "iat", seconds, required=True)
    _time(claims, "nbf", seconds)
    _time(claims, "exp", seconds)
    if issued is not None and issued < seconds - AGE_SECONDS_MAX - TOLERANCE_SECONDS:
        raise BadToken("It was signed too long ago (iat).")
    return seconds


def _time(claims: dict[str, Any], name: str, seconds: float, *, required: bool = False) -> float | None:
    value = claims.get(name)
    if value is None and not required:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**40:
        raise BadToken(f"It does not say when it was made, or until when it counts ({name}).")
    if name == "exp" and value <= seconds - TOLERANCE_SECONDS:
        raise BadToken("It is over (exp). Are the clocks right?")
    if name != "exp" and value > seconds + TOLERANCE_SECONDS:
        raise BadToken(f"It comes from the future ({name}). Are the clocks right?")
    return float(value)


def _opened(token: str, keys: Sequence[Mapping[str, Any]], algorithms: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    if not isinstance(token, str) or len(token) > TOKEN_CHARACTERS_MAX or token.count(".") != 2 or not token.isascii():
        raise BadToken("It is no signed token.")
    header = _json(token.split(".")[0])
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms or algorithm not in ALGORITHMS:
        raise BadToken(f"It is signed with {str(algorithm)[:20]}, which is not among {', '.join(algorithms)}.")
    if found := [name for name in FOREIGN_KEYS if name in header]:
        raise BadToken(f"It brings a key of its own ({', '.join(found)}).")
    if "crit" in header or "b64" in header:
        raise BadToken("It asks to be read in another way (crit).")
    key = _key(header, keys, algorithm)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # RFC 9864 has another name for EdDSA; providers still use this one
            signed = jws.deserialize_compact(token, key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError):
        raise BadToken("Its signature is not the provider's.") from None
    claims = _parsed(signed.payload)
    return header, claims


def _key(header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]], algorithm: str) -> Key:
    fits = [key for key in keys[:KEYS_MAX] if _fits(key, algorithm)]
    if (kid := header.get("kid")) is not None:
        fits = [key for key in fits if key.get("kid") == kid]
    if len(fits) != 1:
        raise UnknownKey("It is signed with a key that the provider does not show.")
    try:
        return _imported(fits[0])
    except (JoseError, ValueError, TypeError, KeyError, binascii.Error):
        raise BadToken("The provider shows a key that cannot be read.") from None


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    kind = ALGORITHMS[algorithm]
    return (
        key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and (key.get("alg", algorithm) == algorithm or (kind == "OKP" and key["alg"] in OKP))
        and (kind not in CURVES or key.get("crv") == CURVES[kind])
        and "verify" in key.get("key_ops", ["verify"])
    )


def _imported(key: Mapping[str, Any]) -> Key:
    public = {name: key[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in key}
    match key["kty"]:
        case "RSA":
            if _number(key["n"]).bit_length() < RSA_BITS_MIN:
                raise ValueError("too short")
            return RSAKey.import_key(public)
        case "EC":
            return ECKey.import_key(public)
        case _:
            return OKPKey.import_key(public)


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _json(part: str) -> dict[str, Any]:
    try:
        return _parsed(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        raise BadToken("It is no signed token.") from None


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadToken("It is no signed token.") from None
    if not isinstance(value, dict):
        raise BadToken("It is no signed token.")
    return value


def _half(access_token: str, algorithm: str) -> str:
    """OpenID Connect Core 1.0, 3.1.3.6: the left half of the hash that the signature's algorithm uses. EdDSA's is SHA-512."""
    digest = (hashlib.sha512 if algorithm in OKP else hashlib.sha256)(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _same(told: Any, expected: str) -> bool:
    return isinstance(told, str) and hmac.compare_digest(told.encode(), expected.encode())
