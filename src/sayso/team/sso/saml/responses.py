"""What a SAML response proves.

python3-saml checks signature, structure and times; what it lets pass for the sake of odd providers is refused here on top: a missing
audience, a recipient that only begins like ours, an answer to a question that was not asked, comments and document types in the XML (by
which what is signed and what is read may differ), signatures and encryption by anything but the algorithms of a list. What is read is the
one assertion whose own signature was checked, after it was decrypted where it came encrypted.
Sources: SAML 2.0 Core, Bindings and Profiles (4.1.4); "How To Break XML Encryption" (2011) for why an encrypted answer that proves nothing
is refused in the same words whatever is wrong inside.
"""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from onelogin.saml2.errors import OneLogin_Saml2_ValidationError as Wrong
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from sayso.team.sso.arrival import NAMES_MAX, SUBJECT_CHARACTERS_MAX, Arrival, NotAdmitted, UnknownCertificate, words
from sayso.team.sso.saml import xml
from sayso.team.sso.saml.sides import Ours, Theirs, settings, signed
from sayso.team.sso.saml.xml import NS, TOLERANCE_SECONDS, BadXml

LASTS_SECONDS_MAX = 60 * 60
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ENCRYPTED_BY = frozenset(
    (
        *(f"http://www.w3.org/2009/xmlenc11#aes{bits}-gcm" for bits in (128, 192, 256)),
        *(f"http://www.w3.org/2001/04/xmlenc#aes{bits}-cbc" for bits in (128, 192, 256)),
    )
)
KEYS_BY = frozenset(("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep"))
"""Not RSA 1.5: by how its padding fails, a key can be found (Bleichenbacher)."""
CLOSED = "The provider's encrypted answer cannot be opened with a certificate of ours, or cannot be trusted once it is. Let the provider read our metadata anew, or take our certificate from the settings; and look whether its own certificate has changed."
WHY = {
    Wrong.STATUS_CODE_IS_NOT_SUCCESS: "The provider itself says no: {said}",
    Wrong.INVALID_SIGNATURE: "It is signed with another certificate than the one that is known here. Fetch the provider's metadata anew.",
    Wrong.NO_SIGNED_ASSERTION: "The assertion itself is not signed. Let the provider sign the assertion, not only the response.",
    Wrong.NO_SIGNATURE_FOUND: "It is not signed. Let the provider sign the assertion.",
    Wrong.WRONG_ISSUER: "It comes from another issuer than {issuer}.",
    Wrong.WRONG_AUDIENCE: "It is for somebody else: the provider's audience (entity ID) has to be {entity}.",
    Wrong.WRONG_DESTINATION: "It was meant for another address than {acs}.",
    Wrong.WRONG_SUBJECTCONFIRMATION: "Its recipient is not {acs}, or it does not count any more. Are the clocks right?",
    Wrong.NO_NAMEID: "The provider does not say who this is (NameID).",
    Wrong.EMPTY_NAMEID: "The provider does not say who this is (NameID).",
}
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
class Asserted:
    """What a response proves. `id` is the assertion's, to be taken once until `until`."""

    arrival: Arrival
    id: str
    until: datetime


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
    document, at = _decoded(response), now or datetime.now(UTC)
    read = _opened(document, response, ours, theirs)
    try:
        read.is_valid(_here(ours), request_id=request, raise_exceptions=True)
    except Exception as error:  # the library has its own errors, lxml's and xmlsec's; all of them mean no
        raise _why(error, read, ours, theirs, at) from None
    try:
        attributes: dict[str, list[Any]] = read.get_attributes()
        named: dict[str, str] = read.get_nameid_data()
        id, sid = read.get_assertion_id(), read.get_session_index()
    except Exception as error:
        raise NotAdmitted(f"The provider's answer cannot be read: {_short(error)}") from None
    until = _beyond(document, read, ours, theirs, request, at)
    name_id = named.pop("Value", "")
    if named.get("Format") == TRANSIENT:
        raise NotAdmitted("The provider gives people a new name each time (a transient NameID). Let it send a persistent one.")
    if not 0 < len(name_id) <= SUBJECT_CHARACTERS_MAX or not id:
        raise NotAdmitted("The provider does not say who this is (NameID).")
    return Asserted(_arrival(theirs, name_id, named, attributes, groups, email, sid), id, until)


