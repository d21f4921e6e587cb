"""Messages that travel in an address (HTTP-Redirect): packed, and signed over the very text of the query. SAML 2.0 Bindings, 3.4."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sayso.team.sso.saml import xml
from sayso.team.sso.saml.sides import Ours, Pair, Theirs
from sayso.team.sso.saml.xml import BadXml

QUERY_CHARACTERS_MAX = 100_000
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
RSA_SHA256 = f"{_MORE}rsa-sha256"
HASHES: Mapping[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def request(ours: Ours, theirs: Theirs, state: str) -> tuple[str, str]:
    """Where the browser goes to sign in, and the id of what it carries there."""
    id = xml.new_id()
    asked = xml.root(
        "samlp:AuthnRequest", ("samlp", "saml"), ID=id, Version="2.0", IssueInstant=xml.stamp(), Destination=theirs.url,
        ProtocolBinding=xml.POST, AssertionConsumerServiceURL=ours.acs,
    )  # fmt: skip
    xml.child(asked, "saml:Issuer", ours.entity)
    pair = ours.pairs[0] if ours.signs and ours.pairs else None
    return leading(theirs.url, "SAMLRequest", asked, state, pair), id


def leading(url: str, name: str, message: Any, state: str, pair: Pair | None) -> str:
    """The address; signed where there is a pair to sign with."""
    query = f"{name}={quote(xml.packed(message), safe='')}"
    if state:
        query += f"&RelayState={quote(state, safe='')}"
    if pair:
        query += f"&SigAlg={quote(RSA_SHA256, safe='')}"
        key = load_pem_private_key(pair.key.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        signature = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        query += f"&Signature={quote(base64.b64encode(signature), safe='')}"
    return url + ("&" if "?" in url else "?") + query


@dataclass(frozen=True, slots=True)
class Told:
    """A message that came in an address, whose signature is the provider's."""

    message: Any
    state: str


def told(query: str, name: str, theirs: Theirs) -> Told:
    """What a query carries. What was signed is the text as it came, not as we would write it. Raises `BadXml`."""
    if len(query) > QUERY_CHARACTERS_MAX:
        raise BadXml("is too large")
    raw: dict[str, str] = {}
    for piece in query.split("&"):
        key, _, value = piece.partition("=")
        if key in (name, "RelayState", "SigAlg", "Signature"):
            if key in raw:
                raise BadXml("says something twice")
            raw[key] = value
    if name not in raw or not raw.get("SigAlg") or not raw.get("Signature"):
        raise BadXml("is not signed; let the provider sign what it sends on signing out")
    signed = "&".join(f"{key}={raw[key]}" for key in (name, "RelayState", "SigAlg") if key in raw)
    try:
        signature = base64.b64decode(unquote(raw["Signature"]), validate=True)
    except (binascii.Error, ValueError):
        raise BadXml("has a signature that cannot be read") from None
    algorithm = unquote(raw["SigAlg"])
    if not any(_verifies(one, algorithm, signed.encode(), signature) for one in theirs.certificates):
        raise BadXml("is not signed with a certificate of the provider that is known here, or not by RSA or ECDSA with SHA-256")
    return Told(xml.unpacked(unquote(raw[name]), deflated=True), unquote(raw.get("RelayState", "")))


def _verifies(certificate: str, algorithm: str, signed: bytes, signature: bytes) -> bool:
    kind, _, bits = algorithm.removeprefix(_MORE).partition("-sha")
    if not algorithm.startswith(_MORE) or bits not in HASHES:
        return False
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
        if kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), HASHES[bits])
        elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(HASHES[bits]))
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
