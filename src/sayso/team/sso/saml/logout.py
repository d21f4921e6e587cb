"""Single logout (SAML 2.0 Profiles, 4.4): we ask the provider to end a session there, or it asks us. Everything is signed, both ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sayso.team.sso.arrival import SUBJECT_CHARACTERS_MAX
from sayso.team.sso.saml import redirects, xml
from sayso.team.sso.saml.redirects import Told
from sayso.team.sso.saml.sides import Ours, Theirs, signed
from sayso.team.sso.saml.xml import NS, SUCCESS, BadXml

AGE_SECONDS_MAX = 10 * 60
"""How long ago a message may have been made: a browser is on its way with it."""
SESSIONS_MAX = 50
STATE_CHARACTERS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A provider that ends somebody's sessions: all of them, or those of these indexes."""

    id: str
    subject: str
    sessions: tuple[str, ...]
    until: datetime


def ask(
    ours: Ours, theirs: Theirs, state: str, *, subject: str, session: str | None, named: Mapping[str, str]
) -> tuple[str, str]:
    """Where the browser goes so that the provider ends its session too, and the id of what it carries. `named` are the attributes that the
    NameID came with: it has to be the same one."""
    id = xml.new_id()
    root = _root("LogoutRequest", ours, theirs.logout, ID=id)
    told = {name: named[name] for name in ("NameQualifier", "SPNameQualifier", "Format") if named.get(name)}
    xml.child(root, "saml:NameID", subject, **told)
    if session:
        xml.child(root, "samlp:SessionIndex", session)
    return redirects.leading(theirs.logout, "SAMLRequest", root, state, ours.pairs[0]), id


def answer(ours: Ours, theirs: Theirs, asked: Asked, state: str) -> str | None:
    """Where the browser goes back to, when we have done as the provider asked; None where it wants no answer that we can give."""
    if not theirs.answers or not ours.pairs:
        return None
    root = _root("LogoutResponse", ours, theirs.answers, ID=xml.new_id(), InResponseTo=asked.id)
    xml.child(xml.child(root, "samlp:Status"), "samlp:StatusCode", Value=SUCCESS)
    return redirects.leading(theirs.answers, "SAMLResponse", root, state[:STATE_CHARACTERS_MAX], ours.pairs[0])


def asked(told: Told, ours: Ours, theirs: Theirs, *, now: datetime | None = None) -> Asked:
    """What a signed LogoutRequest asks for. Raises `BadXml`."""
    at = now or datetime.now(UTC)
    until = _common(told.message, "LogoutRequest", ours, theirs, at)
    ends = xml.time(told.message.get("NotOnOrAfter"))
    if told.message.get("NotOnOrAfter") is not None and (
        ends is None or ends.timestamp() <= at.timestamp() - xml.TOLERANCE_SECONDS
    ):
        raise BadXml("does not count any more")
    names = told.message.findall("saml:NameID", NS)
    subject = (names[0].text or "") if len(names) == 1 and not len(names[0]) else ""
    if not 0 < len(subject) <= SUBJECT_CHARACTERS_MAX:
        raise BadXml("does not say in the clear whom it signs out (NameID)")
    sessions = [one.text or "" for one in told.message.findall("samlp:SessionIndex", NS)][:SESSIONS_MAX]
    return Asked(told.message.get("ID"), subject, tuple(one for one in sessions if one), until)


def ended(told: Told, ours: Ours, theirs: Theirs, request: str, *, now: datetime | None = None) -> bool:
    """Whether a signed LogoutResponse to our own request says that it is done. Raises `BadXml`."""
    _common(told.message, "LogoutResponse", ours, theirs, now or datetime.now(UTC))
    if told.message.get("InResponseTo") != request:
        raise BadXml("answers something that was not asked here")
    code = told.message.find("samlp:Status/samlp:StatusCode", NS)
    return code is not None and code.get("Value") == SUCCESS


def posted(message: str, state: str, theirs: Theirs) -> Told:
    """A message that came by a form (HTTP-POST), with its signature inside. Raises `BadXml`."""
    root = xml.unpacked(message, deflated=False)
    signatures = root.xpath("//ds:Signature", namespaces=NS)
    if len(signatures) != 1 or signatures[0].getparent() is not root:
        raise BadXml("is not signed; let the provider sign what it sends on signing out")
    xml.must_be_signed_well(signatures[0])
    if len(root.xpath("//*[@ID=$id]", id=root.get("ID"))) != 1:
        raise BadXml("its signature is about something else than where it stands")
    if not signed(root, "/*/ds:Signature", theirs):
        raise BadXml("is not signed with a certificate of the provider that is known here")
    return Told(root, state)


def _root(name: str, ours: Ours, to: str, **more: str) -> Any:
    made = xml.root(f"samlp:{name}", ("samlp", "saml"), Version="2.0", IssueInstant=xml.stamp(), Destination=to, **more)
    xml.child(made, "saml:Issuer", ours.entity)
    return made


def _common(message: Any, name: str, ours: Ours, theirs: Theirs, now: datetime) -> datetime:
    """Until when it has to be known that it was seen."""
    if message.tag != f"{{{NS['samlp']}}}{name}" or not message.get("ID"):
        raise BadXml("is a message of another sort")
    if message.get("Destination") != ours.logout:
        raise BadXml(f"was meant for another address than {ours.logout}")
    issuers = message.findall("saml:Issuer", NS)
    if len(issuers) != 1 or (issuers[0].text or "").strip() != theirs.entity:
        raise BadXml(f"comes from another issuer than {theirs.entity}")
    made = xml.time(message.get("IssueInstant"))
    late = AGE_SECONDS_MAX + xml.TOLERANCE_SECONDS
    if made is None or not -xml.TOLERANCE_SECONDS <= now.timestamp() - made.timestamp() <= late:
        raise BadXml("was made too long ago, or by a clock that is not right")
    return datetime.fromtimestamp(made.timestamp() + 2 * late, UTC)