# ── inside ────────────────────────────────────────────────────


def _decoded(response: str) -> Any:
    """The document, when all of its signatures and all that is encrypted are made as they should be."""
    try:
        document = xml.unpacked(response, deflated=False)
        if document.tag != f"{{{NS['samlp']}}}Response":
            raise BadXml("is something else than a response")
        for signature in document.iterfind(".//ds:Signature", NS):
            xml.must_be_signed_well(signature)
        for one in document.iterfind(".//saml:EncryptedAssertion", NS):
            _must_be_encrypted_well(one)
    except BadXml as error:
        raise NotAdmitted(f"The provider's answer cannot be taken: {error}.") from None
    return document


def _must_be_encrypted_well(element: Any) -> None:
    """By algorithms of the list, with everything inside: nothing is fetched from elsewhere. Raises `BadXml`."""
    if element.getparent().tag != f"{{{NS['samlp']}}}Response" or element.find(".//xenc:CipherReference", NS) is not None:
        raise BadXml("is encrypted in a way that is not read here")
    for name, known in (("EncryptedData", ENCRYPTED_BY), ("EncryptedKey", KEYS_BY)):
        found = element.findall(f".//xenc:{name}", NS)
        if len(found) != 1:
            raise BadXml("is encrypted in a way that is not read here")
        method = found[0].find("xenc:EncryptionMethod", NS)
        if method is None or method.get("Algorithm") not in known:
            raise BadXml("is encrypted with an algorithm that is not taken here; let it use AES-GCM (or AES-CBC) with RSA-OAEP")


def _opened(document: Any, response: str, ours: Ours, theirs: Theirs) -> Any:
    """The library's reading; decrypted with the one of our keys that fits."""
    encrypted = document.find("saml:EncryptedAssertion", NS) is not None
    for pair in ours.pairs if encrypted else (None,):
        try:
            read = OneLogin_Saml2_Response(settings(ours, theirs, pair), response)
            if encrypted:
                read.decrypted_document = _plain(read.decrypted_document)
        except Exception:
            continue
        return read
    if encrypted and not ours.pairs:
        raise NotAdmitted(
            "The provider encrypts what it says, and there is no certificate of ours yet. Make one in the settings."
        )
    raise NotAdmitted(CLOSED if encrypted else "The provider's answer cannot be read.")


def _plain(document: Any) -> Any:
    """What was inside has to be as clean as what was around it. It is read anew: names in a tree that xmlsec has grown are not always found.
    Raises `BadXml`."""
    document = xml.again(document)
    for signature in document.iterfind(".//ds:Signature", NS):
        xml.must_be_signed_well(signature)
    return document


def _here(ours: Ours) -> dict[str, Any]:
    at = urlsplit(ours.acs)
    return {
        "https": "on" if at.scheme == "https" else "off",
        "http_host": at.netloc,
        "script_name": at.path,
        "get_data": {},
        "post_data": {},
    }


def _why(error: Exception, read: Any, ours: Ours, theirs: Theirs, now: datetime) -> NotAdmitted:
    """In words. Of what was encrypted nothing is told before its signature is known to be good: else each refusal tells a little of what is
    inside to whoever bends it."""
    if read.encrypted and not signed(read.decrypted_document, OneLogin_Saml2_Utils.ASSERTION_SIGNATURE_XPATH, theirs):
        return UnknownCertificate(CLOSED)
    code = getattr(error, "code", None)
    late = code == Wrong.WRONG_SUBJECTCONFIRMATION and _over(read, now)
    if late or code in (Wrong.ASSERTION_TOO_EARLY, Wrong.ASSERTION_EXPIRED):
        return NotAdmitted(_clock(read, now))
    if code in WHY:
        said = WHY[code].format(said=_short(error), issuer=theirs.entity, entity=ours.entity, acs=ours.acs)
        return UnknownCertificate(said) if code == Wrong.INVALID_SIGNATURE else NotAdmitted(said)
    return NotAdmitted(f"The provider's answer cannot be trusted: {_short(error)}")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _clock(read: Any, now: datetime) -> str:
    conditions = _assertion(read).find("saml:Conditions", NS)
    begins, ends = xml.time(conditions.get("NotBefore")), xml.time(conditions.get("NotOnOrAfter"))
    if begins is not None and begins > now:
        ahead = xml.lasting((begins - now).total_seconds())
        return (
            f"It does not count yet: the provider's clock is {ahead} ahead of ours, or ours is behind. Set both by a time server."
        )
    late = f" {xml.lasting((now - ends).total_seconds())} ago" if ends is not None and ends < now else ""
    return f"It stopped counting{late}: the provider's clock is behind ours, or ours is ahead. Set both by a time server."


