"""A SAML provider with a key of its own, signing as providers do, and as attackers would like."""

import base64
import os
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import quote_plus

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID
from lxml import etree

from sayso.team.sso.saml.sides import Ours, Theirs
from sayso.team.sso.saml.xml import NS

ENTITY = "https://idp.northlight.example"
OURS = Ours("https://sayso.northlight.example/sso/sp_1/metadata", "https://sayso.northlight.example/sso/sp_1/acs")
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


@dataclass
class Idp:
    key: str
    certificate: str
    ours: Ours = OURS
    entity: str = ENTITY
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def theirs(self) -> Theirs:
        bare = "".join(line for line in self.certificate.splitlines() if "-----" not in line)
        return Theirs(self.entity, f"{self.entity}/sso", (bare,), f"{self.entity}/slo", f"{self.entity}/slo")

    def response(self, request: str | None, *, sign: str = "assertion", **other: Any) -> Any:
        """A response as XML; `other` bends it."""
        told = {
            "name_id": "otto-1",
            "format": PERSISTENT,
            "audience": self.ours.entity,
            "recipient": self.ours.acs,
            "destination": self.ours.acs,
            "issuer": self.entity,
            "minutes": 5,
            "early": -1,
            "id": "_a1",
            **other,
        }
        now = datetime.now(UTC)
        stamp = lambda minutes: (now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: E731
        answers = f' InResponseTo="{request}"' if request else ""
        audience = (
            f"<saml:AudienceRestriction><saml:Audience>{told['audience']}</saml:Audience></saml:AudienceRestriction>"
            if told["audience"]
            else ""
        )
        groups = "".join(f"<saml:AttributeValue>{one}</saml:AttributeValue>" for one in other.get("groups", ("Support", "Staff")))
        text = f"""<samlp:Response xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="_r1" Version="2.0" IssueInstant="{stamp(0)}" Destination="{told["destination"]}"{answers}>
<saml:Issuer>{told["issuer"]}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{other.get("status", "Success")}"/></samlp:Status>
<saml:Assertion ID="{told["id"]}" Version="2.0" IssueInstant="{stamp(0)}"><saml:Issuer>{told["issuer"]}</saml:Issuer>
<saml:Subject><saml:NameID Format="{told["format"]}">{told["name_id"]}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:{other.get("method", "bearer")}"><saml:SubjectConfirmationData NotOnOrAfter="{stamp(told["minutes"])}" Recipient="{told["recipient"]}"{answers}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{stamp(told["early"])}" NotOnOrAfter="{stamp(told["minutes"])}">{audience}</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{stamp(0)}" SessionIndex="_s1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue>otto@northlight.example</saml:AttributeValue></saml:Attribute><saml:Attribute Name="displayName"><saml:AttributeValue>Otto Falk</saml:AttributeValue></saml:Attribute><saml:Attribute Name="groups">{groups}</saml:Attribute></saml:AttributeStatement>
</saml:Assertion></samlp:Response>"""
        root = etree.fromstring("".join(text.split("\n")).encode())
        if sign in ("assertion", "both"):
            self.signed(root.find("saml:Assertion", NS), **other)
        if sign in ("response", "both"):
            self.signed(root, **other)
        return root

    def signed(self, element: Any, **other: Any) -> None:
        """An enveloped signature after the issuer, as the schema wants it."""
        method = xmlsec.Transform.RSA_SHA1 if other.get("sha1") else xmlsec.Transform.RSA_SHA256
        digest = xmlsec.Transform.SHA1 if other.get("sha1") else xmlsec.Transform.SHA256
        node = xmlsec.template.create(element, xmlsec.Transform.EXCL_C14N, method, ns="ds")
        element.insert(1, node)
        reference = xmlsec.template.add_reference(node, digest, uri="#" + element.get("ID"))
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self.key, xmlsec.KeyFormat.PEM)
        context.key.load_cert_from_memory(self.certificate, xmlsec.KeyFormat.PEM)
        xmlsec.tree.add_ids(element, ["ID"])
        context.sign(node)

    def sent(self, request: str | None, **other: Any) -> str:
        root = self.response(request, **other)
        if "encrypt" in other:
            encrypted(root, **other)
        return sent(root)

    def told(self, name: str, to: str, **other: Any) -> Any:
        """A message on signing out, as XML; `other` bends it."""
        issued = (datetime.now(UTC) + timedelta(minutes=other.get("minutes", 0))).strftime("%Y-%m-%dT%H:%M:%SZ")
        more = f' InResponseTo="{other["answers"]}"' if "answers" in other else ""
        inside = (
            f'<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{other.get("status", "Success")}"/></samlp:Status>'
            if name == "LogoutResponse"
            else f"<saml:NameID>{other.get('name_id', 'otto-1')}</saml:NameID>"
            + "".join(f"<samlp:SessionIndex>{one}</samlp:SessionIndex>" for one in other.get("sessions", ()))
        )
        return etree.fromstring(
            f'<samlp:{name} xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="{other.get("id", "_l1")}" Version="2.0" IssueInstant="{issued}" Destination="{to}"{more}>'
            f"<saml:Issuer>{other.get('issuer', self.entity)}</saml:Issuer>{inside}</samlp:{name}>"
        )

    def query(self, name: str, message: Any, state: str = "", **other: Any) -> str:
        """As HTTP-Redirect carries it, signed over its text."""
        squeezed = zlib.compressobj(wbits=-15)
        packed = base64.b64encode(squeezed.compress(etree.tostring(message)) + squeezed.flush()).decode()
        text = f"{name}={quote_plus(packed)}" + (f"&RelayState={quote_plus(state)}" if state else "")
        if other.get("sign", True):
            algorithm = (
                "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
                if other.get("sha1")
                else "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
            )
            text += f"&SigAlg={quote_plus(algorithm)}"
            key = serialization.load_pem_private_key(self.key.encode(), None)
            assert isinstance(key, rsa.RSAPrivateKey)
            made = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA1() if other.get("sha1") else hashes.SHA256())
            text += f"&Signature={quote_plus(base64.b64encode(made).decode())}"
        return text

    @property
    def metadata(self) -> str:
        return f"""<md:EntityDescriptor xmlns:md="{NS["md"]}" xmlns:ds="{NS["ds"]}" entityID="{self.entity}"><md:IDPSSODescriptor protocolSupportEnumeration="{NS["samlp"]}">
<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{self.theirs.certificates[0]}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{self.entity}/slo"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{self.entity}/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>"""


