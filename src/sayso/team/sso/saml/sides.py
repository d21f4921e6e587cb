"""Both sides of SAML: what a provider knows of us, and we of it; and the bridge to python3-saml."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from sayso.errors import Invalid, Problem
from sayso.team.sso.saml.xml import POST, REDIRECT

CERTIFICATES_MAX = 5
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class Pair:
    """A key of ours with its certificate, both in PEM."""

    certificate: str
    key: str = field(repr=False)

    @property
    def bare(self) -> str:
        return bare(self.certificate)[0]


@dataclass(frozen=True, slots=True)
class Ours:
    """Our side: what a provider has to be told. We sign with the first pair; all are shown, and what is encrypted for any of them is read, so
    that keys can be changed. `signs`: our requests are signed."""

    entity: str
    acs: str
    logout: str = ""
    pairs: tuple[Pair, ...] = ()
    signs: bool = False


@dataclass(frozen=True, slots=True)
class Theirs:
    """A provider's side. `certificates` are bare base64; any of them may have signed, so that keys can be changed. `logout` is where it is
    told of a sign-out, `answers` where it is answered (by HTTP-Redirect); empty where it has none."""

    entity: str
    url: str
    certificates: tuple[str, ...]
    logout: str = ""
    answers: str = ""


def bare(text: str) -> tuple[str, ...]:
    """Certificates in PEM or bare, one below the other, as base64 without lines."""
    pieces = text.replace(BEGIN, "\0").replace(END, "\0").split("\0")
    return tuple("".join(piece.split()) for piece in pieces if piece.strip())


def certificates(text: str, where: str = "settings/certificate") -> tuple[x509.Certificate, ...]:
    """One or several, in PEM or bare. Raises `Invalid`."""
    pieces = bare(text)
    if not 0 < len(pieces) <= CERTIFICATES_MAX:
        raise Invalid(Problem(where, f"is 1 to {CERTIFICATES_MAX} certificates in PEM", BEGIN))
    try:
        return tuple(x509.load_der_x509_certificate(base64.b64decode(piece, validate=True)) for piece in pieces)
    except (ValueError, binascii.Error):
        raise Invalid(Problem(where, "is no certificate in PEM", BEGIN)) from None


def signed(root: Any, where: str, theirs: Theirs) -> bool:
    """Whether the one signature at this place (XPath) is made with a certificate of theirs."""
    known = [OneLogin_Saml2_Utils.format_cert(one) for one in theirs.certificates]
    return bool(OneLogin_Saml2_Utils.validate_sign(root, xpath=where, multicerts=known))


def settings(ours: Ours, theirs: Theirs, pair: Pair | None = None) -> OneLogin_Saml2_Settings:
    """As python3-saml wants them told; `pair` decrypts."""
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "debug": False,
            "sp": {
                "entityId": ours.entity,
                "assertionConsumerService": {"url": ours.acs, "binding": POST},
                "NameIDFormat": UNSPECIFIED,
                **({"privateKey": pair.key, "x509cert": pair.certificate} if pair else {}),
            },
            "idp": {
                "entityId": theirs.entity,
                "singleSignOnService": {"url": theirs.url, "binding": REDIRECT},
                "x509certMulti": {"signing": list(theirs.certificates)},
            },
            "security": {
                "wantAssertionsSigned": True,
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": False,
                "wantAttributeStatement": False,
                "allowSingleLabelDomains": True,
                "allowRepeatAttributeName": False,
            },
        }
    )
