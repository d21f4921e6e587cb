"""Metadata of both sides (SAML 2.0 Metadata)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from sayso.errors import Invalid, Problem
from sayso.team.sso.saml import xml
from sayso.team.sso.saml.sides import CERTIFICATES_MAX, Ours, Theirs
from sayso.team.sso.saml.xml import NS, POST, REDIRECT


@dataclass(frozen=True, slots=True)
class Described:
    """What a provider's metadata says. `wants_signed`: it asks for signed requests."""

    theirs: Theirs
    wants_signed: bool = False


def ours(side: Ours) -> bytes:
    """Ours, for providers that read it."""
    root = xml.root("md:EntityDescriptor", ("md", "ds"), entityID=side.entity)
    role = xml.child(
        root, "md:SPSSODescriptor", protocolSupportEnumeration=NS["samlp"], AuthnRequestsSigned="true" if side.signs else "false", WantAssertionsSigned="true"
    )  # fmt: skip
    for pair in side.pairs:
        for use in ("signing", "encryption"):
            info = xml.child(xml.child(role, "md:KeyDescriptor", use=use), "ds:KeyInfo")
            xml.child(xml.child(info, "ds:X509Data"), "ds:X509Certificate", pair.bare)
    if side.logout and side.pairs:
        for binding in (REDIRECT, POST):
            xml.child(role, "md:SingleLogoutService", Binding=binding, Location=side.logout)
    xml.child(role, "md:AssertionConsumerService", Binding=POST, Location=side.acs, index="0", isDefault="true")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def read(text: str | bytes, *, now: datetime | None = None) -> Described:
    """A provider's: one provider, its addresses for redirects and its certificates. Raises `Invalid`."""
    where = "settings/metadata"
    root = xml.metadata(text, where)
    entities = [root] if root.tag == f"{{{NS['md']}}}EntityDescriptor" else root.findall(".//md:EntityDescriptor", NS)
    entities = [one for one in entities if one.find("md:IDPSSODescriptor", NS) is not None]
    if len(entities) != 1:
        raise Invalid(Problem(where, "describes one identity provider; this describes " + str(len(entities))))
    for one in (root, entities[0]):
        until = xml.time(one.get("validUntil"))
        if until is not None and until < (now or datetime.now(UTC)):
            raise Invalid(Problem(where, f"counted until {until:%d %B %Y}. Fetch it from the provider anew"))
    role = entities[0].find("md:IDPSSODescriptor", NS)

    def located(name: str, attribute: str = "Location") -> str:
        found = [one for one in role.findall(f"md:{name}", NS) if one.get("Binding") == REDIRECT]
        return (found[0].get(attribute) or "") if found else ""

    keys = [key for key in role.findall("md:KeyDescriptor", NS) if key.get("use", "signing") == "signing"]
    found = ["".join((one.text or "").split()) for key in keys for one in key.iterfind(".//ds:X509Certificate", NS)]
    entity, url, logout = entities[0].get("entityID"), located("SingleSignOnService"), located("SingleLogoutService")
    if not url or not found or not entity:
        raise Invalid(Problem(where, "names an address for HTTP-Redirect and a certificate for signing"))
    answers = located("SingleLogoutService", "ResponseLocation") or logout
    certificates = tuple(dict.fromkeys(found))[:CERTIFICATES_MAX]
    return Described(Theirs(entity, url, certificates, logout, answers), role.get("WantAuthnRequestsSigned") in ("true", "1"))
