"""SAML 2.0 as a service provider: our request, our metadata, and what a response proves. Pure: nothing is fetched.

python3-saml checks signature, structure and times; what it lets pass for the sake of odd providers is refused here on top: a missing
audience, a recipient that only begins like ours, an answer to a question that was not asked, comments and document types in the XML (by
which what is signed and what is read may differ). What is read is the one assertion whose own signature was checked.
Sources: SAML 2.0 Core, Bindings and Profiles (4.1.4); "On Breaking SAML: Be Whoever You Want to Be" (2012) for signature wrapping.
"""

import base64
import binascii
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from sayso.errors import Invalid, Problem
from sayso.team.sso.arrival import SUBJECT_CHARACTERS_MAX, Arrival, NotAdmitted, words

RESPONSE_BYTES_MAX = 512 * 2**10
TOLERANCE_SECONDS = 60
LASTS_SECONDS_MAX = 60 * 60
CERTIFICATES_MAX = 5
NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
SCHEMAS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
EMAIL = (
    "email",
    "mail",
    "emailaddress",
    "emailAddress",
    f"{SCHEMAS}emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "User.email",
)
NAME = (
    "displayName",
    "name",
    "cn",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
    f"{SCHEMAS}name",
)
GIVEN = ("givenName", "firstName", "first_name", f"{SCHEMAS}givenname", "urn:oid:2.5.4.42", "User.FirstName")
FAMILY = ("sn", "lastName", "last_name", "surname", f"{SCHEMAS}surname", "urn:oid:2.5.4.4", "User.LastName")
GROUPS = (
    "groups",
    "memberOf",
    "Group",
    "http://schemas.xmlsoap.org/claims/Group",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
)


@dataclass(frozen=True, slots=True)
class Ours:
    """Our side: what a provider has to be told."""

    entity: str
    acs: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """A provider's side. `certificates` are PEM or bare base64; any of them may have signed, so that keys can be changed."""

    entity: str
    url: str
    certificates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a response proves. `id` is the assertion's, to be taken once until `until`."""

    arrival: Arrival
    id: str
    until: datetime


def request(ours: Ours, theirs: Theirs, state: str) -> tuple[str, str]:
    """Where the browser goes, and the id of what it carries there."""
    made = OneLogin_Saml2_Authn_Request(_settings(ours, theirs), set_nameid_policy=False)
    url = OneLogin_Saml2_Utils.redirect(theirs.url, {"SAMLRequest": made.get_request(), "RelayState": state})
    return url, made.get_id()