def sent(root: Any) -> str:
    return base64.b64encode(etree.tostring(root)).decode()


def encrypted(
    root: Any, *, encrypt: str, certificate: str = "", transport: str = "rsa-oaep-mgf1p", bend: bool = False, **_: Any
) -> None:
    """The assertion, for whom `encrypt` is the certificate of: by hand, with nothing of what reads it (XML Encryption 1.1, 5.2 and 5.5)."""
    assertion = root.find("saml:Assertion", NS)
    key, iv = os.urandom(32), os.urandom(12)
    told = iv + AESGCM(key).encrypt(iv, etree.tostring(assertion), None)
    told = told[:-1] + bytes((told[-1] ^ 1,)) if bend else told
    public = x509.load_pem_x509_certificate(encrypt.encode()).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    carried = public.encrypt(key, padding.PKCS1v15() if transport == "rsa-1_5" else oaep)
    made = etree.fromstring(
        f'''<saml:EncryptedAssertion xmlns:saml="{NS["saml"]}"><xenc:EncryptedData xmlns:xenc="{NS["xenc"]}" Type="{NS["xenc"]}Element"><xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>
<ds:KeyInfo xmlns:ds="{NS["ds"]}"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{NS["xenc"]}{transport}"/><xenc:CipherData><xenc:CipherValue>{base64.b64encode(carried).decode()}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>
<xenc:CipherData><xenc:CipherValue>{base64.b64encode(told).decode()}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>'''
    )
    root.replace(assertion, made)


@cache
def _key(_: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


KEYS = 4
"""Made once a process: two providers that are made one after the other have different ones."""
TURNS = count()


def idp(days: int = 1, **other: Any) -> Idp:
    key = _key(next(TURNS) % KEYS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    certificate = (
        built.not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=days)).sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Idp(private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode(), **other)
