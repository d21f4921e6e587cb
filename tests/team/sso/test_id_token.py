"""What proves somebody, and what does not: tokens as a provider signs them, and as an attacker would like them."""

import base64
import hashlib
import hmac
import json
import warnings
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from sayso.team.sso.id_token import LOGOUT, BadToken, Expected, UnknownKey, claims_of, logout_of

ISSUER, CLIENT, NONCE = "https://login.northlight.example", "sayso", "n-1"
EXPECTED = Expected(ISSUER, CLIENT, NONCE)
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa"}, private=True)
EC = ECKey.generate_key("P-256", parameters={"kid": "ec"}, private=True)
ED = OKPKey.generate_key("Ed25519", parameters={"kid": "ed"}, private=True)
STRANGER = RSAKey.generate_key(2048, parameters={"kid": "rsa"}, private=True)
KEYS: list[dict[str, Any]] = [dict(key.as_dict(private=False)) for key in (RSA, EC, ED)]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def claims(**other: Any) -> dict[str, Any]:
    seconds = int(NOW.timestamp())
    told = {"iss": ISSUER, "aud": CLIENT, "sub": "ana-1", "nonce": NONCE, "iat": seconds, "exp": seconds + 300, **other}
    return {name: value for name, value in told.items() if value is not None}


def signed(told: dict[str, Any], key: Any = RSA, alg: str = "RS256", **header: Any) -> str:
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    head = {"alg": alg, "typ": "JWT", "kid": key.kid, **header}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jws.serialize_compact({k: v for k, v in head.items() if v is not None}, json.dumps(told), key, registry=registry)


def raw(header: dict[str, Any], told: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(told).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256"), (ED, "EdDSA")])
def test_what_the_provider_signs_is_taken(key: Any, alg: str):
    assert claims_of(signed(claims(), key, alg), KEYS, EXPECTED, now=NOW)["sub"] == "ana-1"


def test_clocks_may_differ_by_a_minute_and_no_more():
    seconds = int(NOW.timestamp())
    assert claims_of(signed(claims(exp=seconds - 59, iat=seconds - 300)), KEYS, EXPECTED, now=NOW)
    assert claims_of(signed(claims(iat=seconds + 59)), KEYS, EXPECTED, now=NOW)
    for told in (claims(exp=seconds - 60), claims(iat=seconds + 61), claims(nbf=seconds + 61), claims(iat=seconds - 661)):
        with pytest.raises(BadToken):
            claims_of(signed(told), KEYS, EXPECTED, now=NOW)


def test_the_access_token_belongs_to_it():
    half = base64.urlsafe_b64encode(hashlib.sha256(b"at").digest()[:16]).rstrip(b"=").decode()
    assert claims_of(signed(claims(at_hash=half)), KEYS, EXPECTED, access_token="at", now=NOW)
    with pytest.raises(BadToken, match="at_hash"):
        claims_of(signed(claims(at_hash=half)), KEYS, EXPECTED, access_token="other", now=NOW)


def hs256_with_the_public_key() -> str:
    """By hand: the library would not help with it."""
    unsigned = raw({"alg": "HS256", "typ": "JWT", "kid": "rsa"}, claims()).removesuffix(".")
    mac = hmac.digest(RSA.as_pem(private=False), unsigned.encode(), "sha256")
    return f"{unsigned}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def with_its_own_key() -> str:
    return signed(claims(), STRANGER, jwk=dict(STRANGER.as_dict(private=False)))


BAD = {
    "no algorithm": lambda: raw({"alg": "none", "typ": "JWT"}, claims()),
    "none, in capitals": lambda: raw({"alg": "NoNe", "kid": "rsa"}, claims()),
    "HS256 with the public key": hs256_with_the_public_key,
    "a key of its own (jwk)": with_its_own_key,
    "a key elsewhere (jku)": lambda: signed(claims(), STRANGER, jku="https://evil.example/keys"),
    "a key elsewhere (x5u)": lambda: signed(claims(), STRANGER, x5u="https://evil.example/keys.pem"),
    "a key of its own (x5c)": lambda: signed(claims(), STRANGER, x5c=["MIIB"]),
    "a jku beside a good signature": lambda: signed(claims(), RSA, jku="https://evil.example/keys"),
    "somebody else's key under a known name": lambda: signed(claims(), STRANGER),
    "crit that nobody understands": lambda: raw(
        {"alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": False}, claims(), b"x" * 256
    ),
    "another audience": lambda: signed(claims(aud="other")),
    "no audience": lambda: signed(claims(aud=None)),
    "two audiences and no azp": lambda: signed(claims(aud=[CLIENT, "other"])),
    "another azp": lambda: signed(claims(azp="other")),
    "another issuer": lambda: signed(claims(iss="https://evil.example")),
    "an issuer that only begins so": lambda: signed(claims(iss=ISSUER + ".evil.example")),
    "another nonce": lambda: signed(claims(nonce="n-2")),
    "no nonce": lambda: signed(claims(nonce=None)),
    "no subject": lambda: signed(claims(sub=None)),
    "an empty subject": lambda: signed(claims(sub="")),
    "a subject that is no text": lambda: signed(claims(sub=7)),
    "no end": lambda: signed(claims(exp=None)),
    "an end that is no time": lambda: signed(claims(exp="tomorrow")),
    "an end that is true": lambda: signed(claims(exp=True)),
    "an algorithm that is too long": lambda: signed(claims(), RSA, "RS512"),
    "ES256 claimed for an RSA key": lambda: raw({"alg": "ES256", "kid": "rsa"}, claims(), b"x" * 64),
    "no signature at all": lambda: raw({"alg": "RS256", "kid": "rsa"}, claims()),
    "a changed claim": lambda: _changed(signed(claims())),
    "a logout token in its place": lambda: signed(claims(), typ="logout+jwt"),
    "not a token": lambda: "a.b.c",
    "two parts": lambda: "a.b",
    "nothing": lambda: "",
}


def _changed(token: str) -> str:
    head, _, signature = token.split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(sub="owner")).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