def metadata(ours: Ours) -> bytes:
    """Ours, for providers that read it."""
    md = NS["md"]
    root = etree.Element(f"{{{md}}}EntityDescriptor", {"entityID": ours.entity}, nsmap={"md": md})
    role = etree.SubElement(
        root,
        f"{{{md}}}SPSSODescriptor",
        {"protocolSupportEnumeration": NS["samlp"], "AuthnRequestsSigned": "false", "WantAssertionsSigned": "true"},
    )
    etree.SubElement(
        role, f"{{{md}}}AssertionConsumerService", {"Binding": POST, "Location": ours.acs, "index": "0", "isDefault": "true"}
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def read_metadata(text: str | bytes) -> Theirs:
    """A provider's metadata: one provider, its address for redirects and its certificates. Raises `Invalid`."""
    root = _xml(text.encode() if isinstance(text, str) else text, "settings/metadata")
    entities = [root] if root.tag == f"{{{NS['md']}}}EntityDescriptor" else root.findall(".//md:EntityDescriptor", NS)
    entities = [one for one in entities if one.find("md:IDPSSODescriptor", NS) is not None]
    if len(entities) != 1:
        raise Invalid(Problem("settings/metadata", "describes one identity provider; this describes " + str(len(entities))))
    role = entities[0].find("md:IDPSSODescriptor", NS)
    services = role.findall("md:SingleSignOnService", NS)
    url = next((one.get("Location") for one in services if one.get("Binding") == REDIRECT), None)
    keys = [key for key in role.findall("md:KeyDescriptor", NS) if key.get("use", "signing") == "signing"]
    found = [one.text or "" for key in keys for one in key.iterfind(".//ds:X509Certificate", NS)]
    if not url or not found or not entities[0].get("entityID"):
        raise Invalid(Problem("settings/metadata", "names an address for HTTP-Redirect and a certificate for signing"))
    return Theirs(entities[0].get("entityID"), url, tuple("".join(one.split()) for one in found)[:CERTIFICATES_MAX])


def certificates(text: str, where: str = "settings/certificate") -> tuple[x509.Certificate, ...]:
    """One or several, in PEM or bare. Raises `Invalid`."""
    pieces = [
        piece
        for piece in text.replace("-----BEGIN CERTIFICATE-----", "\0").replace("-----END CERTIFICATE-----", "\0").split("\0")
        if piece.strip()
    ]
    if not 0 < len(pieces) <= CERTIFICATES_MAX:
        raise Invalid(Problem(where, f"is 1 to {CERTIFICATES_MAX} certificates in PEM", "-----BEGIN CERTIFICATE-----"))
    try:
        return tuple(x509.load_der_x509_certificate(base64.b64decode("".join(piece.split()), validate=True)) for piece in pieces)
    except (ValueError, binascii.Error):
        raise Invalid(Problem(where, "is no certificate in PEM", "-----BEGIN CERTIFICATE-----")) from None


def asserted(
    response: str,
    ours: Ours,
    theirs: Theirs,
    *,
    request: str | None,
    groups: str = "",
    email: str = "",
    now: datetime | None = None,
) -> Asserted:
    """What this response proves. `request` is the id of what it answers; None for one that the provider sent by itself. Raises
    `NotAdmitted`, with why, for whoever sets the provider up."""
    document = _decoded(response)
    if document.tag != f"{{{NS['samlp']}}}Response" or document.findall(".//saml:EncryptedAssertion", NS):
        raise NotAdmitted("The provider sent something else than a plain response; encrypted assertions are not read here.")
    read = OneLogin_Saml2_Response(_settings(ours, theirs), response)
    at = urlsplit(ours.acs)
    here = {
        "https": "on" if at.scheme == "https" else "off",
        "http_host": at.netloc,
        "script_name": at.path,
        "get_data": {},
        "post_data": {},
    }
    try:
        read.is_valid(here, request_id=request, raise_exceptions=True)
        attributes: dict[str, list[Any]] = read.get_attributes()
        name_id, format = read.get_nameid() or "", read.get_nameid_format()
        id, sid = read.get_assertion_id(), read.get_session_index()
    except Exception as error:  # the library has its own errors, lxml's and xmlsec's; all of them mean no
        raise NotAdmitted(f"The provider's answer cannot be trusted: {' '.join(str(error).split())[:200]}") from None
    until = _beyond(document, read, ours, theirs, request, now or datetime.now(UTC))
    if format == TRANSIENT:
        raise NotAdmitted("The provider gives people a new name each time (a transient NameID). Let it send a persistent one.")
    if not 0 < len(name_id) <= SUBJECT_CHARACTERS_MAX or not id:
        raise NotAdmitted("The provider does not say who this is (NameID).")
    return Asserted(_arrival(theirs, name_id, attributes, groups, email, sid), id, until)


def _beyond(document: Any, read: Any, ours: Ours, theirs: Theirs, request: str | None, now: datetime) -> datetime:
    """What the library lets pass. Gives until when the assertion counts."""
    assertion = document.find("saml:Assertion", NS)
    if assertion is None or assertion.find("ds:Signature", NS) is None:
        raise NotAdmitted("The assertion itself is not signed.")
    if read.get_audiences() != [ours.entity] and ours.entity not in read.get_audiences():
        raise NotAdmitted(f"The assertion is for somebody else: its audience is not {ours.entity}.")
    if document.get("InResponseTo") != request:
        raise NotAdmitted("This answers a question that was not asked here.")
    if (destination := document.get("Destination")) is not None and destination != ours.acs:
        raise NotAdmitted(f"The response was meant for another address than {ours.acs}.")
    if read.get_issuers() != [theirs.entity]:
        raise NotAdmitted(f"It comes from another issuer than {theirs.entity}.")
    until = [
        _confirmed(one, ours, request, now)
        for one in assertion.findall("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NS)
    ]
    good = [one for one in until if one is not None]
    if not good:
        raise NotAdmitted("The assertion does not say that it is for us, and for now (SubjectConfirmationData).")
    conditions = assertion.find("saml:Conditions", NS)
    for name, element in (("NotBefore", conditions), ("NotOnOrAfter", conditions)):
        _in_time(element.get(name), name, now)
    return min(max(good), now.replace(microsecond=0).fromtimestamp(now.timestamp() + LASTS_SECONDS_MAX, UTC))


def _confirmed(told: Any, ours: Ours, request: str | None, now: datetime) -> datetime | None:
    if told.getparent().get("Method") != "urn:oasis:names:tc:SAML:2.0:cm:bearer":
        return None
    if told.get("Recipient") != ours.acs or told.get("InResponseTo") != request or told.get("NotBefore") is not None:
        return None
    until = _time(told.get("NotOnOrAfter"))
    return until if until is not None and until.timestamp() > now.timestamp() - TOLERANCE_SECONDS else None


def _in_time(told: str | None, name: str, now: datetime) -> None:
    if told is None:
        return
    at = _time(told)
    early = name == "NotBefore"
    if at is None or (
        at.timestamp() > now.timestamp() + TOLERANCE_SECONDS if early else at.timestamp() <= now.timestamp() - TOLERANCE_SECONDS
    ):
        raise NotAdmitted(f"The assertion does not count {'yet' if early else 'any more'}. Are the clocks right?")


def _time(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _arrival(
    theirs: Theirs, name_id: str, attributes: AnyMapping[str, Sequence[Any]], groups: str, email: str, sid: str | None
) -> Arrival:
    def first(*names: str) -> str:
        return next(
            (
                str(values[0])
                for name in names
                if name and (values := [v for v in attributes.get(name, ()) if isinstance(v, str)])
            ),
            "",
        )

    address = first(email, *EMAIL) or (name_id if "@" in name_id else "")
    name = first(*NAME) or f"{first(*GIVEN)} {first(*FAMILY)}".strip()
    told = [one for key in dict.fromkeys((groups, *GROUPS)) if key for one in attributes.get(key, ()) if isinstance(one, str)]
    return Arrival(theirs.entity, name_id, address or None, bool(address), name, words(told), sid)


def _settings(ours: Ours, theirs: Theirs) -> OneLogin_Saml2_Settings:
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "debug": False,
            "sp": {
                "entityId": ours.entity,
                "assertionConsumerService": {"url": ours.acs, "binding": POST},
                "NameIDFormat": UNSPECIFIED,
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


def _decoded(response: str) -> Any:
    if not response or len(response) > RESPONSE_BYTES_MAX * 4 // 3:
        raise NotAdmitted("The provider's answer is empty, or too large.")
    try:
        return _xml(base64.b64decode("".join(response.split()), validate=True), "SAMLResponse")
    except (binascii.Error, ValueError, Invalid):
        raise NotAdmitted("The provider's answer cannot be read.") from None


def _xml(text: bytes, where: str) -> Any:
    """Without document types, comments and instructions: by them, what is signed and what is read could differ."""
    if len(text) > RESPONSE_BYTES_MAX or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Invalid(Problem(where, "is XML without a document type, and not too large"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Invalid(Problem(where, "is no XML that can be read")) from None
    strange = root.getroottree().xpath("//comment() | //processing-instruction()") if where == "SAMLResponse" else []
    if strange or root.getroottree().docinfo.doctype:
        raise Invalid(Problem(where, "is XML without comments, instructions and document types"))
    return root
