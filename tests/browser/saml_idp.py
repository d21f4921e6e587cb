"""A SAML provider on loopback, for a browser: its pages, and answers that SignXML signs. Nothing of it is shared with what reads them."""

import base64
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from signxml import XMLSigner, methods

from tests.connections.outside import Heard, Outside, answer, outside

P, A = "urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
PAGE = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Idp:
    """`person` signs in there: (NameID, name, groups). `minutes` is how far its clock is ahead."""

    there: Outside
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65_537, 2_048))
    person: tuple[str, str, tuple[str, ...]] = ("otto-1", "Otto Falk", ("Support",))
    minutes: int = 0
    out: int = 0
    """How often somebody was signed out here."""
    count: int = 0

    @property
    def entity(self) -> str:
        return f"{self.there.url}/metadata"

    @property
    def pem(self) -> bytes:
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def listens(self) -> None:
        self.certificate = _certificate(self.key)
        self.there.at |= {
            "/metadata": lambda _: answer(200, self.metadata, headers={"Content-Type": "application/samlmetadata+xml"})
        }
        self.there.at |= {"/sso": self.signs_in, "/slo": self.signs_out}

    @property
    def metadata(self) -> str:
        bare = "".join(line for line in self.certificate.splitlines() if "-----" not in line)
        return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{self.entity}"><md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="{P}">
<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{bare}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleLogoutService Binding="{REDIRECT}" Location="{self.there.url}/slo"/><md:SingleSignOnService Binding="{REDIRECT}" Location="{self.there.url}/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>"""

    def signs_in(self, heard: Heard) -> bytes:
        told = _query(heard)
        assert told["SigAlg"].endswith("rsa-sha256") and told["Signature"], "it wants signed requests"
        asked = _opened(told["SAMLRequest"])
        where, entity = asked.get("AssertionConsumerServiceURL"), asked.findtext(f"{{{A}}}Issuer")
        form = f'<form method="post" action="{where}"><input type="hidden" name="SAMLResponse" value="{self.response(asked.get("ID"), where, entity)}"><input type="hidden" name="RelayState" value="{told["RelayState"]}"><button autofocus>Go on as {self.person[1]}</button></form>'
        return answer(200, f"<!doctype html><html lang=en><title>Identity</title>{form}", headers=PAGE)

    def signs_out(self, heard: Heard) -> bytes:
        told = _query(heard)
        self.out += 1
        if "SAMLResponse" in told:
            return answer(200, "<!doctype html><html lang=en><title>Identity</title>Signed out everywhere", headers=PAGE)
        asked = _opened(told["SAMLRequest"])
        where = asked.findtext(f"{{{A}}}Issuer").removesuffix("metadata") + "slo"
        done = f'<samlp:Status><samlp:StatusCode Value="{P.replace("protocol", "status")}:Success"/></samlp:Status>'
        url = self.leading(
            "SAMLResponse", "LogoutResponse", where, done, told["RelayState"], f' InResponseTo="{asked.get("ID")}"'
        )
        return answer(302, b"", headers={"Location": url})

    def ends(self, where: str) -> str:
        """Where a browser is led so that Sayso ends the session of this person."""
        return self.leading("SAMLRequest", "LogoutRequest", where, f"<saml:NameID>{self.person[0]}</saml:NameID>", "x")

    def leading(self, name: str, what: str, where: str, inside: str, state: str, more: str = "") -> str:
        self.count += 1
        text = f'<samlp:{what} xmlns:samlp="{P}" xmlns:saml="{A}" ID="_m{self.count}" Version="2.0" IssueInstant="{_stamp(0)}" Destination="{where}"{more}><saml:Issuer>{self.entity}</saml:Issuer>{inside}</samlp:{what}>'
        squeezed = zlib.compressobj(wbits=-15)
        packed = base64.b64encode(squeezed.compress(text.encode()) + squeezed.flush()).decode()
        query = f"{name}={quote_plus(packed)}&RelayState={quote_plus(state)}&SigAlg={quote_plus('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')}"
        signature = base64.b64encode(self.key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        return f"{where}?{query}&Signature={quote_plus(signature)}"

    def response(self, request: str, where: str, entity: str) -> str:
        self.count += 1
        subject, name, groups = self.person
        told = {"displayName": (name,), "groups": groups}
        attributes = "".join(
            f'<saml:Attribute Name="{key}">{"".join(f"<saml:AttributeValue>{one}</saml:AttributeValue>" for one in values)}</saml:Attribute>'
            for key, values in told.items()
        )
        now, later = _stamp(self.minutes), _stamp(self.minutes + 5)
        assertion = etree.fromstring(
            f'<saml:Assertion xmlns:saml="{A}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="_a{self.count}" Version="2.0" IssueInstant="{now}"><saml:Issuer>{self.entity}</saml:Issuer><ds:Signature Id="placeholder"/>'
            f'<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{subject}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="{request}" Recipient="{where}" NotOnOrAfter="{later}"/></saml:SubjectConfirmation></saml:Subject>'
            f'<saml:Conditions NotBefore="{now}" NotOnOrAfter="{later}"><saml:AudienceRestriction><saml:Audience>{entity}</saml:Audience></saml:AudienceRestriction></saml:Conditions>'
            f'<saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_s{self.count}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>'
            f"<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"
        )
        signer = XMLSigner(methods.enveloped, "rsa-sha256", "sha256", "http://www.w3.org/2001/10/xml-exc-c14n#")
        signed: Any = signer.sign(
            assertion, key=self.pem, cert=self.certificate, reference_uri=f"#_a{self.count}", id_attribute="ID"
        )
        root = etree.fromstring(
            f'<samlp:Response xmlns:samlp="{P}" ID="_r{self.count}" Version="2.0" IssueInstant="{now}" Destination="{where}" InResponseTo="{request}"><saml:Issuer xmlns:saml="{A}">{self.entity}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{P.replace("protocol", "status")}:Success"/></samlp:Status></samlp:Response>'
        )
        root.append(signed)
        return base64.b64encode(etree.tostring(root)).decode()


@asynccontextmanager
async def saml_idp() -> AsyncGenerator[Idp]:
    async with outside() as there:
        one = Idp(there)
        one.listens()
        yield one


def _query(heard: Heard) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(heard.target).query).items()}


def _opened(packed: str) -> Any:
    return etree.fromstring(zlib.decompress(base64.b64decode(packed), -15))


def _stamp(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _certificate(key: rsa.RSAPrivateKey) -> str:
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")]), datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    made = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=90)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()