@pytest.mark.parametrize("name", BAD)
def test_nothing_else_is(name: str):
    with pytest.raises(BadToken):
        claims_of(BAD[name](), KEYS, EXPECTED, now=NOW)


def test_a_key_that_is_not_shown_is_told_apart():
    """So that the keys are fetched anew, and only then."""
    new = RSAKey.generate_key(2048, parameters={"kid": "new"}, private=True)
    with pytest.raises(UnknownKey):
        claims_of(signed(claims(), new), KEYS, EXPECTED, now=NOW)


@pytest.mark.parametrize("bend", [{"use": "enc"}, {"alg": "RS512"}, {"key_ops": ["sign"]}, {"kty": "oct"}])
def test_keys_are_used_for_what_they_are_for(bend: dict[str, Any]):
    with pytest.raises(BadToken):
        claims_of(signed(claims()), [{**KEYS[0], **bend}], EXPECTED, now=NOW)


def test_a_short_key_is_no_key():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        short = RSAKey.generate_key(1024, parameters={"kid": "short"}, private=True)
        token = signed(claims(), short)
    with pytest.raises(BadToken, match="cannot be read"):
        claims_of(token, [dict(short.as_dict(private=False))], EXPECTED, now=NOW)


def test_the_end_of_a_session_is_a_token_of_its_own():
    told = claims(nonce=None, exp=None, jti="j-1", sid="s-1", events={LOGOUT: {}})
    expected = Expected(ISSUER, CLIENT)
    assert logout_of(signed(told, typ="logout+jwt"), KEYS, expected, now=NOW)["sid"] == "s-1"
    for bad in (claims(), {**told, "events": {}}, {**told, "nonce": "n"}, {**told, "aud": "other"}, {**told, "jti": None}):
        with pytest.raises(BadToken):
            logout_of(signed(bad), KEYS, expected, now=NOW)
