"""XML as SAML sends it: read without what could make it mean something else, and signed by what is known to be good.

Sources: SAML 2.0 Core 5.4 (what a signature may say); "On Breaking SAML: Be Whoever You Want to Be" (2012) for signature wrapping;
RFC 9231 for the names of algorithms.
"""

import base64
import binascii
import zlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from sayso.errors import Invalid, Problem

BYTES_MAX = 512 * 2**10
TOLERANCE_SECONDS = 60
NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
}
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_MORE, _MORE_2007, _ENC = (
    "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2007/05/xmldsig-more#",
    "http://www.w3.org/2001/04/xmlenc#",
)
SIGNATURES = frozenset(
    (
        *(f"{_MORE}{kind}-sha{bits}" for kind in ("rsa", "ecdsa") for bits in (256, 384, 512)),
        *(f"{_MORE_2007}sha{bits}-rsa-MGF1" for bits in (256, 384, 512)),
    )
)
DIGESTS = frozenset((f"{_ENC}sha256", f"{_MORE}sha384", f"{_ENC}sha512"))
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
CANONICAL = frozenset((EXCLUSIVE, f"{EXCLUSIVE}WithComments"))
ENVELOPED = f"{NS['ds']}enveloped-signature"


class BadXml(ValueError):
    """Why this is not read. In words, for whoever sets the provider up."""


def read(text: bytes) -> Any:
    """The root. Without document types, comments and instructions: by them, what is signed and what is read could differ. Raises
    `BadXml`."""
    root = document(text)
    must_be_plain(root)
    return root


def document(text: bytes) -> Any:
    """As `read`, with comments: metadata may have some. Raises `BadXml`."""
    if len(text) > BYTES_MAX or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise BadXml("is XML without a document type, and not too large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise BadXml("is no XML that can be read") from None
    if root.getroottree().docinfo.doctype:
        raise BadXml("is XML without a document type, and not too large")
    return root


def again(root: Any) -> Any:
    """The same document, written and read once more. Raises `BadXml`."""
    return read(etree.tostring(root))


def must_be_plain(root: Any) -> None:
    """Raises `BadXml`."""
    if root.getroottree().xpath("//comment() | //processing-instruction()"):
        raise BadXml("is XML without comments, instructions and document types")


def metadata(text: str | bytes, where: str) -> Any:
    """Raises `Invalid`."""
    try:
        return document(text.encode() if isinstance(text, str) else text)
    except BadXml as error:
        raise Invalid(Problem(where, str(error))) from None


def unpacked(message: str, *, deflated: bool) -> Any:
    """A message as it travels: base64, and by HTTP-Redirect deflated. Raises `BadXml`."""
    if not message or len(message) > BYTES_MAX * 4 // 3:
        raise BadXml("is empty, or too large")
    try:
        text = base64.b64decode("".join(message.split()), validate=True)
        return read(_inflated(text) if deflated else text)
    except (binascii.Error, zlib.error):
        raise BadXml("is no XML that can be read") from None


def packed(root: Any) -> str:
    """For HTTP-Redirect (SAML 2.0 Bindings, 3.4.4.1)."""
    squeezed = zlib.compressobj(wbits=-15)
    return base64.b64encode(squeezed.compress(etree.tostring(root)) + squeezed.flush()).decode()


def must_be_signed_well(signature: Any) -> None:
    """One reference, to the very element that it stands in, by algorithms that are good today. Anything else (XSLT and XPath, keys to be
    fetched, objects that hide something) is refused before a library computes with it. Raises `BadXml`."""
    info = signature.findall("ds:SignedInfo", NS)
    if len(info) != 1 or signature.find("ds:Object", NS) is not None:
        raise BadXml("its signature is not built as SAML asks for")
    method, canonical, references = (
        info[0].findall(f"ds:{name}", NS) for name in ("SignatureMethod", "CanonicalizationMethod", "Reference")
    )
    if len(method) != 1 or len(canonical) != 1 or len(references) != 1:
        raise BadXml("its signature is not built as SAML asks for")
    if (used := method[0].get("Algorithm")) not in SIGNATURES:
        raise BadXml(f"it is signed with {_short(used)}; let the provider sign with RSA and SHA-256")
    digests = references[0].findall("ds:DigestMethod", NS)
    if len(digests) != 1 or digests[0].get("Algorithm") not in DIGESTS:
        raise BadXml("its digest is not made with SHA-256 or better")
    transforms = [one.get("Algorithm") for one in references[0].findall("ds:Transforms/ds:Transform", NS)]
    if canonical[0].get("Algorithm") not in CANONICAL or not set(transforms) <= CANONICAL | {ENVELOPED} or len(transforms) > 2:
        raise BadXml("its signature transforms what it signs in a way that SAML does not allow")
    id = signature.getparent().get("ID")
    if not id or references[0].get("URI") != f"#{id}":
        raise BadXml("its signature is about something else than where it stands")


def stamp(now: datetime | None = None) -> str:
    return (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


def time(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def lasting(seconds: float) -> str:
    """How far two clocks are apart, in words."""
    minutes = round(abs(seconds) / 60)
    return f"{minutes:,} minutes" if minutes > 1 else f"{round(abs(seconds))} seconds"


def new_id() -> str:
    """An NCName: it begins with no digit."""
    return f"_{uuid4().hex}"


def child(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    """`child(root, "saml:Issuer", "https://…")`: escaped, whatever the text holds."""
    prefix, _, local = name.partition(":")
    made = etree.SubElement(parent, f"{{{NS[prefix]}}}{local}", attributes)
    made.text = text
    return made


def root(name: str, prefixes: tuple[str, ...], **attributes: str) -> Any:
    prefix, _, local = name.partition(":")
    return etree.Element(f"{{{NS[prefix]}}}{local}", attributes, nsmap={one: NS[one] for one in prefixes})


def _inflated(text: bytes) -> bytes:
    """A bomb ends where it is too large."""
    opened = zlib.decompressobj(wbits=-15)
    made = opened.decompress(text, BYTES_MAX + 1)
    if not opened.eof:
        raise BadXml("is empty, or too large")
    return made


def _short(algorithm: str | None) -> str:
    return (algorithm or "nothing").rpartition("#")[2][:40]