def _over(read: Any, now: datetime) -> bool:
    ends = xml.time(_assertion(read).find("saml:Conditions", NS).get("NotOnOrAfter"))
    return ends is not None and ends <= now


def _assertion(read: Any) -> Any:
    return (read.decrypted_document if read.encrypted else read.document).find("saml:Assertion", NS)


def _beyond(document: Any, read: Any, ours: Ours, theirs: Theirs, request: str | None, now: datetime) -> datetime:
    """What the library lets pass. Gives until when the assertion counts."""
    assertion = _assertion(read)
    if assertion is None or assertion.find("ds:Signature", NS) is None:
        raise NotAdmitted(WHY[Wrong.NO_SIGNED_ASSERTION])
    if ours.entity not in read.get_audiences():
        raise NotAdmitted(WHY[Wrong.WRONG_AUDIENCE].format(entity=ours.entity))
    if document.get("InResponseTo") != request:
        raise NotAdmitted("This answers a question that was not asked here.")
    if (destination := document.get("Destination")) is not None and destination != ours.acs:
        raise NotAdmitted(WHY[Wrong.WRONG_DESTINATION].format(acs=ours.acs))
    if read.get_issuers() != [theirs.entity]:
        raise NotAdmitted(WHY[Wrong.WRONG_ISSUER].format(issuer=theirs.entity))
    until = [
        _confirmed(one, ours, request, now)
        for one in assertion.findall("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NS)
    ]
    good = [one for one in until if one is not None]
    if not good:
        raise NotAdmitted("The assertion does not say that it is for us, and for now (SubjectConfirmationData).")
    conditions = assertion.find("saml:Conditions", NS)
    begins, ends = (conditions.get(name) for name in ("NotBefore", "NotOnOrAfter"))
    if not _in_time(begins, now, early=True) or not _in_time(ends, now, early=False):
        raise NotAdmitted(_clock(read, now))
    return min(max(good), datetime.fromtimestamp(int(now.timestamp()) + LASTS_SECONDS_MAX, UTC))


def _confirmed(told: Any, ours: Ours, request: str | None, now: datetime) -> datetime | None:
    if told.getparent().get("Method") != "urn:oasis:names:tc:SAML:2.0:cm:bearer":
        return None
    if told.get("Recipient") != ours.acs or told.get("InResponseTo") != request or told.get("NotBefore") is not None:
        return None
    until = xml.time(told.get("NotOnOrAfter"))
    return until if until is not None and until.timestamp() > now.timestamp() - TOLERANCE_SECONDS else None


def _in_time(told: str | None, now: datetime, *, early: bool) -> bool:
    if told is None:
        return True
    at = xml.time(told)
    if at is None:
        return False
    apart = at.timestamp() - now.timestamp()
    return apart <= TOLERANCE_SECONDS if early else apart > -TOLERANCE_SECONDS


def _arrival(
    theirs: Theirs,
    name_id: str,
    named: AnyMapping[str, str],
    attributes: AnyMapping[str, Sequence[Any]],
    groups: str,
    email: str,
    sid: str | None,
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
    return Arrival(
        theirs.entity, name_id, address or None, bool(address), name, words(told), sid, dict(named), tuple(sorted(attributes))[:NAMES_MAX]
    )  # fmt: skip
